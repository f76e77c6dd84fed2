//! A policy made ready for many attempts.

use crate::gate::fact::Source;
use crate::gate::reading::{Lens, Window};
use crate::gate::{Policy, Situation};

/// A policy, and what of it depends on the moment.
#[derive(Clone, Debug)]
pub struct Prepared {
    policy: Policy,
    number: u32,
    /// Positions of the readings of clock facts.
    by_clock: Vec<usize>,
    outing_days: Option<u16>,
}

impl Prepared {
    /// Makes a policy ready. The number tells it from every other policy of the same replay.
    pub fn new(policy: Policy, number: u32) -> Prepared {
        let lookups = policy.lookups().iter().enumerate();
        let by_clock = lookups
            .filter(|(_, (fact, _))| fact.spec().source == Source::Clock)
            .map(|(at, _)| at)
            .collect();
        Prepared {
            number,
            by_clock,
            outing_days: outing_days(&policy),
            policy,
        }
    }

    /// The policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// How many days back it counts outings; `None` where it counts none.
    pub fn outing_days(&self) -> Option<u16> {
        self.outing_days
    }

    /// Adds to a question what makes its answer depend on the policy and the moment.
    pub(super) fn write_key(&self, clock: &Situation, key: &mut Vec<u8>) {
        key.extend_from_slice(&self.number.to_be_bytes());
        for at in &self.by_clock {
            let reading = &self.policy.compiled().readings[*at];
            let (fact, every) = self.policy.lookups()[*at];
            key.extend_from_slice(&reading.classes(fact, every, clock).to_be_bytes());
        }
    }
}

fn outing_days(policy: &Policy) -> Option<u16> {
    let readings = policy.compiled().readings.iter();
    let days = readings.filter_map(|reading| match reading.lens {
        Lens::OutingCount { window, .. } => match window {
            Window::Rolling { days } | Window::Calendar { days } => Some(days),
        },
        _ => None,
    });
    days.max()
}
