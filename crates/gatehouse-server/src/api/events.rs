//! What a gate device sends.

use crate::app::App;
use crate::auth::access::GateInScope;
use crate::error::{ApiError, OpError};
use crate::ops::receive_events::{Batch, EVENTS_MOST, Receipt, receive_events};
use crate::page::RequestLang;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::{Extension, Json};
use data_encoding::BASE64;
use gatehouse_core::id::DeviceId;
use serde::Deserialize;

/// What the app sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sent {
    device: DeviceId,
    /// Each base64.
    events: Vec<String>,
    head_signature_base64: String,
    /// Number of the oldest event that the device keeps.
    oldest: u64,
}

/// POST /gate/api/gates/{gate}/events; the answer leaves after the commit.
pub async fn receive(
    State(app): State<App>,
    Extension(gate): Extension<GateInScope>,
    Extension(lang): Extension<RequestLang>,
    body: Result<Json<Sent>, JsonRejection>,
) -> Result<Json<Receipt>, ApiError> {
    let Json(sent) = body?;
    let unreadable = |what: &str| OpError::Unreadable(what.to_owned());
    if sent.events.len() > EVENTS_MOST {
        return Err(ApiError(OpError::TooLarge));
    }
    let decode = |text: &String| {
        BASE64
            .decode(text.as_bytes())
            .map_err(|_| unreadable("events"))
    };
    let events = sent
        .events
        .iter()
        .map(decode)
        .collect::<Result<Vec<_>, _>>()?;
    let head_signature = BASE64
        .decode(sent.head_signature_base64.as_bytes())
        .map_err(|_| unreadable("head_signature_base64"))?;
    let batch = Batch {
        device: sent.device,
        events,
        head_signature,
        oldest: sent.oldest,
    };
    Ok(Json(receive_events(&app, &gate, lang.0, batch).await?))
}
