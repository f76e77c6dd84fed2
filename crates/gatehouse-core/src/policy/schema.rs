//! The whole of `policy.toml` as one JSON Schema: what an editor offers and underlines while
//! somebody writes. It knows keys, types and closed lists; what belongs together (gaps, sources,
//! days) only `policy check` tells.

use super::part;
use super::read::{HEALTH_GROUNDS, PARAMETERS_REQUIRED};
use crate::gate::duty::Duty;
use crate::gate::fact::{ALL, Choice, Fact, Kind, purpose};
use crate::gate::value::StayKind;
use schemars::schema_for;
use serde_json::{Map, Value, json};

/// Parts that stand in a document once; every other one is a list of tables.
const ONCE: [&str; 3] = ["counting", "grading", "stages"];

/// The schema.
pub fn document_schema() -> Value {
    let mut shared = Map::new();
    for (name, schema) in [
        ("text", text()),
        ("conditions", conditions()),
        ("number", number()),
        ("row", row()),
    ] {
        shared.insert(name.to_owned(), schema);
    }
    let duty = lifted("duty", schema_for!(Duty).to_value(), &mut shared);
    shared.insert("duty".to_owned(), duty);
    let mut fields = head();
    let parts = part::schema();
    for (name, schema) in parts["document"].as_object().into_iter().flatten() {
        let one = lifted(name, schema.clone(), &mut shared);
        let field = match ONCE.contains(&name.as_str()) {
            true => one,
            false => list(one),
        };
        fields.insert(name.clone(), field);
    }
    let required = ["id", "version", "title", "notice", "force", "basis"];
    let mut schema = table(fields, &required);
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!("policy.toml");
    schema["$defs"] = Value::Object(shared);
    schema
}

/// A schema without definitions of its own: they stand beside those of all the others, under the
/// name of what they came with.
fn lifted(name: &str, mut schema: Value, shared: &mut Map<String, Value>) -> Value {
    renamed(name, &mut schema);
    let fields = schema.as_object_mut();
    let own = fields.and_then(|fields| {
        fields.remove("$schema");
        fields.remove("$defs")
    });
    for (key, one) in own
        .as_ref()
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        shared.insert(format!("{name}.{key}"), one.clone());
    }
    schema
}

fn renamed(name: &str, schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            for (key, value) in fields {
                match value {
                    Value::String(to) if key == "$ref" => {
                        *to = to.replacen("#/$defs/", &format!("#/$defs/{name}."), 1);
                    }
                    _ => renamed(name, value),
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|one| renamed(name, one)),
        _ => {}
    }
}

/// What stands before the parts.
fn head() -> Map<String, Value> {
    let moment = sourced(json!({"type": "string", "format": "date-time"}));
    let day = sourced(json!({"type": "string", "format": "date"}));
    let force = [("from", moment.clone()), ("ends", moment), ("review", day)];
    let basis = [
        ("health_ground", json!({"enum": HEALTH_GROUNDS})),
        ("legal_basis", to("text")),
        ("authority", to("text")),
        ("appeal", to("text")),
        ("source", clause()),
    ];
    let parameter = [
        ("value", json!({"type": "number", "minimum": 0})),
        ("unit", json!({"type": "string"})),
        ("source", clause()),
    ];
    let parameter = whole(parameter);
    let required = PARAMETERS_REQUIRED.map(|name| (name.to_owned(), parameter.clone()));
    let parameters = json!({
        "type": "object",
        "description": "Named values; a row reads one as \"$name\". Where there are rows, \
            those listed are set.",
        "properties": Map::from_iter(required),
        "additionalProperties": parameter,
    });
    let outside = [("clause", json!({"type": "string"})), ("why", to("text"))];
    let about = |what: &str| json!({"type": "string", "description": what});
    Map::from_iter([
        (
            "id".to_owned(),
            about("Short code that starts every id: HN"),
        ),
        (
            "version".to_owned(),
            json!({"type": "integer", "minimum": 1}),
        ),
        ("title".to_owned(), to("text")),
        ("notice".to_owned(), about("Name of the folder")),
        ("force".to_owned(), whole(force)),
        ("basis".to_owned(), whole(basis)),
        ("parameters".to_owned(), parameters),
        ("row".to_owned(), list(to("row"))),
        ("outside".to_owned(), list(whole(outside))),
    ])
}

fn row() -> Value {
    let exceptions = json!({"anyOf": [to("conditions"), list(to("conditions"))]});
    let fields = [
        ("id", json!({"type": "string"})),
        ("effect", json!({"enum": ["grant", "bar", "refer", "duty"]})),
        ("source", clause()),
        ("who", to("conditions")),
        ("way", json!({"enum": ["in", "out", "both"]})),
        ("when", to("conditions")),
        ("unless", exceptions),
        ("need", to("conditions")),
        ("duty", list(to("duty"))),
        ("say", to("text")),
        ("post", to("text")),
        ("below", json!({"enum": ["may replace", "may tighten"]})),
        ("replaces", list(json!({"type": "string"}))),
        (
            "off",
            json!({"type": "boolean", "description": "Written, and without any effect"}),
        ),
    ];
    let fields = fields.map(|(name, schema)| (name.to_owned(), schema));
    table(Map::from_iter(fields), &["id", "effect", "source"])
}

/// Facts by name, each as it can be asked for.
fn conditions() -> Value {
    let facts = ALL.iter().map(|fact| {
        let spec = fact.spec();
        let (label, meaning) = (spec.label, spec.meaning);
        let schema = json!({
            "title": format!("{} · {}", label.zh, label.en),
            "description": format!("{}。{}.", meaning.zh, meaning.en),
            "anyOf": [condition(*fact), {"const": "not_applicable"}],
        });
        (spec.name.to_owned(), schema)
    });
    table(facts.collect(), &[])
}

fn condition(fact: Fact) -> Value {
    let clock = json!({"type": "string", "pattern": "^[0-2]?[0-9]:[0-5][0-9]$"});
    let day = json!({"type": "string", "format": "date"});
    match fact.spec().kind {
        Kind::Flag { .. } => json!({"type": "boolean"}),
        Kind::Choice(choices) => {
            json!({"anyOf": [some_of(choices), whole([("not", some_of(choices))])]})
        }
        Kind::Set(choices) => {
            let keyed = ["any", "all", "none"].map(|key| whole([(key, some_of(choices))]));
            let mut ways = vec![some_of(choices)];
            ways.extend(keyed);
            json!({"anyOf": ways})
        }
        Kind::Number { .. } if fact == Fact::TimeOfDay => {
            whole([("from", clock.clone()), ("to", clock)])
        }
        Kind::Number { .. } if fact == Fact::Date => {
            let fields = [("from", day.clone()), ("to", day)];
            table(
                Map::from_iter(fields.map(|(key, one)| (key.to_owned(), one))),
                &[],
            )
        }
        Kind::Number { .. } => {
            let bounds = ["at_least", "at_most", "below"].map(|key| (key.to_owned(), to("number")));
            json!({"anyOf": [to("number"), table(Map::from_iter(bounds), &[])]})
        }
        Kind::Stays => {
            let kinds: Vec<&str> = StayKind::ALL.iter().map(|kind| kind.1).collect();
            let places = list(json!({"enum": kinds}));
            let one = |key| whole([(key, places.clone()), ("within_days", to("number"))]);
            json!({"anyOf": [one("any"), one("none")]})
        }
        Kind::Outings => outings(),
    }
}

fn outings() -> Value {
    let fields = [
        ("per", json!({"enum": ["household", "person"]})),
        ("rolling_days", to("number")),
        ("calendar_days", to("number")),
        ("purpose", some_of(purpose::CHOICES)),
        ("at_least", to("number")),
        ("at_most", to("number")),
        ("unsure", json!({"enum": ["least", "most"]})),
    ];
    let fields = fields.map(|(name, schema)| (name.to_owned(), schema));
    table(Map::from_iter(fields), &["per"])
}

/// One of a closed list, or several.
fn some_of(choices: &[Choice]) -> Value {
    let named = choices.iter().map(|choice| {
        let label = format!("{} · {}", choice.label.zh, choice.label.en);
        json!({"const": choice.name, "title": label})
    });
    let one = json!({"oneOf": named.collect::<Vec<_>>()});
    json!({"anyOf": [one, list(one)]})
}

fn text() -> Value {
    whole(["zh", "en"].map(|language| (language, json!({"type": "string"}))))
}

fn number() -> Value {
    let parameter = json!({
        "type": "string",
        "pattern": "^\\$.",
        "description": "A parameter of the document: \"$name\"",
    });
    json!({"anyOf": [{"type": "number"}, parameter]})
}

fn clause() -> Value {
    let what = "The clause that says it, \"deployment\" where the notice leaves it open (POL-5)";
    json!({"type": "string", "description": what})
}

fn sourced(value: Value) -> Value {
    whole([("value", value), ("source", clause())])
}

fn to(name: &str) -> Value {
    json!({"$ref": format!("#/$defs/{name}")})
}

fn list(items: Value) -> Value {
    json!({"type": "array", "items": items})
}

/// A table with all of these keys and no other.
fn whole<const N: usize>(fields: [(&str, Value); N]) -> Value {
    let required: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
    let fields = fields
        .clone()
        .map(|(name, schema)| (name.to_owned(), schema));
    table(Map::from_iter(fields), &required)
}

/// A table with these keys and no other.
fn table(fields: Map<String, Value>, required: &[&str]) -> Value {
    json!({
        "type": "object",
        "properties": fields,
        "required": required,
        "additionalProperties": false,
    })
}
