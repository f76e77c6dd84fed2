//! What other systems are told of a route, and the OpenAPI document made of all of them. The route
//! table stays the one truth: path, method, permission and scope come from its rules, shapes from
//! the types that the handlers take and give.

use crate::auth::access::{Access, RouteRule, Scope};
use crate::error::Problem;
use axum::http::Method;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

/// What other systems are told of a route.
#[derive(Clone, Copy)]
pub struct Doc {
    summary: &'static str,
    query: Option<Shape>,
    body: Option<Shape>,
    answer: Shape,
    status: &'static str,
    takes_key: bool,
}

type Shape = fn(&mut SchemaGenerator) -> Schema;

fn shape<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

fn whole<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    T::json_schema(generator)
}

impl std::fmt::Debug for Doc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Doc({})", self.summary)
    }
}

impl Doc {
    /// A list: what its query takes, and what a page of it is.
    pub const fn list<Query: JsonSchema, Page: JsonSchema>(summary: &'static str) -> Doc {
        Doc {
            summary,
            query: Some(whole::<Query>),
            body: None,
            answer: shape::<Page>,
            status: "200",
            takes_key: false,
        }
    }

    /// A write: what its body takes, and what it answers.
    pub const fn write<Body: JsonSchema, Answer: JsonSchema>(summary: &'static str) -> Doc {
        Doc {
            summary,
            query: None,
            body: Some(shape::<Body>),
            answer: shape::<Answer>,
            status: "201",
            takes_key: true,
        }
    }

    /// Something that takes nothing.
    pub const fn plain<Answer: JsonSchema>(summary: &'static str) -> Doc {
        Doc {
            summary,
            query: None,
            body: None,
            answer: shape::<Answer>,
            status: "200",
            takes_key: false,
        }
    }
}

/// The document of all routes that are open to other systems.
pub fn openapi(rules: &[RouteRule]) -> Value {
    let settings = SchemaSettings::draft2020_12();
    let settings = settings.with(|s| s.definitions_path = "/components/schemas".into());
    let mut generator = settings.into_generator();
    let mut paths = Map::new();
    for rule in rules {
        let Some(doc) = rule.doc else { continue };
        let operation = operation(rule, &doc, &mut generator);
        let method = if rule.method == Method::GET {
            "get"
        } else {
            "post"
        };
        let path = paths.entry(rule.path).or_insert_with(|| json!({}));
        path[method] = operation;
    }
    let problem = shape::<Problem>(&mut generator);
    let schemas = generator.take_definitions(true);
    json!({
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "Gatehouse",
            "version": "1",
            "summary": "What other systems may read and write. Names are masked everywhere.",
        },
        "security": [{ "token": [] }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
            "responses": { "Problem": {
                "description": "What went wrong (RFC 9457); `code` is stable.",
                "content": { "application/problem+json": { "schema": problem } },
            } },
        },
    })
}

fn operation(rule: &RouteRule, doc: &Doc, generator: &mut SchemaGenerator) -> Value {
    let mut parameters = Vec::new();
    for name in path_names(rule.path) {
        parameters.push(json!({
            "name": name, "in": "path", "required": true, "schema": { "type": "string" },
        }));
    }
    if let Some(query) = doc.query {
        parameters.extend(query_parameters(query(generator).as_value()));
    }
    if doc.takes_key {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": true,
            "description": "Chosen by you for this one write; sent again, it is done once.",
            "schema": { "type": "string", "minLength": 8, "maxLength": 200 },
        }));
    }
    let answer = (doc.answer)(generator);
    let mut operation = json!({
        "operationId": operation_id(rule),
        "summary": doc.summary,
        "parameters": parameters,
        "responses": {
            (doc.status): {
                "description": doc.summary,
                "content": { "application/json": { "schema": answer } },
            },
            "default": { "$ref": "#/components/responses/Problem" },
        },
    });
    match rule.access {
        Access::Needs(permission) => {
            operation["x-permission"] = json!(permission.system_word());
        }
        Access::Public(_) => operation["security"] = json!([]),
        Access::SignedIn | Access::Resident | Access::AtGate(_) => {}
    }
    if rule.scope == Scope::Area {
        operation["description"] = json!("Of the area and everything in it.");
    }
    if let Some(body) = doc.body {
        operation["requestBody"] = json!({
            "required": true,
            "content": { "application/json": { "schema": body(generator) } },
        });
    }
    operation
}

/// `getAreasPeople` for `GET /api/v1/areas/{area}/people`.
fn operation_id(rule: &RouteRule) -> String {
    let mut id = rule.method.as_str().to_lowercase();
    let words = rule.path.split(['/', '-', '.']).skip(3);
    for word in words.filter(|word| !word.starts_with('{')) {
        let mut letters = word.chars();
        id.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        id.push_str(letters.as_str());
    }
    id
}

fn path_names(path: &str) -> Vec<&str> {
    let parts = path.split('/');
    parts
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .collect()
}

/// Each property of a query's shape is a parameter.
fn query_parameters(schema: &Value) -> Vec<Value> {
    let required = schema["required"].as_array();
    let required: Vec<&Value> = required.into_iter().flatten().collect();
    let properties = schema["properties"].as_object();
    let properties = properties.into_iter().flatten();
    properties
        .map(|(name, schema)| {
            json!({
                "name": name,
                "in": "query",
                "required": required.contains(&&json!(name)),
                "description": schema["description"],
                "schema": schema,
            })
        })
        .collect()
}
