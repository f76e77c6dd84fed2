//! How often a pass was shown, and when last, whatever it opens a gate for.

use crate::played_device::{Gate, HOUSEHOLD, PERSON, crossing, device, send_all};
use crate::support::{MINUTE, MORNING, SHARD, lay_town, on_both, read};
use gatehouse_core::gate::{Outcome, Way};
use gatehouse_core::id::VehicleId;
use gatehouse_core::pass::{ListNumber, PassNumber};
use gatehouse_core::wire::{EventBody, Private, Subject};
use gatehouse_store::pass_event::LastUse;

const CAR: VehicleId = VehicleId([8; 16]);

fn pass(index: u32) -> PassNumber {
    PassNumber::new(ListNumber::new(7, 0), index).unwrap()
}

/// Shows a pass: out at one minute, back at the next, and turned back at a third.
fn show(gate: &mut Gate, number: PassNumber, private: Option<Private>, minute: i64) {
    let attempts = [
        (Way::Out, Outcome::Crossed),
        (Way::In, Outcome::Crossed),
        (Way::Out, Outcome::TurnedBack),
    ];
    for (minute, (way, outcome)) in (minute..).zip(attempts) {
        let mut attempt = crossing(way, outcome);
        attempt.pass = Some(number);
        let body = EventBody::Crossing(Box::new(attempt));
        gate.append(minute, body, private.clone());
    }
}

#[test]
fn every_kind_of_pass_is_found_by_its_home() {
    let private = |subject, household| {
        Some(Private {
            salt: [9; 16],
            subject,
            household,
            details: Vec::new(),
        })
    };
    let person = Some(Subject::Person(PERSON));
    let home = Some(HOUSEHOLD);
    // A resident, a worker without a household, an errand pass, a car, a visitor's slip.
    let kinds = [
        (private(person, home), Some(HOUSEHOLD.0)),
        (private(person, None), Some(PERSON.0)),
        (private(None, home), Some(HOUSEHOLD.0)),
        (
            private(Some(Subject::Vehicle(CAR)), home),
            Some(HOUSEHOLD.0),
        ),
        (None, None),
    ];
    on_both(|store| {
        lay_town(store);
        let mut gate = Gate::new(1);
        for (number, (private, _)) in kinds.iter().enumerate() {
            show(
                &mut gate,
                pass(number as u32),
                private.clone(),
                10 * number as i64,
            );
        }
        // The same household without a pass: not a use of it.
        gate.crossing(90, Way::Out, Outcome::Crossed, PERSON);
        send_all(store, &gate);
        for (number, (_, home)) in kinds.iter().enumerate() {
            let (home, first) = (*home, MORNING + 10 * number as i64 * MINUTE);
            let number = pass(number as u32);
            let uses = read(store, move |tx| {
                tx.uses_of_pass(SHARD, number, home.as_ref())
            });
            assert_eq!((uses.attempts, uses.crossed), (3, 2), "{number:?}");
            assert_eq!(uses.span, Some((first, first + 2 * MINUTE)), "{number:?}");
            let last = move |until, besides| {
                let span = (first, until);
                let besides = (device(1), besides);
                read(store, move |tx| {
                    tx.last_use_of_pass(SHARD, number, home.as_ref(), span, besides)
                })
            };
            let came_home = LastUse {
                is_out: false,
                at: first + MINUTE,
            };
            assert_eq!(last(first + 9 * MINUTE, 0), Some(came_home), "{number:?}");
            assert_eq!(last(first - 1, 0), None, "{number:?}");
        }
        let span = (0, i64::MAX);
        let other = read(store, move |tx| {
            tx.last_use_of_pass(SHARD, pass(0), Some(&HOUSEHOLD.0), span, (device(1), 2))
        });
        let went_out = LastUse {
            is_out: true,
            at: MORNING,
        };
        assert_eq!(other, Some(went_out), "besides the one named");
    });
}
