//! From exposures to a class.

use super::types::{Class, Exposed, Exposure, Rule, Unknown};
use crate::counting::{Counting, On, days_between};
use crate::moment::Moment;

/// What somebody is, by which line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Classified<'a> {
    /// Lines that apply, the gravest first: the class is that of the first.
    pub applied: Vec<(&'a Rule, On)>,
    /// Graver lines that may still come to apply.
    pub open: Vec<Open<'a>>,
}

/// A line that may still come to apply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open<'a> {
    /// The line.
    pub rule: &'a Rule,
    /// What is not known.
    pub unknown: Vec<Unknown>,
}

/// Whether a line speaks of an exposure.
enum Match {
    No,
    Yes,
    Open(Vec<Unknown>),
}

/// Classifies somebody by their exposures. Lines of documents further below come behind those
/// above where they are of one class.
pub fn classify<'a>(
    person: &Exposed,
    table: &[(&'a Rule, &Counting)],
    now: Moment,
) -> Classified<'a> {
    let mut applied: Vec<(&Rule, On)> = Vec::new();
    let mut open: Vec<Open<'_>> = Vec::new();
    for (rule, counting) in table {
        let mut last = None;
        let mut unknown = Vec::new();
        for exposure in &person.exposures {
            match matches(rule, counting, person, exposure, now) {
                Match::No => {}
                Match::Yes => last = last.max(Some(exposure.on)),
                Match::Open(more) => unknown.extend(more),
            }
        }
        unknown.sort_unstable();
        unknown.dedup();
        match last {
            Some(on) => applied.push((rule, on)),
            None if !unknown.is_empty() => open.push(Open { rule, unknown }),
            None => {}
        }
    }
    applied.sort_by_key(|(rule, _)| std::cmp::Reverse(rule.class));
    let class: Option<Class> = applied.first().map(|(rule, _)| rule.class);
    open.retain(|open| Some(open.rule.class) > class);
    open.sort_by_key(|open| std::cmp::Reverse(open.rule.class));
    Classified { applied, open }
}

fn matches(
    rule: &Rule,
    counting: &Counting,
    person: &Exposed,
    exposure: &Exposure,
    now: Moment,
) -> Match {
    let in_window = |days: u16| counting.in_window(exposure.on.0, now.day(), days);
    if !rule.to.contains(&exposure.to)
        || rule
            .within_days
            .as_ref()
            .is_some_and(|days| !in_window(days.value))
    {
        return Match::No;
    }
    let look_back = rule.look_back_days.as_ref().map(|days| {
        let before = exposure
            .onset
            .map(|onset| days_between(exposure.on.0, onset.0));
        before.map(|before| before <= i32::from(days.value))
    });
    let minutes = rule.minutes_at_least.as_ref();
    let near = rule.centimetres_at_most.as_ref();
    let conditions = [
        (Unknown::Onset, look_back),
        (
            Unknown::Setting,
            (!rule.settings.is_empty()).then(|| {
                exposure
                    .setting
                    .map(|setting| rule.settings.contains(&setting))
            }),
        ),
        (
            Unknown::Minutes,
            minutes.map(|least| exposure.minutes.map(|minutes| minutes >= least.value)),
        ),
        (
            Unknown::Centimetres,
            near.map(|most| exposure.centimetres.map(|near| near <= most.value)),
        ),
        (
            Unknown::Protected,
            rule.unprotected
                .then(|| exposure.protected.map(|protected| !protected)),
        ),
        (
            Unknown::Role,
            (!rule.roles.is_empty()).then(|| person.role.map(|role| rule.roles.contains(&role))),
        ),
        (
            Unknown::OutsideCity,
            rule.outside_city
                .map(|outside| person.outside_city.map(|is| is == outside)),
        ),
    ];
    all_of(&conditions)
}

/// All conditions that a line has: of each whether it holds, where that is known.
fn all_of(conditions: &[(Unknown, Option<Option<bool>>)]) -> Match {
    let asked = || {
        conditions
            .iter()
            .filter_map(|(what, holds)| Some((*what, (*holds)?)))
    };
    if asked().any(|(_, holds)| holds == Some(false)) {
        return Match::No;
    }
    let unknown: Vec<Unknown> = asked()
        .filter(|(_, holds)| holds.is_none())
        .map(|(what, _)| what)
        .collect();
    match unknown.is_empty() {
        true => Match::Yes,
        false => Match::Open(unknown),
    }
}
