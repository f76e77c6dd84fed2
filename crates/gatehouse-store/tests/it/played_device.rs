//! A gate device as tests play it: appends events to its chain and sends them.

use crate::support::{MINUTE, MORNING, SHARD, device_row, gate_row, id, read, write};
use gatehouse_core::audit::Hash;
use gatehouse_core::gate::{Outcome, SubjectKind, Verdict, Way};
use gatehouse_core::id::{DeviceId, GateId, HouseholdId, PersonId, StaffId};
use gatehouse_core::moment::Moment;
use gatehouse_core::wire::{Change, Crossing, Event, EventBody, Private, Subject};
use gatehouse_store::before::Before;
use gatehouse_store::crossing_hour::HourRow;
use gatehouse_store::device_event::{Appended, Arrival};
use gatehouse_store::outing::OutingRow;
use gatehouse_store::{Chance, Store, Vault};
use std::sync::Arc;

pub const PERSON: PersonId = PersonId([6; 16]);
pub const HOUSEHOLD: HouseholdId = HouseholdId([7; 16]);

pub fn device(n: u32) -> DeviceId {
    device_row(n).device
}

pub fn gate() -> GateId {
    gate_row(1).gate
}

pub fn vault() -> Arc<Vault> {
    Arc::new(Vault::new([(1, [1; 32])], [9; 32]).unwrap())
}

/// Plays a device: every event follows the one before.
pub struct Gate {
    pub device: DeviceId,
    pub events: Vec<Event>,
}

impl Gate {
    pub fn new(n: u32) -> Gate {
        Gate {
            device: device(n),
            events: Vec::new(),
        }
    }

    pub fn append(&mut self, minute: i64, body: EventBody, private: Option<Private>) -> u64 {
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

    pub fn crossing(&mut self, minute: i64, way: Way, outcome: Outcome, person: PersonId) -> u64 {
        let private = Private {
            salt: id(9, self.events.len() as u32),
            subject: Some(Subject::Person(person)),
            household: Some(HOUSEHOLD),
            details: Vec::new(),
        };
        let body = EventBody::Crossing(Box::new(crossing(way, outcome)));
        self.append(minute, body, Some(private))
    }

    pub fn amend(&mut self, minute: i64, of: u64, change: Change) -> u64 {
        self.append(minute, EventBody::Amendment { of, change }, None)
    }
}

pub fn crossing(way: Way, outcome: Outcome) -> Crossing {
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

/// As from a device that keeps all that it made.
pub fn arrival(event: &Event) -> Arrival {
    Arrival {
        received_at: MORNING + 60 * MINUTE,
        server: None,
        chance: Chance::new([3; 32]),
        before: Before::of(event.seq, 1),
    }
}

pub fn send(store: &Store, event: &Event) -> Appended {
    let event = event.clone();
    write(store, move |tx| {
        tx.append_event(&vault(), SHARD, &event, &arrival(&event))
    })
}

/// In one transaction.
pub fn send_at_once(store: &Store, events: &[Event]) -> Vec<Appended> {
    let events = events.to_vec();
    write(store, move |tx| {
        let arrivals: Vec<Arrival> = events.iter().map(arrival).collect();
        let all: Vec<(&Event, &Arrival)> = events.iter().zip(&arrivals).collect();
        tx.append_events(&vault(), SHARD, &all, |_| Ok(()))
    })
}

pub fn send_all(store: &Store, gate: &Gate) {
    for event in &gate.events {
        assert_eq!(send(store, event), Appended::New);
    }
}

pub fn outings(store: &Store) -> Vec<OutingRow> {
    read(store, |tx| tx.outings(SHARD, 1_000))
}

/// Crossings by hour and sort.
pub fn hours(store: &Store) -> Vec<HourRow> {
    read(store, |tx| tx.hours_of_gate(SHARD, gate(), 0, i64::MAX))
}

/// Everything that must be the same however events came.
pub fn state(store: &Store) -> impl PartialEq + std::fmt::Debug + use<> {
    let crossings = read(store, |tx| {
        tx.crossings_of_gate(SHARD, gate(), 0, i64::MAX, 1_000)
    });
    let report = |n| read(store, move |tx| tx.verify_device(SHARD, device(n)));
    (
        crossings,
        outings(store),
        hours(store),
        report(1),
        report(2),
    )
}
