//! What gate devices send: taken in exactly once, amended, counted, followed from.

use crate::played_device::{
    Gate, HOUSEHOLD, PERSON, arrival, crossing, device, outings, send, send_all, vault,
};
use crate::support::{MINUTE, MORNING, SHARD, gate_row, id, lay_town, on_both, read, write};
use gatehouse_core::audit::Hash;
use gatehouse_core::gate::{Outcome, Verdict, Way};
use gatehouse_core::id::{PersonId, StaffId};
use gatehouse_core::moment::Moment;
use gatehouse_core::wire::{
    Change, Detail, DetailField, EmergencyKind, Event, EventBody, Fever, Private, Subject,
};
use gatehouse_store::Store;
use gatehouse_store::before::Before;
use gatehouse_store::device_event::{Appended, Arrival, ServerDecision};
use gatehouse_store::person_view::Viewer;
use gatehouse_store::set_aside::SetAsideReason;

#[test]
fn an_event_is_taken_in_once() {
    on_both(|store| {
        lay_town(store);
        let mut gate = Gate::new(1);
        gate.crossing(0, Way::Out, Outcome::Crossed, PERSON);
        gate.crossing(5, Way::In, Outcome::Crossed, PERSON);
        let [first, second] = &gate.events[..] else {
            unreachable!("two were made");
        };
        assert_eq!(send(store, second), Appended::BeforeMissing);
        assert_eq!(send(store, first), Appended::New);
        assert_eq!(send(store, first), Appended::AlreadyThere);
        assert_eq!(send(store, second), Appended::New);
        assert_eq!(send(store, first), Appended::AlreadyThere);
        let row = read(store, |tx| tx.device(SHARD, device(1))).unwrap();
        assert_eq!((row.last_seq, Hash(row.last_hash)), (2, second.hash()));
        let strange = Event {
            device: device(77),
            ..first.clone()
        };
        assert_eq!(send(store, &strange), Appended::UnknownDevice);
    });
}

/// The device is told to begin again, but the record already lies in the tray: the pages learn it.
#[test]
fn an_alarm_reaches_the_pages_also_where_the_device_is_asked_for_more() {
    on_both(|store| {
        lay_town(store);
        let mut gate = Gate::new(1);
        gate.crossing(0, Way::Out, Outcome::Crossed, PERSON);
        send_all(store, &gate);
        let mut torn = gate.events[0].clone();
        torn.seq = 2;
        torn.previous = Hash([1; 32]);
        let told = || {
            let changes = read(store, |tx| tx.changes_since(0, 100));
            let alarm = changes.iter().find(|change| change.topic == "alarm");
            alarm.map_or(0, |change| change.number)
        };
        assert_eq!(told(), 0);
        assert_eq!(send(store, &torn), Appended::BeforeMissing);
        assert_eq!(read(store, |tx| tx.alarms(SHARD, 10)).len(), 1);
        assert_eq!(told(), 1);
        assert_eq!(send(store, &torn), Appended::BeforeMissing);
        assert_eq!(told(), 1, "nothing new");
    });
}

/// Sends an event of a device that says what it keeps of what goes before it.
fn says(store: &Store, event: &Event, before: Before) -> Appended {
    let (event, arrival) = (
        event.clone(),
        Arrival {
            before,
            ..arrival(event)
        },
    );
    write(store, move |tx| {
        tx.append_event(&vault(), SHARD, &event, &arrival)
    })
}

#[test]
fn what_does_not_fit_is_kept_aside_with_an_alarm() {
    on_both(|store| {
        lay_town(store);
        let mut gate = Gate::new(1);
        gate.crossing(0, Way::Out, Outcome::Crossed, PERSON);
        gate.crossing(5, Way::In, Outcome::Crossed, PERSON);
        send_all(store, &gate);
        let mut other = gate.events[1].clone();
        other.at.millis += 1;
        let mut torn = gate.events[1].clone();
        torn.seq = 3;
        torn.previous = Hash([1; 32]);
        // Nobody knows what went before it: it is kept, and the device asked for that.
        assert_eq!(send(store, &torn), Appended::BeforeMissing);
        for _ in 0..2 {
            let reason = SetAsideReason::OtherContent;
            assert_eq!(send(store, &other), Appended::SetAside(reason));
            // The device keeps nothing before it.
            let reason = SetAsideReason::BrokenChain;
            assert_eq!(says(store, &torn, Before::Gone), Appended::SetAside(reason));
        }
        write(store, |tx| tx.end_device(SHARD, device(1), MORNING));
        assert_eq!(send(store, &gate.events[0]), Appended::AlreadyThere);
        gate.crossing(9, Way::Out, Outcome::Crossed, PERSON);
        let reason = SetAsideReason::EndedDevice;
        assert_eq!(send(store, &gate.events[2]), Appended::SetAside(reason));

        let kept = read(store, |tx| tx.events_set_aside(SHARD, device(1), 10));
        assert_eq!(kept.len(), 3);
        let events: Vec<Vec<u8>> = kept
            .iter()
            .map(|row| row.reveal_event(&vault()).unwrap())
            .collect();
        assert!(events.contains(&other.to_bytes()));
        let alarms = read(store, |tx| tx.alarms(SHARD, 10));
        let mut kinds: Vec<&str> = alarms.iter().map(|alarm| alarm.kind.as_str()).collect();
        kinds.sort_unstable();
        assert_eq!(kinds, ["broken_chain", "ended_device", "other_content"]);
        assert_eq!(outings(store).len(), 2);
        let (kind, about) = (alarms[0].kind.clone(), alarms[0].about.clone());
        let see = move |tx: &gatehouse_store::Tx<'_>| {
            tx.see_alarm(SHARD, &kind, &about, StaffId(id(2, 1)), MORNING)
        };
        assert!(write(store, see.clone()));
        assert!(!write(store, see));
    });
}

/// A backup was restored and another copy of the phone has gone on: what the phone still keeps is
/// asked for until it is here, however many answers are lost; what it has not any more is not.
#[test]
fn what_goes_before_an_event_is_asked_for_while_the_phone_keeps_it() {
    on_both(|store| {
        lay_town(store);
        let [mut gate, mut copy] = [Gate::new(1), Gate::new(1)];
        for minute in 0..4 {
            gate.crossing(minute, Way::Out, Outcome::Crossed, PERSON);
            copy.crossing(10 + minute, Way::In, Outcome::Crossed, PERSON);
        }
        send_all(store, &gate);
        let [first, second, third, fourth] = &copy.events[..] else {
            unreachable!("four were made");
        };
        for _ in 0..3 {
            let asked = Appended::BeforeMissing;
            assert_eq!(says(store, fourth, Before::Kept), asked);
        }
        let other = Appended::SetAside(SetAsideReason::OtherContent);
        for (event, before) in [
            (first, Before::Gone),
            (second, Before::Kept),
            (third, Before::Kept),
            (fourth, Before::Kept),
        ] {
            assert_eq!(says(store, event, before), other, "{}", event.seq);
        }
        // The oldest that a phone has, behind a hole that nothing fills any more.
        let mut later = copy.events[3].clone();
        later.seq = 9;
        let hole = Appended::BeforeMissing;
        assert_eq!(says(store, &later, Before::Kept), hole);
        let reason = SetAsideReason::BrokenChain;
        assert_eq!(
            says(store, &later, Before::Gone),
            Appended::SetAside(reason)
        );
    });
}

#[test]
fn the_alarm_of_an_ended_phone_rises_again_only_when_something_new_came() {
    on_both(|store| {
        lay_town(store);
        let mut gate = Gate::new(1);
        gate.crossing(0, Way::Out, Outcome::Crossed, PERSON);
        gate.crossing(5, Way::In, Outcome::Crossed, PERSON);
        write(store, |tx| tx.end_device(SHARD, device(1), MORNING));
        let waiting = || read(store, |tx| tx.alarms(SHARD, 10)).len();
        let see = || {
            let about = format!("device {}", device(1));
            let staff = StaffId(id(2, 1));
            write(store, move |tx| {
                tx.see_alarm(SHARD, "ended_device", &about, staff, MORNING)
            })
        };
        for (at, comes_anew) in [(0, true), (0, false), (1, true), (1, false), (0, false)] {
            send(store, &gate.events[at]);
            assert_eq!(waiting(), usize::from(comes_anew), "event {at}");
            assert_eq!(see(), comes_anew, "event {at}");
        }
    });
}

#[test]
fn a_copy_of_a_device_is_kept_to_its_end() {
    on_both(|store| {
        lay_town(store);
        let mut gate = Gate::new(1);
        gate.crossing(0, Way::Out, Outcome::Crossed, PERSON);
        let mut copy = Gate::new(1);
        copy.crossing(0, Way::Out, Outcome::Crossed, PERSON);
        for minute in 1..5 {
            copy.crossing(minute, Way::In, Outcome::TurnedBack, PERSON);
        }
        gate.crossing(9, Way::In, Outcome::Crossed, PERSON);
        send_all(store, &gate);
        let [common, second, third, fourth, fifth] = &copy.events[..] else {
            unreachable!("five were made");
        };
        assert_eq!(send(store, common), Appended::AlreadyThere);
        // Nothing is known yet of what goes before it.
        assert_eq!(send(store, fourth), Appended::BeforeMissing);
        let aside = [
            (second, SetAsideReason::OtherContent),
            (third, SetAsideReason::BrokenChain),
            (fourth, SetAsideReason::BrokenChain),
            (fifth, SetAsideReason::BrokenChain),
        ];
        for (event, reason) in aside {
            assert_eq!(
                send(store, event),
                Appended::SetAside(reason),
                "{}",
                event.seq
            );
        }
        // The first one goes on.
        gate.crossing(12, Way::Out, Outcome::Crossed, PERSON);
        assert_eq!(send(store, &gate.events[2]), Appended::New);
        let kept = read(store, |tx| tx.events_set_aside(SHARD, device(1), 10));
        assert_eq!(kept.len(), 4);
        // A phone that does not go on from where it was brings thousands: one alarm of each kind.
        assert_eq!(read(store, |tx| tx.alarms(SHARD, 10)).len(), 2);
    });
}

#[test]
fn a_crossing_is_read_back_as_it_was_said() {
    on_both(|store| {
        lay_town(store);
        let mut gate = Gate::new(1);
        gate.crossing(0, Way::Out, Outcome::TurnedBack, PERSON);
        let event = gate.events[0].clone();
        let decided = ServerDecision {
            verdict: Verdict::Refuse,
            row_ids: vec!["HN/a".to_owned(), "HN/b".to_owned()],
        };
        let server = decided.clone();
        write(store, move |tx| {
            let arrival = Arrival {
                server: Some(server.clone()),
                ..arrival(&event)
            };
            tx.append_event(&vault(), SHARD, &event, &arrival)
        });
        let row = read(store, |tx| tx.crossing(SHARD, device(1), 1)).unwrap();
        assert_eq!(
            row.crossing(),
            Some(crossing(Way::Out, Outcome::TurnedBack))
        );
        assert_eq!(row.server, Some(decided));
        assert_eq!(row.subject, Some(Subject::Person(PERSON)));
        assert_eq!(row.outcome_now, Some(Outcome::TurnedBack));
        assert_eq!(row.device_at, Moment::new(MORNING, 480));
        // Only what crossed counts.
        assert_eq!(outings(store), []);
    });
}

#[test]
fn amendments_are_further_rows_and_the_last_one_counts() {
    on_both(|store| {
        lay_town(store);
        let mut gate = Gate::new(1);
        let first = gate.crossing(0, Way::Out, Outcome::Crossed, PERSON);
        let second = gate.crossing(1, Way::Out, Outcome::TurnedBack, PERSON);
        gate.amend(2, first, Change::Undo {});
        let crossed = Change::Outcome {
            outcome: Outcome::Crossed,
            reason: None,
        };
        gate.amend(3, second, crossed.clone());
        send_all(store, &gate);
        let now = |seq| {
            let row = read(store, move |tx| tx.crossing(SHARD, device(1), seq)).unwrap();
            (row.outcome, row.outcome_now)
        };
        assert_eq!(now(1), (Outcome::Crossed, None));
        assert_eq!(now(2), (Outcome::TurnedBack, Some(Outcome::Crossed)));
        let seqs: Vec<i64> = outings(store).iter().map(|row| row.seq).collect();
        assert_eq!(seqs, [2]);
        // At a desk the first one is found to have happened after all.
        let staff = StaffId(id(2, 1));
        let amended = write(store, move |tx| {
            tx.amend_crossing(SHARD, device(1), 1, &crossed, staff, MORNING + 9 * MINUTE)
        });
        assert!(amended);
        assert_eq!(outings(store).len(), 2);
        let counts = read(store, |tx| {
            tx.count_crossings(SHARD, gate_row(1).gate, MORNING, MORNING + MINUTE)
        });
        assert_eq!(counts.len(), 1);
        assert_eq!(
            (counts[0].outcome_now, counts[0].crossings),
            (Some(Outcome::Crossed), 1)
        );
        let rows = read(store, |tx| tx.amendments_of_crossing(SHARD, device(1), 1));
        assert_eq!(rows.len(), 2);
        assert_eq!((rows[0].source_seq, rows[1].staff), (Some(3), Some(staff)));
        let none = Change::Undo {};
        let unknown = write(store, move |tx| {
            tx.amend_crossing(SHARD, device(1), 9, &none, staff, MORNING)
        });
        assert!(!unknown);
    });
}

#[test]
fn shifts_fevers_and_emergencies_follow_from_events() {
    on_both(|store| {
        lay_town(store);
        let mut gate = Gate::new(1);
        let guards = vec![StaffId(id(2, 1)), StaffId(id(2, 8))];
        let start = EventBody::ShiftStart {
            guards: guards.clone(),
            mask: true,
            armband: false,
        };
        gate.append(0, start.clone(), None);
        let fever = gate.append(
            1,
            EventBody::Fever(Fever {
                crossing: None,
                first: None,
                second: None,
                pass: None,
            }),
            None,
        );
        let mut emergency = crossing(Way::Out, Outcome::Crossed);
        emergency.emergency = Some(EmergencyKind::Birth);
        gate.append(2, EventBody::Crossing(Box::new(emergency)), None);
        gate.append(3, EventBody::HandedOn { of: fever }, None);
        gate.append(4, EventBody::ShiftEnd, None);
        gate.append(5, start, None);
        send_all(store, &gate);

        let shifts = read(store, |tx| {
            tx.shifts_of_gate(SHARD, gate_row(1).gate, 0, 10)
        });
        let times: Vec<_> = shifts.iter().map(|s| (s.started_at, s.ended_at)).collect();
        let at = |minute| MORNING + minute * MINUTE;
        assert_eq!(times, [(at(0), Some(at(4))), (at(5), None)]);
        let shift = shifts[0].shift;
        assert_eq!(
            read(store, move |tx| tx.guards_of_shift(SHARD, shift)),
            guards
        );
        assert_eq!(
            read(store, |tx| tx.running_shifts(SHARD, gate_row(1).gate)).len(),
            1
        );

        let items = read(store, |tx| {
            tx.open_items_of_gate(SHARD, gate_row(1).gate, 0, 10)
        });
        let ended: Vec<_> = items
            .iter()
            .map(|item| (item.kind.as_str(), item.end.is_some()))
            .collect();
        // Taking charge of a fever is a step; only a recorded outcome ends it (GATE-7).
        assert_eq!(ended, [("fever", false), ("emergency", false)]);
        assert_eq!(read(store, |tx| tx.open_items(SHARD, 10)).len(), 2);
        let emergencies = read(store, |tx| {
            tx.count_open_items(SHARD, gate_row(1).gate, "emergency", MORNING)
        });
        assert_eq!(emergencies, 1);
    });
}

#[test]
fn what_a_guard_wrote_down_is_sealed_and_every_look_recorded() {
    on_both(|store| {
        lay_town(store);
        let mut gate = Gate::new(1);
        let details = vec![Detail::new(DetailField::Name, "李秀英")];
        let private = Private {
            salt: [1; 16],
            subject: None,
            household: None,
            details: details.clone(),
        };
        let body = EventBody::Crossing(Box::new(crossing(Way::In, Outcome::Crossed)));
        gate.append(0, body, Some(private));
        send_all(store, &gate);
        let look = |seq| {
            write(store, move |tx| {
                let viewer = Viewer {
                    staff: Some(StaffId(id(2, 1))),
                    organisation: None,
                    purpose: "trace".to_owned(),
                    at: MORNING,
                    salt: [2; 16],
                };
                tx.reveal_event_details(&vault(), SHARD, device(1), seq, &viewer)
            })
        };
        assert_eq!(look(1), Some(details));
        assert_eq!(look(2), None);
        let head = read(store, |tx| tx.audit_heads(SHARD));
        let entries = head.iter().flat_map(|head| {
            let writer = head.writer;
            read(store, move |tx| tx.audit_entries(SHARD, writer, 0, 100))
        });
        assert_eq!(
            entries.filter(|entry| entry.kind == "event.view").count(),
            1
        );
    });
}

#[test]
fn outings_are_rebuilt_from_crossings_and_amendments() {
    on_both(|store| {
        lay_town(store);
        let mut gate = Gate::new(1);
        for minute in 0..12 {
            let way = [Way::Out, Way::In][minute as usize % 2];
            let outcome = [Outcome::Crossed, Outcome::Crossed, Outcome::Unknown];
            let person = PersonId(id(6, minute as u32 / 4));
            gate.crossing(minute, way, outcome[minute as usize % 3], person);
        }
        gate.amend(12, 1, Change::Undo {});
        let crossed = Change::Outcome {
            outcome: Outcome::Crossed,
            reason: None,
        };
        gate.amend(13, 3, crossed);
        let what = EmergencyKind::Illness;
        gate.amend(14, 3, Change::Emergency { what });
        // A stranger leaves no passage, a person without household one of their own.
        let alone = Private {
            salt: [5; 16],
            subject: Some(Subject::Person(PERSON)),
            household: None,
            details: Vec::new(),
        };
        let body = EventBody::Crossing(Box::new(crossing(Way::Out, Outcome::Crossed)));
        gate.append(15, body.clone(), None);
        gate.append(16, body, Some(alone));
        send_all(store, &gate);
        let derived = outings(store);
        assert_eq!(derived.len(), 8 - 1 + 1 + 1);
        let rebuilt = write(store, |tx| tx.rebuild_outings(SHARD));
        assert_eq!(rebuilt, derived.len() as u64);
        assert_eq!(outings(store), derived);
        let after = |household: [u8; 16], millis| {
            read(store, move |tx| {
                tx.outings_of_households(SHARD, &[household], millis, 100)
            })
        };
        let lately = after(HOUSEHOLD.0, MORNING + 5 * MINUTE);
        assert!(
            lately
                .iter()
                .all(|row| row.at.millis > MORNING + 5 * MINUTE)
        );
        let people: std::collections::BTreeSet<_> = lately.iter().map(|row| row.person).collect();
        assert!(
            people.len() > 1 && people.contains(&PersonId(id(6, 2))),
            "{lately:?}"
        );
        let alone = after(PERSON.0, 0);
        assert_eq!(alone.len(), 1);
    });
}
