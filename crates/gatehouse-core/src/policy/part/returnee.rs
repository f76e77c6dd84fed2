//! The returnee table: `[[returnee]]`, asked by `propose`.

use super::Parts;
use super::checks::Complain;
use super::layers::Layers;
use super::lines::{Refusal, read_question, written};
use crate::counting::At;
use crate::gate::fact::words;
use crate::observation::{Plan, StageKind, Test};
use crate::policy::diagnostic::both;
use crate::returnee::{
    Care, Choice, Evidence, Person, Report, Rule, Ruled, Todo, is_country, propose,
};
use crate::sourced::Sourced;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The question.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    /// Any JSON; comes back.
    #[serde(default, rename = "id")]
    _id: Value,
    /// When it is asked.
    moment: At,
    /// Whom it is about; what is not known is left out.
    person: Person,
}

/// The answer.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(super) struct Answer<'a> {
    /// What is proposed: one of these. Empty where no line speaks of the person, or the person is
    /// cleared.
    options: Vec<Proposed<'a>>,
    /// Where somebody with symptoms or after a positive test goes, before all else.
    care: Option<Sourced<Care>>,
    /// Every line that speaks of the person, the strictest first: what is proposed is of the first.
    lines: Vec<Line<'a>>,
}

/// A line that speaks of the person.
#[derive(Debug, Serialize, schemars::JsonSchema)]
struct Line<'a> {
    /// Its id.
    entry: &'a str,
    /// Its clause.
    source: &'a str,
    /// What it would have: one of these.
    options: Vec<Proposed<'a>>,
    /// What is not known and would clear the person.
    would_clear: Vec<Evidence>,
    /// When the person tells the community of themselves.
    report: Option<&'a Report>,
    /// What is to be done besides.
    #[serde(rename = "do")]
    todo: &'a [Todo],
}

/// One thing that may be proposed.
#[derive(Debug, Serialize, schemars::JsonSchema)]
struct Proposed<'a> {
    /// Observation by this plan.
    observation: Option<Observation<'a>>,
    /// A test within so many hours.
    test_within_hours: Option<u16>,
    /// After a negative one.
    then: Option<Observation<'a>>,
    /// The clause.
    source: &'a str,
}

/// A plan in short; `plan` gives its days and visits.
#[derive(Debug, Serialize, schemars::JsonSchema)]
struct Observation<'a> {
    /// Its id.
    plan: &'a str,
    /// Its clause.
    source: &'a str,
    /// One after the other.
    stages: Vec<ShortStage<'a>>,
}

/// A stage in short.
#[derive(Debug, Serialize, schemars::JsonSchema)]
struct ShortStage<'a> {
    /// Where.
    kind: StageKind,
    /// How many days, with the clause.
    days: &'a Sourced<u16>,
    /// Tests, by the days of the stage.
    tests: &'a [Test],
}

/// Answers a question of this kind.
pub(super) fn answer(layers: &Layers<'_>, line: &[u8]) -> Result<Value, Refusal> {
    let question: Question = read_question(line)?;
    let rules = layers.of(|parts| &parts.returnee);
    if rules.is_empty() {
        return Err(Refusal::unsaid("no document has a returnee table"));
    }
    let table: Vec<_> = rules
        .iter()
        .filter_map(|rule| Some((rule.entry, rule.counting()?)))
        .collect();
    holds_together(&question)?;
    let named = |id: &str| Some(layers.named(|parts| &parts.observation, id)?.entry);
    let proposal = propose(&question.person, question.moment.0, &table, &named);
    let lines: Vec<Line<'_>> = proposal.ruled.iter().map(line_of).collect();
    let options = proposal.ruled.first().map(options).unwrap_or_default();
    let care = proposal.care.clone();
    Ok(written(&Answer {
        options,
        care,
        lines,
    }))
}

/// # Errors
/// What would otherwise be taken for a stay of which no line speaks.
fn holds_together(question: &Question) -> Result<(), Refusal> {
    let (today, stays) = (question.moment.0.day(), &question.person.stays);
    let mut countries = stays.iter().filter_map(|stay| stay.country.as_deref());
    if !countries.all(is_country) {
        let message = "a `country` is two capital letters of ISO 3166, like `RU`; leave it out \
                       where it is not known";
        return Err(Refusal::form(message));
    }
    if stays.iter().any(|stay| stay.until.0 > today) {
        let message = "a stay's `until` lies after `moment`; write the last day there until then";
        return Err(Refusal::form(message));
    }
    Ok(())
}

fn options<'a>(ruled: &Ruled<'a>) -> Vec<Proposed<'a>> {
    let options = ruled.options.iter();
    options.map(|choice| proposed(choice, ruled.rule)).collect()
}

fn line_of<'a>(ruled: &Ruled<'a>) -> Line<'a> {
    Line {
        entry: &ruled.rule.id,
        source: &ruled.rule.source,
        options: options(ruled),
        would_clear: ruled.would_clear.clone(),
        report: ruled.rule.report.as_ref(),
        todo: &ruled.rule.todo,
    }
}

fn proposed<'a>(choice: &Choice<'a>, rule: &'a Rule) -> Proposed<'a> {
    Proposed {
        observation: choice.plan.map(short),
        test_within_hours: choice.outcome.test_within_hours,
        then: choice.then.map(short),
        source: choice.outcome.source.as_deref().unwrap_or(&rule.source),
    }
}

fn short(plan: &Plan) -> Observation<'_> {
    Observation {
        plan: &plan.id,
        source: &plan.source,
        stages: plan
            .stage
            .iter()
            .map(|stage| ShortStage {
                kind: stage.kind,
                days: &stage.days,
                tests: &stage.test,
            })
            .collect(),
    }
}

/// Complains about what no type can hold.
pub(super) fn complain(parts: &Parts, complain: &mut Complain<'_>) {
    for rule in &parts.returnee {
        let stay = &rule.stay;
        let mut countries = stay.countries.iter().chain(&stay.countries_except);
        if let Some(other) = countries.find(|country| !is_country(country)) {
            let message = both(
                format!("国家写两个大写字母（ISO 3166），比如 `RU`；`{other}` 不是。"),
                format!("a country is two capital letters of ISO 3166, like `RU`, not `{other}`"),
            );
            complain.say("P005", &rule.span, message);
        }
        let outcomes = rule.outcome.iter().chain(&rule.cleared);
        for plan in outcomes.flat_map(|outcome| outcome.plan.iter().chain(&outcome.then)) {
            complain.unless_plan(plan, &rule.span);
        }
        let wants_test = rule
            .cleared_by
            .iter()
            .flatten()
            .any(|e| *e == Evidence::NegativeTest);
        if wants_test && rule.test_within.is_none() {
            complain.say(
                "P005",
                &rule.span,
                words(
                    "阴性检测可以免除观察：要写多久以内的，`test_within`。",
                    "a negative test clears: say how old, `test_within`",
                ),
            );
        }
        if rule.cleared.is_some() && rule.cleared_by.is_empty() {
            complain.say(
                "P005",
                &rule.span,
                words(
                    "写了 `cleared`，没写 `cleared_by`：永远用不上。",
                    "`cleared` without `cleared_by` never comes",
                ),
            );
        }
    }
}
