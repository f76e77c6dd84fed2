//! A replay's report as tables with words: the same for the command line, the workbook and the
//! page.

use crate::locale::{text, text_filled, text_with};
use crate::ops::replay::{Report, Sums, WayTo};
use crate::times::thousands;
use gatehouse_core::gate::Verdict;
use gatehouse_core::gate::fact::{Fact, subject_kind};
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::id::HouseholdId;
use gatehouse_core::moment::Moment;
use std::collections::BTreeMap;

/// A cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Words.
    Text(String),
    /// A count.
    Number(u64),
}

/// A table with its title.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableInWords {
    /// Key of its title.
    pub key: &'static str,
    /// What it shows.
    pub title: String,
    /// What to know about it; empty for nothing.
    pub note: String,
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Its rows.
    pub rows: Vec<Vec<Cell>>,
}

impl Cell {
    /// As it is read.
    pub fn shown(&self) -> String {
        match self {
            Cell::Text(text) => text.clone(),
            Cell::Number(number) => thousands(i64::try_from(*number).unwrap_or(i64::MAX)),
        }
    }
}

/// Tables with more rows than this are folded on a page.
const ROWS_OPEN: usize = 12;
/// Tables with more columns than this are moved sideways on a phone.
const COLUMNS_NARROW: usize = 3;

impl TableInWords {
    /// Whether it is folded on a page.
    pub fn is_long(&self) -> bool {
        self.rows.len() > ROWS_OPEN
    }

    /// Whether it is moved sideways on a phone.
    pub fn is_wide(&self) -> bool {
        self.columns.len() > COLUMNS_NARROW
    }

    /// Whether a column holds counts.
    pub fn is_count(&self, column: &usize) -> bool {
        let cells = self.rows.first();
        cells.is_some_and(|cells| matches!(cells.get(*column), Some(Cell::Number(_))))
    }
}

/// Title, place and span, and what a replay is.
pub fn headlines(report: &Report, lang: Lang, offset_minutes: i16) -> [String; 3] {
    let drafts: Vec<String> = report
        .drafts
        .iter()
        .map(|draft| {
            let title = match lang {
                Lang::Zh => &draft.zh,
                Lang::En => &draft.en,
            };
            format!("{} {title} v{}", draft.id, draft.version)
        })
        .collect();
    let (title, note) = match drafts.is_empty() {
        true => (text(lang, "replay-title-none"), "replay-as-it-was-note"),
        false => (
            text_with(lang, "replay-title", "drafts", drafts.join(" + ")),
            "replay-first-order",
        ),
    };
    let area = match report.area {
        Some(_) => report.area_name.clone(),
        None => text(lang, "replay-everywhere"),
    };
    let [from, until] = [report.from, report.until].map(|at| instant(at, offset_minutes));
    let slots = [
        ("area", area.as_str()),
        ("from", from.as_str()),
        ("until", until.as_str()),
    ];
    [
        title,
        text_filled(lang, "replay-where", &slots),
        text(lang, note),
    ]
}

/// `2020-02-19 07:00`.
fn instant(millis: i64, offset_minutes: i16) -> String {
    let at = Moment::new(millis, offset_minutes);
    let minute = at.minute_of_day();
    let day = at.day().to_text();
    format!("{day} {:02}:{:02}", minute / 60, minute % 60)
}

/// What households are called: where they live; `None` shows their ids.
pub type Doors = Option<BTreeMap<HouseholdId, String>>;

/// All tables, in the order in which they are read.
pub fn tables(report: &Report, lang: Lang, doors: &Doors) -> Vec<TableInWords> {
    let mut tables = vec![
        sums(report, lang),
        changes(report, lang),
        by(
            lang,
            "replay-gates",
            "replay-gate",
            report.gates.iter().map(|row| (row.name.clone(), &row.sums)),
        ),
        by(
            lang,
            "replay-hours",
            "replay-hour",
            report
                .hours
                .iter()
                .map(|row| (format!("{:02}:00", row.hour), &row.sums)),
        ),
        by(
            lang,
            "replay-kinds",
            "replay-kind",
            report
                .kinds
                .iter()
                .map(|row| (kind_label(row.kind.as_deref(), lang), &row.sums)),
        ),
        rows(report, lang),
        unrecorded(report, lang),
        households(report, lang, doors),
    ];
    tables.retain(|table| !table.rows.is_empty());
    tables
}

fn table(lang: Lang, title: &'static str, columns: &[&str]) -> TableInWords {
    TableInWords {
        key: title,
        title: text(lang, title),
        note: String::new(),
        columns: columns.iter().map(|key| text(lang, key)).collect(),
        rows: Vec::new(),
    }
}

fn sums(report: &Report, lang: Lang) -> TableInWords {
    let sums = &report.sums;
    let same = sums.attempts - sums.changed - sums.cannot_be_known;
    let always = [
        ("replay-attempts", sums.attempts),
        ("replay-same", same),
        ("replay-by-another-row", report.by_another_row),
        ("replay-changed", sums.changed),
        ("replay-harder", sums.harder),
        ("replay-easier", sums.easier),
        ("replay-cannot", sums.cannot_be_known),
        ("replay-not-reproduced", report.not_reproduced),
    ];
    let where_any = [
        ("replay-undone", report.undone),
        ("replay-damaged", report.damaged),
        ("replay-not-compared", report.not_compared),
    ];
    let let_through = report.let_through.iter().flat_map(|sums| {
        [
            ("replay-emergencies", sums.emergencies.attempts),
            ("replay-coming-home", sums.coming_home.attempts),
            ("replay-let-through-stopped", sums.stopped()),
        ]
    });
    let lines = always
        .into_iter()
        .chain(let_through)
        .chain(where_any.into_iter().filter(|(_, count)| *count > 0));
    let mut found = table(
        lang,
        "replay-sums",
        &["replay-what", "replay-attempts-count"],
    );
    found.rows = lines
        .map(|(key, count)| vec![Cell::Text(text(lang, key)), Cell::Number(count)])
        .collect();
    found.note = text(lang, "replay-harder-note");
    found
}

fn changes(report: &Report, lang: Lang) -> TableInWords {
    let columns = ["replay-from", "replay-to", "replay-attempts-count"];
    let mut found = table(lang, "replay-changes", &columns);
    let ways = report.sums.ways.iter();
    let changed = ways.filter(|way| way.to != Some(way.from));
    found.rows = changed
        .map(|way| {
            let [from, to] = way_words(way, lang);
            vec![Cell::Text(from), Cell::Text(to), Cell::Number(way.attempts)]
        })
        .collect();
    found.note = text(lang, "replay-cannot-note");
    found
}

fn by<'s>(
    lang: Lang,
    title: &'static str,
    what: &str,
    rows: impl Iterator<Item = (String, &'s Sums)>,
) -> TableInWords {
    let mut found = table(
        lang,
        title,
        &[
            what,
            "replay-attempts-count",
            "replay-changed",
            "replay-harder",
            "replay-easier",
            "replay-cannot",
        ],
    );
    found.rows = rows
        .map(|(name, sums)| {
            let counts = [
                sums.attempts,
                sums.changed,
                sums.harder,
                sums.easier,
                sums.cannot_be_known,
            ];
            let name = std::iter::once(Cell::Text(name));
            name.chain(counts.map(Cell::Number)).collect()
        })
        .collect();
    found
}

fn rows(report: &Report, lang: Lang) -> TableInWords {
    let columns = [
        "replay-row-before",
        "replay-row-after",
        "replay-from",
        "replay-to",
        "replay-attempts-count",
    ];
    let mut found = table(lang, "replay-rows", &columns);
    let named = |id: &str, under_draft: bool| match id {
        "" => text(lang, "replay-row-none"),
        id => report.row_name(id, under_draft, lang),
    };
    for row in &report.rows {
        for way in &row.sums.ways {
            let [from, to] = way_words(way, lang);
            let rows = [named(&row.before, false), named(&row.after, true)];
            let cells = rows.into_iter().chain([from, to]);
            let cells = cells.map(Cell::Text);
            found
                .rows
                .push(cells.chain([Cell::Number(way.attempts)]).collect());
        }
    }
    found
}

fn unrecorded(report: &Report, lang: Lang) -> TableInWords {
    let columns = ["replay-fact", "replay-attempts-count"];
    let mut found = table(lang, "replay-unrecorded", &columns);
    let label = |name: &str| {
        let words = Fact::named(name).map(|fact| fact.spec().label);
        words.map_or_else(
            || name.to_owned(),
            |words| in_lang(lang, words.zh, words.en),
        )
    };
    found.rows = report
        .unrecorded
        .iter()
        .map(|fact| vec![Cell::Text(label(&fact.fact)), Cell::Number(fact.attempts)])
        .collect();
    found
}

fn households(report: &Report, lang: Lang, doors: &Doors) -> TableInWords {
    let mut found = table(
        lang,
        "replay-households",
        &["replay-household", "replay-times"],
    );
    found.rows = report
        .households
        .iter()
        .filter_map(|row| {
            let name = match doors {
                Some(doors) => doors.get(&row.household)?.clone(),
                None => row.household.to_string(),
            };
            Some(vec![Cell::Text(name), Cell::Number(row.times)])
        })
        .collect();
    let count = Cell::Number(report.households_hit).shown();
    let short = Cell::Number(report.households_short_by).shown();
    let slots = [("count", count.as_str()), ("short", short.as_str())];
    found.note = text_filled(lang, "replay-households-note", &slots);
    found
}

/// 放行, 不放行: from which verdict to which.
pub fn way_words(way: &WayTo, lang: Lang) -> [String; 2] {
    let to = match way.to {
        Some(verdict) => text(lang, verdict_key(verdict)),
        None => text(lang, "replay-cannot"),
    };
    [text(lang, verdict_key(way.from)), to]
}

fn verdict_key(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Admit => "verdict-admit",
        Verdict::Ask => "verdict-ask",
        Verdict::Refuse => "verdict-refuse",
        Verdict::Refer => "verdict-refer",
    }
}

/// A kind of subject as people call it.
pub fn kind_label(name: Option<&str>, lang: Lang) -> String {
    let kinds = subject_kind::CHOICES.iter();
    let choice = name.and_then(|name| kinds.into_iter().find(|choice| choice.name == name));
    match choice {
        Some(choice) => in_lang(lang, choice.label.zh, choice.label.en),
        None => text(lang, "replay-kind-none"),
    }
}

fn in_lang(lang: Lang, zh: &str, en: &str) -> String {
    match lang {
        Lang::Zh => zh.to_owned(),
        Lang::En => en.to_owned(),
    }
}
