//! Reading one `[[row]]` of the gate table.

use super::condition::{Condition, Context, read_conditions, read_exceptions};
use super::diagnostic::both;
use super::document::{Below, DocumentRow};
use super::node::{Node, NodeValue, TableReader};
use super::read::text_of;
use crate::gate::compiled::Effect;
use crate::gate::duty::Duty;
use crate::gate::fact::{Fact, Kind, words};

/// A row, and whether it is switched off.
pub(super) fn row(
    reader: &mut TableReader<'_>,
    node: &Node,
    prefix: &str,
    context: &Context<'_>,
) -> Option<(bool, DocumentRow)> {
    let mut fields = TableReader::new(node, words("一条规则", "a row"), reader.complaints)?;
    let id = fields.text("id");
    if let Some((id, span)) = &id
        && !id
            .strip_prefix(prefix)
            .is_some_and(|rest| rest.len() > 1 && rest.starts_with('/'))
    {
        fields.complain(
            "P014",
            span.clone(),
            both(
                format!("规则的编号以 `{prefix}/` 开头。"),
                format!("a row's id starts with `{prefix}/`"),
            ),
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
            let message = words("`off` 写 true 或 false。", "`off` is true or false");
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
    let mut complain = |zh: &str, en: &str| {
        fields.complain("P015", node.span.clone(), both(zh, en));
    };
    if effect != Some(Effect::Grant) && !needs.is_empty() {
        complain(
            "只有放行的规则（grant）可以写 `need`。",
            "only a grant carries `need`",
        );
    }
    if effect == Some(Effect::Duty) && duties.is_empty() {
        complain(
            "要做事的规则（duty）在 `duty` 里写做什么。",
            "a duty row says in `duty` what is to be done",
        );
    }
    if !matches!(effect, Some(Effect::Duty)) && effect.is_some() && !says {
        complain(
            "决定放不放行的规则，要在 `say` 里写值守人员说的话。",
            "a row that decides has sentences for the guard in `say`",
        );
    }
    if let Some(need) = needs.iter().find(|need| need.fact.spec().step.is_none()) {
        let name = need.fact.spec().name;
        complain(
            &format!("`{name}` 在门口补不了，请写进 `when`。"),
            &format!("`{name}` cannot be supplied at the gate; put it into `when`"),
        );
    }
}

fn effect(fields: &mut TableReader<'_>, text: (String, std::ops::Range<usize>)) -> Option<Effect> {
    let effect = match text.0.as_str() {
        "grant" => Effect::Grant,
        "bar" => Effect::Bar,
        "refer" => Effect::Refer,
        "duty" => Effect::Duty,
        _ => {
            let message = words(
                "`effect` 只能是：grant, bar, refer, duty。",
                "`effect` is one of: grant, bar, refer, duty",
            );
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
            let message = words(
                "`way` 只能是：in, out, both。",
                "`way` is one of: in, out, both",
            );
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
            let message = words(
                "`below` 只能是 `may replace` 或 `may tighten`。",
                "`below` is one of: may replace, may tighten",
            );
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
            both(
                format!("`{key}` 要写规则编号的列表。"),
                format!("`{key}` is a list of row ids"),
            ),
        );
        Vec::new()
    })
}

fn duties(fields: &mut TableReader<'_>, node: &Node) -> Vec<Duty> {
    let NodeValue::List(list) = &node.value else {
        fields.complain(
            "P002",
            node.span.clone(),
            words("`duty` 要写成表的列表。", "`duty` is a list of tables"),
        );
        return Vec::new();
    };
    let mut duties = Vec::new();
    for item in list {
        match item.to_json().map(serde_json::from_value::<Duty>) {
            Some(Ok(duty)) => duties.push(duty),
            Some(Err(error)) => {
                let message = both(
                    "这不是一项要做的事：做什么、字段、值，有一处不对。",
                    format!("this is no duty: {error}"),
                );
                fields.complain("P016", item.span.clone(), message);
            }
            None => {
                let message = words(
                    "要做的事里只写文字和数。",
                    "a duty has texts and numbers only",
                );
                fields.complain("P016", item.span.clone(), message);
            }
        }
    }
    duties
}
