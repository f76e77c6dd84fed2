//! Cases of a part: a question and what its answer must hold, beside the cases of the gate.

use super::{Kind, Layers, answer_line};
use crate::gate::compiled::Text;
use crate::gate::fact::words;
use crate::policy::diagnostic::{Diagnostic, both};
use crate::policy::node::{Node, TableReader};
use serde_json::{Map, Value, json};
use std::ops::Range;

/// One `[[case]]` with a `kind` other than `gate`.
#[derive(Clone, Debug)]
pub struct PartCase {
    /// Short name, unique in its file.
    pub id: String,
    /// Where it stands.
    pub span: Range<usize>,
    /// The clause that it was written from.
    pub clause: String,
    /// Which function is asked.
    pub kind: Kind,
    /// The question, as a line of the command.
    pub question: Value,
    /// What the answer must hold: every key that is given here, lists whole.
    pub expect: Value,
}

/// Reads a case of a part: `id`, `clause`, `kind`, `ask` (the question) and `expect`.
pub(crate) fn part_case(
    complaints: &mut Vec<Diagnostic>,
    node: &Node,
    kind: Kind,
) -> Option<PartCase> {
    let mut fields = TableReader::new(node, words("一个例子", "a case"), complaints)?;
    let _ = fields.optional("kind");
    let (id, clause) = (fields.text("id"), fields.text("clause"));
    let [question, expect] = ["ask", "expect"].map(|key| {
        let node = fields.required(key)?;
        let json = node.to_json().filter(Value::is_object);
        if json.is_none() {
            let message = both(
                format!("`{key}` 要写成一个表，里面是文字、数和列表。"),
                format!("`{key}` must be a table of texts, numbers and lists"),
            );
            fields.complain("P002", node.span.clone(), message);
        }
        json
    });
    fields.finish();
    let (id, span) = id?;
    Some(PartCase {
        id,
        span,
        clause: clause?.0,
        kind,
        question: question?,
        expect: expect?,
    })
}

/// Runs a case; what the answer holds otherwise is told in words.
///
/// # Errors
/// Where and how the answer differs.
pub fn run_part_case(case: &PartCase, layers: &Layers<'_>) -> Result<Value, Text> {
    let answer = answer_line(case.kind, layers, case.question.to_string().as_bytes());
    let mut differences = Vec::new();
    compare("", &case.expect, &answer, &mut differences);
    if differences.is_empty() {
        return Ok(answer);
    }
    let found = shortened(&expected_now(case, answer).to_string());
    Err(both(
        format!(
            "例子 {}（{}）：{}。答案是 {found}",
            case.id,
            case.clause,
            told(&differences, "；", |one| one.zh.as_str())
        ),
        format!(
            "case {} ({}): {}; answer {found}",
            case.id,
            case.clause,
            told(&differences, "; ", |one| one.en.as_str())
        ),
    ))
}

/// Its beginning, where it is longer than a person reads.
fn shortened(answer: &str) -> String {
    const READ_MOST: usize = 600;
    match answer.char_indices().nth(READ_MOST) {
        Some((end, _)) => format!("{} …", &answer[..end]),
        None => answer.to_owned(),
    }
}

/// What a case would expect if it were written now, of the keys that it looks at; a question that
/// has no answer any more expects the code of the refusal.
pub fn answer_part_case(case: &PartCase, layers: &Layers<'_>) -> Value {
    let answer = answer_line(case.kind, layers, case.question.to_string().as_bytes());
    expected_now(case, answer)
}

fn expected_now(case: &PartCase, answer: Value) -> Value {
    match answer.get("error").and_then(|error| error.get("code")) {
        Some(code) => json!({ "error": { "code": code } }),
        None => looked_at(&case.expect, answer),
    }
}

/// Of what was found, what is looked at.
fn looked_at(expected: &Value, found: Value) -> Value {
    match (expected, found) {
        (Value::Object(expected), Value::Object(mut found)) => {
            // Keys of an error are none of the answer.
            let keys = expected.iter().filter(|(key, _)| *key != "error");
            let fields = keys.map(|(key, value)| {
                let own = found.remove(key).unwrap_or(Value::Null);
                (key.clone(), looked_at(value, own))
            });
            Value::Object(fields.collect())
        }
        (Value::Array(expected), Value::Array(found)) => {
            // Of a list that is longer or shorter: the keys that any of its members looks at.
            let all = all_keys(expected);
            let each = found.into_iter().enumerate().map(|(at, one)| {
                let own = expected.get(at).or(all.as_ref());
                own.map_or_else(|| one.clone(), |own| looked_at(own, one.clone()))
            });
            Value::Array(each.collect())
        }
        // TOML has no null.
        (_, Value::Null) => Value::String(String::new()),
        (_, found) => found,
    }
}

/// Members of a list that are tables, as one table with all their keys.
fn all_keys(list: &[Value]) -> Option<Value> {
    let tables = list.iter().map(Value::as_object);
    let tables = tables.collect::<Option<Vec<_>>>()?;
    let fields = tables.into_iter().flatten();
    let all: Map<String, Value> = fields
        .map(|(key, one)| (key.clone(), one.clone()))
        .collect();
    Some(Value::Object(all)).filter(|_| !list.is_empty())
}

fn told(differences: &[Text], comma: &str, side: impl Fn(&Text) -> &str) -> String {
    let all: Vec<&str> = differences.iter().map(side).collect();
    all.join(comma)
}

fn compare(place: &str, expected: &Value, found: &Value, differences: &mut Vec<Text>) {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            for (key, value) in expected {
                let place = format!("{place}.{key}");
                compare(
                    &place,
                    value,
                    found.get(key).unwrap_or(&Value::Null),
                    differences,
                );
            }
        }
        (Value::Array(expected), Value::Array(found)) if expected.len() == found.len() => {
            for (at, (expected, found)) in expected.iter().zip(found).enumerate() {
                compare(&format!("{place}[{at}]"), expected, found, differences);
            }
        }
        // TOML has no null: an empty text stands for it.
        (Value::String(nothing), Value::Null) if nothing.is_empty() => {}
        _ if expected == found => {}
        _ => differences.push(both(
            format!("`{place}` 是 {found}，例子写的是 {expected}"),
            format!("{place} is {found}, expected {expected}"),
        )),
    }
}
