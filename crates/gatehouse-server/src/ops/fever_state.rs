//! Where a fever stands: six steps, each done, due, late or not yet (GATE-7). Computed from what
//! was written down and the clock; nothing here is stored, and nothing closes by itself.

use crate::ops::fever_rules::FeverRules;
use gatehouse_core::gate::duty::Receiver;
use gatehouse_store::fever::FeverStepRow;
use std::collections::BTreeSet;

const MINUTE: i64 = 60_000;
/// By when somebody waits apart (local choice).
pub const APART_MINUTES: i64 = 5;
/// By when an office is told that the text wants told without naming a time (local choice).
pub const TELL_MINUTES: i64 = 10;
/// By when the person is on the way (local choice).
pub const LEAVE_MINUTES: i64 = 40;
/// When the hospital is asked what came of it (local choice).
pub const ASK_MINUTES: i64 = 360;

/// How a step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Written down.
    Done,
    /// Its turn.
    Due,
    /// Its turn, and past its time.
    Late,
    /// Another step comes first.
    NotYet,
}

/// A step with its times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepState {
    /// How it stands.
    pub mark: Mark,
    /// When it was done.
    pub done_at: Option<i64>,
    /// By when it is wanted, where it is its turn.
    pub due_at: Option<i64>,
}

/// An office that is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldState {
    /// Its word.
    pub to: &'static str,
    /// By when.
    pub due_at: i64,
    /// Whether that has passed with nobody told.
    pub is_late: bool,
    /// The call that told it.
    pub call: Option<FeverStepRow>,
    /// The clause that wants it told; `None`: a local choice.
    pub source: Option<String>,
}

/// Everything the board shows of a fever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeverState {
    /// The clock runs since then: the first reading, else the report.
    pub since: i64,
    /// What holds of what was written down: corrected and taken-back steps left out.
    pub steps: Vec<FeverStepRow>,
    /// First reading, second reading, apart, told, hospital, outcome.
    pub marks: [StepState; 6],
    /// The offices that the policy names.
    pub told: Vec<ToldState>,
}

/// Steps that hold: a later row that names one replaces it or takes it back.
pub fn steps_that_hold(steps: &[FeverStepRow]) -> Vec<FeverStepRow> {
    let mut void = BTreeSet::new();
    for step in steps.iter().rev() {
        if !void.contains(&step.number)
            && let Some(of) = step.corrects
        {
            void.insert(of);
        }
    }
    let holding = steps
        .iter()
        .filter(|step| step.step != "undo" && !void.contains(&step.number));
    holding.cloned().collect()
}

/// Since when the clock of a fever runs, of all that was written down for it.
pub fn waits_since(opened_at: i64, all: &[FeverStepRow]) -> i64 {
    since(opened_at, &times(&steps_that_hold(all), "reading"))
}

fn since(opened_at: i64, readings: &[i64]) -> i64 {
    readings.iter().copied().fold(opened_at, i64::min)
}

impl FeverState {
    /// Of all that was written down, at an instant.
    pub fn of(opened_at: i64, all: &[FeverStepRow], rules: &FeverRules, now: i64) -> FeverState {
        let mut steps = steps_that_hold(all);
        steps.sort_by_key(|step| (step.done_at, step.number));
        let readings: Vec<i64> = times(&steps, "reading");
        let since = since(opened_at, &readings);
        let told = told(&steps, rules, since, now);
        let [hospital, outcome] = ["hospital", "outcome"].map(|step| last(&steps, step));
        let second = readings.get(1).copied();
        let all_told = told.iter().all(|line| line.call.is_some());
        let tell_by = told.iter().filter(|line| line.call.is_none());
        let tell_by = tell_by.map(|line| line.due_at).min();
        let turn = |done_at: Option<i64>, due_at: Option<i64>| turn(done_at, due_at, now);
        let rest = |first: &i64| first + rules.rest_minutes * MINUTE;
        let ask = |left: i64| left + ASK_MINUTES * MINUTE;
        let is_over = outcome.is_some();
        let mut marks = [
            turn(
                readings.first().copied(),
                Some(since + APART_MINUTES * MINUTE),
            ),
            turn(second, readings.first().map(rest)),
            turn(last(&steps, "apart"), Some(since + APART_MINUTES * MINUTE)),
            turn(last(&steps, "told").filter(|_| all_told), tell_by),
            turn(hospital, second.map(|_| since + LEAVE_MINUTES * MINUTE)),
            turn(outcome, hospital.map(ask)),
        ];
        // Once an outcome stands, what was not done is not asked for any more.
        for state in marks
            .iter_mut()
            .filter(|state| is_over && state.mark != Mark::Done)
        {
            *state = NOT_YET;
        }
        FeverState {
            since,
            steps,
            marks,
            told,
        }
    }

    /// Whether anything is past its time.
    pub fn is_late(&self) -> bool {
        self.marks.iter().any(|state| state.mark == Mark::Late)
    }

    /// Whether the person is on the way or there, and only the outcome is missing.
    pub fn is_in_hospital(&self) -> bool {
        self.marks[4].mark == Mark::Done
    }

    /// Readings that hold, in order of time.
    pub fn readings(&self) -> impl Iterator<Item = &FeverStepRow> {
        self.steps.iter().filter(|step| step.step == "reading")
    }

    /// The last step of a kind that holds.
    pub fn last(&self, step: &str) -> Option<&FeverStepRow> {
        self.steps.iter().rev().find(|row| row.step == step)
    }
}

const NOT_YET: StepState = StepState {
    mark: Mark::NotYet,
    done_at: None,
    due_at: None,
};

fn turn(done_at: Option<i64>, due_at: Option<i64>, now: i64) -> StepState {
    let mark = match (done_at, due_at) {
        (Some(_), _) => Mark::Done,
        (None, Some(due)) if due < now => Mark::Late,
        (None, Some(_)) => Mark::Due,
        (None, None) => Mark::NotYet,
    };
    StepState {
        mark,
        done_at,
        due_at: due_at.filter(|_| done_at.is_none()),
    }
}

fn times(steps: &[FeverStepRow], step: &str) -> Vec<i64> {
    let steps = steps.iter().filter(|row| row.step == step);
    steps.map(|row| row.done_at).collect()
}

fn last(steps: &[FeverStepRow], step: &str) -> Option<i64> {
    times(steps, step).last().copied()
}

fn told(steps: &[FeverStepRow], rules: &FeverRules, since: i64, now: i64) -> Vec<ToldState> {
    let line = |rule: &crate::ops::fever_rules::ReceiverRule| {
        let to = rule.to.name();
        let mut calls = steps.iter().filter(|row| row.step == "told");
        let call = calls.find(|row| row.word.as_deref() == Some(to)).cloned();
        let due_at = since + rule.within_minutes.unwrap_or(TELL_MINUTES) * MINUTE;
        ToldState {
            to,
            due_at,
            is_late: call.is_none() && due_at < now,
            call,
            source: rule.source.clone(),
        }
    };
    let mut told: Vec<ToldState> = rules.receivers.iter().map(line).collect();
    // Whoever else was told is shown too; nobody was owed that call, so it is never late.
    for call in steps.iter().filter(|row| row.step == "told") {
        let to = call.word.as_deref().and_then(Receiver::named);
        let Some(to) = to.map(Receiver::name) else {
            continue;
        };
        if told.iter().all(|there| there.to != to) {
            told.push(ToldState {
                to,
                due_at: call.done_at,
                is_late: false,
                call: Some(call.clone()),
                source: None,
            });
        }
    }
    told
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::ops::fever_rules::fever_rules;
    use gatehouse_core::id::OpenItemId;
    use gatehouse_core::moment::Moment;
    use gatehouse_store::Shard;
    use gatehouse_store::fever::FeverStepRow;

    /// A row as somebody at a desk writes it.
    pub(crate) fn row(number: i64, step: &str, minute: i64, corrects: Option<i64>) -> FeverStepRow {
        FeverStepRow {
            shard: Shard(1),
            item: OpenItemId([1; 16]),
            number,
            mark: [number as u8; 16],
            step: step.to_owned(),
            done_at: minute * MINUTE,
            recorded_at: minute * MINUTE,
            staff: None,
            source_seq: None,
            reading: (step == "reading").then_some((382, Some(0))),
            word: (step == "told").then(|| "community".to_owned()),
            has_mask: None,
            corrects,
            words: None,
        }
    }

    fn marks(all: &[FeverStepRow], minute: i64) -> Vec<Mark> {
        let rules = fever_rules(None, None, Moment::new(0, 480));
        let state = FeverState::of(0, all, &rules, minute * MINUTE);
        state.marks.iter().map(|state| state.mark).collect()
    }

    #[test]
    fn steps_take_their_turns_and_are_late_after_their_time() {
        use Mark::*;
        assert_eq!(marks(&[], 1), [Due, NotYet, Due, Due, NotYet, NotYet]);
        let first = [row(1, "reading", 0, None)];
        assert_eq!(marks(&first, 4), [Done, Due, Due, Due, NotYet, NotYet]);
        assert_eq!(marks(&first, 16), [Done, Late, Late, Late, NotYet, NotYet]);
        let mut all = vec![
            row(1, "reading", 0, None),
            row(2, "reading", 15, None),
            row(3, "apart", 1, None),
            row(4, "told", 2, None),
        ];
        assert_eq!(marks(&all, 39), [Done, Done, Done, Done, Due, NotYet]);
        assert_eq!(marks(&all, 41), [Done, Done, Done, Done, Late, NotYet]);
        all.push(row(5, "hospital", 42, None));
        assert_eq!(marks(&all, 60), [Done, Done, Done, Done, Done, Due]);
        // Days later: asked for, never closed.
        assert_eq!(marks(&all, 9 * 1440)[5], Late);
        all.push(row(6, "outcome", 300, None));
        assert_eq!(marks(&all, 9 * 1440), [Done; 6]);
    }

    #[test]
    fn a_correction_replaces_and_an_undo_takes_back() {
        let all = [
            row(1, "reading", 0, None),
            row(2, "reading", 20, None),
            row(3, "reading", 16, Some(2)),
            row(4, "undo", 21, Some(3)),
        ];
        let numbers = |steps: &[FeverStepRow]| -> Vec<i64> {
            steps_that_hold(steps)
                .iter()
                .map(|row| row.number)
                .collect()
        };
        assert_eq!(numbers(&all[..3]), [1, 3]);
        // The correction is taken back: what it replaced holds again.
        assert_eq!(numbers(&all), [1, 2]);
    }

    #[test]
    fn an_outcome_that_is_taken_back_lets_the_clock_run_again() {
        use Mark::*;
        let mut all = vec![row(1, "reading", 0, None), row(2, "outcome", 5, None)];
        assert_eq!(
            marks(&all, 50),
            [Done, NotYet, NotYet, NotYet, NotYet, Done]
        );
        all.push(row(3, "undo", 6, Some(2)));
        assert_eq!(marks(&all, 50)[..2], [Done, Late]);
    }
}
