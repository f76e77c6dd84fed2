//! The table of levels: `[grading]` and `[[risk]]`, asked by `grade`.

use super::Parts;
use super::checks::Complain;
use super::layers::{InForce, Layers};
use super::lines::{Refusal, read_question, written};
use crate::gate::fact::words;
use crate::grading::json::{Question, answer as graded};
use crate::grading::{Criteria, CriteriaFault, Criterion};
use serde_json::Value;

/// The criteria in force: every line, used as the lowest document that has one says.
pub fn criteria(layers: &Layers<'_>) -> Option<Criteria> {
    criteria_of(&layers.of(|parts| &parts.risk))
}

/// The criteria of these lines, upper areas first.
pub(super) fn criteria_of(lines: &[InForce<'_, Criterion>]) -> Option<Criteria> {
    let last = lines.last()?;
    let grading = last.parts.grading.as_ref()?;
    let counting = last.counting()?;
    let lines = lines.iter().map(|line| line.entry.clone()).collect();
    Some(Criteria::new(grading, counting, lines))
}

/// Answers a question of this kind.
pub(super) fn answer(layers: &Layers<'_>, line: &[u8]) -> Result<Value, Refusal> {
    let question: Question = read_question(line)?;
    let criteria = criteria(layers);
    let criteria = criteria.ok_or_else(|| Refusal::unsaid("no document has a table of levels"))?;
    match graded(&criteria, &question) {
        Ok(answer) => Ok(written(&answer)),
        Err(fault) => Err(Refusal::form(fault)),
    }
}

/// Complains about what no type can hold.
pub(super) fn complain(parts: &Parts, complain: &mut Complain<'_>) {
    let Some(grading) = &parts.grading else {
        if let Some(line) = parts.risk.first() {
            complain.say(
                "P004",
                &line.span,
                words(
                    "缺少 `[grading]`：要写清看多少天、按哪个日期。",
                    "`[grading]` must be set: days and dates that count",
                ),
            );
        }
        return;
    };
    let Some(counting) = &parts.counting else {
        return;
    };
    if grading.window_days.value == 0 {
        let message = words(
            "`window_days` 至少一天。",
            "`window_days` is at least one day",
        );
        complain.say("P005", &(0..0), message);
    }
    let lines = parts.risk.iter().map(|line| line.entry.clone()).collect();
    for (index, fault) in Criteria::new(grading, counting, lines).faults() {
        let message = match fault {
            CriteriaFault::Empty => words(
                "没有哪个数能达到这一条，或者这一条不定等级。",
                "this line is met by no count, or makes no level",
            ),
            CriteriaFault::HoleOrOverlap => words(
                "这一条和下一条之间，有的数没有等级，或者有两个。",
                "between this line and the one below it a count has no level, or two",
            ),
            CriteriaFault::NotRising => words(
                "数多了，等级要更高。",
                "more of the same must make a higher level",
            ),
            CriteriaFault::NoTop => words(
                "最高的一条不写 `at_most`。",
                "the highest line of a count has no `at_most`",
            ),
        };
        complain.say("P032", &parts.risk[index].span, message);
    }
}
