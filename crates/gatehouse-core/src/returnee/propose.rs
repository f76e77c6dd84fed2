//! What is proposed for somebody, with the clause behind it.

use super::types::{Care, Evidence, Outcome, Person, Rule, Stay, TestUntil};
use crate::counting::Counting;
use crate::gate::value::StayKind;
use crate::moment::Moment;
use crate::observation::{Plan, StageKind};
use crate::sourced::Sourced;
use std::cmp::Reverse;

const MILLIS_A_DAY: i64 = 86_400_000;

/// What is proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal<'a> {
    /// The lines that speak of the person, the strictest first.
    pub ruled: Vec<Ruled<'a>>,
    /// Where somebody with symptoms or after a positive test goes, before all else.
    pub care: Option<Sourced<Care>>,
}

/// A line that speaks of the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruled<'a> {
    /// The line.
    pub rule: &'a Rule,
    /// What follows: one of these; none where nothing does.
    pub options: Vec<Choice<'a>>,
    /// What would clear the person, were it known.
    pub would_clear: Vec<Evidence>,
}

/// One of the things that may follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice<'a> {
    /// As the document says it.
    pub outcome: &'a Outcome,
    /// The plan of observation, where it names one.
    pub plan: Option<&'a Plan>,
    /// The plan after a negative test.
    pub then: Option<&'a Plan>,
}

/// The lines of a table, each with how its document counts days.
pub type Table<'a> = [(&'a Rule, &'a Counting)];

/// Proposes what follows from somebody's stays. `plans` finds a plan by its id.
pub fn propose<'a>(
    person: &Person,
    now: Moment,
    table: &Table<'a>,
    plans: &dyn Fn(&str) -> Option<&'a Plan>,
) -> Proposal<'a> {
    let mut ruled: Vec<Ruled<'_>> = table
        .iter()
        .filter(|(rule, counting)| speaks_of(rule, counting, person, now))
        .map(|(rule, _)| rule_by(rule, person, now, plans))
        .collect();
    // The strictest first; what asks alike stays in the order of the documents.
    ruled.sort_by_key(|ruled| Reverse(strictness(ruled)));
    let care = care(&ruled, person);
    Proposal { ruled, care }
}

/// Whether a line speaks of the person: by a stay, and by a group where it names any.
fn speaks_of(rule: &Rule, counting: &Counting, person: &Person, now: Moment) -> bool {
    let is_of_group = rule.groups.is_empty()
        || rule
            .groups
            .iter()
            .any(|group| person.groups.contains(group));
    is_of_group
        && person
            .stays
            .iter()
            .any(|stay| counts(rule, counting, stay, person, now))
}

fn counts(rule: &Rule, counting: &Counting, stay: &Stay, person: &Person, now: Moment) -> bool {
    let wanted = &rule.stay;
    let country = |list: &[String]| {
        let found = stay.country.as_ref();
        found.is_some_and(|country| list.contains(country))
    };
    wanted.kinds.iter().any(|kind| is_of(stay, person, *kind))
        && (wanted.countries.is_empty() || country(&wanted.countries))
        && !country(&wanted.countries_except)
        && counting.in_window(stay.until.0, now.day(), wanted.within_days.value)
}

/// Whether a stay is of a class, by the level that its place has now.
fn is_of(stay: &Stay, person: &Person, kind: StayKind) -> bool {
    match &person.changed {
        Some(changed) if stay.place.as_ref() == Some(&changed.place) && is_level(kind) => {
            kind == changed.level
        }
        _ => stay.kinds.contains(&kind),
    }
}

/// Whether a class is a risk level: a place has one of them at a time.
pub(crate) const fn is_level(kind: StayKind) -> bool {
    matches!(
        kind,
        StayKind::LowRisk | StayKind::MediumRisk | StayKind::HighRisk
    )
}

fn rule_by<'a>(
    rule: &'a Rule,
    person: &Person,
    now: Moment,
    plans: &dyn Fn(&str) -> Option<&'a Plan>,
) -> Ruled<'a> {
    let shows = |evidence: &Evidence| shown(*evidence, rule, person, now);
    let is_cleared = |list: &Vec<Evidence>| list.iter().all(|one| shows(one) == Some(true));
    let cleared = rule.cleared_by.iter().any(is_cleared);
    let outcomes = match cleared {
        true => rule.cleared.as_slice(),
        false => &rule.outcome,
    };
    let choice = |outcome: &'a Outcome| Choice {
        outcome,
        plan: outcome.plan.as_deref().and_then(plans),
        then: outcome.then.as_deref().and_then(plans),
    };
    // Only lists that nothing known speaks against can still clear.
    let open = rule
        .cleared_by
        .iter()
        .filter(|list| !cleared && list.iter().all(|one| shows(one) != Some(false)));
    let mut would_clear: Vec<Evidence> = open
        .flatten()
        .copied()
        .filter(|one| shows(one).is_none())
        .collect();
    would_clear.sort_unstable();
    would_clear.dedup();
    Ruled {
        rule,
        options: outcomes.iter().map(choice).collect(),
        would_clear,
    }
}

/// What is known of a piece of evidence.
fn shown(evidence: Evidence, rule: &Rule, person: &Person, now: Moment) -> Option<bool> {
    match evidence {
        Evidence::NegativeTest => negative_test(rule, person, now),
        Evidence::GreenCode => person.green_code,
        Evidence::GreenCodeWithTest => person.green_code_with_test,
        Evidence::TemperatureNormal => person.temperature_normal,
        Evidence::Protected => person.protected,
    }
}

/// Whether a negative test is young enough; not known while a result is out or nothing is said.
fn negative_test(rule: &Rule, person: &Person, now: Moment) -> Option<bool> {
    let within = rule.test_within.as_ref()?;
    let until = match within.until {
        TestUntil::Arrival => person.arrived.map_or(now, |at| at.0),
        TestUntil::Decision => now,
    };
    let most = i64::from(within.days) * MILLIS_A_DAY;
    let tests = person.tests.iter().filter(|test| {
        let age = until.millis.saturating_sub(test.sampled.0.millis);
        (0..=most).contains(&age)
    });
    let results: Vec<Option<bool>> = tests.map(|test| test.negative).collect();
    match results.as_slice() {
        results if results.contains(&Some(true)) => Some(true),
        results if results.contains(&None) || results.is_empty() => None,
        _ => Some(false),
    }
}

/// Where the person goes before all else: after a positive test, or with symptoms.
fn care(ruled: &[Ruled<'_>], person: &Person) -> Option<Sourced<Care>> {
    let is_positive = person.tests.iter().any(|test| test.negative == Some(false));
    let positive = ruled
        .iter()
        .filter(|_| is_positive)
        .map(|one| (one.rule, one.rule.positive));
    let has_symptoms = person.symptoms == Some(true);
    let ill = ruled
        .iter()
        .filter(|_| has_symptoms)
        .map(|one| (one.rule, one.rule.symptoms));
    positive.chain(ill).find_map(|(rule, care)| {
        let source = rule.source.clone();
        care.map(|value| Sourced { value, source })
    })
}

/// The strictest of what may follow: by its plan, then by a test, the sooner the stricter.
fn strictness(ruled: &Ruled<'_>) -> (u32, Option<StageKind>, u32, Option<Reverse<u16>>) {
    let plans = ruled.options.iter().filter_map(|option| option.plan);
    let (kept_in, strictest, days) = plans.map(Plan::strictness).max().unwrap_or_default();
    let tests = ruled.options.iter();
    let tests = tests.filter_map(|option| option.outcome.test_within_hours);
    (kept_in, strictest, days, tests.map(Reverse).max())
}
