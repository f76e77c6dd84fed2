//! GATE-10, SCOPE-1: an order about a zone, from its two signatures to the verdict at the gate.

use crate::gate::{Phone, compound_of, pass_text};
use crate::support::{START, TestApp, demo_on_both};
use gatehouse_core::id::{AreaId, OrderId};
use gatehouse_core::key::KeyId;
use gatehouse_core::order::LiftReason;
use gatehouse_server::auth::role::Role;
use gatehouse_server::ops::demo::make::Demo;
use gatehouse_server::ops::key_home::KeyHome;
use gatehouse_server::ops::order_request::OrderRequest;
use gatehouse_server::ops::sign_order::{OrderDesk, Signer};
use serde_json::{Value, json};

/// A list is made anew after so long.
const LIST_MILLIS: i64 = 11_000;

/// Somebody of the demo who may sign orders.
fn signer(demo: &Demo, role: Role) -> Signer<'_> {
    let staff = &demo.town.staffing.staff;
    let mut keys = demo.orders.keys.iter();
    let key = keys.find(|key| staff[key.staff].role == role);
    let key = key.expect("a key for orders");
    Signer {
        key: KeyId::of(&key.key.verifying_key()),
        password: &staff[key.staff].password,
    }
}

fn request(subject: Value, compound: AreaId) -> OrderRequest {
    let phone = json!({"office": "社区值班室", "phone": "0371-5550100"});
    let request = json!({
        "ground": "zone",
        "evidence": [{"kind": "assessment", "record": "06060606060606060606060606060606"}],
        "legal_basis": {"law": "传染病防治法第四十二条", "number": "示范 2020 第 2 号"},
        "authority": "02020202-0202-0202-0202-020202020202",
        "authority_name": "示范街道",
        "subject": subject,
        "area": compound,
        "starts": "2020-02-19T07:00:00+08:00",
        "ends": "2020-03-04T07:00:00+08:00",
        "review_on": "2020-02-26",
        "contact": phone,
        "appeal": phone,
    });
    serde_json::from_value(request).expect("a request")
}

/// Proposed by one organisation and approved by another.
fn ordered(app: &TestApp, demo: &Demo, request: OrderRequest) -> (OrderDesk, OrderId) {
    let desk = OrderDesk::open(KeyHome::Database(app.app.store.clone())).expect("opens");
    let world = &*app.app.world;
    let proposed = desk.propose(request, &signer(demo, Role::HealthWorker), world);
    let order = proposed.expect("proposes").order;
    let approved = desk.approve(order, &signer(demo, Role::StreetCommand), world);
    approved.expect("approves");
    (desk, order)
}

/// The verdict on a pass that is scanned, everything said that a guard can say.
fn scanned(phone: &mut Phone<'_>, text: &str, way: &str) -> Value {
    let mut screen = phone.step(json!({"input": "scan", "text": text, "way": way}));
    for (fact, value) in [
        ("temperature", json!(36.5)),
        ("mask", json!(true)),
        ("health_code", json!("green")),
    ] {
        if screen["verdict"] == "ask" {
            screen = phone.step(json!({"input": "fact", "fact": fact, "value": value}));
        }
    }
    screen
}

#[test]
fn a_spot_closes_the_gate_from_the_second_signature_to_the_lift() {
    demo_on_both(|app, demo| {
        let mut phone = Phone::enrolled(app, demo, "guard1a");
        let compound = compound_of(app, &phone.gate);
        let text = pass_text(app, demo, &phone.gate);
        let screen = scanned(&mut phone, &text, "in");
        assert_eq!(screen["verdict"], "admit", "{screen}");
        phone.step(json!({"input": "finish", "outcome": "crossed"}));
        phone.send_all();

        let spot = request(json!({"spot": [compound]}), compound);
        let (desk, order) = ordered(app, demo, spot);
        app.later(LIST_MILLIS);
        phone.refresh();
        // Out: closed. In: not sent away, somebody takes charge.
        let screen = scanned(&mut phone, &text, "out");
        assert_eq!(screen["verdict"], "refuse", "{screen}");
        assert!(
            screen.to_string().contains("这里按决定书暂时封闭。货在"),
            "{screen}"
        );
        assert!(screen.to_string().contains("GATE-10"), "{screen}");
        phone.step(json!({"input": "finish", "outcome": "turned_back"}));
        let screen = scanned(&mut phone, &text, "in");
        assert_eq!(screen["verdict"], "refer", "{screen}");
        phone.step(json!({"input": "finish", "outcome": "taken_in_charge"}));
        let begin = json!({"input": "begin", "subject_kind": "courier", "way": "in"});
        let screen = phone.step(begin);
        assert_eq!(screen["verdict"], "refuse", "{screen}");
        phone.step(json!({"input": "finish", "outcome": "turned_back"}));
        // Life comes first (SCOPE-3).
        let screen = phone.step(json!({"input": "emergency", "way": "out"}));
        assert_eq!(screen["verdict"], "admit", "{screen}");
        // The server decides alike, with its own facts.
        let receipt = phone.send_all();
        let answers = receipt["answers"].as_array().expect("answers");
        assert!(
            answers.iter().all(|answer| answer["graver"] == false),
            "{receipt}"
        );

        let opened = LiftReason::ZoneOpened;
        let street = signer(demo, Role::StreetCommand);
        desk.lift(order, opened, Some(START), &street, &*app.app.world)
            .expect("lifts");
        app.later(LIST_MILLIS);
        phone.refresh();
        let screen = scanned(&mut phone, &text, "out");
        assert_eq!(screen["verdict"], "admit", "{screen}");
    });
}

#[test]
fn a_sealed_zone_is_left_with_a_test_and_one_of_high_risk_at_need_besides() {
    demo_on_both(|app, demo| {
        let mut phone = Phone::enrolled(app, demo, "guard1a");
        let compound = compound_of(app, &phone.gate);
        let text = pass_text(app, demo, &phone.gate);
        let steps = |screen: &Value| -> Vec<String> {
            let steps = screen["steps"].as_array().into_iter().flatten();
            steps
                .map(|step| step["step"].as_str().unwrap_or_default().to_owned())
                .collect()
        };
        for (class, left) in [
            ("zone", vec!["see_test"]),
            ("high_zone", vec!["see_test", "get_approval"]),
        ] {
            let (desk, order) = ordered(app, demo, request(json!({class: [compound]}), compound));
            app.later(LIST_MILLIS);
            phone.refresh();
            let screen = scanned(&mut phone, &text, "out");
            assert_eq!(screen["verdict"], "ask", "{class}: {screen}");
            assert_eq!(steps(&screen), left, "{class}: {screen}");
            let test = json!({"input": "fact", "fact": "negative_test_age_hours", "value": 30});
            let mut screen = phone.step(test);
            if class == "high_zone" {
                let approval = json!({"input": "fact", "fact": "approval", "value": ["community"]});
                screen = phone.step(approval);
            }
            assert_eq!(screen["verdict"], "admit", "{class}: {screen}");
            phone.step(json!({"input": "finish", "outcome": "crossed"}));
            // Home without a test.
            let screen = scanned(&mut phone, &text, "in");
            assert_eq!(screen["verdict"], "admit", "{class}: {screen}");
            phone.step(json!({"input": "finish", "outcome": "crossed"}));
            let visitor =
                phone.step(json!({"input": "begin", "subject_kind": "visitor", "way": "in"}));
            assert_eq!(visitor["verdict"], "refuse", "{class}: {visitor}");
            phone.step(json!({"input": "finish", "outcome": "turned_back"}));
            let answers = phone.send_all()["answers"].clone();
            let graver = answers.as_array().expect("answers").iter();
            assert!(
                graver.into_iter().all(|answer| answer["graver"] == false),
                "{answers}"
            );
            let street = signer(demo, Role::StreetCommand);
            let opened = LiftReason::ZoneOpened;
            desk.lift(order, opened, Some(START), &street, &*app.app.world)
                .expect("lifts");
        }
    });
}

/// An order closes a place also where no document is in force, and only while it holds.
#[test]
fn a_spot_closes_the_gate_where_no_document_is_in_force() {
    demo_on_both(|app, demo| {
        app.write(move |tx| {
            for row in tx.policies_in_force(START, START + 1)? {
                tx.end_policy_force(row.area, &row.document, row.from_at, START)?;
            }
            Ok(())
        });
        let mut phone = Phone::enrolled(app, demo, "guard1a");
        let compound = compound_of(app, &phone.gate);
        let text = pass_text(app, demo, &phone.gate);
        let screen = scanned(&mut phone, &text, "out");
        assert_eq!(screen["verdict"], "admit", "{screen}");
        assert!(screen.to_string().contains("no_policy"), "{screen}");
        phone.step(json!({"input": "finish", "outcome": "crossed"}));
        phone.send_all();
        let spot = request(json!({"spot": [compound]}), compound);
        ordered(app, demo, spot);
        app.later(LIST_MILLIS);
        phone.refresh();
        let screen = scanned(&mut phone, &text, "out");
        assert_eq!(screen["verdict"], "refuse", "{screen}");
        phone.step(json!({"input": "finish", "outcome": "turned_back"}));
        let screen = phone.step(json!({"input": "emergency", "way": "out"}));
        assert_eq!(screen["verdict"], "admit", "{screen}");
        let answers = phone.send_all()["answers"].clone();
        assert_eq!(answers[0]["verdict"], "refuse", "{answers}");
        assert_eq!(answers[1]["verdict"], "admit", "{answers}");
    });
}
