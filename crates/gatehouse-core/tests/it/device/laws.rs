//! What holds for any sequence of inputs: no panic, one answer each, emergencies always admit,
//! the chain holds (checked by every step of [`Stage`]), one event for each finish, and events
//! sent again are the same events.

use super::table::{Stage, enrol};
use super::world;
use gatehouse_core::device::{Device, Output, respond};
use gatehouse_core::gate::{Policy, Verdict};
use gatehouse_core::replay::{Attempt, Before, Draft, Place, Prepared, Replayer, Summary};
use gatehouse_core::wire::EventBody;
use proptest::prelude::*;
use serde_json::{Value, json};

fn way() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("in"), Just("out")]
}

fn pass() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "wang",
        "li-under-order",
        "zhang-tenant",
        "zhao-expired",
        "qian-revoked",
        "visitor",
        "nurse",
        "forged",
        "elsewhere",
        "menu",
    ])
}

fn fact() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!({"input": "fact", "fact": "temperature", "value": 36.5}),
        json!({"input": "fact", "fact": "temperature", "value": 38.1}),
        json!({"input": "fact", "fact": "second_temperature", "value": 36.7}),
        json!({"input": "fact", "fact": "second_temperature", "value": 38.2}),
        json!({"input": "fact", "fact": "temperature", "value": "hot"}),
        json!({"input": "fact", "fact": "temperature_way", "value": "armpit"}),
        json!({"input": "fact", "fact": "registered_now", "value": true}),
        json!({"input": "fact", "fact": "special_reason", "value": true}),
        json!({"input": "fact", "fact": "host_consent", "value": false}),
        json!({"input": "fact", "fact": "subject_kind", "value": "courier"}),
        json!({"input": "fact", "fact": "pass_state", "value": "none"}),
        json!({"input": "fact", "fact": "symptoms", "value": ["cough"]}),
        json!({"input": "fact", "fact": "emergency", "value": false}),
        json!({"input": "fact", "fact": "plate", "value": "豫A12345"}),
        json!({"input": "fact", "fact": "room", "value": "3-1-102"}),
        json!({"input": "fact", "fact": "nothing", "value": null}),
    ])
}

fn outcome() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["crossed", "turned_back", "taken_in_charge", "unknown"])
}

fn input() -> impl Strategy<Value = Value> {
    let seq = 0..12_u64;
    prop_oneof![
        4 => (way(), pass()).prop_map(
            |(way, pass)| json!({"input": "scan", "way": way, "text": world::qr(pass)})),
        6 => fact(),
        4 => outcome().prop_map(|outcome| json!({"input": "finish", "outcome": outcome})),
        3 => outcome().prop_map(|outcome| json!({"input": "finish", "outcome": outcome,
            "overruling_reason": "shift_lead_decided"})),
        1 => way().prop_map(|way| json!({"input": "emergency", "way": way})),
        1 => prop::sample::select(vec!["forehead", "ear", "wrist", "none"]).prop_map(
            |way| json!({"input": "thermometer", "way": way})),
        1 => Just(json!({"input": "fever"})),
        1 => Just(json!({"input": "cancel"})),
        1 => Just(json!({"input": "tick"})),
        1 => Just(json!({"input": "shift_end"})),
        1 => Just(json!({"input": "shift_start", "mask": false, "armband": true, "guards":
            [{"staff": "01010101010101010101010101010101", "name": "李师傅"}]})),
        1 => (way(), prop::sample::select(vec!["王", "张", "李"])).prop_map(
            |(way, surname)| json!({"input": "lookup", "way": way, "building": "6", "unit": "2",
                "room": "302", "surname": surname})),
        1 => (way(), prop::sample::select(vec!["visitor", "courier", "vehicle", "resident"]))
            .prop_map(|(way, kind)| json!({"input": "begin", "way": way, "subject_kind": kind})),
        1 => seq.clone().prop_map(
            |seq| json!({"input": "amend", "seq": seq, "change": {"kind": "undo"}})),
        2 => (seq.clone(), seq).prop_map(|(through, seq)| json!({"input": "sent",
            "acknowledged_through": through, "answers": [{"seq": seq, "verdict": "refer",
            "graver": true, "rows": [], "sentences": []}]})),
    ]
}

/// Every crossing of a device, decided again from its record by the policy that it names.
fn replay(stage: &Stage, age: i64) -> Summary {
    let list = world::snapshot(1, age);
    let policies: Vec<Prepared> = list
        .policies
        .iter()
        .zip(1..)
        .map(|(spell, number)| {
            let policy = Policy::read(&spell.compiled).expect("a policy of ours");
            Prepared::new(policy, number)
        })
        .collect();
    let mut replayer = Replayer::default();
    let crossings = stage.events.iter();
    for event in crossings.filter(|event| matches!(event.body, EventBody::Crossing(_))) {
        let record = event.public_bytes();
        let attempt = Attempt::read(&record).expect("an attempt");
        let mut kept = policies.iter();
        let before = match attempt.policy {
            None => Before::NoDocument,
            Some(id) => match kept.find(|kept| kept.policy().id() == id) {
                Some(kept) => Before::Policy(kept),
                None => Before::NotKept,
            },
        };
        let place = Place {
            device: event.device,
            seq: event.seq as i64,
            household: None,
        };
        replayer.take(&attempt, &place, before, Draft::AsItWas);
    }
    replayer.finish()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_sequence_of_inputs_is_answered(
        inputs in prop::collection::vec((input(), 0..90_000_i64), 1..40), age in 0..100_i64,
    ) {
        let mut stage = Stage::new(age);
        let mut now = world::morning();
        for (input, millis) in inputs {
            now = now.plus_millis(millis);
            let kind = input["input"].clone();
            let output = stage.feed(input, now);
            prop_assert!(!output.screen.headline.is_empty());
            let admitted = output.screen.verdict == Some(Verdict::Admit);
            // SCOPE-3: whatever was on the screen, it is let through and recorded.
            if kind == "emergency" {
                prop_assert!(admitted && output.append.len() == 1);
            }
            // An ask always says what to do.
            if output.screen.verdict == Some(Verdict::Ask) {
                prop_assert!(!output.screen.steps.is_empty(), "{:?}", output.screen);
            }
            if kind == "finish" {
                let done = output.screen.code.is_none();
                prop_assert_eq!(output.append.len(), usize::from(done));
            }
            prop_assert!(output.append.len() <= 2);
            let unsent = output.counts.unsent;
            prop_assert!(unsent <= stage.events.len() as u64);
            prop_assert_eq!(output.head_to_sign_base64.is_some(), unsent > 0);
        }
        // A stop at any moment loses nothing: the same state, and the chain goes on.
        stage.restart(now);
        stage.feed(json!({"input": "emergency", "way": "out"}), now);
        let numbers: Vec<u64> = stage.events.iter().map(|event| event.seq).collect();
        prop_assert_eq!(numbers, (1..=stage.events.len() as u64).collect::<Vec<_>>());
        let found = replay(&stage, age);
        prop_assert_eq!((found.not_reproduced, found.not_compared, found.damaged), (0, 0, 0));
        prop_assert_eq!((found.counts.changed(), found.counts.unknown()), (0, 0));
    }

    #[test]
    fn any_bytes_are_answered(bytes: Vec<u8>) {
        let (device, output) = respond(Device::default(), &bytes);
        let output: Output = serde_json::from_slice(&output).expect("an output");
        prop_assert_eq!(output.screen.code.as_deref(), Some("D01"));
        let _ = Device::from_bytes(&bytes);
        prop_assert_eq!(device.to_bytes(), Device::default().to_bytes());
    }

    #[test]
    fn any_changed_byte_of_a_state_is_refused_or_read_without_panic(at: usize, with: u8) {
        let mut stage = Stage::new(1);
        stage.feed(json!({"input": "emergency", "way": "out"}), world::morning());
        let mut state = stage.device.to_bytes();
        let length = state.len();
        state[at % length] ^= with;
        if let Ok(device) = Device::from_bytes(&state) {
            prop_assert_eq!(device.to_bytes(), state);
        }
    }
}

#[test]
fn a_lost_acknowledgement_doubles_nothing() {
    let mut stage = Stage::new(1);
    for _ in 0..3 {
        stage.feed(
            json!({"input": "emergency", "way": "out"}),
            world::morning(),
        );
    }
    let sent =
        |through: u64| json!({"input": "sent", "acknowledged_through": through, "answers": []});
    // The reply is lost, the batch goes again; then the replies come late and out of order.
    for (through, unsent) in [(0, 3), (3, 0), (2, 1), (3, 0), (9, 0)] {
        let output = stage.feed(sent(through), world::morning());
        assert_eq!((output.counts.unsent, output.append.len()), (unsent, 0));
    }
    let output = stage.feed(json!({"input": "emergency", "way": "in"}), world::morning());
    assert_eq!((output.append[0].seq, output.counts.unsent), (4, 1));
    // Enrolled again as the same device, the chain goes on.
    let output = stage.feed(enrol(), world::morning());
    assert_eq!(output.counts.unsent, 1);
}
