//! The smallest set of steps after which a case can be decided again.
//!
//! To admit, one grant must apply with all its needs met, and every open bar or refer must turn
//! out not to apply. Both are sets of steps to choose from; the smallest union wins, between
//! equals the one whose steps come earlier. The search is exact up to a bound on its size and
//! greedy beyond, so that no document can make a gate wait.

use super::compiled::{Policy, Row, Test};
use super::decide::{Truth, truth, truth_of_all, unmet_needs};
use super::fact::Fact;
use super::step::Step;
use crate::sort::sort_by_key;

/// A step, and the facts that it is to supply in this case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// What the guard does.
    pub step: Step,
    /// What it is to supply; empty for a call to the shift lead.
    pub facts: Vec<Fact>,
}

const SEARCH_MOST: u32 = 4096;

/// Sets of steps of which one must be taken.
type Choices = Vec<u64>;

/// The grant that is nearest (its position) and the steps to it. `candidates` is not empty.
pub(crate) fn smallest_steps(
    policy: &Policy,
    classes: &[u64],
    at_home: bool,
    open: &[u16],
    candidates: &[u16],
) -> (u16, Vec<Missing>) {
    let row = |at: u16| &policy.rows()[usize::from(at)];
    let hurdles: Vec<Choices> = open
        .iter()
        .map(|at| ways_out(policy, row(*at), classes))
        .collect();
    let mut best: Option<(u16, u64, (usize, Weight))> = None;
    for at in candidates {
        let (certain, mut choices) = ways_in(policy, row(*at), classes, at_home);
        choices.extend(hurdles.iter().cloned());
        let mut search = Search {
            best: None,
            left: SEARCH_MOST,
        };
        search.run(certain, &choices);
        let steps = search.best.unwrap_or(certain | Step::CallShiftLead.bit());
        let cost = (to_mend(policy, row(*at), classes, at_home), weight(steps));
        if best.is_none_or(|(_, _, held)| cost < held) {
            best = Some((*at, steps, cost));
        }
    }
    let (nearest, steps) =
        best.map_or((0, Step::CallShiftLead.bit()), |(at, steps, _)| (at, steps));
    let relevant = open.iter().chain([&nearest]).map(|at| row(*at));
    (nearest, name_facts(policy, classes, steps, relevant))
}

type Weight = (bool, u32, u64);

/// Needs that are known not to be met: what is not known yet is asked before what was already
/// answered with no is asked again.
fn to_mend(policy: &Policy, row: &Row, classes: &[u64], at_home: bool) -> usize {
    unmet_needs(policy, row, classes, at_home)
        .filter(|test| truth(test, classes) == Truth::No)
        .count()
}

/// Fewer steps first, the shift lead only where nothing else helps, then earlier steps.
fn weight(steps: u64) -> Weight {
    (
        steps & Step::CallShiftLead.bit() != 0,
        steps.count_ones(),
        steps,
    )
}

fn step_of(policy: &Policy, test: &Test) -> u64 {
    let fact = policy.lookups()[usize::from(test.reading)].0;
    fact.spec().step.unwrap_or(Step::CallShiftLead).bit()
}

fn steps_of_open(policy: &Policy, tests: &[Test], classes: &[u64]) -> u64 {
    tests
        .iter()
        .filter(|test| truth(test, classes) == Truth::Unknown)
        .fold(0, |steps, test| steps | step_of(policy, test))
}

/// How an open bar or refer may turn out not to apply: one of its unknown conditions is false, or
/// all of an exception's are true.
fn ways_out(policy: &Policy, row: &Row, classes: &[u64]) -> Choices {
    let conditions = row
        .all
        .iter()
        .filter(|test| truth(test, classes) == Truth::Unknown)
        .map(|test| step_of(policy, test));
    let exceptions = row
        .unless
        .iter()
        .filter(|tests| truth_of_all(tests, classes) == Truth::Unknown)
        .map(|tests| steps_of_open(policy, tests, classes));
    conditions.chain(exceptions).collect()
}

/// What a grant wants for certain, and the choices it leaves (an open exception must fail).
fn ways_in(policy: &Policy, row: &Row, classes: &[u64], at_home: bool) -> (u64, Vec<Choices>) {
    let needs = unmet_needs(policy, row, classes, at_home)
        .fold(0, |steps, test| steps | step_of(policy, test));
    let exceptions = row
        .unless
        .iter()
        .filter(|tests| truth_of_all(tests, classes) == Truth::Unknown)
        .map(|tests| {
            let open = tests
                .iter()
                .filter(|test| truth(test, classes) == Truth::Unknown);
            open.map(|test| step_of(policy, test)).collect()
        })
        .collect();
    (needs | steps_of_open(policy, &row.all, classes), exceptions)
}

struct Search {
    best: Option<u64>,
    left: u32,
}

impl Search {
    fn run(&mut self, taken: u64, choices: &[Choices]) {
        if self.best.is_some_and(|best| weight(taken) >= weight(best)) {
            return;
        }
        let Some((first, rest)) = choices.split_first() else {
            self.best = Some(taken);
            return;
        };
        if first.is_empty() {
            return self.run(taken | Step::CallShiftLead.bit(), rest);
        }
        if first.iter().any(|choice| taken & choice == *choice) {
            return self.run(taken, rest);
        }
        for choice in first {
            self.run(taken | choice, rest);
            // The first descent is the greedy answer; what remains only improves on it.
            self.left = self.left.saturating_sub(1);
            if self.left == 0 {
                return;
            }
        }
    }
}

fn name_facts<'a>(
    policy: &Policy,
    classes: &[u64],
    steps: u64,
    relevant: impl Iterator<Item = &'a Row>,
) -> Vec<Missing> {
    let mut wanted: Vec<Fact> = relevant
        .flat_map(|row| {
            row.all
                .iter()
                .chain(row.unless.iter().flatten())
                .chain(&row.needs)
        })
        .filter(|test| truth(test, classes) != Truth::Yes)
        .map(|test| policy.lookups()[usize::from(test.reading)].0)
        .collect();
    sort_by_key(&mut wanted, |fact| *fact);
    wanted.dedup();
    Step::ALL
        .iter()
        .filter(|step| steps & step.bit() != 0)
        .map(|step| Missing {
            step: *step,
            facts: wanted
                .iter()
                .copied()
                .filter(|f| f.spec().step == Some(*step))
                .collect(),
        })
        .collect()
}
