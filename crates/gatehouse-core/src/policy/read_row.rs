//! Reading one `[[row]]` of the gate table.

use super::condition::{Condition, Context, read_conditions, read_exceptions};
use super::document::{Below, DocumentRow};
use super::node::{Node, NodeValue, TableReader};
use super::read::text_of;
use crate::gate::compiled::Effect;
use crate::gate::duty::Duty;
use crate::gate::fact::{Fact, Kind};

/// A row, and whether it is switched off.
pub(super) fn row(
    reader: &mut TableReader<'_>,
    node: &Node,
    prefix: &str,
    context: &Context<'_>,
) -> Option<(bool, DocumentRow)> {
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
    let is_off = off(&mut fields);
    complain_about_shape(&mut fields, node, effect, &needs, &duties, say.is_some());
    fields.finish();
    let (id, span) = id?;
    let (effect, source) = (effect?, source?.0);
    let row = DocumentRow {
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
    };
    Some((is_off, row))
}

/// Whether a row is switched off.
fn off(fields: &mut TableReader<'_>) -> bool {
    match fields.optional("off") {
        None => false,
        Some(Node {
            value: NodeValue::Flag(is_off),
            ..
        }) => *is_off,
        Some(node) => {
            let message = "`off` is true or false".to_owned();
            fields.complain("P005", node.span.clone(), message);
            false
        }
    }
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
