//! Spots and zones: `[[visited]]`, `[[drawn]]`, `[[lift]]`, asked by `zones`.

use super::Parts;
use super::checks::Complain;
use super::layers::Layers;
use super::lines::{Refusal, read_question, written};
use super::measure::NO_SUCH_STAGE;
use crate::counting::At;
use crate::gate::fact::words;
use crate::measure::Stage;
use crate::spot::{Case, Closed, ClosedPlace, Drawn, Liftable, Pattern, Stay, Unit};
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
    /// The level or phase that is set.
    #[serde(default)]
    stages: Vec<Stage>,
    /// How the cases hang together; left out where nobody has said.
    #[serde(default)]
    pattern: Option<Pattern>,
    /// The case.
    #[serde(default)]
    case: Case,
    /// Where it stayed.
    #[serde(default)]
    stays: Vec<Stay>,
    /// What is closed.
    #[serde(default)]
    closed: Vec<ClosedPlace>,
}

/// The answer.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(super) struct Answer<'a> {
    /// The stays, as they were given.
    stays: Vec<Looked<'a>>,
    /// What is drawn around the case.
    draw: Vec<Told<'a>>,
    /// What may be drawn besides, by decision.
    may_be_decided: Vec<Told<'a>>,
    /// What is closed, and from when on it may be lifted.
    lift: Vec<Liftable<'a>>,
}

/// A stay that was looked at.
#[derive(Debug, Serialize, schemars::JsonSchema)]
struct Looked<'a> {
    /// Its name.
    #[serde(rename = "ref")]
    reference: &'a str,
    /// The rule.
    entry: &'a str,
    /// Its clause.
    source: &'a str,
    /// Whether the place is a spot; `null` where what is not known decides.
    spot: Option<bool>,
}

/// Something that is drawn.
#[derive(Debug, Serialize, schemars::JsonSchema)]
struct Told<'a> {
    /// The rule.
    entry: &'a str,
    /// Its clause.
    source: &'a str,
    /// What it is.
    kind: Closed,
    /// One of these.
    units: &'a [Unit],
}

/// Answers a question of this kind.
pub(super) fn answer(layers: &Layers<'_>, line: &[u8]) -> Result<Value, Refusal> {
    let question: Question = read_question(line)?;
    let visited = layers.of(|parts| &parts.visited);
    let drawn = layers.of(|parts| &parts.drawn);
    let lifts = layers.of(|parts| &parts.lift);
    if visited.is_empty() && drawn.is_empty() && lifts.is_empty() {
        return Err(Refusal::unsaid("no document speaks of spots and zones"));
    }
    let stays = question.stays.iter().flat_map(|stay| {
        let case = &question.case;
        visited.iter().map(move |rule| Looked {
            reference: &stay.reference,
            entry: &rule.entry.id,
            source: &rule.entry.source,
            spot: rule.entry.makes_spot(case, stay),
        })
    });
    let fitting = |on_decision: bool| {
        let rules = drawn.iter().map(|rule| rule.entry);
        rules
            .filter(|rule| rule.on_decision == on_decision)
            .filter(|rule| rule.fits(&question.stages, question.pattern))
            .map(told)
            .collect()
    };
    let moment = question.moment.0;
    let lift = question.closed.iter().flat_map(|closed| {
        let rules = lifts.iter().filter(|rule| rule.entry.of == closed.kind);
        rules.filter_map(move |rule| {
            let counting = rule.counting()?;
            let last = closed.last_diagnosed;
            let from = rule.entry.from(last, counting, moment.offset_minutes);
            Some(Liftable {
                reference: &closed.reference,
                entry: &rule.entry.id,
                source: &rule.entry.source,
                from: At(from),
                may_be_lifted: from.millis <= moment.millis,
            })
        })
    });
    Ok(written(&Answer {
        stays: stays.collect(),
        draw: fitting(false),
        may_be_decided: fitting(true),
        lift: lift.collect(),
    }))
}

fn told(rule: &Drawn) -> Told<'_> {
    Told {
        entry: &rule.id,
        source: &rule.source,
        kind: rule.kind,
        units: &rule.units,
    }
}

/// Complains about what no type can hold.
pub(super) fn complain(parts: &Parts, complain: &mut Complain<'_>) {
    for rule in &parts.drawn {
        if rule.units.is_empty() {
            let message = words("要写划多大，`units`。", "say what is drawn, `units`");
            complain.say("P005", &rule.span, message);
        }
        let ladder = parts.stages.as_ref();
        let unknown = |stage: &Stage| ladder.and_then(|ladder| ladder.height(*stage)).is_none();
        if rule.stages.iter().any(unknown) {
            complain.say("P033", &rule.span, NO_SUCH_STAGE);
        }
    }
    for rule in &parts.lift {
        if rule.quiet_days.value == 0 {
            let message = words(
                "`quiet_days` 至少一天。",
                "`quiet_days` is at least one day",
            );
            complain.say("P005", &rule.span, message);
        }
    }
}
