//! Making a phone a device of a gate.

use crate::app::App;
use crate::auth::access::GateInScope;
use crate::auth::caller::Caller;
use crate::error::{ApiError, OpError};
use crate::ops::enrol_device::{Enrolment, enrol_device};
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::{Extension, Json};
use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What the app sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    /// P-256, SubjectPublicKeyInfo, base64.
    public_key_base64: String,
    /// What the guards call the phone.
    label: String,
}

/// What the app is told.
#[derive(Serialize)]
pub struct Registered {
    device: String,
    shard: u32,
    root_key_base64: String,
}

/// POST /gate/api/gates/{gate}/devices
pub async fn enrol(
    State(app): State<App>,
    Extension(gate): Extension<GateInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    body: Result<Json<Registration>, JsonRejection>,
) -> Result<Json<Registered>, ApiError> {
    let Json(body) = body?;
    let public_key = BASE64
        .decode(body.public_key_base64.as_bytes())
        .map_err(|_| OpError::Unreadable("public_key_base64".to_owned()))?;
    let enrolment = Enrolment {
        public_key,
        label: body.label,
    };
    let (device, root) = enrol_device(&app, &gate, &caller, enrolment).await?;
    Ok(Json(Registered {
        device: device.to_string(),
        shard: gate.shard.0,
        root_key_base64: BASE64.encode(&root),
    }))
}
