//! The page of a replay's result: figures, pictures with their tables, examples.

use super::change_chart::{ChangeChart, ChangeLine, change_lines, parts};
use super::replay_examples::{Examples, Shown};
use super::replay_figures::{Figure, Matrix, figures, lacking, matrix, number};
use crate::ops::replay::Report;
use crate::page::Frame;
use crate::replay_tables::{Doors, TableInWords, headlines, kind_label, tables};

/// Households that are drawn; the table has more.
const HOUSEHOLDS_DRAWN: usize = 12;
/// How often a household is hit that is drawn: once is not hard.
const TIMES_LEAST: u64 = 2;
/// Gates that are drawn; the table has all.
const GATES_DRAWN: usize = 12;

/// Everything below the headline.
pub struct ReplayResult {
    /// What a replay is.
    pub note: String,
    /// Big figures.
    pub figures: Vec<Figure>,
    /// Changes by hour.
    pub hours: ChangeChart,
    /// The same in words.
    pub hours_words: String,
    /// Changes by kind of subject.
    pub kinds: Vec<ChangeLine>,
    /// Changes by gate.
    pub gates: Vec<ChangeLine>,
    /// From which verdict to which.
    pub matrix: Matrix,
    /// How many cannot be known.
    pub unknown: u64,
    /// How many there are of what they lack.
    pub lacking: Vec<(String, String)>,
    /// Whether an attempt may stand in several of these lines.
    pub lacking_overlaps: bool,
    /// Some of each change.
    pub examples: Vec<Examples>,
    /// Doors that are hit hardest, for who may see them.
    pub households: Vec<ChangeLine>,
    /// How many there are in all.
    pub households_words: String,
    /// How often the others are hit.
    pub households_rest: Option<String>,
    /// The same and more as tables.
    tables: Vec<TableInWords>,
}

impl ReplayResult {
    /// Of a report.
    pub fn of(shown: &Shown<'_>, doors: &Doors, offset_minutes: i16, frame: &Frame) -> Self {
        let (report, lang) = (shown.report, frame.lang);
        let hours = ChangeChart::of(&report.hours);
        let [_, _, note] = headlines(report, lang, offset_minutes);
        let kinds = report.kinds.iter();
        let gates = report.gates.iter();
        let mut gates = change_lines(gates.map(|row| (row.name.clone(), &row.sums)), lang);
        gates.truncate(GATES_DRAWN);
        let hit = number(report.households_hit);
        let households = households(report, doors);
        ReplayResult {
            note,
            figures: figures(report, lang),
            hours_words: hours_words(&hours, frame),
            hours,
            kinds: change_lines(
                kinds.map(|row| (kind_label(row.kind.as_deref(), lang), &row.sums)),
                lang,
            ),
            gates,
            matrix: matrix(&report.sums, lang),
            unknown: report.sums.cannot_be_known,
            lacking: lacking(report, lang),
            lacking_overlaps: report.lacking.is_empty() && report.unrecorded.len() > 1,
            examples: shown.examples(frame),
            households_rest: households_rest(report, households.len(), frame),
            households,
            households_words: frame.with("replay-households-hit", "count", &hit),
            tables: tables(report, lang, doors),
        }
    }

    /// How many cannot be known, as it is read.
    pub fn unknown_shown(&self) -> String {
        number(self.unknown)
    }

    /// The table with this title.
    pub fn table(&self, key: &str) -> Option<&TableInWords> {
        self.tables.iter().find(|table| table.key == key)
    }
}

fn hours_words(hours: &ChangeChart, frame: &Frame) -> String {
    match &hours.peak {
        None => frame.t("replay-no-change"),
        Some(peak) => {
            let (hour, count) = (peak.hour.to_string(), number(peak.count));
            let slots = [("hour", hour.as_str()), ("count", count.as_str())];
            frame.fill("replay-hours-peak", &slots)
        }
    }
}

fn households(report: &Report, doors: &Doors) -> Vec<ChangeLine> {
    let most = report.households.first().map_or(1, |row| row.times);
    let named = report.households.iter().filter_map(|row| {
        let name = doors.as_ref()?.get(&row.household)?.clone();
        Some(ChangeLine {
            name,
            count: row.times,
            parts: parts([("c-home", row.times)], most),
            words: String::new(),
        })
    });
    let drawn = named.take_while(|line| line.count >= TIMES_LEAST);
    drawn.take(HOUSEHOLDS_DRAWN).collect()
}

/// How many are not drawn, and how often they are hit at most.
fn households_rest(report: &Report, drawn: usize, frame: &Frame) -> Option<String> {
    let most = number(report.households.get(drawn)?.times);
    let rest = report.households_hit.saturating_sub(drawn as u64);
    let count = number(rest);
    let slots = [("count", count.as_str()), ("most", most.as_str())];
    (drawn > 0).then(|| frame.fill("replay-households-rest", &slots))
}
