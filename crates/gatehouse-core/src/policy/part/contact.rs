//! The contact table: `[[contact]]`, asked by `classify`.

use super::Parts;
use super::checks::Complain;
use super::layers::Layers;
use super::lines::{Refusal, read_question, written};
use crate::contact::{Class, Classified, Exposed, Rule, Todo, Unknown, classify};
use crate::counting::{At, On};
use crate::gate::fact::words;
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
    person: Exposed,
}

/// The answer.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(super) struct Answer<'a> {
    /// What they are; nothing where no line applies.
    class: Option<Class>,
    /// The last day of an exposure that makes them so.
    last_exposure: Option<On>,
    /// The plan of observation that follows.
    plan: Option<&'a str>,
    /// Every line that applies, the gravest first.
    lines: Vec<Line<'a>>,
    /// Graver lines that may still come to apply.
    open: Vec<OpenLine<'a>>,
}

/// A line that applies.
#[derive(Debug, Serialize, schemars::JsonSchema)]
struct Line<'a> {
    /// Its id.
    entry: &'a str,
    /// Its clause.
    source: &'a str,
    /// Its class.
    class: Class,
    /// What is to be done.
    #[serde(rename = "do")]
    todo: &'a [Todo],
}

/// A line that may still come to apply.
#[derive(Debug, Serialize, schemars::JsonSchema)]
struct OpenLine<'a> {
    /// Its id.
    entry: &'a str,
    /// Its clause.
    source: &'a str,
    /// Its class.
    class: Class,
    /// What is not known.
    unknown: Vec<Unknown>,
}

/// Answers a question of this kind.
pub(super) fn answer(layers: &Layers<'_>, line: &[u8]) -> Result<Value, Refusal> {
    let question: Question = read_question(line)?;
    let rules = layers.of(|parts| &parts.contact);
    if rules.is_empty() {
        return Err(Refusal::unsaid("no document has a contact table"));
    }
    let table: Vec<_> = rules
        .iter()
        .filter_map(|rule| Some((rule.entry, rule.counting()?)))
        .collect();
    let found = classify(&question.person, &table, question.moment.0);
    Ok(written(&said(*layers, &found)))
}

fn said<'a>(layers: Layers<'a>, found: &Classified<'a>) -> Answer<'a> {
    let first = found.applied.first();
    let class = first.map(|(rule, _)| rule.class);
    let of_class = || {
        found
            .applied
            .iter()
            .filter(|(rule, _)| Some(rule.class) == class)
    };
    Answer {
        class,
        last_exposure: of_class().map(|(_, on)| *on).max(),
        plan: of_class().find_map(|(rule, _)| plan_of(layers, rule)),
        lines: found
            .applied
            .iter()
            .map(|(rule, _)| line_of(rule))
            .collect(),
        open: found
            .open
            .iter()
            .map(|open| OpenLine {
                entry: &open.rule.id,
                source: &open.rule.source,
                class: open.rule.class,
                unknown: open.unknown.clone(),
            })
            .collect(),
    }
}

/// The plan that follows; of one that a document below has replaced what stands in its place.
pub(super) fn plan_of<'a>(layers: Layers<'a>, rule: &'a Rule) -> Option<&'a str> {
    let named = rule.plan.as_deref()?;
    let found = layers.named(|parts| &parts.observation, named);
    Some(found.map_or(named, |plan| &plan.entry.id))
}

fn line_of(rule: &Rule) -> Line<'_> {
    Line {
        entry: &rule.id,
        source: &rule.source,
        class: rule.class,
        todo: &rule.todo,
    }
}

/// Complains about what no type can hold.
pub(super) fn complain(parts: &Parts, complain: &mut Complain<'_>) {
    for rule in &parts.contact {
        if let Some(plan) = &rule.plan {
            complain.unless_plan(plan, &rule.span);
        }
        if rule.to.is_empty() {
            let message = words("`to` 要写接触过谁。", "`to` says to whom they were exposed");
            complain.say("P005", &rule.span, message);
        }
    }
}
