//! Chains of devices and of the audit: whatever is done to the tables by hand is found, and what
//! retention and erasure do is not taken for it.

use crate::played_device::{Gate, PERSON, arrival, device, outings, send, send_all, vault};
use crate::support::{
    Database, MINUTE, MORNING, Place, SHARD, device_row, lay_town, on_both, on_both_places, read,
    write,
};
use gatehouse_core::audit::{BreakKind, Hash, Seal};
use gatehouse_core::gate::{Outcome, Way};
use gatehouse_core::id::PersonId;
use gatehouse_core::key::{PublicKey, SigningKey};
use gatehouse_core::wire::{Event, EventBody, Subject};
use gatehouse_store::audit::AuditNote;
use gatehouse_store::audit_verify::AuditFault;
use gatehouse_store::device_event::{Appended, Arrival};
use gatehouse_store::retention::DroppedEvents;
use gatehouse_store::{Shard, Store, StoreError};

fn tamper(database: &Database, edit: &str) {
    match &database.place {
        Place::Sqlite { path, .. } => {
            let connection = rusqlite::Connection::open(path).unwrap();
            assert_eq!(connection.execute(edit, []).unwrap(), 1);
        }
        Place::Postgres { url, .. } => {
            let mut client = postgres::Client::connect(url, postgres::NoTls).unwrap();
            assert_eq!(client.execute(edit, &[]).unwrap(), 1);
        }
    }
}

#[test]
fn a_row_edited_by_hand_breaks_the_devices_chain() {
    const EDITS: [&str; 5] = [
        "UPDATE crossing SET outcome = 1 WHERE seq = 2",
        "UPDATE crossing SET way = 0 WHERE seq = 2",
        "UPDATE crossing SET subject = household WHERE seq = 2",
        "DELETE FROM crossing WHERE seq = 2",
        "UPDATE device SET last_seq = 2 WHERE last_seq = 3",
    ];
    on_both_places(|database| {
        let store = &database.store;
        lay_town(store);
        for (edit, n) in EDITS.iter().zip(10..) {
            write(store, move |tx| tx.insert_device(&device_row(n)));
            let mut gate = Gate::new(n);
            for minute in 0..3 {
                gate.crossing(minute, Way::Out, Outcome::Crossed, PERSON);
            }
            send_all(store, &gate);
            let report = || read(store, move |tx| tx.verify_device(SHARD, device(n))).unwrap();
            assert_eq!((report().events, report().broken_at), (3, None));
            tamper(
                database,
                &format!("{edit} AND device = {}", hex(database, &device(n).0)),
            );
            assert!(report().broken_at.is_some(), "{edit}");
        }
    });
}

/// Bytes as the database at hand writes them in SQL.
fn hex(database: &Database, bytes: &[u8]) -> String {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    match database.place {
        Place::Sqlite { .. } => format!("x'{digits}'"),
        Place::Postgres { .. } => format!("'\\x{digits}'"),
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
        let (crossings, events) = read(store, |tx| {
            Ok((
                tx.crossings_naming(SHARD, &PERSON.0)?,
                tx.events_naming(SHARD, &PERSON.0)?,
            ))
        });
        assert_eq!(
            (&crossings[..], &events[..]),
            (&[(device(1), 1)][..], &[(device(1), 3)][..])
        );
        let erased = write(store, move |tx| {
            let random = &[0xee; 16];
            let in_events = tx.erase_events_at(SHARD, &events, &PERSON.0, random)?;
            let crossings = tx.erase_crossings_at(SHARD, &crossings, &PERSON.0, random)?;
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
fn retention_drops_the_oldest_events_and_the_rest_still_verifies() {
    on_both(|store| {
        lay_town(store);
        let mut gate = Gate::new(1);
        for minute in 0..10 {
            gate.crossing(minute, Way::Out, Outcome::Crossed, PERSON);
            gate.append(minute, EventBody::Lookup { found: true }, None);
        }
        for event in gate.events.clone() {
            let arrival = Arrival {
                received_at: event.at.millis,
                ..arrival(&event)
            };
            let append = move |tx: &gatehouse_store::Tx<'_>| {
                tx.append_event(&vault(), SHARD, &event, &arrival)
            };
            assert_eq!(write(store, append), Appended::New);
        }
        let before = MORNING + 4 * MINUTE;
        let drop = || write(store, move |tx| tx.drop_events(SHARD, device(1), before));
        let dropped = DroppedEvents {
            crossings: 4,
            events: 4,
        };
        assert_eq!((drop(), drop()), (dropped, DroppedEvents::default()));
        assert_eq!(outings(store).len(), 6);
        let report = read(store, |tx| tx.verify_device(SHARD, device(1))).unwrap();
        assert_eq!(
            (report.events, report.from_seq, report.broken_at),
            (12, 9, None)
        );
        assert_eq!(send(store, &gate.events[0]), Appended::AlreadyThere);
    });
}

pub fn seal_key() -> SigningKey {
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

pub fn faults(store: &Store, from: Option<Seal>) -> Vec<AuditFault> {
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
            &sealed,
        ),
        ("DELETE FROM audit_head WHERE seq = 10".to_owned(), &head),
        ("DELETE FROM seal WHERE number = 1".to_owned(), &broken_seal),
    ];
    on_both_places(|database| {
        let store = &database.store;
        for ((edit, is_expected), n) in edits.iter().zip(1..) {
            let shard = Shard(n);
            // One closure, so that one thread's chain has all ten on PostgreSQL too.
            write(store, move |tx| {
                for n in 0..10i64 {
                    tx.append_audit(&AuditNote {
                        shard,
                        at: MORNING + n,
                        kind: "pass.issue",
                        actor: None,
                        commitment: None,
                        body: b"",
                    })?;
                }
                for _ in 0..2 {
                    tx.seal_audit(shard, MORNING, &seal_key(), &[])?;
                }
                Ok(())
            });
            let keys = [PublicKey::from(&seal_key())];
            let faults = || read(store, move |tx| tx.verify_audit(shard, None, &keys)).faults;
            assert_eq!(faults(), []);
            tamper(database, &format!("{edit} AND shard = {n}"));
            let found = faults();
            assert!(
                !found.is_empty() && is_expected(&found),
                "{edit}: {found:?}"
            );
        }
    });
}

/// A long chain, a part of it once more, one with a hole and one that goes another way: each event
/// comes to what it comes to by itself, and what follows from an event follows once.
#[test]
fn a_chain_comes_in_as_its_events_do() {
    on_both(|store| {
        lay_town(store);
        let mut gate = Gate::new(1);
        for minute in 0..6 {
            gate.crossing(minute, Way::Out, Outcome::Crossed, PERSON);
        }
        let events = gate.events.clone();
        let send_together = |events: Vec<Event>| {
            write(store, move |tx| {
                let arrivals: Vec<_> = events.iter().map(arrival).collect();
                let all: Vec<_> = events.iter().zip(&arrivals).collect();
                let mut then = Vec::new();
                let taken = tx.append_events(&vault(), SHARD, &all, |event| {
                    then.push(event.seq);
                    Ok(())
                })?;
                Ok((taken, then))
            })
        };
        use Appended::{AlreadyThere, BeforeMissing, New};
        assert_eq!(send_together(vec![]), (vec![], vec![]));
        let first = send_together(events[..3].to_vec());
        assert_eq!(first, (vec![New; 3], vec![1, 2, 3]));
        let row = read(store, |tx| tx.device(SHARD, device(1))).unwrap();
        assert_eq!((row.last_seq, Hash(row.last_hash)), (3, events[2].hash()));
        let again = send_together(events[1..4].to_vec());
        assert_eq!(again, (vec![AlreadyThere, AlreadyThere, New], vec![4]));
        let mut other = events[5].clone();
        other.previous = Hash([1; 32]);
        let torn = send_together(vec![events[4].clone(), other]);
        assert_eq!(torn, (vec![New, BeforeMissing], vec![5]));
        let hole = send_together(vec![events[4].clone(), events[5].clone()]);
        assert_eq!(hole, (vec![AlreadyThere, New], vec![6]));
        assert_eq!(outings(store).len(), 6);
        let report = read(store, |tx| tx.verify_device(SHARD, device(1))).unwrap();
        assert_eq!((report.events, report.broken_at), (6, None));
    });
}
