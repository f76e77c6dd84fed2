//! The day of the demo as chains of device events, one device for each gate: shifts, crossings,
//! fevers, what was handed on. They are the events that a gate device would have sent, so
//! crossings, passages and open items follow from them as in any installation.

use super::day::{DemoCrossing, Subject};
use super::make::Demo;
use super::random::{Chance, Ids};
use crate::auth::role::Role;
use gatehouse_core::audit::Hash;
use gatehouse_core::device::EVALUATOR;
use gatehouse_core::gate::record::write_facts;
use gatehouse_core::gate::{Fact, Known, SubjectKind, Value, Verdict, Way};
use gatehouse_core::id::{DeviceId, GateId, StaffId};
use gatehouse_core::moment::Moment;
use gatehouse_core::wire::{
    Crossing, Detail, DetailField, EmergencyKind, Event, EventBody, Fever, Private, Reading,
    Subject as WireSubject,
};

const MINUTE_MILLIS: i64 = 60_000;
/// Hours of a shift.
const SHIFT_MILLIS: i64 = 8 * 3_600_000;
/// Guards of one shift at one gate.
const GUARDS_A_SHIFT: usize = 2;

/// The device of a gate with its chain. It is taken out of service as soon as its chain is
/// written, since nobody has it.
pub struct DemoChain {
    /// The device.
    pub device: DeviceId,
    /// Its gate.
    pub gate: GateId,
    /// Who enrolled it.
    pub enrolled_by: StaffId,
    /// What it appended, in order.
    pub events: Vec<Event>,
}

struct Chain<'a> {
    demo: &'a Demo,
    gate: GateId,
    device: DeviceId,
    guards: Vec<StaffId>,
    on_duty: Option<StaffId>,
    chance: Chance,
    events: Vec<Event>,
}

/// Makes the chains of all gates.
pub fn chains(demo: &Demo) -> Vec<DemoChain> {
    let mut ids = Ids::new(demo.town.size.seed ^ 5, demo.town.made.millis);
    let gates = demo.town.streets.gates.iter().enumerate();
    gates
        .map(|(at, gate)| chain(demo, at, gate.id, DeviceId(ids.make())))
        .collect()
}

fn chain(demo: &Demo, at: usize, gate: GateId, device: DeviceId) -> DemoChain {
    let compound = demo.town.streets.gates[at].compound;
    let team = demo
        .town
        .staffing
        .staff
        .iter()
        .filter(|staff| staff.area == compound);
    let guards = team
        .clone()
        .filter(|staff| staff.role == Role::Guard)
        .map(|staff| staff.id);
    let lead = team.clone().find(|staff| staff.role == Role::ShiftLead);
    let mut chain = Chain {
        demo,
        gate,
        device,
        guards: guards.collect(),
        on_duty: None,
        chance: Chance::new(demo.town.size.seed, demo.town.streets.gates[at].name),
        events: Vec::new(),
    };
    let mut next_shift_at = i64::MIN;
    for crossing in demo.crossings.iter().filter(|crossing| crossing.gate == at) {
        if crossing.at.millis >= next_shift_at {
            chain.change_shift(crossing.at);
            next_shift_at = crossing.at.millis + SHIFT_MILLIS;
        }
        chain.cross(crossing);
    }
    DemoChain {
        device,
        gate,
        enrolled_by: lead.expect("every gate has a shift lead").id,
        events: chain.events,
    }
}

impl Chain<'_> {
    fn append(&mut self, at: Moment, body: EventBody, private: Option<Private>) -> u64 {
        let previous = self.events.last().map_or(Hash::START, Event::hash);
        let seq = self.events.len() as u64 + 1;
        let device = self.device;
        let event = Event {
            device,
            seq,
            previous,
            at,
            skew_millis: None,
            snapshot: 0,
            body,
            private,
        };
        self.events.push(event);
        seq
    }

    /// The next guards take over a minute before.
    fn change_shift(&mut self, at: Moment) {
        let at = at.plus_millis(-MINUTE_MILLIS);
        if self.on_duty.is_some() {
            self.append(at, EventBody::ShiftEnd, None);
            self.guards.rotate_left(1);
        }
        let guards: Vec<StaffId> = self.guards.iter().copied().take(GUARDS_A_SHIFT).collect();
        self.on_duty = guards.first().copied();
        let body = EventBody::ShiftStart {
            guards,
            mask: true,
            armband: true,
        };
        self.append(at, body, None);
    }

    fn private(&mut self, crossing: &DemoCrossing, details: Vec<Detail>) -> Option<Private> {
        let subject = match crossing.subject {
            Subject::Person(id) => Some(WireSubject::Person(id)),
            Subject::Vehicle(id) => Some(WireSubject::Vehicle(id)),
            Subject::Unknown => None,
        };
        let household = crossing.household;
        let nobody = subject.is_none() && household.is_none() && details.is_empty();
        let salt = self.chance.bytes();
        (!nobody).then_some(Private {
            salt,
            subject,
            household,
            details,
        })
    }

    fn cross(&mut self, crossing: &DemoCrossing) {
        let situation = &crossing.settled.situation;
        let decision = &crossing.settled.decision;
        let policy = &self.demo.policy;
        let applied = decision
            .applied
            .iter()
            .map(|at| policy.rows()[usize::from(*at)].id.clone());
        let body = Crossing {
            gate: self.gate,
            staff: self.on_duty,
            way: situation.way().unwrap_or(Way::In),
            subject_kind: situation.subject_kind(),
            pass: crossing
                .pass
                .map(|at| self.demo.issued.passes[at].credential.number),
            copied_minutes: None,
            facts: write_facts(situation, Some(policy)),
            policy: Some(policy.id()),
            evaluator: EVALUATOR,
            decided_at: crossing.at.millis,
            rows: applied.collect(),
            verdict: decision.verdict,
            outcome: crossing.settled.outcome,
            overruling_reason: None,
            emergency: situation.is_emergency().then_some(EmergencyKind::Birth),
        };
        let details = self.details(crossing);
        let private = self.private(crossing, details);
        let seq = self.append(crossing.at, EventBody::Crossing(Box::new(body)), private);
        if decision.verdict == Verdict::Refer {
            self.fever(crossing, seq);
        }
    }

    /// What a guard wrote down of an outsider: the home, as the row asks (HN 三(五)).
    fn details(&self, crossing: &DemoCrossing) -> Vec<Detail> {
        let kind = crossing.settled.situation.subject_kind();
        if !matches!(kind, Some(SubjectKind::Visitor | SubjectKind::Courier)) {
            return Vec::new();
        }
        let homes = &self.demo.town.households;
        let home = crossing
            .household
            .and_then(|id| homes.iter().find(|home| home.id == id));
        let room = home.map(|home| home.household.address().label_zh());
        room.map(|room| Detail::new(DetailField::Room, &room))
            .into_iter()
            .collect()
    }

    /// A referral for health opens an item. Fevers stay open, so that the demo shows one; those
    /// with symptoms were fetched half an hour later.
    fn fever(&mut self, crossing: &DemoCrossing, seq: u64) {
        let situation = &crossing.settled.situation;
        let way = match situation.given(Fact::TemperatureWay) {
            Some(Known::Is(Value::Choice(way))) => Some(*way),
            _ => None,
        };
        let reading = |fact: Fact, minutes: i64| match situation.given(fact) {
            Some(Known::Is(Value::Number(tenths))) => Some(Reading {
                tenths: u16::try_from(*tenths).ok()?,
                way,
                at: crossing.at.millis + minutes * MINUTE_MILLIS,
            }),
            _ => None,
        };
        let second = reading(Fact::SecondTemperature, 0);
        let first = reading(Fact::Temperature, if second.is_some() { -15 } else { 0 });
        let has_symptoms = matches!(
            situation.given(Fact::Symptoms),
            Some(Known::Is(Value::Set(symptoms))) if *symptoms != 0
        );
        if second.is_none() && !has_symptoms {
            return; // an order: the shift lead came, and nothing about health is written down
        }
        let private = self.private(crossing, Vec::new());
        let fever = Fever {
            crossing: Some(seq),
            first,
            second,
            pass: None,
        };
        let of = self.append(crossing.at, EventBody::Fever(fever), private);
        if has_symptoms {
            let taken_by = Detail::new(DetailField::TakenBy, "桂花街道卫生服务站");
            let private = self.private(crossing, vec![taken_by]);
            self.append(crossing.at, EventBody::HandedOn { of }, private);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::demo::write::tests::demo;
    use gatehouse_core::wire::PublicEvent;

    #[test]
    fn chains_follow_link_by_link_and_hold_every_crossing() {
        let demo = demo();
        let chains = chains(&demo);
        let (mut crossings, mut fevers) = (0, 0);
        for chain in &chains {
            let mut head = None;
            for event in &chain.events {
                let read = Event::from_bytes(&event.to_bytes()).expect("reads back");
                assert_eq!(&read, event);
                let public = PublicEvent::from_bytes(&event.public_bytes()).expect("reads back");
                assert!(public.follows(head.as_ref()));
                head = Some(event.head());
                crossings += usize::from(matches!(event.body, EventBody::Crossing(_)));
                fevers += usize::from(matches!(event.body, EventBody::Fever(_)));
            }
        }
        assert_eq!(crossings, demo.crossings.len());
        assert_eq!(fevers, 2);
    }
}
