//! Reading `policy.toml` into a typed document, with every complaint at its place (POL-4).

use super::condition::Context;
use super::diagnostic::{Diagnostic, both, few_of};
use super::document::{Basis, DocumentRow, Force, Outside, Parameter, PolicyDocument, Sourced};
use super::node::{self, Node, NodeValue, TableReader};
use super::part::read_parts;
use super::read_row::row;
use crate::gate::compiled::Text;
use crate::gate::fact::{Words, words};
use crate::moment::{CivilDay, Moment};
use std::collections::{BTreeMap, BTreeSet};

/// Largest document that is read, in bytes.
pub const DOCUMENT_BYTES_MOST: usize = 1 << 20;

/// Parameters that every document with rows sets: what a text leaves open is a value of ours, never
/// "unlimited" (POL-5).
pub const PARAMETERS_REQUIRED: [&str; 2] = ["fever_threshold_celsius", "rest_minutes"];

/// Health grounds on which a restriction may rest (SCOPE-1).
pub const HEALTH_GROUNDS: [&str; 8] = [
    "case",
    "suspected_case",
    "close_contact",
    "contact_of_contact",
    "exposure",
    "symptoms",
    "unfinished_observation",
    "zone_order",
];

const DOCUMENT: Words = words("规则文件", "the document");

/// Reads a document, or says everything that is wrong with it.
pub fn read(source: &str) -> Result<PolicyDocument, Vec<Diagnostic>> {
    if source.len() > DOCUMENT_BYTES_MOST {
        let message = words(
            "一份规则文件最多 1 MiB。",
            "a policy document is at most 1 MiB",
        );
        return Err(vec![Diagnostic::new("P010", 0..0, message)]);
    }
    let root = node::parse(source).map_err(|diagnostic| vec![diagnostic])?;
    let mut complaints = Vec::new();
    let document = TableReader::new(&root, DOCUMENT, &mut complaints).and_then(of_root);
    match document {
        Some(document) if complaints.is_empty() => Ok(document),
        _ => {
            complaints.sort_by_key(|complaint| complaint.span.start);
            Err(few_of(complaints))
        }
    }
}

fn of_root(mut reader: TableReader<'_>) -> Option<PolicyDocument> {
    let id = reader.text("id");
    let version = positive(&mut reader, "version");
    let title = required_text(&mut reader, "title");
    let notice = reader.text("notice");
    let force = reader
        .required("force")
        .and_then(|node| force(&mut reader, node));
    let basis = reader
        .required("basis")
        .and_then(|node| basis(&mut reader, node));
    let parameters = reader
        .optional("parameters")
        .map(|node| parameters(&mut reader, node))
        .unwrap_or_default();
    let context = Context {
        parameters: &parameters,
    };
    let prefix = id.as_ref().map_or("", |id| id.0.as_str());
    let rows = tables(&mut reader, "row")
        .into_iter()
        .filter_map(|node| row(&mut reader, node, prefix, &context))
        .collect::<Vec<_>>();
    let all = rows.iter().map(|(_, row)| row);
    complain_about_doubles(&mut reader, all);
    let (off, rows): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(is_off, _)| *is_off);
    let [off, rows] =
        [off, rows].map(|rows| rows.into_iter().map(|(_, row)| row).collect::<Vec<_>>());
    let parts = read_parts(&mut reader, prefix);
    // What is off is there: with everything off, a document says that nothing of it holds.
    let says_nothing = rows.is_empty() && off.is_empty() && parts.written.is_empty();
    if says_nothing && reader.complaints.is_empty() {
        let message = words(
            "规则文件里既没有 `[[row]]`，也没有门口以外的规定。",
            "the document has neither `[[row]]` nor a part beyond the gate",
        );
        reader.complain("P004", 0..0, message);
    }
    for name in PARAMETERS_REQUIRED {
        if !rows.is_empty() && !parameters.contains_key(name) {
            let message = both(
                format!("没有写参数 `{name}`。"),
                format!("the parameter `{name}` is not set"),
            );
            reader.complain("P009", 0..0, message);
        }
    }
    let outside = tables(&mut reader, "outside")
        .into_iter()
        .filter_map(|node| outside(&mut reader, node))
        .collect();
    reader.finish();
    Some(PolicyDocument {
        id: id?.0,
        version: version?,
        title: title?,
        notice: notice?.0,
        force: force?,
        basis: basis?,
        parameters,
        rows,
        off,
        parts,
        outside,
    })
}

fn complain_about_doubles<'a>(
    reader: &mut TableReader<'_>,
    rows: impl Iterator<Item = &'a DocumentRow>,
) {
    let mut seen = BTreeSet::new();
    for row in rows {
        if !seen.insert(row.id.as_str()) {
            let message = both(
                format!("有两条规则都叫 `{}`。", row.id),
                format!("two rows are called `{}`", row.id),
            );
            reader.complain("P011", row.span.clone(), message);
        }
    }
}

fn positive(reader: &mut TableReader<'_>, key: &'static str) -> Option<u32> {
    let node = reader.required(key)?;
    let number = node
        .as_integer()
        .and_then(|n| u32::try_from(n).ok())
        .filter(|n| *n > 0);
    if number.is_none() {
        reader.complain(
            "P005",
            node.span.clone(),
            both(
                format!("`{key}` 要写 1 以上的整数。"),
                format!("`{key}` must be a whole number ≥ 1"),
            ),
        );
    }
    number
}

fn tables<'a>(reader: &mut TableReader<'a>, key: &'static str) -> Vec<&'a Node> {
    match reader.optional(key) {
        None => Vec::new(),
        Some(Node {
            value: NodeValue::List(list),
            ..
        }) => list.iter().collect(),
        Some(node) => {
            reader.complain_about_tables(key, node.span.clone());
            Vec::new()
        }
    }
}

/// A text in both languages, read from the field of a table.
fn required_text(reader: &mut TableReader<'_>, key: &'static str) -> Option<Text> {
    let node = reader.required(key)?;
    text_of(reader, node)
}

const TEXT: Words = words("一段话（zh、en）", "a text");

pub(super) fn text_of(reader: &mut TableReader<'_>, node: &Node) -> Option<Text> {
    let mut fields = TableReader::new(node, TEXT, reader.complaints)?;
    let (zh, en) = (fields.text("zh"), fields.text("en"));
    fields.finish();
    Some(Text {
        zh: zh?.0,
        en: en?.0,
    })
}

fn force(reader: &mut TableReader<'_>, node: &Node) -> Option<Force> {
    let mut fields = TableReader::new(node, words("`force`", "force"), reader.complaints)?;
    let from = sourced(
        &mut fields,
        "from",
        Moment::parse,
        "2020-02-19T07:00:00+08:00",
    );
    let ends = sourced(
        &mut fields,
        "ends",
        Moment::parse,
        "2020-05-19T00:00:00+08:00",
    );
    let review = sourced(&mut fields, "review", CivilDay::parse, "2020-03-19");
    if let (Some(from), Some(ends), Some(review)) = (&from, &ends, &review)
        && !(from.value.day()..=ends.value.day()).contains(&review.value)
    {
        let message = words(
            "复查日期要在开始和结束之间。",
            "the day of review lies between begin and end",
        );
        fields.complain("P012", node.span.clone(), message);
    }
    if let (Some(from), Some(ends)) = (&from, &ends)
        && ends.value.millis <= from.value.millis
    {
        let message = words(
            "结束时间要在开始时间之后。",
            "the document must end after it begins",
        );
        fields.complain("P012", node.span.clone(), message);
    }
    fields.finish();
    Some(Force {
        from: from?,
        ends: ends?,
        review: review?,
    })
}

fn sourced<T>(
    reader: &mut TableReader<'_>,
    key: &'static str,
    parse: impl Fn(&str) -> Option<T>,
    example: &str,
) -> Option<Sourced<T>> {
    let node = reader.required(key)?;
    let what = Words { zh: key, en: key };
    let mut fields = TableReader::new(node, what, reader.complaints)?;
    let value = fields.text("value");
    let source = fields.text("source");
    let (text, span) = value?;
    let parsed = parse(&text);
    if parsed.is_none() {
        fields.complain(
            "P005",
            span,
            both(
                format!("`{key}` 要写成 {example} 这样。"),
                format!("`{key}` must be written like {example}"),
            ),
        );
    }
    fields.finish();
    Some(Sourced {
        value: parsed?,
        source: source?.0,
    })
}

fn basis(reader: &mut TableReader<'_>, node: &Node) -> Option<Basis> {
    let mut fields = TableReader::new(node, words("`basis`", "basis"), reader.complaints)?;
    let ground = fields.text("health_ground");
    if let Some((name, span)) = &ground
        && !HEALTH_GROUNDS.contains(&name.as_str())
    {
        let grounds = HEALTH_GROUNDS.join(", ");
        let message = both(
            format!("卫生方面的理由只能是：{grounds}。"),
            format!("a health ground is one of: {grounds}"),
        );
        fields.complain("P013", span.clone(), message);
    }
    let legal_basis = required_text(&mut fields, "legal_basis");
    let authority = required_text(&mut fields, "authority");
    let appeal = required_text(&mut fields, "appeal");
    let source = fields.text("source");
    fields.finish();
    Some(Basis {
        health_ground: ground?.0,
        legal_basis: legal_basis?,
        authority: authority?,
        appeal: appeal?,
        source: source?.0,
    })
}

const PARAMETER: Words = words("参数", "a parameter");

fn parameters(reader: &mut TableReader<'_>, node: &Node) -> BTreeMap<String, Parameter> {
    let NodeValue::Table(entries) = &node.value else {
        reader.complain(
            "P002",
            node.span.clone(),
            words("`parameters` 要写成一个表。", "parameters must be a table"),
        );
        return BTreeMap::new();
    };
    let mut parameters = BTreeMap::new();
    for entry in entries {
        let Some(mut fields) = TableReader::new(&entry.node, PARAMETER, reader.complaints) else {
            continue;
        };
        let value = fields
            .required("value")
            .map(|node| (number(node), node.span.clone()));
        if let Some((None, span)) = &value {
            let message = both(
                format!("参数 `{}` 要写数。", entry.key),
                format!("the parameter `{}` must be a number", entry.key),
            );
            fields.complain("P005", span.clone(), message);
        }
        if let Some((Some(value), span)) = &value
            && *value < 0.0
        {
            let message = both(
                format!("参数 `{}` 小于 0。", entry.key),
                format!("the parameter `{}` is below 0", entry.key),
            );
            fields.complain("P005", span.clone(), message);
        }
        let (unit, source) = (fields.text("unit"), fields.text("source"));
        fields.finish();
        if let (Some((Some(value), _)), Some(unit), Some(source)) = (value, unit, source) {
            let parameter = Parameter {
                value,
                unit: unit.0,
                source: source.0,
            };
            parameters.insert(entry.key.clone(), parameter);
        }
    }
    parameters
}

fn number(node: &Node) -> Option<f64> {
    match node.value {
        NodeValue::Integer(integer) => Some(integer as f64),
        NodeValue::Real(real) if real.is_finite() => Some(real),
        _ => None,
    }
}

fn outside(reader: &mut TableReader<'_>, node: &Node) -> Option<Outside> {
    let mut fields =
        TableReader::new(node, words("[[outside]]", "[[outside]]"), reader.complaints)?;
    let clause = fields.text("clause");
    let why = required_text(&mut fields, "why");
    fields.finish();
    Some(Outside {
        clause: clause?.0,
        why: why?,
    })
}
