//! Tables of levels of two documents: every line is used, as the lowest document counts, and the
//! highest level that is met holds.

use super::super::layers::{InForce, in_force};
use super::super::risk::{criteria, criteria_of};
use super::{PartBeside, Stack, note, word};
use crate::gate::compiled::Text;
use crate::grading::{Counted, Criteria, Criterion, RiskLevel};
use crate::policy::diagnostic::both;

/// What whoever signs shall know of the table.
pub(super) fn notes(stack: Stack<'_>) -> Vec<PartBeside> {
    let own = in_force([stack.own], |parts| &parts.risk);
    let above = stack.above.of(|parts| &parts.risk);
    let criteria = (criteria_of(&above), criteria_of(&own), criteria(&stack.all));
    let (Some(was), Some(own_table), Some(is)) = criteria else {
        return Vec::new();
    };
    let table = Table {
        lines: stack.all.of(|parts| &parts.risk),
        above,
        own,
        was,
        own_table,
        is,
    };
    let mut notes: Vec<PartBeside> = table.counted_otherwise().into_iter().collect();
    notes.extend(
        Counted::ALL
            .into_iter()
            .filter_map(|one| table.graded_otherwise(one)),
    );
    notes
}

struct Table<'a> {
    lines: Vec<InForce<'a, Criterion>>,
    above: Vec<InForce<'a, Criterion>>,
    own: Vec<InForce<'a, Criterion>>,
    was: Criteria,
    own_table: Criteria,
    is: Criteria,
}

impl Table<'_> {
    /// Days and dates that count are those of the lowest document, for lines above too.
    fn counted_otherwise(&self) -> Option<PartBeside> {
        let (was, is) = (&self.was, &self.is);
        let left = self
            .lines
            .iter()
            .find(|line| !line.is_beside(&self.own[0]))?;
        if (was.window_days, was.day_counted) == (is.window_days, is.day_counted) {
            return None;
        }
        let [above, own] = [&left.entry.id, &self.own[0].entry.id];
        let [was_day, is_day] = [was, is].map(|one| word("day_counted", one.day_counted));
        let [was, is] = [was, is].map(|one| one.window_days);
        let message = both(
            format!(
                "{above} 原来看 {was} 天、按{}数，和 {own} 放在一起后都看 {is} 天、按{}数。",
                was_day.zh, is_day.zh
            ),
            format!(
                "{above} looked at {was} days by {}; together with {own} all lines look at {is} \
                 days by {}.",
                was_day.en, is_day.en
            ),
        );
        Some(note([above, own], message))
    }

    /// The least count of which the documents make different levels, and the one that holds.
    fn graded_otherwise(&self, counted: Counted) -> Option<PartBeside> {
        let above = self
            .above
            .iter()
            .find(|line| line.entry.counted == counted)?;
        let own = self.own.iter().find(|line| line.entry.counted == counted);
        let replaces = |line: &&InForce<'_, Criterion>| {
            let mut replaced = line.entry.replaces.iter();
            replaced.any(|id| {
                self.above
                    .iter()
                    .any(|one| one.entry.id == *id && one.entry.counted == counted)
            })
        };
        let own = own.or_else(|| self.own.iter().find(replaces))?;
        let mut counts: Vec<u32> = [&self.above, &self.own]
            .into_iter()
            .flatten()
            .flat_map(|line| {
                let after = line.entry.at_most.and_then(|most| most.checked_add(1));
                [Some(line.entry.at_least), after]
            })
            .flatten()
            .collect();
        counts.sort_unstable();
        let levels = |count: u32| {
            let of = |table: &Criteria| table.level_of(counted, count);
            (of(&self.was), of(&self.own_table), of(&self.is))
        };
        let differs = |count: &u32| {
            let (was, own, is) = levels(*count);
            // Of a count of which one says nothing the other's line holds.
            let speaks = |level: RiskLevel| level != RiskLevel::Routine;
            speaks(was) && speaks(own) && was != own || is < was
        };
        let count = counts.into_iter().find(differs)?;
        let says = |lines: &[InForce<'_, Criterion>], level: RiskLevel, or: &str| {
            let fits = |line: &&InForce<'_, Criterion>| {
                let line = line.entry;
                let is_over = line.at_most.is_some_and(|most| most < count);
                line.counted == counted && line.level == level && line.at_least <= count && !is_over
            };
            lines
                .iter()
                .find(fits)
                .map_or_else(|| or.to_owned(), |line| line.entry.id.clone())
        };
        let (was, own_level, is) = levels(count);
        let above_id = says(&self.above, was, &above.entry.id);
        let own_id = says(&self.own, own_level, &own.entry.id);
        let [was, own_level, is] = [was, own_level, is].map(|level| word("level", level));
        let what = word("counted", counted);
        Some(note(
            [&above_id, &own_id],
            words(
                &what,
                count,
                [(&above_id, &was), (&own_id, &own_level)],
                &is,
            ),
        ))
    }
}

fn words(what: &Text, count: u32, [above, own]: [(&str, &Text); 2], is: &Text) -> Text {
    both(
        format!(
            "{}有 {count} 个时，{} 定{}，{} 定{}；放在一起是{}。",
            what.zh, above.0, above.1.zh, own.0, own.1.zh, is.zh
        ),
        format!(
            "{}: of {count}, {} makes {}, {} makes {}; together it is {}.",
            what.en, above.0, above.1.en, own.0, own.1.en, is.en
        ),
    )
}
