//! Deciding by what a record holds, for a policy that it was not made by.
//!
//! Two things may be missing. What a gate knows without asking (the register, its state, history)
//! and did not record could have been anything. What a guard finds out by a step was found out
//! only if it was asked for: under another policy it would have been asked for, and answered. So
//! the verdict is worked out for everything that these could have been, and is known only where
//! that is one verdict.

use super::together::{may_be, pairs};
use crate::gate::decide::{RowState, Truth, classes, truth, weigh_classes};
use crate::gate::fact::{Absent, Source};
use crate::gate::reading::{Lens, NOT_APPLICABLE, Window};
use crate::gate::record::is_left_out_where_unknown;
use crate::gate::{Decision, Fact, Known, Policy, Situation, Verdict, decide};

/// Most times that one record is weighed; beyond it the verdict counts as not known, which is the
/// careful answer.
const TRIALS_MOST: usize = 1_024;

/// What a record says under a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Again {
    /// The same whatever was not recorded.
    Known(Decision),
    /// It hangs on these facts, which were not recorded.
    CannotBeKnown(Vec<Fact>),
}

/// What else is known of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// How many days back its outings reach; 0 where the policy of its time counted none.
    pub outing_days: u16,
    /// What the gate said in the end. After "more needed" the person left: what was unknown then
    /// could not be supplied.
    pub verdict: Verdict,
}

/// Decides a recorded situation.
pub fn decide_by_record(
    situation: &Situation,
    recorded: Recorded,
    policy: Option<&Policy>,
) -> Again {
    let Some(policy) = policy.filter(|_| !situation.is_emergency()) else {
        return Again::Known(decide(situation, policy));
    };
    let (unseen, unasked) = doubts(situation, recorded, policy);
    if unseen.is_empty() && unasked.is_empty() {
        return Again::Known(decide(situation, Some(policy)));
    }
    let missing = unseen.iter().chain(&unasked);
    let missing: Vec<usize> = missing.map(|doubt| doubt.reading).collect();
    let mut trial = Trial {
        policy,
        classes: classes(situation, policy),
        pairs: pairs(&policy.compiled().readings, &missing),
        left: TRIALS_MOST,
        found: None,
    };
    for doubt in &unasked {
        trial.classes[doubt.reading] = doubt.every;
    }
    for doubt in &unseen {
        trial.classes[doubt.reading] = doubt.anything;
    }
    let (states, all_open) = weigh_classes(policy, &trial.classes);
    let open = open_readings(policy, &states, &trial.classes);
    let in_play = |doubts: Vec<Doubt>| -> Vec<Doubt> {
        let doubts = doubts.into_iter();
        doubts
            .filter(|doubt| open.contains(&doubt.reading))
            .collect()
    };
    let (unseen, unasked) = (in_play(unseen), in_play(unasked));
    // By a law of deciding: what is learned turns admit into nothing else.
    if all_open.verdict == Verdict::Admit {
        return Again::Known(all_open);
    }
    if trial.is_one_verdict(&unseen, &unasked)
        && let Some(found) = trial.found
    {
        return Again::Known(found);
    }
    let both = unseen.iter().chain(&unasked);
    let mut facts: Vec<Fact> = both.map(|doubt| doubt.fact).collect();
    facts.sort_unstable();
    facts.dedup();
    Again::CannotBeKnown(facts)
}

/// A reading whose fact is missing.
#[derive(Clone, Copy)]
struct Doubt {
    reading: usize,
    fact: Fact,
    /// Every class it may lie in when known.
    every: u64,
    /// The same, and "not applicable" where that is possible.
    anything: u64,
}

/// Readings of what the gate knew and did not record, and of what nobody asked for.
fn doubts(situation: &Situation, recorded: Recorded, policy: &Policy) -> (Vec<Doubt>, Vec<Doubt>) {
    let (mut unseen, mut unasked) = (Vec::new(), Vec::new());
    let readings = policy.compiled().readings.iter().zip(policy.lookups());
    for (at, (reading, (fact, every))) in readings.enumerate() {
        let (fact, every) = (*fact, *every);
        let anything = match fact.spec().when_absent {
            Absent::NotApplicable => every | NOT_APPLICABLE,
            Absent::Unknown | Absent::Nothing => every,
        };
        let doubt = Doubt {
            reading: at,
            fact,
            every,
            anything,
        };
        let is_there = match &reading.lens {
            Lens::OutingCount { window, .. } => reaches(situation, recorded, *window),
            _ => is_recorded(situation, fact),
        };
        if is_unasked(situation, recorded, fact, is_there) {
            unasked.push(doubt);
        } else if !is_there {
            unseen.push(doubt);
        }
    }
    (unseen, unasked)
}

/// Whether the record tells what the fact was: known, unknown or not applicable.
fn is_recorded(situation: &Situation, fact: Fact) -> bool {
    // A reading says that it was taken; that there is none says nothing of it.
    let says_taken = || {
        let reading = situation.given(Fact::Temperature);
        fact == Fact::TemperatureTaken && reading.is_some_and(|known| *known != Known::Unknown)
    };
    situation.given(fact).is_some()
        || fact.spec().source == Source::Clock
        || is_left_out_where_unknown(fact)
        || situation.rules_out(fact)
        || says_taken()
}

/// Whether the outings of the record cover a window.
fn reaches(situation: &Situation, recorded: Recorded, window: Window) -> bool {
    let (Window::Rolling { days } | Window::Calendar { days }) = window;
    let has_outings = situation.given(Fact::Outings).is_some();
    situation.rules_out(Fact::Outings) || has_outings && days <= recorded.outing_days
}

/// Whether a guard would find it out, and nobody had asked for it.
fn is_unasked(situation: &Situation, recorded: Recorded, fact: Fact, is_there: bool) -> bool {
    let spec = fact.spec();
    if spec.step.is_none() {
        return false;
    }
    match is_there {
        true => {
            let is_unknown = *situation.known(fact).as_ref() == Known::Unknown;
            is_unknown && recorded.verdict != Verdict::Ask
        }
        false => spec.source == Source::Guard,
    }
}

/// The readings that keep a row open, or a need of a grant unmet.
fn open_readings(policy: &Policy, states: &[RowState], classes: &[u64]) -> Vec<usize> {
    let rows = policy.rows().iter().zip(states);
    let in_play = rows.filter(|(_, state)| **state != RowState::Not);
    let tests = in_play.flat_map(|(row, _)| {
        let exceptions = row.unless.iter().flatten();
        row.all.iter().chain(exceptions).chain(&row.needs)
    });
    let mut open: Vec<usize> = tests
        .filter(|test| truth(test, classes) == Truth::Unknown)
        .map(|test| usize::from(test.reading))
        .collect();
    open.sort_unstable();
    open.dedup();
    open
}

/// Trying out what could have been.
struct Trial<'p> {
    policy: &'p Policy,
    classes: Vec<u64>,
    /// Readings that have one value behind them.
    pairs: Vec<(usize, usize)>,
    left: usize,
    /// The first decision; every other one has its verdict.
    found: Option<Decision>,
}

impl Trial<'_> {
    /// Tries everything that the unseen readings could have been, unknown included; of the readings
    /// of one fact only what they can be together.
    fn is_one_verdict(&mut self, unseen: &[Doubt], unasked: &[Doubt]) -> bool {
        let Some((doubt, rest)) = unseen.split_first() else {
            return self.is_one_answer(unasked);
        };
        let known = singles(doubt.anything);
        let is_one = std::iter::once(doubt.every).chain(known).all(|class| {
            self.classes[doubt.reading] = class;
            !self.may_be() || self.is_one_verdict(rest, unasked)
        });
        // Open again: what comes before it in the list is tried next.
        self.classes[doubt.reading] = doubt.anything;
        is_one
    }

    /// A gate asks only where it has to; then every answer is tried.
    fn is_one_answer(&mut self, unasked: &[Doubt]) -> bool {
        for doubt in unasked {
            self.classes[doubt.reading] = doubt.every;
        }
        let Some(decision) = self.weigh() else {
            return false;
        };
        match decision.verdict {
            Verdict::Ask if !unasked.is_empty() => self.answers(unasked),
            _ => self.is_as_found(decision),
        }
    }

    fn answers(&mut self, unasked: &[Doubt]) -> bool {
        let Some((doubt, rest)) = unasked.split_first() else {
            let decision = self.weigh();
            return decision.is_some_and(|decision| self.is_as_found(decision));
        };
        let answered = singles(doubt.anything).all(|class| {
            self.classes[doubt.reading] = class;
            !self.may_be() || self.answers(rest)
        });
        // As unknown as it was, for what is tried next.
        self.classes[doubt.reading] = doubt.every;
        answered
    }

    /// Whether the readings can be together as far as they are settled.
    fn may_be(&self) -> bool {
        let readings = &self.policy.compiled().readings;
        self.pairs.iter().all(|&(one, other)| {
            let of = |at: usize| (&readings[at], self.classes[at]);
            may_be(of(one), of(other))
        })
    }

    fn weigh(&mut self) -> Option<Decision> {
        self.left = self.left.checked_sub(1)?;
        Some(weigh_classes(self.policy, &self.classes).1)
    }

    fn is_as_found(&mut self, decision: Decision) -> bool {
        let verdict = decision.verdict;
        self.found.get_or_insert(decision).verdict == verdict
    }
}

fn singles(classes: u64) -> impl Iterator<Item = u64> {
    let bits = (0..u64::BITS).map(|bit| 1u64 << bit);
    bits.filter(move |bit| classes & bit != 0)
}
