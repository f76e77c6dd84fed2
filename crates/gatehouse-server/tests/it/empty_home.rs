//! What a household leaves behind ends with the last who lived there, and not before. While it
//! holds, whoever of the home goes shopping has the errand pass on their page.

use crate::gate::cookie;
use crate::helpers::{helper, own_pass, wanted};
use crate::passes::{community, pass, read};
use crate::resident::{gate, hidden, holder, opened};
use crate::support::{TestApp, demo_on_both, percent};
use crate::visits::register;
use axum::http::StatusCode;
use gatehouse_core::id::{ApplicationId, HouseholdId, PassId, PersonId, VehicleId};
use gatehouse_server::ops::demo::make::Demo;
use gatehouse_store::Shard;

const VEHICLE: VehicleId = VehicleId([0x12; 16]);

fn approved(app: &TestApp, demo: &Demo, office: &str, id: &str) -> PassId {
    let base = format!("/areas/{}/passes", community(demo));
    let id = ApplicationId::parse(id).expect("an id");
    let row = move |tx: &gatehouse_store::ReadTx<'_>| {
        Ok(tx.application(Shard(1), id)?.expect("an application"))
    };
    let version = read(app, row).version;
    let done = app.form(
        &format!("{base}/approve"),
        office,
        &format!("one={id}.{version}"),
    );
    let whole = format!("{base}?done=1&held=0");
    assert_eq!(done.header("location"), whole, "{}", done.body);
    read(app, row).pass.expect("a pass")
}

fn members(app: &TestApp, home: HouseholdId) -> Vec<(PersonId, i64)> {
    read(app, move |tx| {
        let rows = tx.persons_of_household(Shard(1), home)?;
        Ok(rows.iter().map(|row| (row.person, row.version)).collect())
    })
}

/// A vehicle of a household, with its pass.
fn vehicle(app: &TestApp, demo: &Demo, (grid, office): (&str, &str), home: HouseholdId) -> PassId {
    let base = format!("/areas/{}", community(demo));
    let plate = percent("豫K9Z8Y7");
    let added = app.form(
        &format!("{base}/households/{home}/vehicles"),
        grid,
        &format!("act=add&vehicle={VEHICLE}&plate={plate}&kind=car"),
    );
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.body);
    let id = "7".repeat(32);
    let body = format!("id={id}&household={home}&holder=vehicle-{VEHICLE}&delivery=desk");
    let sent = app.form(&format!("{base}/passes/apply"), grid, &body);
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    approved(app, demo, office, &id)
}

#[test]
fn what_a_household_leaves_behind_ends_with_its_last() {
    demo_on_both(|app, demo| {
        let who = holder(app, demo);
        let (grid, office) = (cookie(app, demo, "grid1"), cookie(app, demo, "office1"));
        let resident = opened(app, demo, &who);
        let errand = hidden(&app.get("/my/apply", &resident), "id");
        let sent = app.form("/my/apply", &resident, &format!("id={errand}&what=errand"));
        // The demo town has given some homes one already.
        let mut all = match sent.status {
            StatusCode::OK => vec![approved(app, demo, &office, &errand)],
            _ => Vec::new(),
        };
        let page = app.get("/my", &resident).body;
        assert!(page.contains("采购出入证"), "{page}");
        let comes = wanted(app, demo, &resident, &office);
        all.push(own_pass(app, comes).pass);
        all.push(vehicle(app, demo, (&grid, &office), who.household));

        let expected = format!("/gates/{}/visits", gate(demo));
        register(app, demo, &who.door, "");

        let base = format!("/areas/{}", community(demo));
        let mut homes = members(app, who.household);
        while let Some((person, version)) = homes.pop() {
            for one in &all {
                assert!(pass(app, *one).revocation.is_none(), "somebody lives there");
            }
            let form = format!("version={version}&why=moved&until_on=&end_passes=true");
            let left = app.form(&format!("{base}/persons/{person}/leave"), &grid, &form);
            assert_eq!(left.status, StatusCode::SEE_OTHER, "{}", left.body);
        }
        for one in &all {
            let row = pass(app, *one);
            assert!(row.revocation.is_some(), "{}", row.kind);
        }
        assert!(helper(app, comes).end.is_some());
        let guard = cookie(app, demo, "guard1a");
        let page = app.get(&expected, &guard).body;
        assert!(
            page.contains("住户已搬走"),
            "nobody is expected there: {page}"
        );
        let vehicle = read(app, |tx| tx.vehicle(Shard(1), VEHICLE));
        assert!(vehicle.expect("kept").ended_on.is_some());
    });
}
