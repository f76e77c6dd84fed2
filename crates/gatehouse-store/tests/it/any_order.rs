//! Exactly once: in whatever order and however often events arrive, everything ends alike.

use crate::chains::faults;
use crate::played_device::{Gate, hours, outings, send, send_all, state};
use crate::support::{SHARD, id, lay_town, on_both, read, write};
use gatehouse_core::gate::{Outcome, Way};
use gatehouse_core::id::PersonId;
use gatehouse_core::wire::{Change, Event, EventBody};
use gatehouse_store::Store;
use gatehouse_store::device_event::Appended;
use proptest::prelude::*;

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
        let counted = hours(&store);
        write(&store, |tx| tx.rebuild_hours(SHARD));
        prop_assert_eq!(hours(&store), counted);
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
