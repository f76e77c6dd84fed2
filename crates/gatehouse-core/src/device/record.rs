//! Events as the device writes them (wire v1): each numbered, naming the one before.

use super::Device;
use super::case::Case;
use super::screen::Appended;
use crate::audit::{Hash, SALT_BYTES};
use crate::digits::BASE64;
use crate::gate::record::write_facts;
use crate::gate::{Decision, Fact, Outcome};
use crate::moment::Moment;
use crate::wire::{ChainHead, Crossing, Event, EventBody, Fever, Private};

/// Version of the code that decides; grows when the same policy would decide otherwise.
pub const EVALUATOR: u32 = 1;

const SALT_CONTEXT: &[u8] = b"gatehouse/device-salt/1";

/// Salts for the events of one step, from the random bytes of its request.
#[derive(Clone, Debug)]
pub(crate) struct Salts {
    random: Vec<u8>,
    used: u32,
}

impl Salts {
    /// From the request. Text that is no base64 still salts, by its own bytes: a step is never
    /// held up over it.
    pub fn of(random_base64: &str) -> Salts {
        let decoded = BASE64.decode(random_base64.as_bytes());
        Salts {
            random: decoded.unwrap_or_else(|| random_base64.as_bytes().to_vec()),
            used: 0,
        }
    }

    /// One more.
    pub fn next(&mut self) -> [u8; SALT_BYTES] {
        self.used += 1;
        let input = [&self.random[..], &self.used.to_be_bytes()].concat();
        let mut salt = [0; SALT_BYTES];
        salt.copy_from_slice(&Hash::of(SALT_CONTEXT, &input).0[..SALT_BYTES]);
        salt
    }
}

/// The record of an attempt; reason and emergency are added by the caller.
pub(crate) fn crossing(
    device: &Device,
    case: &Case,
    decision: &Decision,
    outcome: Outcome,
) -> Crossing {
    let policy = device.policy_at(case.situation.moment.millis);
    let rows = policy.map(|policy| {
        let applied = decision.applied.iter();
        let row = |at: &u16| Some(policy.rows().get(usize::from(*at))?.id.clone());
        applied.filter_map(row).collect()
    });
    let shift = device.shift.as_ref();
    Crossing {
        gate: device.enrolled.as_ref().map_or_else(nowhere, |e| e.gate),
        staff: shift.and_then(|shift| Some(shift.guards.first()?.staff)),
        way: case.way(),
        subject_kind: case.kind(),
        pass: case.pass,
        copied_minutes: case.copied_minutes,
        facts: write_facts(&case.situation, policy),
        policy: policy.map(|policy| policy.id()),
        evaluator: EVALUATOR,
        decided_at: case.situation.moment.millis,
        rows: rows.unwrap_or_default(),
        verdict: case.verdict,
        outcome,
        overruling_reason: None,
        emergency: None,
    }
}

fn nowhere() -> crate::id::GateId {
    crate::id::GateId([0; 16])
}

/// The report of a fever, with what was measured so far.
pub(crate) fn fever(case: &Case) -> Fever {
    Fever {
        crossing: None,
        first: case.reading(Fact::Temperature),
        second: case.reading(Fact::SecondTemperature),
        pass: case.pass.filter(|_| case.finding.identifies()),
    }
}

impl Device {
    /// Appends one event to the chain; `None` before enrolment, when there is no chain.
    pub(crate) fn append(
        &mut self,
        body: EventBody,
        private: Option<Private>,
        now: Moment,
    ) -> Option<Appended> {
        let event = Event {
            device: self.enrolled.as_ref()?.device,
            seq: self.chain.last_seq() + 1,
            previous: self.chain.head(),
            at: now,
            skew_millis: self.skew_at(now),
            snapshot: self.list.as_ref().map_or(0, |list| list.number()),
            body,
            private,
        };
        let head = event.head();
        self.chain.append(head.hash, now);
        Some(Appended {
            seq: event.seq,
            event_base64: BASE64.encode(&event.to_bytes()),
            head_base64: BASE64.encode(&head.to_signed_bytes()),
        })
    }

    /// The bytes to sign for the whole chain.
    pub(crate) fn head_to_sign(&self) -> Option<String> {
        let head = ChainHead {
            device: self.enrolled.as_ref()?.device,
            seq: self.chain.last_seq(),
            hash: self.chain.head(),
        };
        Some(BASE64.encode(&head.to_signed_bytes()))
    }
}
