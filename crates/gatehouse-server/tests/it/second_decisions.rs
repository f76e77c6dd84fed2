//! Outings of a household, of every phone and of the server itself: in the next list, and when the
//! server decides again, however old the list is that it holds of the gate (GATE-5, GATE-14).

use crate::gate::{Phone, compound_of, cookie, delivered, hold_alone, json, pass_text};
use crate::quotas::count_outings;
use crate::support::{START, TestApp, demo_on_both};
use gatehouse_core::gate::Way;
use gatehouse_core::id::{DeviceId, GateId};
use gatehouse_core::pass::PassKind;
use gatehouse_server::ops::demo::make::Demo;
use gatehouse_server::ops::demo::pass::{Holder, Standing};
use gatehouse_store::{Shard, StoreError};
use serde_json::json;

const SHARD: Shard = Shard(1);
/// A document that counts a household's outings.
const COUNTING: &str = "hulunbuir-2020-02";

/// The code on a pass of somebody behind the gate whose household was not out lately.
fn pass_of_who_stayed_in(app: &TestApp, demo: &Demo, gate: &str) -> String {
    let compound = compound_of(app, gate);
    let mut passes = demo.issued.passes.iter().filter(|pass| {
        pass.compound == compound
            && pass.standing == Standing::Valid
            && pass.credential.kind == PassKind::Resident
    });
    let stayed_in = |holder: &Holder| {
        let Holder::Person(person) = *holder else {
            return false;
        };
        let read = app.app.store.read_blocking::<_, StoreError, _>(move |tx| {
            let row = tx.person(SHARD, person)?;
            let household = row.and_then(|row| row.household);
            let homes = household.map(|household| household.0);
            let of_home = homes.as_ref().map(std::slice::from_ref);
            tx.outings_of_households(SHARD, of_home.unwrap_or(&[]), 0, 1)
        });
        read.expect("read").is_empty()
    };
    let pass = passes.find(|pass| stayed_in(&pass.holder));
    let bytes = demo.issued.sign(pass.expect("a household that stayed in"));
    gatehouse_core::pass::to_text("127.0.0.1:8080", &bytes)
}

/// The holder of a pass goes out and comes home so many times.
fn walk(phone: &mut Phone<'_>, pass: &str, times: usize) {
    for way in ["out", "in"].into_iter().cycle().take(times) {
        phone.step(json!({"input": "scan", "text": pass, "way": way}));
        phone.step(json!({"input": "fact", "fact": "mask", "value": true}));
        let screen = phone.step(json!({"input": "fact", "fact": "temperature", "value": 36.5}));
        assert_eq!(screen["verdict"], "admit", "{screen}");
        phone.step(json!({"input": "finish", "outcome": "crossed"}));
    }
}

/// The rows by which the server granted each exit that a phone brought in, in order.
fn exits(app: &TestApp, phone: &Phone<'_>) -> Vec<String> {
    let gate = GateId::parse(&phone.gate).expect("an id");
    let device = DeviceId::parse(phone.id()).expect("an id");
    let read = app.app.store.read_blocking::<_, StoreError, _>(move |tx| {
        let shard = tx.gate_anywhere(gate)?.expect("the gate").shard;
        tx.crossings_of_gate(shard, gate, START, START + 7_200_000, 100)
    });
    let mut rows = read.expect("read");
    rows.retain(|row| row.device == device && row.way == Way::Out);
    rows.sort_by_key(|row| row.seq);
    let server = rows
        .into_iter()
        .map(|row| row.server.expect("decided again"));
    let grants = server.map(|server| server.row_ids.into_iter().find(|id| id.contains("/out")));
    grants.map(|id| id.expect("a row that grants it")).collect()
}

fn meet(app: &TestApp, demo: &Demo, times: usize) {
    count_outings(app, demo);
    let mut first = Phone::enrolled(app, demo, "guard1a");
    let mut second = Phone::enrolled(app, demo, "guard1a");
    let pass = pass_of_who_stayed_in(app, demo, &first.gate);
    walk(&mut first, &pass, times);
    second.now += 3_600_000;
    walk(&mut second, &pass, times);
    first.send_all();
    second.send_all();
    let alone: Vec<String> = (0..times.div_ceil(2))
        .map(|exit| if exit == 0 { "HL/out" } else { "HL/out-again" }.to_owned())
        .collect();
    assert_eq!(exits(app, &first), alone, "{times} crossings of one phone");
    let met = vec!["HL/out-again"; alone.len()];
    assert_eq!(exits(app, &second), met, "{times} crossings of the other");
}

#[test]
fn outings_of_two_phones_meet_at_the_server() {
    // One crossing comes in while somebody waits; more come back together.
    for times in [1, 14] {
        demo_on_both(|app, demo| meet(app, demo, times));
    }
}

#[test]
fn what_is_sent_again_counts_once_and_what_was_undone_not_at_all() {
    demo_on_both(|app, demo| {
        // The reminder comes with the third outing.
        let text = delivered(COUNTING);
        let text = text
            .replace("at_most = 0", "at_most = 1")
            .replace("at_least = 1", "at_least = 2");
        hold_alone(app, demo, COUNTING, text);
        let mut phone = Phone::enrolled(app, demo, "guard1a");
        let pass = pass_of_who_stayed_in(app, demo, &phone.gate);
        walk(&mut phone, &pass, 1);
        let exit = phone.events().len();
        phone.step(json!({"input": "amend", "seq": exit, "change": {"kind": "undo"}}));
        walk(&mut phone, &pass, 1);
        phone.send_all();
        // The receipt was lost: the same comes again, with more behind it.
        walk(&mut phone, &pass, 1);
        phone.send_all();
        walk(&mut phone, &pass, 1);
        phone.send_all();
        let wanted = ["HL/out", "HL/out", "HL/out", "HL/out-again"];
        assert_eq!(exits(app, &phone), wanted);
    });
}

#[test]
fn an_outing_is_in_the_next_list_and_makes_no_new_gate_state() {
    demo_on_both(|app, demo| {
        count_outings(app, demo);
        let guard = cookie(app, demo, "guard1a");
        let me = json(&app.get("/gate/api/me", &guard));
        let gate = me["gates"][0]["gate"].as_str().expect("a gate").to_owned();
        let id = GateId::parse(&gate).expect("an id");
        let kept = || {
            let kept = app.app.store.read_blocking::<_, StoreError, _>(move |tx| {
                let gate = tx.gate_anywhere(id)?.expect("the gate");
                tx.last_gate_state(gate.shard, id)
            });
            kept.expect("read").expect("a state").number
        };
        let list = format!("/gate/api/gates/{gate}/snapshot");
        let before = app.get(&list, &guard).bytes.len();
        let number = kept();
        let facts = json!({"temperature": 36.5, "mask": true});
        let body = json!({"pass": pass_text(app, demo, &gate), "way": "out", "facts": facts});
        let told = json(&app.call(&format!("/gate/api/gates/{gate}/decide"), &guard, &body));
        assert_eq!(told["verdict"], "admit", "{told}");
        app.later(11_000);
        assert!(
            app.get(&list, &guard).bytes.len() > before,
            "the outing is missing"
        );
        assert_eq!(kept(), number);
    });
}
