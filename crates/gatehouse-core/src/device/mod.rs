//! The state machine of a gate device (design §3 "One gate app"): [`step`] takes a state, a
//! request and the moment in it, and gives the next state and what to show, store and sign.
//!
//! It decides locally by `gate::decide`, appends events to its chain, and never waits for a
//! network. No I/O, no clock, no randomness: the page stores, moves and paints. What an input
//! means is in `turn.rs`; the words of the device are in `words.rs`; `docs/device.md` lists the
//! messages.

mod again;
mod attend;
mod case;
mod chain;
mod conclude;
mod input;
mod json;
mod list;
mod list_clock;
mod lookup;
mod outings;
mod present;
mod read_json;
mod record;
mod register;
mod screen;
mod seen;
mod shift;
mod state;
mod steps_shown;
mod thermometer;
mod turn;
mod view;
pub(crate) mod words;
mod write_json;

pub use again::{GateList, Presented};
pub use chain::KEPT_DAYS;
pub use input::*;
pub use json::{decide_vector, respond};
pub use lookup::{LOOKUPS_MOST, WINDOW_MINUTES};
pub use record::EVALUATOR;
pub use screen::*;
pub use seen::COPIED_MINUTES;
pub use state::StateError;

use crate::digits::BASE64;
use crate::gate::{Decision, Outcome, Policy, SubjectKind, Way, decide};
use crate::id::{DeviceId, GateId};
use crate::key::PublicKey;
use crate::moment::Moment;
use crate::pass::PassNumber;
use crate::planted::{Planted, is_planted};
use case::Case;
use chain::Chain;
use list::{Floor, List};
use lookup::LookupLimit;
use outings::LocalOutings;
use record::Salts;
use seen::Seen;
use shift::{Shift, Tally};
use turn::{SKEW_MILLIS, Turn};

/// Latest crossings that are shown for undo.
const RECENT_HELD: usize = 20;
/// Emergencies that are kept before enrolment.
const EARLY_HELD: usize = 64;

/// Everything a gate device knows.
#[derive(Clone, Debug, Default)]
pub struct Device {
    enrolled: Option<Enrolled>,
    chain: Chain,
    /// Emergencies from before there was a chain.
    early: Vec<Early>,
    shift: Option<Shift>,
    tally: Tally,
    case: Option<Case>,
    finished: Option<Finished>,
    seen: Seen,
    lookups: LookupLimit,
    outings: LocalOutings,
    recent: Vec<RecentRow>,
    /// This clock minus the server's, in milliseconds, where that is known to be more than five
    /// minutes.
    skew: Option<i64>,
    /// Numbers of the newest lists seen; older ones are refused.
    floor: Floor,
    /// Which thermometer is in use, as a position of `temperature_way`; kept over shifts. `None`
    /// until somebody has said so.
    thermometer: Option<u8>,
    /// Not part of the stored state: the page hands the bytes in again after a start.
    list: Option<List>,
}

impl Device {
    /// The policy in force at an instant, by the list held.
    fn policy_at(&self, millis: i64) -> Option<&Policy> {
        self.list.as_ref()?.policy_at(millis)
    }

    /// The decision of a case by what is known of it; `None` while it is not the policy's to
    /// decide: somebody is to be chosen, or the server has answered.
    fn decision(&self) -> Option<Decision> {
        let case = self.case.as_ref()?;
        let open = case.reopened.is_none() && case.candidates.is_empty();
        open.then(|| self.decide(case))
    }

    /// Decides a case at its own moment, so that what is shown is what is recorded.
    fn decide(&self, case: &Case) -> Decision {
        let policy = self.policy_at(case.situation.moment.millis);
        decide(&case.situation, policy)
    }

    /// How far the clock is off, in milliseconds, where that is known: by the last reply, or
    /// because it went back to before the list was made.
    fn skew_at(&self, now: Moment) -> Option<i64> {
        let made_at = self.list.as_ref().map(List::made_at);
        let behind = made_at.map(|made_at| now.millis.saturating_sub(made_at));
        let behind =
            behind.filter(|skew| *skew < -SKEW_MILLIS && !is_planted(Planted::ClockTrusted));
        match behind {
            Some(behind) => Some(self.skew.map_or(behind, |skew| skew.min(behind))),
            None => self.skew,
        }
    }

    /// The same in minutes; 0 where it is not known to be off.
    fn skew_minutes(&self, now: Moment) -> u16 {
        let millis = self.skew_at(now).unwrap_or(0).unsigned_abs();
        u16::try_from(millis / 60_000).unwrap_or(u16::MAX)
    }
}

/// Whose chain this is and which root it trusts.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Enrolled {
    device: DeviceId,
    gate: GateId,
    root: PublicKey,
}

impl Enrolled {
    fn read(device: DeviceId, gate: GateId, root_key_base64: &str) -> Option<Enrolled> {
        let bytes = BASE64.decode(root_key_base64.as_bytes())?;
        let root = PublicKey::from_bytes(&bytes.try_into().ok()?)?;
        Some(Enrolled { device, gate, root })
    }
}

/// An emergency that was let through before enrolment.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Early {
    at: Moment,
    way: Way,
    what: EmergencyKind,
}

/// The last case that was recorded: the server may still answer it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Finished {
    seq: u64,
    at_millis: i64,
    case: Case,
}

/// A latest crossing.
#[derive(Clone, Debug, PartialEq, Eq)]
struct RecentRow {
    seq: u64,
    at: Moment,
    way: Way,
    kind: Option<SubjectKind>,
    outcome: Outcome,
    emergency: bool,
    undone: bool,
    pass: Option<PassNumber>,
}

/// One step: pure, total, never panics. Whatever comes in, the next state can go on.
pub fn step(mut device: Device, request: &Request) -> (Device, Output) {
    if let Some(list) = &mut device.list {
        list.clock.read(request.moment);
    }
    let mut turn = Turn {
        device: &mut device,
        now: request.moment,
        lang: request.lang,
        salts: Salts::of(&request.random_base64),
        append: vec![],
    };
    let view = turn.take(&request.input);
    let output = turn.output(view);
    (device, output)
}

#[cfg(test)]
mod tests;
