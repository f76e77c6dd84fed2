//! The parts of a document, and what their functions take and give, as JSON Schemas.

use super::returnee;
use crate::counting::Counting;
use schemars::{Schema, schema_for};
use serde_json::{Map, Value, json};

/// `{"document": {table: schema}, "questions": {kind: schema}, "answers": {kind: schema}}`.
pub fn schema() -> Value {
    json!({
        "document": named([
            ("counting", schema_for!(Counting)),
            ("returnee", schema_for!(crate::returnee::Rule)),
            ("observation", schema_for!(crate::observation::Plan)),
        ]),
        "questions": named([("propose", schema_for!(returnee::Question))]),
        "answers": named([("propose", schema_for!(returnee::Answer<'_>))]),
    })
}

fn named<const N: usize>(schemas: [(&str, Schema); N]) -> Value {
    let schemas = schemas.into_iter();
    let fields: Map<String, Value> = schemas
        .map(|(name, schema)| (name.to_owned(), schema.to_value()))
        .collect();
    Value::Object(fields)
}
