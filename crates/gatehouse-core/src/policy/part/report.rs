//! Reports: `[[report]]`, asked by `due`.

use super::Parts;
use super::checks::Complain;
use super::layers::Layers;
use super::lines::{Refusal, read_question, written};
use super::measure::NO_SUCH_STAGE;
use crate::counting::At;
use crate::gate::fact::words;
use crate::measure::{DueKind, Happened, Stage};
use crate::reporting::{Made, Now, Owed, owed};
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
    /// Since when reports are counted; daily ones at most 31 days back.
    since: At,
    /// The level or phase that is set.
    #[serde(default)]
    stages: Vec<Stage>,
    /// What happened since then.
    #[serde(default)]
    events: Vec<Happened>,
    /// What has been reported.
    #[serde(default)]
    made: Vec<Made>,
}

/// The answer.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(super) struct Answer<'a> {
    /// What is owed, the earliest first.
    owed: Vec<Owed<'a>>,
}

/// Answers a question of this kind.
pub(super) fn answer(layers: &Layers<'_>, line: &[u8]) -> Result<Value, Refusal> {
    let question: Question = read_question(line)?;
    let reports = layers.of(|parts| &parts.report);
    if reports.is_empty() {
        return Err(Refusal::unsaid("no document has reports"));
    }
    let now = Now {
        moment: question.moment.0,
        since: question.since.0,
        stages: &question.stages,
        events: &question.events,
        made: &question.made,
    };
    let all = reports
        .iter()
        .flat_map(|one| owed(one.entry, one.counting(), now));
    let mut owed: Vec<Owed<'_>> = all.collect();
    owed.sort_by_key(|one| one.due);
    Ok(written(&Answer { owed }))
}

/// Complains about what no type can hold.
pub(super) fn complain(parts: &Parts, complain: &mut Complain<'_>) {
    for report in &parts.report {
        if let Some(fault) = report.due.fault() {
            complain.say("P005", &report.span, fault);
        }
        if report.due.kind == DueKind::Standing {
            let message = words("要写什么时候报。", "a report is due at some time");
            complain.say("P005", &report.span, message);
        }
        if report.to.value.is_empty() {
            let message = words("要写报给谁，`to`。", "say who is told, `to`");
            complain.say("P005", &report.span, message);
        }
        let ladder = parts.stages.as_ref();
        let unknown = |stage: &Stage| ladder.and_then(|ladder| ladder.height(*stage)).is_none();
        if report.stages.iter().any(unknown) {
            complain.say("P033", &report.span, NO_SUCH_STAGE);
        }
    }
}
