//! Conditions as documents write them, one shape per kind of fact.
//!
//! Flag: `true`. Choice: `"visitor"`, a list, or `{ not = [...] }`. Set: `{ any = [...] }`,
//! `{ all = [...] }`, `{ none = [...] }`. Number: a number, or `{ at_least, at_most }` with
//! numbers or `"$parameter"`. Time of day: `{ from = "07:00", to = "22:00" }`. Date:
//! `{ from = "2020-02-19", to = "2020-02-29" }`, both included. Stays: `{ any, within_days }` or
//! `{ none, within_days }`. Outings: `{ per, rolling_days | calendar_days, purpose, at_least,
//! at_most, unsure }`. Every fact also: `"not_applicable"`.

use super::diagnostic::both;
use super::document::Parameter;
use super::node::{Node, NodeValue, TableReader};
use crate::gate::compiled::Text;
use crate::gate::fact::{Choice, Fact, Kind, purpose, words};
use crate::gate::json::{names, position};
use crate::gate::reading::{Lens, Per, Unsure, Window};
use crate::gate::value::StayKind;
use crate::moment::CivilDay;
use std::collections::BTreeMap;
use std::ops::Range;

/// One condition on one fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The fact.
    pub fact: Fact,
    /// How it is looked at; cuts are left empty here and made when documents are compiled.
    pub lens: Lens,
    /// What is wanted.
    pub want: Want,
    /// Where it stands.
    pub span: Range<usize>,
}

/// What a condition wants of its reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Want {
    /// Yes or no.
    Flag(bool),
    /// One of these positions of the list.
    OneOf(u32),
    /// From, to, both included; `None` is open.
    Range(Option<i64>, Option<i64>),
    /// From a minute of the day to another, the second not included, across midnight if it is
    /// the smaller.
    Clock(u16, u16),
    /// The fact does not arise.
    NotApplicable,
}

/// What conditions need to know of their document.
pub(crate) struct Context<'a> {
    pub parameters: &'a BTreeMap<String, Parameter>,
}

type Complaint = (&'static str, Range<usize>, Text);

/// Reads a table of conditions.
pub(crate) fn read_conditions(
    reader: &mut TableReader<'_>,
    node: &Node,
    context: &Context<'_>,
) -> Vec<Condition> {
    let NodeValue::Table(entries) = &node.value else {
        let message = words("条件要写成一个表。", "conditions are a table of facts");
        reader.complain("P006", node.span.clone(), message);
        return Vec::new();
    };
    let mut conditions = Vec::new();
    for entry in entries {
        let Some(fact) = Fact::named(&entry.key) else {
            let key = &entry.key;
            let message = both(
                format!("没有叫 `{key}` 的事实，全部在 `gatehouse gate facts` 里。"),
                format!("no fact is called `{key}`; `gatehouse gate facts` lists them"),
            );
            reader.complain("P007", entry.key_span.clone(), message);
            continue;
        };
        match read_condition(fact, &entry.node, context) {
            Ok((lens, want)) => {
                let span = entry.key_span.start..entry.node.span.end;
                conditions.push(Condition {
                    fact,
                    lens,
                    want,
                    span,
                });
            }
            Err((code, span, message)) => reader.complain(code, span, message),
        }
    }
    conditions
}

/// What keeps a row from applying: a group of conditions, or a list of such groups.
pub(crate) fn read_exceptions(
    fields: &mut TableReader<'_>,
    row: &Node,
    context: &Context<'_>,
) -> Vec<Vec<Condition>> {
    let unless = match fields.optional("unless") {
        None => Vec::new(),
        Some(Node {
            value: NodeValue::List(list),
            ..
        }) => list
            .iter()
            .map(|node| read_conditions(fields, node, context))
            .collect(),
        Some(node) => vec![read_conditions(fields, node, context)],
    };
    if unless.iter().any(Vec::is_empty) {
        let message = words(
            "例外里没有条件，这条规则就等于停用了。",
            "an exception without a condition would switch the row off",
        );
        fields.complain("P006", row.span.clone(), message);
    }
    unless
}

fn read_condition(
    fact: Fact,
    node: &Node,
    context: &Context<'_>,
) -> Result<(Lens, Want), Complaint> {
    let whole = || Lens::Whole { cuts: Vec::new() };
    if node.as_text() == Some("not_applicable") {
        return Ok((whole(), Want::NotApplicable));
    }
    match fact.spec().kind {
        Kind::Flag { .. } => match node.value {
            NodeValue::Flag(flag) => Ok((whole(), Want::Flag(flag))),
            _ => Err(wrong(fact, node, ("true 或 false", "true or false"))),
        },
        Kind::Choice(choices) => Ok((whole(), Want::OneOf(one_of(fact, choices, node)?))),
        Kind::Set(choices) => of_set(fact, choices, node),
        Kind::Number { .. } if fact == Fact::TimeOfDay => Ok((whole(), clock(fact, node)?)),
        Kind::Number { .. } if fact == Fact::Date => Ok((whole(), dates(fact, node)?)),
        Kind::Number { .. } => Ok((whole(), range(fact, node, context)?)),
        Kind::Stays => stays(fact, node, context),
        Kind::Outings => outings(fact, node, context),
    }
}

/// What is expected of a fact, in Chinese and in English, and does not stand there.
fn wrong(
    fact: Fact,
    node: &Node,
    (zh, en): (impl std::fmt::Display, impl std::fmt::Display),
) -> Complaint {
    let name = fact.spec().name;
    let message = both(
        format!("`{name}` 要写{zh}。"),
        format!("`{name}` must be {en}"),
    );
    ("P008", node.span.clone(), message)
}

/// One of some words, in both languages.
fn one_of_these(words: &str) -> (String, String) {
    (format!("这些之一：{words}"), format!("one of: {words}"))
}

fn bits(fact: Fact, choices: &[Choice], node: &Node) -> Result<u32, Complaint> {
    let one = |node: &Node| {
        node.as_text()
            .and_then(|name| position(choices, name))
            .map(|at| 1 << at)
            .ok_or_else(|| wrong(fact, node, one_of_these(&names(choices))))
    };
    match &node.value {
        NodeValue::List(list) if !list.is_empty() => {
            list.iter().try_fold(0, |bits, item| Ok(bits | one(item)?))
        }
        _ => one(node),
    }
}

fn one_of(fact: Fact, choices: &[Choice], node: &Node) -> Result<u32, Complaint> {
    match single(node, "not") {
        Some(excluded) => {
            let all = (1_u32 << choices.len()) - 1;
            Ok(all & !bits(fact, choices, excluded)?)
        }
        None => bits(fact, choices, node),
    }
}

/// The value of a table that has just this key.
fn single<'a>(node: &'a Node, key: &str) -> Option<&'a Node> {
    match &node.value {
        NodeValue::Table(entries) if entries.len() == 1 && entries[0].key == key => {
            Some(&entries[0].node)
        }
        _ => None,
    }
}

fn of_set(fact: Fact, choices: &[Choice], node: &Node) -> Result<(Lens, Want), Complaint> {
    if let Some(all) = single(node, "all") {
        return Ok((
            Lens::AllOf {
                members: bits(fact, choices, all)?,
            },
            Want::Flag(true),
        ));
    }
    if let Some(none) = single(node, "none") {
        return Ok((
            Lens::AnyOf {
                members: bits(fact, choices, none)?,
            },
            Want::Flag(false),
        ));
    }
    let any = single(node, "any").unwrap_or(node);
    Ok((
        Lens::AnyOf {
            members: bits(fact, choices, any)?,
        },
        Want::Flag(true),
    ))
}

fn fields<'a, const N: usize>(
    fact: Fact,
    node: &'a Node,
    allowed: [&'static str; N],
) -> Result<[Option<&'a Node>; N], Complaint> {
    let NodeValue::Table(entries) = &node.value else {
        let keys = allowed.join(", ");
        let expected = (
            format!("一个表，键是 {keys}"),
            format!("a table with {keys}"),
        );
        return Err(wrong(fact, node, expected));
    };
    let mut found = [None; N];
    for entry in entries {
        let Some(at) = allowed.iter().position(|key| *key == entry.key) else {
            let (name, key) = (fact.spec().name, &entry.key);
            let message = both(
                format!("`{name}` 没有 `{key}` 这个键。"),
                format!("`{name}` has no key `{key}`"),
            );
            return Err(("P003", entry.key_span.clone(), message));
        };
        found[at] = Some(&entry.node);
    }
    Ok(found)
}

fn number(fact: Fact, node: &Node, context: &Context<'_>) -> Result<i64, Complaint> {
    let decimals = match fact.spec().kind {
        Kind::Number { decimals, .. } => decimals,
        _ => 0,
    };
    let written = match &node.value {
        NodeValue::Integer(integer) => *integer as f64,
        NodeValue::Real(real) => *real,
        NodeValue::Text(text) if text.starts_with('$') => {
            let name = &text[1..];
            let parameter = context.parameters.get(name).ok_or_else(|| {
                let message = both(
                    format!("规则文件里没有写参数 `{name}`。"),
                    format!("the document does not set the parameter `{name}`"),
                );
                ("P009", node.span.clone(), message)
            })?;
            parameter.value
        }
        _ => {
            let expected = ("数或 \"$参数名\"", "a number or \"$parameter\"");
            return Err(wrong(fact, node, expected));
        }
    };
    let scaled = written * 10_f64.powi(i32::from(decimals));
    if (scaled - scaled.round()).abs() > 1e-6 || scaled.abs() > 1e12 {
        let expected = (
            format!("数，小数最多 {decimals} 位"),
            format!("a number with at most {decimals} decimals"),
        );
        return Err(wrong(fact, node, expected));
    }
    Ok(scaled.round() as i64)
}

fn range(fact: Fact, node: &Node, context: &Context<'_>) -> Result<Want, Complaint> {
    if !matches!(node.value, NodeValue::Table(_)) {
        let exact = number(fact, node, context)?;
        return Ok(Want::Range(Some(exact), Some(exact)));
    }
    let [least, most, below] = fields(fact, node, ["at_least", "at_most", "below"])?;
    bounds(fact, node, [least, most, below], context)
}

fn bounds(
    fact: Fact,
    node: &Node,
    [least, most, below]: [Option<&Node>; 3],
    context: &Context<'_>,
) -> Result<Want, Complaint> {
    let read = |node: Option<&Node>| node.map(|node| number(fact, node, context)).transpose();
    let least = read(least)?;
    let most = match (read(most)?, read(below)?) {
        (Some(_), Some(_)) => {
            let expected = (
                "at_most、below 中的一个",
                "bounded by one of at_most, below",
            );
            return Err(wrong(fact, node, expected));
        }
        (most, below) => most.or(below.map(|limit| limit - 1)),
    };
    if least.is_none() && most.is_none() {
        let expected = (
            "at_least、at_most 或 below",
            "bounded by at_least, at_most or below",
        );
        return Err(wrong(fact, node, expected));
    }
    if least.zip(most).is_some_and(|(least, most)| least > most) {
        let expected = ("不空的范围", "a range that is not empty");
        return Err(wrong(fact, node, expected));
    }
    Ok(Want::Range(least, most))
}

fn clock(fact: Fact, node: &Node) -> Result<Want, Complaint> {
    let [from, to] = fields(fact, node, ["from", "to"])?;
    let minute = |node: Option<&Node>| {
        let (hour, minute) = node?.as_text()?.split_once(':')?;
        let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
        (hour < 24 && minute < 60 || hour == 24 && minute == 0).then_some(hour * 60 + minute)
    };
    match (minute(from), minute(to)) {
        (Some(from), Some(to)) if from != to && from < 1440 => Ok(Want::Clock(from, to)),
        _ => {
            let example = "{ from = \"07:00\", to = \"22:00\" }";
            Err(wrong(fact, node, (format!("成 {example}"), example)))
        }
    }
}

fn dates(fact: Fact, node: &Node) -> Result<Want, Complaint> {
    let [from, to] = fields(fact, node, ["from", "to"])?;
    let day = |node: Option<&Node>| match node {
        None => Ok(None),
        Some(node) => match node.as_text().and_then(CivilDay::parse) {
            Some(day) => Ok(Some(i64::from(day.0))),
            None => {
                let expected = ("日期，如 \"2020-02-19\"", "a date such as \"2020-02-19\"");
                Err(wrong(fact, node, expected))
            }
        },
    };
    match (day(from)?, day(to)?) {
        (None, None) => {
            let expected = ("一个表，键是 from, to", "a table with from, to");
            Err(wrong(fact, node, expected))
        }
        (from, to) => Ok(Want::Range(from, to)),
    }
}

fn days(fact: Fact, node: Option<&Node>, context: &Context<'_>) -> Result<u16, Option<Complaint>> {
    let Some(node) = node else { return Err(None) };
    let days = number(fact, node, context).map_err(Some)?;
    u16::try_from(days)
        .ok()
        .filter(|days| (1..=366).contains(days))
        .ok_or_else(|| {
            let expected = ("1 到 366 天", "a window of 1 to 366 days");
            Some(wrong(fact, node, expected))
        })
}

fn stays(fact: Fact, node: &Node, context: &Context<'_>) -> Result<(Lens, Want), Complaint> {
    let [any, none, within] = fields(fact, node, ["any", "none", "within_days"])?;
    let expected = (
        "成 { any = [...], within_days = 14 }，any 可换成 none",
        "{ any = [...], within_days = 14 } or the same with none",
    );
    let (list, wanted) = match (any, none) {
        (Some(any), None) => (any, true),
        (None, Some(none)) => (none, false),
        _ => return Err(wrong(fact, node, expected)),
    };
    let days = days(fact, within, context)
        .map_err(|complaint| complaint.unwrap_or_else(|| wrong(fact, node, expected)))?;
    let NodeValue::List(items) = &list.value else {
        let expected = ("地点类别的列表", "a list of classes of place");
        return Err(wrong(fact, list, expected));
    };
    let kinds = items.iter().try_fold(0, |kinds, item| {
        let kind = item.as_text().and_then(StayKind::named).ok_or_else(|| {
            let known: Vec<&str> = StayKind::ALL.iter().map(|entry| entry.1).collect();
            wrong(fact, item, one_of_these(&known.join(", ")))
        })?;
        Ok(kinds | 1 << kind as u8)
    })?;
    Ok((Lens::StayWithin { kinds, days }, Want::Flag(wanted)))
}

fn outings(fact: Fact, node: &Node, context: &Context<'_>) -> Result<(Lens, Want), Complaint> {
    let [per, rolling, calendar, purposes, least, most, unsure] = fields(
        fact,
        node,
        [
            "per",
            "rolling_days",
            "calendar_days",
            "purpose",
            "at_least",
            "at_most",
            "unsure",
        ],
    )?;
    let per = match per.and_then(Node::as_text) {
        Some("household") => Per::Household,
        Some("person") => Per::Person,
        _ => {
            let expected = (
                "per = \"household\" 或 \"person\"",
                "counted per = \"household\" or \"person\"",
            );
            return Err(wrong(fact, node, expected));
        }
    };
    let one_window = (
        "一种时段：rolling_days 或 calendar_days",
        "counted in one window: rolling_days or calendar_days",
    );
    let no_window =
        |complaint: Option<Complaint>| complaint.unwrap_or_else(|| wrong(fact, node, one_window));
    let window = match (rolling, calendar) {
        (Some(_), None) => Window::Rolling {
            days: days(fact, rolling, context).map_err(no_window)?,
        },
        (None, Some(_)) => Window::Calendar {
            days: days(fact, calendar, context).map_err(no_window)?,
        },
        _ => return Err(wrong(fact, node, one_window)),
    };
    let purposes = purposes
        .map(|node| bits(fact, purpose::CHOICES, node))
        .transpose()?
        .unwrap_or(0);
    let unsure = match unsure.map(Node::as_text) {
        None | Some(Some("least")) => Unsure::Least,
        Some(Some("most")) => Unsure::Most,
        _ => {
            let expected = (
                "unsure = \"least\" 或 \"most\"",
                "unsure = \"least\" or \"most\"",
            );
            return Err(wrong(fact, node, expected));
        }
    };
    let want = bounds(fact, node, [least, most, None], context)?;
    Ok((
        Lens::OutingCount {
            per,
            window,
            purposes,
            unsure,
            cuts: Vec::new(),
        },
        want,
    ))
}
