//! A household's vehicle: recorded, given a pass, scanned at the gate, corrected, ended.

use crate::gate::{Phone, cookie};
use crate::passes::{community, pass, read, scan};
use crate::resident::somebody;
use crate::support::{Answer, TestApp, demo_on_both, percent};
use crate::systems::{post, staff_with, token};
use axum::http::StatusCode;
use gatehouse_core::id::VehicleId;
use gatehouse_server::auth::role::Permission;
use gatehouse_store::Shard;
use gatehouse_store::pass::PassRow;
use gatehouse_store::vehicle::VehicleRow;

const ID: &str = "0123456789abcdef0123456789abcdef";
const VEHICLE: VehicleId = VehicleId([0x11; 16]);

fn passes(app: &TestApp) -> Vec<PassRow> {
    read(app, |tx| tx.passes_of_holder(Shard(1), &VEHICLE.0))
}

fn version(app: &TestApp) -> i64 {
    read(app, |tx| {
        Ok(tx.vehicle(Shard(1), VEHICLE)?.expect("recorded").version)
    })
}

fn keep(app: &TestApp, grid: &str, path: &str, act: &str, plate: &str) -> Answer {
    let version = if act == "add" { 0 } else { version(app) };
    let plate = percent(plate);
    let body = format!("act={act}&vehicle={VEHICLE}&version={version}&plate={plate}&kind=car");
    let [once, twice] = [(); 2].map(|()| app.form(path, grid, &body));
    assert_eq!(
        once.status, twice.status,
        "a double click says the same: {act}"
    );
    once
}

#[test]
fn a_vehicle_is_recorded_given_a_pass_scanned_corrected_and_ended() {
    demo_on_both(|app, demo| {
        let (grid, office) = (cookie(app, demo, "grid1"), cookie(app, demo, "office1"));
        let who = somebody(demo, 1);
        let base = format!("/areas/{}", community(demo));
        let path = format!("{base}/households/{}/vehicles", who.household);
        let form = |act: &str, plate: &str| keep(app, &grid, &path, act, plate);
        for wrong in ["", "12", "豫OIO123", "=1+1"] {
            assert_eq!(
                form("add", wrong).status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{wrong}"
            );
        }
        assert_eq!(form("add", "豫k·9z 8y7").status, StatusCode::SEE_OTHER);
        assert_eq!(
            form("add", "豫K9Z8Y7").status,
            StatusCode::SEE_OTHER,
            "a double click"
        );
        assert!(app.get(&path, &grid).body.contains("豫K9Z8Y7"));
        // The same plate at another door is the same vehicle.
        let next = format!("{base}/households/{}/vehicles", somebody(demo, 2).household);
        let body = format!(
            "act=add&vehicle={ID}&plate={}&kind=car",
            percent("豫K9Z8Y7")
        );
        assert_eq!(app.form(&next, &grid, &body).status, StatusCode::CONFLICT);

        // Applied for, approved: a pass that names the plate.
        let body = format!(
            "id={ID}&household={}&holder=vehicle-{VEHICLE}&delivery=desk",
            who.household
        );
        let sent = app.form(&format!("{base}/passes/apply"), &grid, &body);
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
        assert!(
            app.get(&format!("{base}/passes?open={ID}"), &office)
                .body
                .contains("豫K9Z8Y7")
        );
        let done = app.form(
            &format!("{base}/passes/approve"),
            &office,
            &format!("one={ID}.1"),
        );
        assert_eq!(
            done.header("location"),
            format!("{base}/passes?done=1&held=0"),
            "{}",
            done.body
        );
        let first = passes(app).pop().expect("a pass");
        assert_eq!(
            (&*first.kind, first.household),
            ("vehicle", Some(who.household))
        );

        // The gate knows the vehicle.
        let mut phone = Phone::enrolled(app, demo, "guard1a");
        let screen = scan(&mut phone, &first).to_string();
        assert!(
            screen.contains("车辆") || screen.contains("豫K9Z8Y7"),
            "{screen}"
        );

        corrected_and_ended(app, &grid, &path, &next);
    });
}

fn corrected_and_ended(app: &TestApp, grid: &str, path: &str, next: &str) {
    let form = |act: &str, plate: &str| keep(app, grid, path, act, plate);
    // A corrected plate: the old card ends, the new one names the new plate.
    assert_eq!(form("correct", "豫K9Z8Y6").status, StatusCode::SEE_OTHER);
    let all = passes(app);
    let old = all.iter().find(|pass| pass.replaced_by.is_some());
    let old = old.expect("the first one");
    let reason = |pass: &PassRow| pass.revocation.as_ref().map(|end| end.reason.clone());
    assert_eq!(reason(old).as_deref(), Some("issued_in_error"));
    let new = all.iter().find(|pass| Some(pass.pass) == old.replaced_by);
    let new = new.expect("the new one").pass;
    let stale = format!("act=end&vehicle={VEHICLE}&version=1");
    assert_eq!(app.form(path, grid, &stale).status, StatusCode::CONFLICT);
    // What was typed stays where it cannot be taken.
    let wrong = form("correct", "豫K9Z8").body;
    assert!(
        wrong.contains("<details open>") && wrong.contains("value=\"豫K9Z8\""),
        "{wrong}"
    );
    assert_eq!(form("end", "").status, StatusCode::SEE_OTHER);
    assert_eq!(reason(&pass(app, new)).as_deref(), Some("class_ended"));
    assert!(app.get(path, grid).body.contains("起不用了"));
    // Nobody else's household, and nothing that is no act.
    let body = format!("act=king&vehicle={VEHICLE}");
    assert_eq!(app.form(path, grid, &body).status, StatusCode::BAD_REQUEST);
    assert_eq!(app.form(next, grid, &stale).status, StatusCode::NOT_FOUND);
}

/// Another system applies for a vehicle's pass as it does for a person's.
#[test]
fn a_vehicle_is_applied_for_by_another_system() {
    demo_on_both(|app, demo| {
        let who = somebody(demo, 1);
        let vehicle = VehicleRow {
            shard: Shard(1),
            vehicle: VEHICLE,
            plate: "豫A00001".to_owned(),
            kind: "car".to_owned(),
            household: Some(who.household),
            area: who.compound,
            ended_on: None,
            version: 1,
        };
        app.write(move |tx| tx.insert_vehicle(&vehicle));
        let maker = staff_with(app, "office", &["community_office"], who.compound);
        let token = token(app, maker, who.compound, &Permission::FOR_SYSTEMS);
        let place = format!("/api/v1/areas/{}/applications", who.compound);
        let body = |kind: &str| {
            serde_json::json!({
                "household": who.household.to_string(), "kind": kind,
                "holder": VEHICLE.to_string(), "delivery": "desk",
            })
        };
        let made = post(app, &place, &token, "key-0001", &body("vehicle"));
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        let wrong = post(app, &place, &token, "key-0002", &body("resident"));
        assert_eq!(
            wrong.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{}",
            wrong.body
        );
    });
}
