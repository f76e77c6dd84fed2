//! One decision by the server itself.

use crate::app::App;
use crate::auth::access::GateInScope;
use crate::auth::caller::Caller;
use crate::error::ApiError;
use crate::ops::decide_at_gate::{Asked, Told, decide_at_gate};
use crate::page::RequestLang;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::{Extension, Json};
use gatehouse_core::gate::Way;
use gatehouse_core::json::Object;
use serde::Deserialize;
use std::sync::Arc;

/// What is asked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    #[serde(default)]
    pass: Option<String>,
    way: Way,
    #[serde(default)]
    facts: Object,
}

/// POST /gate/api/gates/{gate}/decide; the answer leaves after the commit.
pub async fn decide(
    State(app): State<App>,
    Extension(gate): Extension<GateInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    Extension(lang): Extension<RequestLang>,
    body: Result<Json<Question>, JsonRejection>,
) -> Result<Json<Told>, ApiError> {
    let Json(question) = body?;
    let asked = Asked {
        pass: question.pass,
        way: question.way,
        facts: question.facts,
    };
    Ok(Json(
        decide_at_gate(&app, &gate, &caller, lang.0, asked).await?,
    ))
}
