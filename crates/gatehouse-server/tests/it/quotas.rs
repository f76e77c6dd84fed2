//! A household's quota where several phones stand at the gate (GATE-5): each list says of how many
//! others nothing may be known, and what they saw meets at the server.

use crate::gate::{Phone, cookie, delivered, hold_alone, pass_text};
use crate::support::{TestApp, demo_on_both};
use gatehouse_core::id::{DeviceId, GateId};
use gatehouse_server::ops::demo::make::Demo;
use gatehouse_server::ops::hold_gate::hold_gate;
use gatehouse_store::Shard;
use serde_json::{Value, json};

const SHARD: Shard = Shard(1);
const MINUTE: i64 = 60_000;
const DAY: i64 = 1_440 * MINUTE;
/// Longer than a list is used.
const ANEW: i64 = 11_000;

/// Puts the document in force that counts a household's outings.
pub fn count_outings(app: &TestApp, demo: &Demo) {
    const COUNTING: &str = "hulunbuir-2020-02";
    hold_alone(app, demo, COUNTING, delivered(COUNTING));
}

/// What the list of now says: devices that are silent, and those besides the one that reads it.
fn counts(app: &TestApp, gate: &str) -> (u16, u16) {
    let gate = GateId::parse(gate).expect("an id");
    app.later(ANEW);
    let held = app.wait(hold_gate(&app.app, SHARD, gate)).expect("a list");
    let snapshot = held.list.snapshot();
    (snapshot.silent_devices, snapshot.other_devices)
}

/// Phones that the demo has at the gate already.
fn end_those_of_the_demo(app: &TestApp, gate: &str) {
    let gate = GateId::parse(gate).expect("an id");
    app.write(move |tx| {
        let devices = tx.devices_of_gate(SHARD, gate)?.into_iter();
        for device in devices.filter(|device| device.ended_at.is_none()) {
            tx.end_device(SHARD, device.device, device.enrolled_at)?;
        }
        Ok(())
    });
}

fn two_phones<'a>(app: &'a TestApp, demo: &Demo) -> [Phone<'a>; 2] {
    count_outings(app, demo);
    let first = Phone::enrolled(app, demo, "guard1a");
    end_those_of_the_demo(app, &first.gate);
    let phones = [(); 2].map(|()| Phone::enrolled(app, demo, "guard1a"));
    app.later(ANEW);
    phones
}

/// The phone sends something new, with a session of now.
fn is_heard(app: &TestApp, demo: &Demo, phone: &mut Phone<'_>) {
    phone.cookie = cookie(app, demo, "guard1a");
    phone.step(json!({"input": "emergency", "way": "in"}));
    phone.send_all();
}

#[test]
fn a_phone_counts_until_what_it_saw_no_longer_can() {
    demo_on_both(|app, demo| {
        let [mut first, mut second] = two_phones(app, demo);
        let gate = first.gate.clone();
        assert_eq!(counts(app, &gate), (0, 1), "both were heard of just now");
        is_heard(app, demo, &mut first);
        is_heard(app, demo, &mut second);
        app.later(20 * MINUTE);
        is_heard(app, demo, &mut first);
        assert_eq!(counts(app, &gate), (1, 1), "the second is silent");
        // The row of the server itself is no phone, however long it is silent.
        let body = json!({"pass": pass_text(app, demo, &gate), "way": "in", "facts": {}});
        app.call(
            &format!("/gate/api/gates/{gate}/decide"),
            &first.cookie,
            &body,
        );
        assert_eq!(counts(app, &gate), (1, 1));
        // Alone for three days, and what it saw then counts for days more.
        app.later(4 * DAY);
        is_heard(app, demo, &mut first);
        assert_eq!(counts(app, &gate), (1, 1));
        app.later(2 * DAY);
        is_heard(app, demo, &mut first);
        assert_eq!(counts(app, &gate), (0, 0), "forgotten");
        is_heard(app, demo, &mut second);
        assert_eq!(counts(app, &gate), (0, 1), "and heard of again");
        let ended = DeviceId::parse(second.id()).expect("an id");
        app.write(move |tx| tx.end_device(SHARD, ended, 1));
        assert_eq!(counts(app, &gate), (0, 0), "out of service");
    });
}

/// Somebody at the phone who goes out, up to the last step; the screen.
fn goes_out(phone: &mut Phone<'_>, pass: &str) -> Value {
    phone.step(json!({"input": "scan", "way": "out", "text": pass}));
    phone.step(json!({"input": "fact", "fact": "mask", "value": true}));
    phone.step(json!({"input": "fact", "fact": "temperature", "value": 36.5}))
}

#[test]
fn what_two_phones_saw_alone_meets_at_the_server() {
    demo_on_both(|app, demo| {
        let mut phones = two_phones(app, demo);
        let gate = phones[0].gate.clone();
        let pass = pass_text(app, demo, &gate);
        // As the demo has it, somebody of this home was out twice already.
        for phone in &mut phones {
            phone.refresh();
            phone.later(20 * MINUTE);
            let screen = goes_out(phone, &pass);
            assert_eq!(screen["verdict"], "admit", "{screen}");
            assert_eq!(
                screen["sentences"][0]["text"],
                "最近 2 天出门 2 至 3 次，还有 1 台手机没传。按 2 次算。"
            );
            phone.step(json!({"input": "finish", "outcome": "crossed"}));
        }
        app.later(20 * MINUTE + ANEW);
        for phone in &mut phones {
            phone.send_all();
        }
        app.later(ANEW);
        for phone in &mut phones {
            phone.later(2 * ANEW);
            phone.refresh();
            let screen = goes_out(phone, &pass);
            assert_eq!(screen["flags"], json!([]), "{screen}");
            assert_eq!(
                screen["sentences"][0]["text"],
                "可以出门。提醒：提倡每家两天一人外出采购。"
            );
        }
    });
}
