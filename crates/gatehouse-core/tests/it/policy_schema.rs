//! The schema of documents beside the reader: whatever is delivered fits, and what a slip of the
//! fingers makes of it does not.

use crate::policies::folders;
use gatehouse_core::policy::schema::document_schema;
use serde_json::{Value, json};

/// What of a value does not fit, by its place; as much of JSON Schema as the schema uses. A word of
/// it that comes to be used and is not known here lets through what should not fit. The crate
/// `jsonschema` (0.61, without its features) would bring 22 crates that nothing else wants.
fn misfit(root: &Value, schema: &Value, value: &Value) -> Option<String> {
    if let Some(to) = schema["$ref"].as_str() {
        let to = to.strip_prefix('#').expect("within the file");
        let to = root
            .pointer(to)
            .unwrap_or_else(|| panic!("{to} is not there"));
        return misfit(root, to, value);
    }
    let fits = |one: &Value| misfit(root, one, value).is_none();
    let of = |key: &str| schema[key].as_array();
    let wrong = || Some(format!("{value}"));
    if schema.get("const").is_some_and(|one| one != value)
        || of("enum").is_some_and(|all| !all.contains(value))
        || of("anyOf").is_some_and(|all| !all.iter().any(fits))
        || of("oneOf").is_some_and(|all| all.iter().filter(|one| fits(one)).count() != 1)
        || !is_of_type(&schema["type"], value)
        || schema["minimum"]
            .as_f64()
            .zip(value.as_f64())
            .is_some_and(|(least, is)| is < least)
    {
        return wrong();
    }
    if let (Some(items), Some(list)) = (schema.get("items"), value.as_array()) {
        return list.iter().find_map(|one| misfit(root, items, one));
    }
    let fields = value.as_object()?;
    if let Some(missing) = of("required").into_iter().flatten().find(|key| {
        let key = key.as_str().expect("a key");
        !fields.contains_key(key)
    }) {
        return Some(format!("{missing} is missing in {value}"));
    }
    fields.iter().find_map(|(key, one)| {
        let known = schema["properties"].get(key);
        match known.or(schema.get("additionalProperties")) {
            None | Some(Value::Bool(true)) => None,
            Some(Value::Bool(false)) => Some(format!("no key {key}")),
            Some(schema) => misfit(root, schema, one).map(|why| format!("{key}: {why}")),
        }
    })
}

fn is_of_type(wanted: &Value, value: &Value) -> bool {
    let is = |name: &Value| match name.as_str().expect("a name") {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "null" => value.is_null(),
        other => panic!("{other}"),
    };
    match wanted {
        Value::Null => true,
        Value::Array(names) => names.iter().any(is),
        name => is(name),
    }
}

fn delivered() -> Vec<Value> {
    let texts = folders().into_iter().map(|folder| {
        let text = std::fs::read_to_string(folder.join("policy.toml")).expect("a policy");
        toml::from_str(&text).expect("TOML")
    });
    texts.collect()
}

#[test]
fn whatever_is_delivered_fits() {
    let schema = document_schema();
    for document in delivered() {
        assert_eq!(
            misfit(&schema, &schema, &document),
            None,
            "{}",
            document["id"]
        );
    }
}

#[test]
fn a_slip_of_the_fingers_does_not() {
    let schema = document_schema();
    let henan = delivered().into_iter().find(|one| one["id"] == "HN");
    let henan = henan.expect("it is delivered");
    let slips = [
        ("/version", json!(0)),
        ("/title", json!({"zh": "题"})),
        ("/basis/health_ground", json!("because")),
        ("/force/ends", json!("2020-05-19")),
        ("/parameters/rest_minutes/value", json!("15")),
        ("/row/0/effect", json!("allow")),
        ("/row/0/below", json!("may loosen")),
        ("/row/0/say", json!("好")),
        (
            "/row/0/who",
            json!({"subject_kind": "resident", "no_such_fact": true}),
        ),
        ("/row/0/who", json!({"subject_kind": "residant"})),
        ("/row/0/who", json!({"temperature": {"at_lest": 3}})),
        (
            "/row/0",
            json!({"id": "HN/x", "effect": "grant", "source": "HN", "wen": {}}),
        ),
    ];
    for (place, slip) in slips {
        let mut document = henan.clone();
        let there = document.pointer_mut(place);
        *there.unwrap_or_else(|| panic!("{place} is not there")) = slip.clone();
        let found = misfit(&schema, &schema, &document);
        assert!(found.is_some(), "{place} {slip}");
    }
    let mut document = henan;
    document["rows"] = json!([]);
    assert_eq!(
        misfit(&schema, &schema, &document),
        Some("no key rows".to_owned())
    );
}
