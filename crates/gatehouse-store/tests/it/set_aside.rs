//! What was not taken in: settled beside it, emptied with whom it was about.

use crate::played_device::{Gate, PERSON, device, send, send_at_once, vault};
use crate::support::{MORNING, SHARD, gate_row, id, lay_town, on_both, read, write};
use gatehouse_core::gate::{Outcome, Way};
use gatehouse_core::id::{AreaId, StaffId};
use gatehouse_core::wire::Event;
use gatehouse_store::Chance;
use gatehouse_store::device_event::Appended;
use gatehouse_store::person_view::Viewer;
use gatehouse_store::set_aside::{SetAsideKey, SetAsideReason, SetAsideRow, SettledRow, TrayPart};
use gatehouse_store::unproven::UNPROVEN_MOST;

#[test]
fn what_is_kept_aside_is_settled_beside_it_and_never_changed() {
    on_both(|store| {
        lay_town(store);
        let mut gate = Gate::new(1);
        for minute in 0..3 {
            gate.crossing(minute, Way::Out, Outcome::Crossed, PERSON);
        }
        write(store, |tx| tx.end_device(SHARD, device(1), MORNING));
        for event in &gate.events {
            send(store, event);
        }
        let before = read(store, |tx| tx.events_set_aside(SHARD, device(1), 10));
        let tray = |top, part, after: SetAsideKey, limit| {
            read(store, move |tx| tx.tray(SHARD, top, part, &after, limit))
        };
        let here = gate_row(1).area;
        let elsewhere = AreaId(id(99, 1));
        let first = SetAsideKey::FIRST;
        assert_eq!(tray(here, TrayPart::Open, first, 10), before);
        assert_eq!(tray(elsewhere, TrayPart::Open, first, 10), []);
        assert_eq!(tray(here, TrayPart::Open, before[0].key(), 1), before[1..2]);

        let key = before[1].key();
        let settle = |number, outcome: &str| {
            let row = SettledRow {
                number,
                outcome: outcome.to_owned(),
                staff: StaffId(id(2, 1)),
                settled_at: MORNING + number,
            };
            write(store, move |tx| tx.settle_set_aside(SHARD, &key, &row))
        };
        assert!(settle(1, "told"));
        assert!(!settle(1, "entered"), "somebody was faster");
        assert!(settle(2, "entered"));
        let said = read(store, move |tx| tx.settled(SHARD, &key, 10));
        let said: Vec<&str> = said.iter().map(|row| row.outcome.as_str()).collect();
        assert_eq!(said, ["told", "entered"]);
        assert_eq!(tray(here, TrayPart::Settled, first, 10), before[1..2]);
        let count = |top, most| read(store, move |tx| tx.count_tray(SHARD, top, most));
        assert_eq!(
            (count(here, 10), count(here, 1), count(elsewhere, 10)),
            (2, 1, 0)
        );
        let after = read(store, |tx| tx.events_set_aside(SHARD, device(1), 10));
        assert_eq!(after, before, "the events stay as they came");

        let viewer = Viewer {
            staff: Some(StaffId(id(2, 1))),
            organisation: None,
            purpose: "tray".to_owned(),
            at: MORNING,
            salt: [0; 16],
        };
        let opened = write(store, move |tx| {
            Ok(tx
                .reveal_set_aside(&vault(), SHARD, &key, &viewer)?
                .map(Result::ok))
        });
        assert_eq!(opened, Some(Some(gate.events[1].to_bytes())));
    });
}

#[test]
fn what_can_be_opened_comes_in_pages_without_what_was_emptied() {
    on_both(|store| {
        lay_town(store);
        let mut gate = Gate::new(1);
        for minute in 0..5 {
            gate.crossing(minute, Way::Out, Outcome::Crossed, PERSON);
        }
        write(store, |tx| tx.end_device(SHARD, device(1), MORNING));
        for event in &gate.events {
            send(store, event);
        }
        let keys = |limit| {
            let (mut keys, mut after) = (Vec::new(), SetAsideKey::FIRST);
            loop {
                let page = read(store, move |tx| tx.readable_set_aside(SHARD, &after, limit));
                let Some(last) = page.last() else {
                    return keys;
                };
                assert!(page.len() <= limit as usize);
                after = last.key();
                keys.extend(page.iter().map(SetAsideRow::key));
            }
        };
        let all = keys(10);
        assert_eq!((all.len(), keys(2)), (5, all.clone()));
        let gone = [all[1], all[4]];
        let empty = move |tx: &gatehouse_store::Tx<'_>| tx.empty_erased(SHARD, &gone, MORNING);
        assert_eq!((write(store, empty), write(store, empty)), (2, 0));
        assert_eq!(keys(2), [all[0], all[2], all[3]]);
        let here = gate_row(1).area;
        let open = read(store, move |tx| {
            tx.tray(SHARD, here, TrayPart::Open, &SetAsideKey::FIRST, 10)
        });
        let emptied: Vec<bool> = open.iter().map(SetAsideRow::is_emptied).collect();
        assert_eq!(emptied, [false, true, false, false, true]);
    });
}

#[test]
fn what_nothing_proves_is_kept_apart_until_it_is_proven() {
    on_both(|store| {
        lay_town(store);
        let mut gate = Gate::new(1);
        for minute in 0..4 {
            gate.crossing(minute, Way::Out, Outcome::Crossed, PERSON);
        }
        let keep = |events: &[Event]| {
            let events: Vec<(Event, Chance)> = events
                .iter()
                .map(|event| (event.clone(), Chance::new([7; 32])))
                .collect();
            let vault = vault();
            write(store, move |tx| {
                tx.set_unproven_aside(&vault, SHARD, &events, MORNING)
            });
        };
        let reasons = || {
            let kept = read(store, |tx| tx.events_set_aside(SHARD, device(1), 6_000));
            kept.iter().map(|row| row.reason).collect::<Vec<_>>()
        };
        let numbers = || {
            let kept = read(store, |tx| tx.events_set_aside(SHARD, device(1), 10));
            kept.iter().map(|row| row.seq).collect::<Vec<_>>()
        };
        keep(&[]);
        keep(&gate.events[..2]);
        keep(&gate.events[..3]);
        assert_eq!(reasons(), [SetAsideReason::Unproven; 3]);
        assert_eq!(read(store, |tx| tx.alarms(SHARD, 10)), []);
        // Proven later they are taken in all the same: nobody need look at them any more, and what
        // somebody found out about one stays.
        let first = read(store, |tx| tx.events_set_aside(SHARD, device(1), 1))[0].key();
        let found = SettledRow {
            number: 1,
            outcome: "told".to_owned(),
            staff: StaffId(id(2, 1)),
            settled_at: MORNING,
        };
        write(store, move |tx| tx.settle_set_aside(SHARD, &first, &found));
        // Of the same number, with other content: it has not come.
        keep(&[Event {
            previous: gate.events[2].hash(),
            ..gate.events[1].clone()
        }]);
        assert_eq!(numbers(), [1, 2, 2, 3]);
        assert_eq!(send(store, &gate.events[0]), Appended::New);
        assert_eq!(send_at_once(store, &gate.events[1..3]), [Appended::New; 2]);
        assert_eq!(numbers(), [1, 2]);
        keep(&gate.events);
        assert_eq!(numbers(), [1, 2, 4]);

        // Whoever writes in its name fills no disk.
        let forged = |number: u64| Event {
            seq: 100 + number,
            ..gate.events[3].clone()
        };
        let most = usize::try_from(UNPROVEN_MOST).unwrap();
        let many: Vec<Event> = (0..u64::from(UNPROVEN_MOST)).map(forged).collect();
        many.chunks(100).for_each(keep);
        assert_eq!(reasons().len(), most);
        keep(&[forged(9_999)]);
        assert_eq!(reasons().len(), most);
    });
}
