//! The vocabulary of facts as a JSON Schema: what may stand in `facts` of a case.
//!
//! Made from the fact files, so it cannot differ from what [`super::json`] reads.

use super::fact::{ALL, Choice, FactSpec, Kind, Words, purpose};
use super::value::{OUTINGS_MOST, STAYS_MOST, StayKind};
use serde_json::{Map, Value as Json, json};

/// A JSON Schema (2020-12) of an object of facts; `$comment` keys tell what no schema can.
pub fn schema() -> Json {
    let properties: Map<String, Json> = ALL
        .iter()
        .map(|fact| (fact.spec().name.to_owned(), property(fact.spec())))
        .collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Facts of a case at the gate",
        "description": "null: not known; \"not_applicable\": does not arise; \
                        a fact that is missing means what its x-when-absent says.",
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    })
}

fn property(spec: &FactSpec) -> Json {
    let example: Json = serde_json::from_str(spec.example).unwrap_or(Json::Null);
    let never: Json = spec
        .never
        .iter()
        .map(|together| {
            let facts: Map<String, Json> = together
                .iter()
                .map(|(name, literal)| {
                    let value = serde_json::from_str(literal).unwrap_or(Json::Null);
                    ((*name).to_owned(), value)
                })
                .collect();
            Json::Object(facts)
        })
        .collect();
    json!({
        "title": spec.label.en,
        "description": spec.meaning.en,
        "x-zh": {"title": spec.label.zh, "description": spec.meaning.zh},
        "x-number": spec.number,
        "x-clause": spec.clause,
        "x-source": snake_case(&format!("{:?}", spec.source)),
        "x-when-absent": snake_case(&format!("{:?}", spec.when_absent)),
        "x-step": spec.step.map(|step| step.name()),
        "x-never": never,
        "examples": [example],
        "anyOf": [value(spec.kind), {"type": "null"}, {"const": "not_applicable"}],
    })
}

fn value(kind: Kind) -> Json {
    match kind {
        Kind::Flag { yes, no } => json!({
            "type": "boolean",
            "x-words": {"true": both(yes), "false": both(no)},
        }),
        Kind::Choice(choices) => one_of(choices),
        Kind::Set(choices) => json!({"type": "array", "items": one_of(choices)}),
        Kind::Number {
            unit,
            decimals,
            least,
            most,
        } => json!({
            "type": if decimals == 0 { "integer" } else { "number" },
            "minimum": Json::from(&super::json::write_scaled(least, decimals)),
            "maximum": Json::from(&super::json::write_scaled(most, decimals)),
            "x-decimals": decimals,
            "x-unit": both(unit),
        }),
        Kind::Stays => json!({
            "type": "array",
            "maxItems": STAYS_MOST,
            "items": {
                "type": "object",
                "additionalProperties": false,
                "required": ["kind", "days_ago"],
                "properties": {
                    "kind": {"enum": StayKind::ALL.map(|entry| entry.1)},
                    "days_ago": {"type": "integer", "minimum": 0, "maximum": u16::MAX},
                },
            },
        }),
        Kind::Outings => outings(),
    }
}

fn outings() -> Json {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["taken"],
        "properties": {
            "taken": {
                "type": "array",
                "maxItems": OUTINGS_MOST,
                "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["at"],
                    "properties": {
                        "at": {"type": "string", "format": "date-time"},
                        "purpose": {"anyOf": [one_of(purpose::CHOICES), {"type": "null"}]},
                        "own": {"type": "boolean"},
                    },
                },
            },
            "unsent": {"type": "integer", "minimum": 0, "maximum": u16::MAX},
        },
    })
}

fn one_of(choices: &[Choice]) -> Json {
    let each: Vec<Json> = choices
        .iter()
        .map(|choice| {
            json!({"const": choice.name, "title": choice.label.en, "x-zh": choice.label.zh})
        })
        .collect();
    json!({"oneOf": each})
}

fn both(words: Words) -> Json {
    json!({"zh": words.zh, "en": words.en})
}

/// `GateState` as `gate_state`.
fn snake_case(name: &str) -> String {
    let mut text = String::new();
    for (at, letter) in name.char_indices() {
        if letter.is_uppercase() && at > 0 {
            text.push('_');
        }
        text.extend(letter.to_lowercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fact_stands_in_the_schema_with_its_words_and_an_example() {
        let schema = schema();
        let properties = schema["properties"].as_object().expect("an object");
        assert_eq!(properties.len(), ALL.len());
        for (name, property) in properties {
            assert!(property["title"].is_string(), "{name}");
            assert!(property["x-zh"]["title"].is_string(), "{name}");
            assert!(!property["examples"][0].is_null(), "{name}");
        }
    }

    #[test]
    fn the_schema_offers_the_names_that_are_read() {
        let schema = schema();
        for fact in ALL {
            let any = &schema["properties"][fact.spec().name]["anyOf"][0];
            let list = if any["items"]["oneOf"].is_array() {
                &any["items"]
            } else {
                any
            };
            for choice in list["oneOf"].as_array().into_iter().flatten() {
                let literal = match fact.spec().kind {
                    Kind::Set(_) => json!([choice["const"]]),
                    _ => choice["const"].clone(),
                };
                assert!(
                    super::super::json::read_value(fact, &(&literal).into()).is_ok(),
                    "{literal}"
                );
            }
        }
    }

    #[test]
    fn words_of_the_program_become_names_of_json() {
        assert_eq!(snake_case("GateState"), "gate_state");
        assert_eq!(snake_case("Guard"), "guard");
    }
}
