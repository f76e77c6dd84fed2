//! The signed list that a device decides by.

use crate::app::App;
use crate::auth::access::GateInScope;
use crate::error::ApiError;
use crate::ops::hold_gate::{hold_gate, signed};
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// GET /gate/api/gates/{gate}/snapshot
pub async fn fetch(
    State(app): State<App>,
    Extension(gate): Extension<GateInScope>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let held = hold_gate(&app, gate.shard, gate.gate).await?;
    let list = signed(&app, &held)?;
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    let tag = [(header::ETAG, list.tag.clone())];
    if known == Some(list.tag.as_str()) {
        return Ok((StatusCode::NOT_MODIFIED, tag).into_response());
    }
    let kind = [(header::CONTENT_TYPE, "application/cbor")];
    Ok((tag, kind, list.bytes.clone()).into_response())
}
