//! A policy in plain words, out of its rows' own fields, with the clause behind every line.

use super::condition::{Condition, Want};
use super::document::{DocumentRow, LOCAL_CHOICE, PolicyDocument};
use super::part::wording::said;
use crate::gate::compiled::{Effect, Text};
use crate::gate::duty::Duty;
use crate::gate::fact::{Choice, Fact, Kind, Words, purpose};
use crate::gate::reading::{Lens, Per, Unsure, Window};
use crate::gate::value::{Known, StayKind, Value};
use crate::gate::wording::{Lang, duty_text};
use crate::moment::CivilDay;
use std::collections::BTreeSet;

/// One line of the explanation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The row.
    pub row: String,
    /// What it does.
    pub effect: Effect,
    /// For whom and when, in one sentence.
    pub condition: String,
    /// What is needed or to be done.
    pub demand: String,
    /// The sentence for the guard, slots in braces.
    pub say: String,
    /// Where it comes from, in words.
    pub source: String,
    /// Whether an official has suspended it.
    pub is_suspended: bool,
}

/// Explains every row of a document.
pub fn explain(document: &PolicyDocument, lang: Lang) -> Vec<Line> {
    let rows = document.rows.iter();
    rows.map(|row| explain_row(row, lang)).collect()
}

/// Explains the rows of a document as they hold among those of a place, highest first (POL-2): what
/// a lower one takes the place of is left out, and its words stand in place of the row's own.
pub fn explain_in_force<'a>(
    document: &'a PolicyDocument,
    documents: &[&'a PolicyDocument],
    lang: Lang,
) -> Vec<(&'a DocumentRow, Line)> {
    let written = documents.iter().flat_map(|one| &one.rows);
    let replaced: BTreeSet<&String> = written.flat_map(|row| &row.replaces).collect();
    let rows = document.rows.iter();
    rows.filter(|row| !replaced.contains(&row.id))
        .map(|row| {
            let say = said(documents, row).map(|say| text(say, lang));
            let say = say.unwrap_or_default();
            (
                row,
                Line {
                    say,
                    ..explain_row(row, lang)
                },
            )
        })
        .collect()
}

/// Explains one row, in force or not.
pub fn explain_row(row: &DocumentRow, lang: Lang) -> Line {
    let mut condition = phrases(&row.all, lang);
    if condition.is_empty() {
        condition = lang.pick(words("所有人", "everyone")).to_owned();
    }
    for group in &row.unless {
        let exception = phrases(group, lang);
        condition.push_str(&match lang {
            Lang::Zh => format!("；除非{exception}"),
            Lang::En => format!("; unless {exception}"),
        });
    }
    let duties: Vec<String> = row
        .duties
        .iter()
        .map(|duty: &Duty| duty_text(duty, lang))
        .collect();
    let needs = row.needs.iter().map(|need| phrase(need, lang));
    let demand: Vec<String> = needs.chain(duties).collect();
    Line {
        row: row.id.clone(),
        effect: row.effect,
        condition,
        demand: demand.join(comma(lang)),
        say: row
            .say
            .as_ref()
            .map(|say| text(say, lang))
            .unwrap_or_default(),
        source: source_words(&row.source, lang),
        is_suspended: row.is_suspended,
    }
}

/// 依据, and 本地自定 where the notice leaves it open, wholly or in part.
pub fn source_words(source: &str, lang: Lang) -> String {
    let parts = source.split(", ").map(|part| match part {
        LOCAL_CHOICE => lang.pick(words("本地自定", "local choice")),
        clause => clause,
    });
    parts.collect::<Vec<_>>().join(", ")
}

fn text(text: &Text, lang: Lang) -> String {
    match lang {
        Lang::Zh => text.zh.clone(),
        Lang::En => text.en.clone(),
    }
}

const fn words(zh: &'static str, en: &'static str) -> Words {
    Words { zh, en }
}

fn comma(lang: Lang) -> &'static str {
    lang.pick(words("，", ", "))
}

fn phrases(conditions: &[Condition], lang: Lang) -> String {
    conditions
        .iter()
        .map(|c| phrase(c, lang))
        .collect::<Vec<_>>()
        .join(comma(lang))
}

/// One condition in words.
pub(super) fn phrase(condition: &Condition, lang: Lang) -> String {
    let spec = condition.fact.spec();
    let label = lang.pick(spec.label);
    if condition.want == Want::NotApplicable {
        return match lang {
            Lang::Zh => format!("没有{label}这回事"),
            Lang::En => format!("no {label} arises"),
        };
    }
    match (&condition.lens, spec.kind, &condition.want) {
        (Lens::Whole { .. }, Kind::Flag { yes, no }, Want::Flag(wanted)) => {
            lang.pick(if *wanted { yes } else { no }).to_owned()
        }
        (Lens::Whole { .. }, Kind::Choice(choices), Want::OneOf(bits)) => {
            format!("{label}{}{}", colon(lang), one_of(choices, *bits, lang))
        }
        (Lens::Whole { .. }, Kind::Number { .. }, Want::Range(least, most))
            if condition.fact == Fact::Date =>
        {
            date_phrase(*least, *most, lang)
        }
        (Lens::Whole { .. }, Kind::Number { unit, decimals, .. }, Want::Range(least, most)) => {
            let write = |number: i64| number_text(condition.fact, number, decimals);
            let range = range(*least, *most, write, lang.pick(unit), lang);
            joined(&[label, &range], lang)
        }
        (_, _, Want::Clock(from, to)) => clock_phrase(*from, *to, lang),
        (Lens::AnyOf { members }, Kind::Set(choices), Want::Flag(wanted)) => {
            let head = match (*wanted, members.count_ones()) {
                (true, 1) => words("有", ""),
                (true, _) => words("有", "any of"),
                (false, 1) => words("没有", "no"),
                (false, _) => words("没有", "none of"),
            };
            set_phrase(label, head, &one_of(choices, *members, lang), lang)
        }
        (Lens::AllOf { members }, Kind::Set(choices), want) => {
            let head = match want {
                Want::Flag(false) => words("缺", "not all of"),
                _ => words("都有", "all of"),
            };
            set_phrase(label, head, &one_of(choices, *members, lang), lang)
        }
        (Lens::StayWithin { kinds, days }, _, Want::Flag(wanted)) => {
            stay_phrase(*kinds, *days, *wanted, lang)
        }
        (
            Lens::OutingCount {
                per,
                window,
                purposes,
                unsure,
                ..
            },
            _,
            Want::Range(least, most),
        ) => {
            let write = |number: i64| number.to_string();
            let count = range(*least, *most, write, lang.pick(words("次", "times")), lang);
            let mut phrase = outing_phrase(*per, *window, *purposes, &count, lang);
            if *unsure == Unsure::Most {
                let all = words("（拿不准的也算）", " (unsure ones counted)");
                phrase.push_str(lang.pick(all));
            }
            phrase
        }
        _ => label.to_owned(),
    }
}

/// Words one after another: in Chinese a blank stands only between Han and a number or Latin word.
fn joined(parts: &[&str], lang: Lang) -> String {
    let mut all = String::new();
    for part in parts.iter().filter(|part| !part.is_empty()) {
        let meets = [all.chars().next_back(), part.chars().next()];
        let is_latin = meets.map(|one| one.is_some_and(|one| one.is_ascii()));
        let wants_blank = match lang {
            Lang::Zh => is_latin[0] != is_latin[1],
            Lang::En => true,
        };
        if wants_blank && !all.is_empty() {
            all.push(' ');
        }
        all.push_str(part);
    }
    all
}

fn colon(lang: Lang) -> &'static str {
    lang.pick(words("：", ": "))
}

fn one_of(choices: &[Choice], bits: u32, lang: Lang) -> String {
    let named: Vec<&str> = choices
        .iter()
        .enumerate()
        .filter(|(at, _)| bits & (1 << at) != 0)
        .map(|(_, choice)| lang.pick(choice.label))
        .collect();
    named.join(lang.pick(words("、", " or ")))
}

fn number_text(fact: Fact, number: i64, decimals: u8) -> String {
    if fact == Fact::Date {
        return CivilDay(number.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32).to_text();
    }
    match decimals {
        0 => number.to_string(),
        _ => format!(
            "{:.*}",
            usize::from(decimals),
            number as f64 / 10_f64.powi(decimals.into())
        ),
    }
}

/// What is known of a fact, in words.
pub(super) fn known_words(fact: Fact, known: &Known, lang: Lang) -> String {
    let spec = fact.spec();
    let value = match known {
        Known::NotApplicable => return lang.pick(words("不涉及", "does not arise")).to_owned(),
        Known::Unknown => return lang.pick(words("不清楚", "not known")).to_owned(),
        Known::Is(value) => value,
    };
    match (spec.kind, value) {
        (Kind::Flag { yes, no }, Value::Flag(flag)) => {
            lang.pick(if *flag { yes } else { no }).to_owned()
        }
        (Kind::Choice(choices), Value::Choice(at)) => one_of(
            choices,
            1_u32.checked_shl(u32::from(*at)).unwrap_or(0),
            lang,
        ),
        (Kind::Set(_), Value::Set(0)) => lang.pick(words("没有", "none")).to_owned(),
        (Kind::Set(choices), Value::Set(bits)) => one_of(choices, *bits, lang),
        (Kind::Number { unit, decimals, .. }, Value::Number(number)) => {
            let number = number_text(fact, *number, decimals);
            format!("{number} {}", lang.pick(unit))
                .trim_end()
                .to_owned()
        }
        _ => String::new(),
    }
}

fn range(
    least: Option<i64>,
    most: Option<i64>,
    write: impl Fn(i64) -> String,
    unit: &str,
    lang: Lang,
) -> String {
    let unit = if unit.is_empty() {
        String::new()
    } else {
        format!(" {unit}")
    };
    match (least, most, lang) {
        (Some(l), Some(m), _) if l == m => format!("{}{unit}", write(l)),
        (Some(l), Some(m), Lang::Zh) => format!("{} 至 {}{unit}", write(l), write(m)),
        (Some(l), Some(m), Lang::En) => format!("{} to {}{unit}", write(l), write(m)),
        (Some(l), None, Lang::Zh) => format!("{}{unit}及以上", write(l)),
        (Some(l), None, Lang::En) => format!("{}{unit} or more", write(l)),
        (None, Some(m), Lang::Zh) => format!("不超过 {}{unit}", write(m)),
        (None, Some(m), Lang::En) => format!("at most {}{unit}", write(m)),
        (None, None, _) => String::new(),
    }
}

fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn set_phrase(label: &str, head: Words, members: &str, lang: Lang) -> String {
    let label = format!("{label}{}", colon(lang).trim_end());
    joined(&[&label, lang.pick(head), members], lang)
}

/// Of a day that begins or ends with it only the other end is said.
fn clock_phrase(from: u16, to: u16, lang: Lang) -> String {
    match (lang, from, to) {
        (Lang::Zh, 0, to) => format!("{} 以前", clock(to)),
        (Lang::En, 0, to) => format!("before {}", clock(to)),
        (Lang::Zh, from, 1440) => format!("{} 以后", clock(from)),
        (Lang::En, from, 1440) => format!("from {} on", clock(from)),
        (Lang::Zh, from, to) => format!("{} 到 {}", clock(from), clock(to)),
        (Lang::En, from, to) => format!("from {} to {}", clock(from), clock(to)),
    }
}

/// Both days are in it.
fn date_phrase(least: Option<i64>, most: Option<i64>, lang: Lang) -> String {
    let [from, to] = [least, most].map(|day| day.map(|day| number_text(Fact::Date, day, 0)));
    match (lang, from, to) {
        (_, Some(from), Some(to)) if from == to => from,
        (Lang::Zh, Some(from), Some(to)) => format!("{from} 到 {to}"),
        (Lang::En, Some(from), Some(to)) => format!("{from} to {to}"),
        (Lang::Zh, Some(from), None) => format!("{from} 起"),
        (Lang::En, Some(from), None) => format!("from {from} on"),
        (Lang::Zh, None, Some(to)) => format!("{to} 为止"),
        (Lang::En, None, Some(to)) => format!("until {to}"),
        (_, None, None) => String::new(),
    }
}

fn stay_phrase(kinds: u8, days: u16, wanted: bool, lang: Lang) -> String {
    let places: Vec<&str> = StayKind::ALL
        .iter()
        .filter(|entry| kinds & (1 << entry.0 as u8) != 0)
        .map(|entry| lang.pick(words(entry.2, entry.3)))
        .collect();
    let places = places.join(lang.pick(words("、", " or ")));
    match (lang, wanted) {
        (Lang::Zh, true) => format!("最近 {days} 天去过{places}"),
        (Lang::Zh, false) => format!("最近 {days} 天没去过{places}"),
        (Lang::En, true) => format!("was in {places} within {days} days"),
        (Lang::En, false) => format!("was not in {places} within {days} days"),
    }
}

fn outing_phrase(per: Per, window: Window, purposes: u32, count: &str, lang: Lang) -> String {
    let who = match per {
        Per::Household => words("这户", "the household"),
        Per::Person => words("本人", "the person"),
    };
    let window = match (window, lang) {
        (Window::Rolling { days }, Lang::Zh) => format!("{} 小时内", u32::from(days) * 24),
        (Window::Rolling { days }, Lang::En) => format!("within {} hours", u32::from(days) * 24),
        (Window::Calendar { days: 1 }, Lang::Zh) => "今天".to_owned(),
        (Window::Calendar { days: 1 }, Lang::En) => "today".to_owned(),
        (Window::Calendar { days }, Lang::Zh) => format!("{days} 天内"),
        (Window::Calendar { days }, Lang::En) => format!("within {days} days"),
    };
    let purpose = match purposes {
        0 => String::new(),
        bits => one_of(purpose::CHOICES, bits, lang),
    };
    match lang {
        Lang::Zh => {
            let out = format!("{purpose}外出");
            joined(&[lang.pick(who), &window, &out, count], lang)
        }
        Lang::En => {
            format!("{} went out {purpose} {window} {count}", lang.pick(who)).replace("  ", " ")
        }
    }
}
