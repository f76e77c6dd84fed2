//! What gate devices send: taken in exactly once, amended, counted, sealed, verified.

use crate::support::{
    Database, MINUTE, MORNING, Place, SHARD, device_row, gate_row, id, lay_town, on_both,
    on_both_places, read, write,
};
use gatehouse_core::audit::{BreakKind, Hash, Seal};
use gatehouse_core::gate::{Outcome, SubjectKind, Verdict, Way};
use gatehouse_core::id::{DeviceId, GateId, HouseholdId, PersonId, StaffId};
use gatehouse_core::key::{PublicKey, SigningKey};
use gatehouse_core::moment::Moment;
use gatehouse_core::wire::{
    Change, Crossing, Detail, DetailField, EmergencyKind, Event, EventBody, Fever, Private, Subject,
};
use gatehouse_store::audit::{AuditFault, AuditNote};
use gatehouse_store::device_event::{Appended, Arrival, ServerDecision};
use gatehouse_store::outing::OutingRow;
use gatehouse_store::person_view::Viewer;
use gatehouse_store::set_aside::SetAsideReason;
use gatehouse_store::{Chance, Store, StoreError, Vault};
use proptest::prelude::*;
use std::sync::Arc;

const PERSON: PersonId = PersonId([6; 16]);
const HOUSEHOLD: HouseholdId = HouseholdId([7; 16]);

fn device(n: u32) -> DeviceId {
    device_row(n).device
}

fn gate() -> GateId {
    gate_row(1).gate
}

fn vault() -> Arc<Vault> {
    Arc::new(Vault::new([(1, [1; 32])], [9; 32]).unwrap())
}

/// Plays a device: every event follows the one before.
struct Gate {
    device: DeviceId,
    events: Vec<Event>,
}

impl Gate {
    fn new(n: u32) -> Gate {
        Gate {
            device: device(n),
            events: Vec::new(),
        }
    }

    fn append(&mut self, minute: i64, body: EventBody, private: Option<Private>) -> u64 {
        let seq = self.events.len() as u64 + 1;
        self.events.push(Event {
            device: self.device,
            seq,
            previous: self.events.last().map_or(Hash::START, Event::hash),
            at: Moment::new(MORNING + minute * MINUTE, 480),
            skew_millis: None,
            snapshot: 1,
            body,
            private,
        });
        seq
    }

    fn crossing(&mut self, minute: i64, way: Way, outcome: Outcome, person: PersonId) -> u64 {
        let private = Private {
            salt: id(9, self.events.len() as u32),
            subject: Some(Subject::Person(person)),
            household: Some(HOUSEHOLD),
            details: Vec::new(),
        };
        let body = EventBody::Crossing(Box::new(crossing(way, outcome)));
        self.append(minute, body, Some(private))
    }

    fn amend(&mut self, minute: i64, of: u64, change: Change) -> u64 {
        self.append(minute, EventBody::Amendment { of, change }, None)
    }
}

fn crossing(way: Way, outcome: Outcome) -> Crossing {
    Crossing {
        gate: gate(),
        staff: Some(StaffId(id(2, 1))),
        way,
        subject_kind: Some(SubjectKind::Resident),
        pass: None,
        copied_minutes: None,
        facts: vec![0xa0],
        policy: Some([4; 32]),
        evaluator: 1,
        decided_at: MORNING,
        rows: vec!["HN/exit-resident".to_owned()],
        verdict: Verdict::Admit,
        outcome,
        overruling_reason: None,
        emergency: None,
    }
}

fn arrival() -> Arrival {
    Arrival {
        received_at: MORNING + 60 * MINUTE,
        server: None,
        chance: Chance::new([3; 32]),
    }
}

fn send(store: &Store, event: &Event) -> Appended {
    let event = event.clone();
    write(store, move |tx| {
        tx.append_event(&vault(), SHARD, &event, &arrival())
    })
}

fn send_all(store: &Store, gate: &Gate) {
    for event in &gate.events {
        assert_eq!(send(store, event), Appended::New);
    }
}

fn outings(store: &Store) -> Vec<OutingRow> {
    read(store, |tx| tx.outings(SHARD, 1_000))
}

/// Everything that must be the same however events came.
fn state(store: &Store) -> impl PartialEq + std::fmt::Debug + use<> {
    let crossings = read(store, |tx| {
        tx.crossings_of_gate(SHARD, gate(), 0, i64::MAX, 1_000)
    });
    let report = |n| read(store, move |tx| tx.verify_device(SHARD, device(n)));
    (crossings, outings(store), report(1), report(2))
}

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
        assert_eq!(send(store, second), Appended::NotNext { expected: 1 });
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
        for _ in 0..2 {
            let reason = SetAsideReason::OtherContent;
            assert_eq!(send(store, &other), Appended::SetAside(reason));
            let reason = SetAsideReason::BrokenChain;
            assert_eq!(send(store, &torn), Appended::SetAside(reason));
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
                ..arrival()
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
        assert_eq!(ended, [("fever", true), ("emergency", false)]);
        assert_eq!(read(store, |tx| tx.open_items(SHARD, 10)).len(), 1);
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
        let lately = read(store, |tx| {
            tx.outings_of_household(SHARD, &HOUSEHOLD.0, MORNING + 5 * MINUTE, 100)
        });
        assert!(
            lately
                .iter()
                .all(|row| row.at.millis > MORNING + 5 * MINUTE)
        );
        let own = lately
            .iter()
            .filter_map(|row| row.outing(PersonId(id(6, 2))));
        assert!(own.clone().any(|outing| outing.own) && own.clone().any(|outing| !outing.own));
        let alone = read(store, |tx| {
            tx.outings_of_household(SHARD, &PERSON.0, 0, 100)
        });
        assert_eq!(alone.len(), 1);
    });
}

fn tamper(database: &Database, sqlite: &str, postgres: &str) {
    match &database.place {
        Place::Sqlite { path, .. } => {
            let connection = rusqlite::Connection::open(path).unwrap();
            assert_eq!(connection.execute(sqlite, []).unwrap(), 1);
        }
        Place::Postgres { url, .. } => {
            let mut client = postgres::Client::connect(url, postgres::NoTls).unwrap();
            assert_eq!(client.execute(postgres, &[]).unwrap(), 1);
        }
    }
}

#[test]
fn a_row_edited_by_hand_breaks_the_devices_chain() {
    let edits = [
        "UPDATE crossing SET outcome = 1 WHERE seq = 2",
        "UPDATE crossing SET way = 0 WHERE seq = 2",
        "UPDATE crossing SET subject = household WHERE seq = 2",
        "DELETE FROM crossing WHERE seq = 2",
        "UPDATE device SET last_seq = 2 WHERE last_seq = 3",
    ];
    for edit in edits {
        on_both_places(|database| {
            let store = &database.store;
            lay_town(store);
            let mut gate = Gate::new(1);
            for minute in 0..3 {
                gate.crossing(minute, Way::Out, Outcome::Crossed, PERSON);
            }
            send_all(store, &gate);
            let report = || read(store, |tx| tx.verify_device(SHARD, device(1))).unwrap();
            assert_eq!((report().events, report().broken_at), (3, None));
            tamper(database, edit, edit);
            assert!(report().broken_at.is_some(), "{edit}");
        });
    }
}

#[test]
fn erasing_a_subject_leaves_chains_that_still_verify() {
    on_both(|store| {
        lay_town(store);
        let mut gate = Gate::new(1);
        gate.crossing(0, Way::Out, Outcome::Crossed, PERSON);
        gate.crossing(1, Way::Out, Outcome::Crossed, PersonId([8; 16]));
        let private = gate.events[0].private.clone();
        gate.append(2, EventBody::Lookup { found: true }, private);
        send_all(store, &gate);
        let erased = write(store, |tx| {
            let random = &[0xee; 16];
            let in_events = tx.erase_subject_in_events(SHARD, device(1), &PERSON.0, random)?;
            let gate = gate_row(1).gate;
            let crossings = tx.erase_subject(SHARD, gate, 0, i64::MAX, &PERSON.0, random)?;
            Ok((in_events, crossings))
        });
        assert_eq!(erased, (1, 1));
        let row = read(store, |tx| tx.crossing(SHARD, device(1), 1)).unwrap();
        assert_eq!(row.subject, Some(Subject::Person(PersonId([0xee; 16]))));
        assert_eq!(outings(store).len(), 1);
        assert_eq!(write(store, |tx| tx.rebuild_outings(SHARD)), 1);
        let report = read(store, |tx| tx.verify_device(SHARD, device(1))).unwrap();
        assert_eq!((report.events, report.broken_at), (3, None));
        // What the device sends again is known by its hash, and brings nobody back.
        assert_eq!(send(store, &gate.events[0]), Appended::AlreadyThere);
    });
}

#[test]
fn retention_drops_old_days_and_the_rest_still_verifies() {
    on_both(|store| {
        lay_town(store);
        let mut gate = Gate::new(1);
        for minute in 0..10 {
            gate.crossing(minute, Way::Out, Outcome::Crossed, PERSON);
        }
        send_all(store, &gate);
        let before = MORNING + 4 * MINUTE;
        let drop = || {
            write(store, move |tx| {
                tx.drop_crossings(SHARD, gate_row(1).gate, before)
            })
        };
        assert_eq!((drop(), drop()), (4, 0));
        assert_eq!(outings(store).len(), 6);
        let report = read(store, |tx| tx.verify_device(SHARD, device(1))).unwrap();
        assert_eq!(
            (report.events, report.from_seq, report.broken_at),
            (6, 5, None)
        );
        assert_eq!(send(store, &gate.events[0]), Appended::AlreadyThere);
    });
}

fn seal_key() -> SigningKey {
    SigningKey::from_bytes(&[3; 32])
}

fn note(store: &Store, n: i64) {
    write(store, move |tx| {
        tx.append_audit(&AuditNote {
            shard: SHARD,
            at: MORNING + n,
            kind: "pass.issue",
            actor: None,
            commitment: None,
            body: &n.to_be_bytes(),
        })
    });
}

fn seal(store: &Store, n: i64) -> Seal {
    write(store, move |tx| {
        tx.seal_audit(SHARD, MORNING + n, &seal_key(), &[])
    })
}

fn faults(store: &Store, from: Option<Seal>) -> Vec<AuditFault> {
    let keys = [PublicKey::from(&seal_key())];
    read(store, move |tx| {
        tx.verify_audit(SHARD, from.as_ref(), &keys)
    })
    .faults
}

#[test]
fn chains_and_seals_verify_from_the_start_and_from_any_kept_seal() {
    on_both(|store| {
        lay_town(store);
        let mut seals = Vec::new();
        for hour in 0..3 {
            for n in 0..10 {
                note(store, hour * 100 + n);
            }
            seals.push(seal(store, hour * 100 + 50));
        }
        note(store, 999);
        let keys = [PublicKey::from(&seal_key())];
        let whole = read(store, move |tx| tx.verify_audit(SHARD, None, &keys));
        assert_eq!((whole.entries, whole.seals), (31, 3));
        assert_eq!(whole.faults, []);
        for seal in &seals {
            assert_eq!(faults(store, Some(seal.clone())), []);
        }
        // Retention: what the second seal covers goes, the rest verifies from it on.
        for head in seals[1].heads.clone() {
            let seal = seals[1].clone();
            write(store, move |tx| {
                tx.drop_sealed_audit(SHARD, head.writer, &seal)
            });
        }
        assert_eq!(faults(store, Some(seals[1].clone())), []);
        assert_ne!(faults(store, None), []);
        // A clock that was set back makes a seal that still follows; another key makes none.
        assert_eq!(seal(store, -5).made_at, seals[2].made_at);
        let other = crate::support::try_write(store, |tx| {
            let key = SigningKey::from_bytes(&[4; 32]);
            tx.seal_audit(SHARD, MORNING, &key, &[]).map(|_| ())
        });
        assert!(matches!(other, Err(StoreError::Sealed(_))));
        let rotated = crate::support::try_write(store, |tx| {
            let key = SigningKey::from_bytes(&[4; 32]);
            tx.seal_audit(SHARD, MORNING, &key, &[PublicKey::from(&seal_key())])
                .map(|seal| seal.number)
        });
        assert_eq!(rotated, Ok(5));
    });
}

#[test]
fn whatever_is_done_to_the_audit_tables_is_found() {
    let chain = |kind| move |faults: &[AuditFault]| faults[0].break_kind() == Some(kind);
    let head = |faults: &[AuditFault]| matches!(faults[0], AuditFault::Head(_));
    let sealed = |faults: &[AuditFault]| matches!(faults[0], AuditFault::Sealed(..));
    let broken_seal = |faults: &[AuditFault]| matches!(faults[0], AuditFault::Seal(..));
    let of = "WHERE seq = 5";
    type Check<'a> = &'a dyn Fn(&[AuditFault]) -> bool;
    let edits: [(String, Check<'_>); 7] = [
        (
            format!("UPDATE audit_entry SET at = at + 1 {of}"),
            &chain(BreakKind::Content),
        ),
        (
            format!("UPDATE audit_entry SET kind = 'x' {of}"),
            &chain(BreakKind::Content),
        ),
        (
            format!("DELETE FROM audit_entry {of}"),
            &chain(BreakKind::Gap),
        ),
        ("DELETE FROM audit_entry WHERE seq = 10".to_owned(), &sealed),
        (
            "UPDATE audit_head SET seq = 9 WHERE seq = 10".to_owned(),
            &head,
        ),
        ("DELETE FROM audit_head".to_owned(), &head),
        ("DELETE FROM seal WHERE number = 1".to_owned(), &broken_seal),
    ];
    for (edit, is_expected) in &edits {
        on_both_places(|database| {
            let store = &database.store;
            lay_town(store);
            // One closure, so that one thread's chain has all ten on PostgreSQL too.
            write(store, |tx| {
                for n in 0..10i64 {
                    tx.append_audit(&AuditNote {
                        shard: SHARD,
                        at: MORNING + n,
                        kind: "pass.issue",
                        actor: None,
                        commitment: None,
                        body: b"",
                    })?;
                }
                Ok(())
            });
            seal(store, 1);
            seal(store, 2);
            assert_eq!(faults(store, None), []);
            tamper(database, edit, edit);
            let found = faults(store, None);
            assert!(
                !found.is_empty() && is_expected(&found),
                "{edit}: {found:?}"
            );
        });
    }
}

/// A day of two devices, told by small numbers.
fn day(script: &[(bool, u8)]) -> [Gate; 2] {
    let mut gates = [Gate::new(1), Gate::new(2)];
    for (minute, (second, what)) in script.iter().enumerate() {
        let gate = &mut gates[usize::from(*second)];
        let minute = minute as i64;
        let person = PersonId(id(6, u32::from(what % 3)));
        let crossings: Vec<u64> = gate
            .events
            .iter()
            .filter(|event| matches!(event.body, EventBody::Crossing(_)))
            .map(|event| event.seq)
            .collect();
        match (what % 6, crossings.last()) {
            (4, Some(of)) => gate.amend(minute, *of, Change::Undo {}),
            (5, Some(of)) => {
                let outcome = [Outcome::Crossed, Outcome::TurnedBack][usize::from(what % 2)];
                let reason = None;
                gate.amend(minute, *of, Change::Outcome { outcome, reason })
            }
            (0, _) => gate.crossing(minute, Way::Out, Outcome::TurnedBack, person),
            (1 | 2, _) => gate.crossing(minute, Way::Out, Outcome::Crossed, person),
            _ => gate.crossing(minute, Way::In, Outcome::Crossed, person),
        };
    }
    gates
}

/// Sends in the wildest order with repetitions, then once more in order until all is in.
fn send_wildly(store: &Store, gates: &[Gate; 2], order: &[prop::sample::Index]) {
    let all: Vec<&Event> = gates.iter().flat_map(|gate| &gate.events).collect();
    for index in order {
        let sent = send(store, all[index.index(all.len())]);
        let fine = !matches!(sent, Appended::SetAside(_) | Appended::UnknownDevice);
        assert!(fine, "{sent:?}");
    }
    for event in &all {
        let sent = send(store, event);
        assert!(
            matches!(sent, Appended::New | Appended::AlreadyThere),
            "{sent:?}"
        );
    }
}

fn sent_in_order(script: &[(bool, u8)]) -> Store {
    let store = Store::open_memory().unwrap();
    lay_town(&store);
    for gate in &day(script) {
        send_all(&store, gate);
    }
    store
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_order_and_any_repetition_end_alike(
        script in prop::collection::vec(any::<(bool, u8)>(), 1..16),
        order in prop::collection::vec(any::<prop::sample::Index>(), 0..48),
    ) {
        let store = Store::open_memory().unwrap();
        lay_town(&store);
        send_wildly(&store, &day(&script), &order);
        prop_assert_eq!(state(&store), state(&sent_in_order(&script)));
        let derived = outings(&store);
        write(&store, |tx| tx.rebuild_outings(SHARD));
        prop_assert_eq!(outings(&store), derived);
        prop_assert_eq!(read(&store, |tx| tx.alarms(SHARD, 10)), []);
    }
}

#[test]
fn any_order_ends_alike_on_both_databases_at_once() {
    // The same law under real concurrency: four threads send the same day at the same time.
    let script: Vec<(bool, u8)> = (0..24u8).map(|n| (n % 3 == 0, n.wrapping_mul(7))).collect();
    let expected = sent_in_order(&script);
    on_both(|store| {
        lay_town(store);
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let (store, script) = (store.clone(), script.clone());
                std::thread::spawn(move || {
                    for gate in &day(&script) {
                        for event in &gate.events {
                            let sent = send(&store, event);
                            let fine = matches!(sent, Appended::New | Appended::AlreadyThere);
                            assert!(fine, "{sent:?}");
                        }
                    }
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
        assert_eq!(state(store), state(&expected));
        assert_eq!(faults(store, None), []);
    });
}
