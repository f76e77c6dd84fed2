//! Events: reading back, changed bytes, chains, erasure, vectors.

mod snapshot;

use super::cbor::Cbor;
use super::*;
use crate::audit::Hash;
use crate::gate::{Outcome, SubjectKind, Verdict, Way};
use crate::id::*;
use crate::moment::Moment;
use crate::pass::{ListNumber, PassNumber};
use proptest::prelude::*;

const AT: i64 = 1_795_392_000_000;

fn pass() -> PassNumber {
    PassNumber::new(ListNumber::new(7, 27), 42).expect("in the list")
}

fn crossing() -> Crossing {
    Crossing {
        gate: GateId([2; 16]),
        staff: Some(StaffId([3; 16])),
        way: Way::In,
        subject_kind: Some(SubjectKind::Visitor),
        pass: Some(pass()),
        copied_minutes: Some(4),
        facts: vec![0xa1, 0x01, 0x04],
        policy: Some([7; 32]),
        evaluator: 1,
        decided_at: AT - 900,
        rows: vec!["HN/visitor".to_owned(), "HN/measure".to_owned()],
        verdict: Verdict::Ask,
        outcome: Outcome::Crossed,
        overruling_reason: Some(OverrulingReason::SuppliedLater),
        emergency: None,
    }
}

fn bodies() -> Vec<(&'static str, EventBody)> {
    let reading = |tenths| Reading {
        tenths,
        way: Some(0),
        at: AT,
    };
    let what = EmergencyKind::Illness;
    let bare = Crossing {
        staff: None,
        subject_kind: None,
        pass: None,
        copied_minutes: None,
        facts: vec![0xa0],
        policy: None,
        rows: vec![],
        verdict: Verdict::Admit,
        outcome: Outcome::Crossed,
        overruling_reason: None,
        emergency: Some(EmergencyKind::Unsaid),
        ..crossing()
    };
    let outcome = Change::Outcome {
        outcome: Outcome::TurnedBack,
        reason: Some(OverrulingReason::LeftByChoice),
    };
    vec![
        ("crossing", EventBody::Crossing(Box::new(crossing()))),
        ("emergency crossing", EventBody::Crossing(Box::new(bare))),
        ("undo", amendment(Change::Undo {})),
        ("other outcome", amendment(outcome)),
        ("emergency amended", amendment(Change::Emergency { what })),
        (
            "shift start",
            EventBody::ShiftStart {
                guards: vec![StaffId([3; 16]), StaffId([4; 16])],
                mask: true,
                armband: false,
            },
        ),
        ("shift end", EventBody::ShiftEnd),
        (
            "fever",
            fever(Some(1), Some(reading(378)), Some(reading(379))),
        ),
        ("symptoms", fever(None, None, None)),
        (
            "measurement",
            EventBody::Measurement {
                of: 1,
                reading: reading(365),
            },
        ),
        ("handed on", EventBody::HandedOn { of: 1 }),
        ("emergency noted", EventBody::Emergency { of: 1, what }),
        ("lookup", EventBody::Lookup { found: true }),
        ("note", EventBody::Note { of: Some(1) }),
        ("free note", EventBody::Note { of: None }),
    ]
}

fn fever(crossing: Option<u64>, first: Option<Reading>, second: Option<Reading>) -> EventBody {
    EventBody::Fever(Fever {
        crossing,
        first,
        second,
        pass: None,
    })
}

fn amendment(change: Change) -> EventBody {
    EventBody::Amendment { of: 1, change }
}

fn private() -> Private {
    Private {
        salt: [8; 16],
        subject: Some(Subject::Person(PersonId([9; 16]))),
        household: Some(HouseholdId([10; 16])),
        details: vec![
            Detail::new(DetailField::Name, "来客甲"),
            Detail::new(DetailField::Phone, "13900000000"),
        ],
    }
}

fn event(seq: u64, previous: Hash, body: EventBody, private: Option<Private>) -> Event {
    Event {
        device: DeviceId([1; 16]),
        seq,
        previous,
        at: Moment::new(AT, 480),
        skew_millis: Some(-360_000),
        snapshot: 12,
        body,
        private,
    }
}

/// One event of each body, chained; every other one concerns somebody.
fn chain() -> Vec<(&'static str, Event)> {
    let mut previous = Hash::START;
    let mut seq = 0;
    bodies()
        .into_iter()
        .map(|(name, body)| {
            seq += 1;
            let private = (seq % 2 == 1).then(private);
            let event = event(seq, previous, body, private);
            previous = event.hash();
            (name, event)
        })
        .collect()
}

fn hex(text: &str) -> Vec<u8> {
    data_encoding::HEXLOWER
        .decode(text.as_bytes())
        .expect("hex digits")
}

#[test]
fn each_event_reads_back() {
    for (name, event) in chain() {
        assert_eq!(Event::from_bytes(&event.to_bytes()), Ok(event), "{name}");
    }
}

/// Phones of before say of a fever no pass: their four parts are read, and written, as ever. The
/// fifth stands or is left out; null is no second way to say nothing.
#[test]
fn a_fever_with_a_pass_and_one_of_before_are_both_read() {
    let before = Fever {
        crossing: None,
        first: None,
        second: None,
        pass: None,
    };
    let pass = Some(pass());
    let now = Fever {
        pass,
        ..before.clone()
    };
    let pass = "1a71b0002a";
    for (fever, bytes) in [
        (before, "8405f6f6f6".to_owned()),
        (now, format!("8505f6f6f6{pass}")),
    ] {
        let body = EventBody::Fever(fever);
        let hex = data_encoding::HEXLOWER.encode(&body.to_cbor());
        assert_eq!(hex, bytes);
        assert_eq!(EventBody::from_cbor(&body.to_cbor()), Ok(body));
    }
    assert!(EventBody::from_cbor(&hex("8505f6f6f6f6")).is_err());
}

/// Since the gate asks which thermometer is in use: null where nobody said (GATE-6). What stands
/// in the vectors keeps its meaning.
#[test]
fn a_reading_of_which_nobody_said_how_is_null() {
    for (way, byte) in [(None, 0xf6), (Some(0), 0x00), (Some(3), 0x03)] {
        let reading = Reading {
            tenths: 378,
            way,
            at: 5,
        };
        let bytes = [0x83, 0x19, 0x01, 0x7a, byte, 0x05];
        assert_eq!(reading.to_cbor(), bytes);
        assert_eq!(Reading::from_cbor(&bytes), Ok(reading));
    }
}

/// Version 1 as it was first written; a device that lay in a drawer still sends it.
#[test]
fn events_of_version_one_are_read_forever() {
    let vectors: serde_json::Value =
        serde_json::from_str(include_str!("../../../../../testdata/wire/event-v1.json"))
            .expect("JSON");
    let vectors = vectors["events"].as_array().expect("events");
    let chain = chain();
    assert_eq!(vectors.len(), chain.len());
    for (vector, (name, event)) in vectors.iter().zip(&chain) {
        assert_eq!(vector["name"], *name);
        let bytes = hex(vector["bytes"].as_str().expect("hex digits"));
        assert_eq!(Event::from_bytes(&bytes).as_ref(), Ok(event), "{name}");
        assert_eq!(event.to_bytes(), bytes, "{name}");
        assert_eq!(vector["hash"], event.hash().to_string(), "{name}");
    }
    let head = chain.last().expect("an event").1.head();
    let vector: serde_json::Value =
        serde_json::from_str(include_str!("../../../../../testdata/wire/head-v1.json"))
            .expect("JSON");
    let signed = data_encoding::HEXLOWER.encode(&head.to_signed_bytes());
    assert_eq!(vector["signed_bytes"], signed);
}

#[test]
fn a_chain_is_followed_with_and_without_its_private_parts() {
    let mut head = None;
    for (name, event) in chain() {
        let public = PublicEvent::from_bytes(&event.public_bytes()).expect("reads");
        assert!(public.follows(head.as_ref()), "{name}");
        assert_eq!(public.head(), event.head(), "{name}");
        assert_eq!(public.commitment.is_some(), event.private.is_some());
        head = Some(public.head());
    }
    let head = head.expect("events");
    let next = |device: u8, seq, previous| {
        let mut event = event(seq, previous, EventBody::ShiftEnd, None);
        event.device = DeviceId([device; 16]);
        PublicEvent::from_bytes(&event.public_bytes())
            .expect("reads")
            .follows(Some(&head))
    };
    assert!(next(1, head.seq + 1, head.hash));
    assert!(!next(1, head.seq + 2, head.hash));
    assert!(!next(1, head.seq, head.hash));
    assert!(!next(1, head.seq + 1, Hash::START));
    assert!(!next(2, head.seq + 1, head.hash));
}

#[test]
fn a_private_part_must_be_what_was_committed_to() {
    let base = event(1, Hash::START, EventBody::ShiftEnd, Some(private()));
    let forge = |change: fn(&mut Private)| {
        let mut writer = cbor::Writer::default();
        let mut private = private();
        change(&mut private);
        writer.array(3).uint(1).bytes(&base.public_bytes());
        writer.bytes(&private.to_cbor());
        Event::from_bytes(&writer.finish())
    };
    assert_eq!(forge(|_| ()), Ok(base.clone()));
    let other: [fn(&mut Private); 5] = [
        |private| private.salt = [0; 16],
        |private| private.subject = Some(Subject::Person(PersonId([1; 16]))),
        |private| private.household = None,
        |private| private.details.clear(),
        |private| private.details[0] = Detail::new(DetailField::Name, "来客乙"),
    ];
    for change in other {
        assert_eq!(forge(change), Err(EventError::Commitment));
    }
}

#[test]
fn unknown_versions_and_numbers_are_named() {
    let event = event(1, Hash::START, EventBody::ShiftEnd, None);
    let mut later = event.to_bytes();
    later[1] = 2;
    assert_eq!(Event::from_bytes(&later), Err(EventError::Version(2)));
    let zero = Event { seq: 0, ..event };
    assert!(Event::from_bytes(&zero.to_bytes()).is_err());
}

#[test]
fn details_are_cut_and_do_not_print() {
    let long = Detail::new(DetailField::Remark, &"病".repeat(999));
    assert!(long.reveal_text().len() <= body::DETAIL_BYTES_MOST);
    assert!(long.reveal_text().chars().all(|c| c == '病'));
    let event = event(1, Hash::START, EventBody::ShiftEnd, Some(private()));
    let printed = format!("{event:?}");
    assert!(
        !printed.contains("来客") && !printed.contains("139"),
        "{printed}"
    );
}

proptest! {
    #[test]
    fn any_changed_byte_of_an_event_changes_or_breaks_it(
        which: prop::sample::Index, at: prop::sample::Index, flip in 1u8..,
    ) {
        let chain = chain();
        let event = &which.get(&chain).1;
        let mut bytes = event.to_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        if let Ok(read) = Event::from_bytes(&bytes) {
            // Read in the one encoding, and then its hash differs.
            prop_assert_eq!(read.to_bytes(), bytes);
            prop_assert_ne!(read.hash(), event.hash());
        }
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes: Vec<u8>) {
        prop_assert!(Event::from_bytes(&bytes).is_err());
        if let Ok(read) = PublicEvent::from_bytes(&bytes) {
            prop_assert_eq!(read.event.public_bytes(), bytes);
        }
    }

    #[test]
    fn bodies_read_back(
        facts in prop::collection::vec(any::<u8>(), 0..50), evaluator: u32, decided_at: i64,
        rows in prop::collection::vec("[A-Z]{2}/[a-z-]{1,40}", 0..20), copied: Option<u32>,
    ) {
        let body = EventBody::Crossing(Box::new(Crossing {
            facts, evaluator, decided_at, rows, copied_minutes: copied, ..crossing()
        }));
        prop_assert_eq!(EventBody::from_cbor(&body.to_cbor()), Ok(body));
    }
}
