//! Reading `policy.toml` into a typed document, with every complaint at its place (POL-4).

use super::condition::{Condition, Context, read_conditions, read_exceptions};
use super::diagnostic::Diagnostic;
use super::document::{
    Basis, Below, DocumentRow, Force, Outside, Parameter, PolicyDocument, Sourced,
};
use super::node::{self, Node, NodeValue, TableReader};
use super::part::read_parts;
use crate::gate::compiled::{Effect, Text};
use crate::gate::duty::Duty;
use crate::gate::fact::{Fact, Kind};
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

/// Reads a document, or says everything that is wrong with it.
pub fn read(source: &str) -> Result<PolicyDocument, Vec<Diagnostic>> {
    if source.len() > DOCUMENT_BYTES_MOST {
        let message = "a policy document is at most 1 MiB";
        return Err(vec![Diagnostic::new("P010", 0..0, message)]);
    }
    let root = node::parse(source).map_err(|diagnostic| vec![diagnostic])?;
    let mut complaints = Vec::new();
    let document = TableReader::new(&root, "the document", &mut complaints).and_then(of_root);
    match document {
        Some(document) if complaints.is_empty() => Ok(document),
        _ => {
            complaints.sort_by_key(|complaint| complaint.span.start);
            Err(complaints)
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
    complain_about_doubles(&mut reader, &rows);
    let parts = read_parts(&mut reader, prefix);
    if rows.is_empty() && parts.is_empty() && reader.complaints.is_empty() {
        let message = "the document has neither `[[row]]` nor a part beyond the gate".to_owned();
        reader.complain("P004", 0..0, message);
    }
    for name in PARAMETERS_REQUIRED {
        if !rows.is_empty() && !parameters.contains_key(name) {
            let message = format!("the parameter `{name}` is not set");
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
        parts,
        outside,
    })
}

fn complain_about_doubles(reader: &mut TableReader<'_>, rows: &[DocumentRow]) {
    let mut seen = BTreeSet::new();
    for row in rows {
        if !seen.insert(row.id.as_str()) {
            let message = format!("two rows are called `{}`", row.id);
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
            format!("`{key}` must be a whole number ≥ 1"),
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
            reader.complain("P002", node.span.clone(), format!("write [[{key}]]"));
            Vec::new()
        }
    }
}

/// A text in both languages, read from the field of a table.
fn required_text(reader: &mut TableReader<'_>, key: &'static str) -> Option<Text> {
    let node = reader.required(key)?;
    text_of(reader, node)
}

fn text_of(reader: &mut TableReader<'_>, node: &Node) -> Option<Text> {
    let mut fields = TableReader::new(node, "a text", reader.complaints)?;
    let (zh, en) = (fields.text("zh"), fields.text("en"));
    fields.finish();
    Some(Text {
        zh: zh?.0,
        en: en?.0,
    })
}

fn force(reader: &mut TableReader<'_>, node: &Node) -> Option<Force> {
    let mut fields = TableReader::new(node, "force", reader.complaints)?;
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
    if let (Some(from), Some(ends)) = (&from, &ends)
        && ends.value.millis <= from.value.millis
    {
        let message = "the document must end after it begins".to_owned();
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
    let mut fields = TableReader::new(node, key, reader.complaints)?;
    let value = fields.text("value");
    let source = fields.text("source");
    let (text, span) = value?;
    let parsed = parse(&text);
    if parsed.is_none() {
        fields.complain(
            "P005",
            span,
            format!("`{key}` must be written like {example}"),
        );
    }
    fields.finish();
    Some(Sourced {
        value: parsed?,
        source: source?.0,
    })
}

fn basis(reader: &mut TableReader<'_>, node: &Node) -> Option<Basis> {
    let mut fields = TableReader::new(node, "basis", reader.complaints)?;
    let ground = fields.text("health_ground");
    if let Some((name, span)) = &ground
        && !HEALTH_GROUNDS.contains(&name.as_str())
    {
        let message = format!("a health ground is one of: {}", HEALTH_GROUNDS.join(", "));
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

fn parameters(reader: &mut TableReader<'_>, node: &Node) -> BTreeMap<String, Parameter> {
    let NodeValue::Table(entries) = &node.value else {
        reader.complain(
            "P002",
            node.span.clone(),
            "parameters must be a table".to_owned(),
        );
        return BTreeMap::new();
    };
    let mut parameters = BTreeMap::new();
    for entry in entries {
        let Some(mut fields) = TableReader::new(&entry.node, "a parameter", reader.complaints)
        else {
            continue;
        };
        let value = fields
            .required("value")
            .map(|node| (number(node), node.span.clone()));
        if let Some((None, span)) = &value {
            let message = format!("the parameter `{}` must be a number", entry.key);
            fields.complain("P005", span.clone(), message);
        }
        if let Some((Some(value), span)) = &value
            && *value < 0.0
        {
            let message = format!("the parameter `{}` is below 0", entry.key);
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
    let mut fields = TableReader::new(node, "[[outside]]", reader.complaints)?;
    let clause = fields.text("clause");
    let why = required_text(&mut fields, "why");
    fields.finish();
    Some(Outside {
        clause: clause?.0,
        why: why?,
    })
}

fn row(
    reader: &mut TableReader<'_>,
    node: &Node,
    prefix: &str,
    context: &Context<'_>,
) -> Option<DocumentRow> {
    let mut fields = TableReader::new(node, "a row", reader.complaints)?;
    let id = fields.text("id");
    if let Some((id, span)) = &id
        && !id
            .strip_prefix(prefix)
            .is_some_and(|rest| rest.len() > 1 && rest.starts_with('/'))
    {
        fields.complain(
            "P014",
            span.clone(),
            format!("a row's id starts with `{prefix}/`"),
        );
    }
    let effect = fields
        .text("effect")
        .and_then(|text| effect(&mut fields, text));
    let source = fields.text("source");
    let mut all = Vec::new();
    for key in ["who", "when"] {
        if let Some(node) = fields.optional(key) {
            all.extend(read_conditions(&mut fields, node, context));
        }
    }
    all.extend(way(&mut fields));
    let unless = read_exceptions(&mut fields, node, context);
    let needs = fields
        .optional("need")
        .map(|node| read_conditions(&mut fields, node, context))
        .unwrap_or_default();
    let duties = fields
        .optional("duty")
        .map(|node| duties(&mut fields, node))
        .unwrap_or_default();
    let [say, post] = ["say", "post"].map(|key| {
        let node = fields.optional(key)?;
        text_of(&mut fields, node)
    });
    let below = below(&mut fields);
    let replaces = names(&mut fields, "replaces");
    complain_about_shape(&mut fields, node, effect, &needs, &duties, say.is_some());
    fields.finish();
    let (id, span) = id?;
    let (effect, source) = (effect?, source?.0);
    Some(DocumentRow {
        id,
        span,
        effect,
        source,
        all,
        unless,
        needs,
        duties,
        say,
        post,
        below,
        replaces,
        is_suspended: false,
    })
}

fn complain_about_shape(
    fields: &mut TableReader<'_>,
    node: &Node,
    effect: Option<Effect>,
    needs: &[Condition],
    duties: &[Duty],
    says: bool,
) {
    let mut complain = |message: &str| {
        fields.complain("P015", node.span.clone(), message.to_owned());
    };
    if effect != Some(Effect::Grant) && !needs.is_empty() {
        complain("only a grant carries `need`");
    }
    if effect == Some(Effect::Duty) && duties.is_empty() {
        complain("a duty row says in `duty` what is to be done");
    }
    if !matches!(effect, Some(Effect::Duty)) && effect.is_some() && !says {
        complain("a row that decides has sentences for the guard in `say`");
    }
    if let Some(need) = needs.iter().find(|need| need.fact.spec().step.is_none()) {
        let name = need.fact.spec().name;
        complain(&format!(
            "`{name}` cannot be supplied at the gate; put it into `when`"
        ));
    }
}

fn effect(fields: &mut TableReader<'_>, text: (String, std::ops::Range<usize>)) -> Option<Effect> {
    let effect = match text.0.as_str() {
        "grant" => Effect::Grant,
        "bar" => Effect::Bar,
        "refer" => Effect::Refer,
        "duty" => Effect::Duty,
        _ => {
            let message = "`effect` is one of: grant, bar, refer, duty".to_owned();
            fields.complain("P005", text.1, message);
            return None;
        }
    };
    Some(effect)
}

fn way(fields: &mut TableReader<'_>) -> Option<Condition> {
    let node = fields.optional("way")?;
    let want = match node.as_text() {
        Some("in") => 1,
        Some("out") => 2,
        Some("both") => return None,
        _ => {
            let message = "`way` is one of: in, out, both".to_owned();
            fields.complain("P005", node.span.clone(), message);
            return None;
        }
    };
    debug_assert!(matches!(Fact::Way.spec().kind, Kind::Choice(_)));
    Some(Condition {
        fact: Fact::Way,
        lens: crate::gate::reading::Lens::Whole { cuts: Vec::new() },
        want: super::condition::Want::OneOf(want),
        span: node.span.clone(),
    })
}

fn below(fields: &mut TableReader<'_>) -> Below {
    match fields
        .optional("below")
        .map(|node| (node.as_text(), node.span.clone()))
    {
        None => Below::Keep,
        Some((Some("may replace"), _)) => Below::MayReplace,
        Some((Some("may tighten"), _)) => Below::MayTighten,
        Some((_, span)) => {
            let message = "`below` is one of: may replace, may tighten".to_owned();
            fields.complain("P005", span, message);
            Below::Keep
        }
    }
}

fn names(fields: &mut TableReader<'_>, key: &'static str) -> Vec<String> {
    let Some(node) = fields.optional(key) else {
        return Vec::new();
    };
    let names = match &node.value {
        NodeValue::List(list) => list
            .iter()
            .map(|item| item.as_text().map(str::to_owned))
            .collect::<Option<Vec<_>>>(),
        _ => None,
    };
    names.unwrap_or_else(|| {
        fields.complain(
            "P005",
            node.span.clone(),
            format!("`{key}` is a list of row ids"),
        );
        Vec::new()
    })
}

fn duties(fields: &mut TableReader<'_>, node: &Node) -> Vec<Duty> {
    let NodeValue::List(list) = &node.value else {
        fields.complain(
            "P002",
            node.span.clone(),
            "`duty` is a list of tables".to_owned(),
        );
        return Vec::new();
    };
    let mut duties = Vec::new();
    for item in list {
        match item.to_json().map(serde_json::from_value::<Duty>) {
            Some(Ok(duty)) => duties.push(duty),
            Some(Err(error)) => {
                let message = format!("this is no duty: {error}");
                fields.complain("P016", item.span.clone(), message);
            }
            None => {
                let message = "a duty has texts and numbers only".to_owned();
                fields.complain("P016", item.span.clone(), message);
            }
        }
    }
    duties
}
