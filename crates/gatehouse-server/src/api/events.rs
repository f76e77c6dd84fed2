//! What a gate device sends.

use crate::app::App;
use crate::auth::access::GateInScope;
use crate::error::{ApiError, OpError};
use crate::ops::raise_alarm::raise_today;
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
    let sent = match body.map_err(OpError::from) {
        Ok(Json(sent)) if sent.events.len() <= EVENTS_MOST => sent,
        Ok(_) | Err(OpError::TooLarge) => {
            // No phone of ours sends so much; who it says to be nobody has read.
            raise_today(&app, &gate, "large_batch", format!("gate {}", gate.gate)).await?;
            return Err(ApiError(OpError::TooLarge));
        }
        Err(error) => return Err(ApiError(error)),
    };
    let unreadable = |what: &str| OpError::Unreadable(what.to_owned());
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
