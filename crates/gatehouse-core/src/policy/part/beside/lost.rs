//! What nobody says any more, since the entry below that took the place of one above does not.

use super::super::layers::{InForce, Part};
use super::{PartBeside, Replaced, Stack, word};
use crate::gate::compiled::Text;
use crate::measure::{Now, Stage, in_stage, standing};
use crate::policy::diagnostic::both;
use crate::sourced::Entry;

/// What whoever signs shall know of entries that are replaced.
pub(super) fn notes(stack: Stack<'_>) -> Vec<PartBeside> {
    let mut notes = Vec::new();
    notes.extend(unsaid(
        stack,
        |parts| &parts.retention,
        |one| vec![word("record", one.record)],
    ));
    notes.extend(unsaid(
        stack,
        |parts| &parts.pass,
        |one| vec![word("kind", one.kind)],
    ));
    notes.extend(unsaid(
        stack,
        |parts| &parts.lift,
        |one| vec![word("of", one.of)],
    ));
    notes.extend(unsaid(
        stack,
        |parts| &parts.team,
        |one| vec![word("each", one.each)],
    ));
    notes.extend(unsaid(
        stack,
        |parts| &parts.checklist,
        |one| vec![word("of", one.of)],
    ));
    notes.extend(unsaid(
        stack,
        |parts| &parts.observation,
        |one| one.whom.iter().map(|whom| word("whom", whom)).collect(),
    ));
    notes.extend(not_then(
        stack,
        |parts| &parts.measure,
        |one, stage| {
            let ladder = one.parts.stages.as_ref();
            standing(one.entry, ladder, one.counting(), set(&[stage])).is_some()
        },
    ));
    notes.extend(not_then(
        stack,
        |parts| &parts.report,
        |one, stage| in_stage(&one.entry.stages, &[stage]),
    ));
    notes.extend(not_then(
        stack,
        |parts| &parts.drawn,
        |one, stage| in_stage(&one.entry.stages, &[stage]),
    ));
    notes
}

/// What an entry speaks of and nothing in force does.
fn unsaid<T: Entry>(
    stack: Stack<'_>,
    part: Part<T>,
    of: impl Fn(&T) -> Vec<Text>,
) -> Vec<PartBeside> {
    let said: Vec<Text> = stack
        .all
        .of(part)
        .iter()
        .flat_map(|one| of(one.entry))
        .collect();
    let replaced = stack.replaced(part);
    let lost = replaced.iter().flat_map(|one| {
        let (of, said) = (&of, &said);
        let mut lost = of(one.above.entry)
            .into_iter()
            .filter(move |what| !said.contains(what));
        lost.next().map(|what| one.note(nobody_says(&what)))
    });
    lost.collect()
}

fn nobody_says(what: &Text) -> Text {
    both(
        format!("{}现在哪一条都没写到。", what.zh),
        format!("no entry speaks of this any more: {}.", what.en),
    )
}

/// A level in which an entry held and nothing in its place does.
fn not_then<T: Entry>(
    stack: Stack<'_>,
    part: Part<T>,
    holds: impl Fn(&InForce<'_, T>, Stage) -> bool,
) -> Vec<PartBeside> {
    let own = stack.own(part);
    let lost = stack
        .replaced(part)
        .into_iter()
        .filter_map(|one: Replaced<'_, T>| {
            let ladders = [one.above.parts, stack.own].into_iter();
            let stages = ladders.flat_map(|parts| parts.stages.iter());
            let mut stages = stages.flat_map(|ladder| ladder.ladder.iter().copied());
            let instead: Vec<_> = own
                .iter()
                .filter(|line| {
                    line.entry
                        .replaces()
                        .iter()
                        .any(|id| id == one.above.entry.id())
                })
                .collect();
            let lost = stages.find(|stage| {
                holds(&one.above, *stage) && !instead.iter().any(|line| holds(line, *stage))
            });
            let stage = word("ladder", lost?);
            Some(one.note(both(
                format!("在“{}”时原来有它，现在没有。", stage.zh),
                format!(
                    "at the level \"{}\" it held, and nothing in its place does.",
                    stage.en
                ),
            )))
        });
    lost.collect()
}

/// A level that is set, and nothing else that is known.
fn set(stages: &[Stage]) -> Now<'_> {
    Now {
        moment: crate::counting::midnight(crate::moment::CivilDay(20_000), 0),
        stages,
        events: &[],
        decided: &[],
    }
}
