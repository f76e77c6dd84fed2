//! A replay's result as figures: how many change and to what, who is never kept, what lies between
//! which verdicts, what cannot be known. Every number is one of the report, or a sum of its ways.

use super::change_chart::{change_key, parts};
use crate::locale::{text, text_filled, text_with};
use crate::ops::replay::{Change, LetThroughSums, Report, Sums, WayTo};
use crate::times::thousands;
use gatehouse_core::gate::Verdict;
use gatehouse_core::gate::fact::Fact;
use gatehouse_core::gate::wording::Lang;

/// The verdicts in the order of the four words.
pub const VERDICTS: [Verdict; 4] = [
    Verdict::Admit,
    Verdict::Ask,
    Verdict::Refuse,
    Verdict::Refer,
];

/// A big figure.
pub struct Figure {
    /// Icon.
    pub icon: &'static str,
    /// Class of the card.
    pub class: &'static str,
    /// What it counts.
    pub label: String,
    /// How many.
    pub value: String,
    /// Of what.
    pub unit: String,
    /// More about it.
    pub line: String,
    /// Of the first one: what stays, changes, cannot be known.
    pub share: Vec<(&'static str, String, String)>,
}

/// Verdict to verdict.
pub struct Matrix {
    /// Names of the columns, without the first.
    pub columns: Vec<String>,
    /// Name, cells, sum.
    pub rows: Vec<(String, Vec<MatrixCell>, String)>,
    /// The equation below.
    pub sum: String,
}

/// A cell.
pub struct MatrixCell {
    /// Class: `w-eq`, `w-ti`, `w-lo`, `w-uk`, `w-ch`, or none where nothing is.
    pub class: &'static str,
    /// How many; a dash for none.
    pub count: String,
    /// Where its examples stand.
    pub href: Option<String>,
    /// What it means, for who sees no pattern.
    pub words: String,
}

/// A verdict, or what cannot be known, as a mark.
pub struct Mark {
    /// Class.
    pub class: &'static str,
    /// Icon.
    pub icon: &'static str,
    /// Word.
    pub word: String,
}

/// Every big figure.
pub fn figures(report: &Report, lang: Lang) -> Vec<Figure> {
    let sums = &report.sums;
    let mut figures = vec![
        changed(sums, lang),
        of_change(sums, Change::Refused, lang),
        of_change(sums, Change::Step, lang),
        of_change(sums, Change::Easier, lang),
    ];
    figures.extend(
        report
            .let_through
            .as_ref()
            .map(|sums| let_through(sums, lang)),
    );
    figures
}

fn changed(sums: &Sums, lang: Lang) -> Figure {
    let share = (u128::from(sums.changed) * 1000 / u128::from(sums.attempts.max(1))) as u64;
    let share = format!("{}.{} %", share / 10, share % 10);
    let (same, unknown) = (number(sums.same()), number(sums.cannot_be_known));
    let slots = [("same", same.as_str()), ("unknown", unknown.as_str())];
    Figure {
        icon: "rule",
        class: "wide2",
        label: text(lang, "replay-figure-changed"),
        value: number(sums.changed),
        unit: text_with(lang, "replay-figure-share", "share", share),
        line: text_filled(lang, "replay-figure-rest", &slots),
        share: parts(
            [
                ("s-same", sums.same()),
                ("s-changed", sums.changed),
                ("s-unknown", sums.cannot_be_known),
            ],
            sums.attempts,
        ),
    }
}

fn of_change(sums: &Sums, change: Change, lang: Lang) -> Figure {
    let ways = sums.ways.iter();
    let ways: Vec<&WayTo> = ways.filter(|way| Change::of(way) == Some(change)).collect();
    let (icon, line, by_origin) = match change {
        Change::Refused => ("stop", "replay-figure-before", true),
        Change::Step => ("alert", "replay-figure-after", false),
        Change::Easier => ("check", "replay-figure-after", false),
    };
    let of = |verdict: Verdict| {
        let is_it = |way: &&&WayTo| match by_origin {
            true => way.from == verdict,
            false => way.to == Some(verdict),
        };
        ways.iter()
            .filter(is_it)
            .map(|way| way.attempts)
            .sum::<u64>()
    };
    let parts: Vec<String> = VERDICTS
        .into_iter()
        .filter(|verdict| of(*verdict) > 0)
        .map(|verdict| format!("{} {}", verdict_word(verdict, lang), number(of(verdict))))
        .collect();
    Figure {
        icon,
        class: "",
        label: text(lang, change_key(change)),
        value: number(sums.of_change(change)),
        unit: text(lang, "replay-unit"),
        line: match parts.is_empty() {
            true => String::new(),
            false => text_with(lang, line, "parts", parts.join(" · ")),
        },
        share: Vec::new(),
    }
}

/// How many of those whom no document stops the draft would stop: none, or something is wrong.
fn let_through(sums: &LetThroughSums, lang: Lang) -> Figure {
    let stopped = sums.stopped();
    let emergencies = number(sums.emergencies.attempts);
    let home = number(sums.coming_home.attempts);
    let slots = [
        ("emergencies", emergencies.as_str()),
        ("home", home.as_str()),
    ];
    Figure {
        icon: "cross",
        class: if stopped == 0 { "ok2" } else { "hot" },
        label: text(lang, "replay-figure-let-through"),
        value: number(stopped),
        unit: text(lang, "replay-figure-let-through-unit"),
        line: text_filled(lang, "replay-figure-let-through-line", &slots),
        share: Vec::new(),
    }
}

/// From which verdict to which.
pub fn matrix(sums: &Sums, lang: Lang) -> Matrix {
    let to = || VERDICTS.map(Some).into_iter().chain([None]);
    let rows = VERDICTS.map(|from| {
        let cells = to().map(|to| cell(sums, from, to, lang)).collect();
        let all: u64 = to().map(|to| sums.of_way(from, to)).sum();
        (verdict_word(from, lang), cells, number(all))
    });
    let slots = [
        ("all", number(sums.attempts)),
        ("same", number(sums.same())),
        ("changed", number(sums.changed)),
        ("unknown", number(sums.cannot_be_known)),
    ];
    let slots = slots
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    Matrix {
        columns: to().map(|to| mark(to, lang).word).collect(),
        rows: rows.into_iter().collect(),
        sum: text_filled(lang, "replay-matrix-sum", &slots),
    }
}

fn cell(sums: &Sums, from: Verdict, to: Option<Verdict>, lang: Lang) -> MatrixCell {
    let attempts = sums.of_way(from, to);
    let is_change = to != Some(from);
    let (class, words) = match to {
        None => ("w-uk", "replay-cannot"),
        Some(to) if to == from => ("w-eq", "replay-same"),
        Some(to) if to.gravity() > from.gravity() => ("w-ti", "replay-harder"),
        Some(to) if to.gravity() < from.gravity() => ("w-lo", "replay-easier"),
        Some(_) => ("w-ch", "replay-otherwise"),
    };
    let is_any = attempts > 0;
    MatrixCell {
        class: if is_any || !is_change { class } else { "" },
        count: if is_any {
            number(attempts)
        } else {
            "–".to_owned()
        },
        href: (is_any && is_change).then(|| format!("#{}", way_id(from, to))),
        words: if is_any {
            text(lang, words)
        } else {
            String::new()
        },
    }
}

/// Where the examples of a way stand on the page.
pub fn way_id(from: Verdict, to: Option<Verdict>) -> String {
    let to = to.map_or("unknown", Verdict::name);
    format!("way-{}-{to}", from.name())
}

/// A verdict's word.
pub fn verdict_word(verdict: Verdict, lang: Lang) -> String {
    mark(Some(verdict), lang).word
}

/// A verdict as a mark; `None` cannot be known.
pub fn mark(verdict: Option<Verdict>, lang: Lang) -> Mark {
    let (class, icon, key) = match verdict {
        Some(Verdict::Admit) => ("go", "check", "verdict-admit"),
        Some(Verdict::Ask) => ("ask", "alert", "verdict-ask"),
        Some(Verdict::Refuse) => ("stop", "stop", "verdict-refuse"),
        Some(Verdict::Refer) => ("ref", "hand", "verdict-refer"),
        None => ("wait", "help", "replay-cannot"),
    };
    Mark {
        class,
        icon,
        word: text(lang, key),
    }
}

/// What cannot be known, by what it lacks, each attempt once; older reports count an attempt by
/// each fact that it lacks.
pub fn lacking(report: &Report, lang: Lang) -> Vec<(String, String)> {
    let sets = report
        .lacking
        .iter()
        .map(|one| (one.facts.clone(), one.attempts));
    let single = report
        .unrecorded
        .iter()
        .map(|one| (vec![one.fact.clone()], one.attempts));
    let counted: Vec<(Vec<String>, u64)> = match report.lacking.is_empty() {
        true => single.collect(),
        false => sets.collect(),
    };
    let lines = counted.into_iter();
    lines
        .map(|(facts, attempts)| (number(attempts), lack_words(&facts, lang)))
        .collect()
}

fn lack_words(facts: &[String], lang: Lang) -> String {
    if facts.is_empty() {
        return text(lang, "replay-lack-rules");
    }
    let specs = facts.iter().map(|name| Fact::named(name).map(Fact::spec));
    let is_asked = specs
        .clone()
        .all(|spec| spec.is_some_and(|spec| spec.step.is_some()));
    let labels = specs.zip(facts).map(|(spec, name)| {
        spec.map_or_else(|| name.clone(), |spec| lang.pick(spec.label).to_owned())
    });
    let labels: Vec<String> = labels.collect();
    let key = match is_asked {
        true => "replay-lack-asked",
        false => "replay-lack-kept",
    };
    let between = match lang {
        Lang::Zh => "、",
        Lang::En => ", ",
    };
    text_with(lang, key, "facts", labels.join(between))
}

/// As a count is read.
pub fn number(count: u64) -> String {
    thousands(i64::try_from(count).unwrap_or(i64::MAX))
}
