//! The parts of a document, and what their functions take and give, as JSON Schemas.

use super::{contact, measure, observation, report, returnee, spot, wording};
use crate::counting::Counting;
use crate::grading::json as graded;
use schemars::{Schema, schema_for};
use serde_json::{Map, Value, json};

/// `{"document": {table: schema}, "questions": {kind: schema}, "answers": {kind: schema}}`.
pub fn schema() -> Value {
    json!({
        "document": with_off(named([
            ("counting", schema_for!(Counting)),
            ("returnee", schema_for!(crate::returnee::Rule)),
            ("observation", schema_for!(crate::observation::Plan)),
            ("elsewhere", schema_for!(crate::observation::Elsewhere)),
            ("contact", schema_for!(crate::contact::Rule)),
            ("grading", schema_for!(crate::grading::Grading)),
            ("risk", schema_for!(crate::grading::Criterion)),
            ("stages", schema_for!(crate::measure::Ladder)),
            ("measure", schema_for!(crate::measure::Measure)),
            ("team", schema_for!(crate::staffing::Team)),
            ("checklist", schema_for!(crate::staffing::Checklist)),
            ("report", schema_for!(crate::reporting::Report)),
            ("retention", schema_for!(crate::retention::Retention)),
            ("pass", schema_for!(crate::pass::Validity)),
            ("visited", schema_for!(crate::spot::Visited)),
            ("drawn", schema_for!(crate::spot::Drawn)),
            ("lift", schema_for!(crate::spot::Lift)),
            ("wording", schema_for!(wording::Wording)),
        ])),
        "questions": named([
            ("propose", schema_for!(returnee::Question)),
            ("plan", schema_for!(observation::Question)),
            ("classify", schema_for!(contact::Question)),
            ("grade", schema_for!(graded::Question)),
            ("measures", schema_for!(measure::Question)),
            ("due", schema_for!(report::Question)),
            ("zones", schema_for!(spot::Question)),
        ]),
        "answers": named([
            ("propose", schema_for!(returnee::Answer<'_>)),
            ("plan", schema_for!(observation::Answer<'_>)),
            ("classify", schema_for!(contact::Answer<'_>)),
            ("grade", schema_for!(graded::Answer)),
            ("measures", schema_for!(measure::Answer<'_>)),
            ("due", schema_for!(report::Answer<'_>)),
            ("zones", schema_for!(spot::Answer<'_>)),
        ]),
    })
}

/// Any entry can be switched off, whatever its type.
fn with_off(mut tables: Value) -> Value {
    let off = json!({
        "description": "Written, and without any effect.",
        "type": ["boolean", "null"],
    });
    for table in tables.as_object_mut().into_iter().flat_map(Map::values_mut) {
        let fields = table["properties"].as_object_mut();
        if let Some(fields) = fields.filter(|fields| fields.contains_key("id")) {
            fields.insert("off".to_owned(), off.clone());
        }
    }
    tables
}

fn named<const N: usize>(schemas: [(&str, Schema); N]) -> Value {
    let schemas = schemas.into_iter();
    let fields: Map<String, Value> = schemas
        .map(|(name, schema)| (name.to_owned(), schema.to_value()))
        .collect();
    Value::Object(fields)
}
