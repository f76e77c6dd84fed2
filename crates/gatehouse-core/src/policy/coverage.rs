//! Which rows the cases try: each must decide once, and once just not apply (design §2).

use super::cases::Case;
use crate::gate::compiled::{Effect, Policy, Row};
use crate::gate::decide::{Decision, Truth, classes, decide, truth, truth_of_all};

/// What the cases leave untried of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Untried {
    /// The row.
    pub row: String,
    /// No case in which it gives the verdict (a duty: in which it applies).
    pub never_decides: bool,
    /// No case in which it fails by one condition alone.
    pub never_just_fails: bool,
}

/// The rows of documents that the cases do not try both ways.
pub fn untried(cases: &[Case], policy: &Policy) -> Vec<Untried> {
    untried_of(cases, policy, |row| row.document.is_some())
}

/// Of these rows, those that the cases do not try both ways.
pub fn untried_of(cases: &[Case], policy: &Policy, wanted: impl Fn(&Row) -> bool) -> Vec<Untried> {
    let tried: Vec<(Decision, Vec<u64>)> = cases
        .iter()
        .map(|case| {
            (
                decide(&case.situation, Some(policy)),
                classes(&case.situation, policy),
            )
        })
        .collect();
    let rows = policy
        .rows()
        .iter()
        .enumerate()
        .filter(|(_, row)| wanted(row));
    rows.filter_map(|(at, row)| {
        let decides = tried
            .iter()
            .any(|(decision, _)| decided_by(decision, at as u16, row));
        let just_fails = tried.iter().any(|(_, classes)| fails_by_one(row, classes));
        // A row without any condition cannot fail.
        let never_just_fails = !(just_fails || row.all.is_empty() && row.unless.is_empty());
        (!decides || never_just_fails).then(|| Untried {
            row: row.id.clone(),
            never_decides: !decides,
            never_just_fails,
        })
    })
    .collect()
}

pub(super) fn decided_by(decision: &Decision, at: u16, row: &Row) -> bool {
    match row.effect {
        Effect::Duty => decision.applied.contains(&at),
        _ => decision.reasons.contains(&at),
    }
}

/// All conditions hold but one, or just one exception holds.
pub(super) fn fails_by_one(row: &Row, classes: &[u64]) -> bool {
    let failing = row
        .all
        .iter()
        .filter(|test| truth(test, classes) == Truth::No)
        .count();
    let unknown = row
        .all
        .iter()
        .any(|test| truth(test, classes) == Truth::Unknown);
    let excepted = row
        .unless
        .iter()
        .filter(|tests| truth_of_all(tests, classes) == Truth::Yes)
        .count();
    !unknown && failing + excepted == 1
}
