//! Making a phone a device of a gate, and what a device says of itself.

use crate::app::App;
use crate::auth::access::GateInScope;
use crate::auth::caller::Caller;
use crate::error::{ApiError, OpError};
use crate::ops::device_session::{HOURS, Proof, cookie_name, open_device_session};
use crate::ops::enrol_device::{Enrolled, Enrolment, enrol_by_code, enrol_device};
use crate::ops::list_guards::{Colleague, list_guards_of_gate};
use crate::ops::take_device_report::{Report, take_device_report};
use crate::peer::Peer;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use data_encoding::BASE64;
use gatehouse_core::id::DeviceId;
use gatehouse_core::wire::ChainHead;
use gatehouse_store::device_loss::DeviceLoss;
use gatehouse_store::device_report::Storage;
use gatehouse_store::device_session::DeviceInSession;
use serde::{Deserialize, Serialize};
use std::num::NonZeroU32;
use std::sync::Arc;

/// What the app sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    /// P-256, SubjectPublicKeyInfo, base64.
    public_key_base64: String,
    /// What the guards call the phone.
    label: String,
    lost: Option<Lost>,
}

/// Records of an earlier enrolment that the phone clears and never sent.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lost {
    count: NonZeroU32,
    /// When the oldest was kept, by the phone's clock, where it knows.
    since_millis: Option<i64>,
}

/// What the app sends where it was given a code.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeRegistration {
    /// The secret of a QR code, or six digits.
    code: String,
    public_key_base64: String,
    label: String,
    lost: Option<Lost>,
}

/// What the app is told.
#[derive(Serialize)]
pub struct Registered {
    device: String,
    shard: u32,
    gate: String,
    root_key_base64: String,
}

impl From<Enrolled> for Registered {
    fn from(enrolled: Enrolled) -> Registered {
        Registered {
            device: enrolled.device.to_string(),
            shard: enrolled.shard.0,
            gate: enrolled.gate.to_string(),
            root_key_base64: BASE64.encode(&enrolled.root),
        }
    }
}

fn enrolment(
    public_key_base64: &str,
    label: String,
    lost: Option<&Lost>,
) -> Result<Enrolment, OpError> {
    let public_key = BASE64.decode(public_key_base64.as_bytes());
    let unreadable = |_| OpError::Unreadable("public_key_base64".to_owned());
    Ok(Enrolment {
        public_key: public_key.map_err(unreadable)?,
        label,
        loss: lost.map(|lost| DeviceLoss {
            events: lost.count.get(),
            oldest_at: lost.since_millis,
        }),
    })
}

/// POST /gate/api/gates/{gate}/devices
pub async fn enrol(
    State(app): State<App>,
    Extension(gate): Extension<GateInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    body: Result<Json<Registration>, JsonRejection>,
) -> Result<Json<Registered>, ApiError> {
    let Json(body) = body?;
    let enrolment = enrolment(&body.public_key_base64, body.label, body.lost.as_ref())?;
    let enrolled = enrol_device(&app, &gate, &caller, enrolment).await?;
    Ok(Json(enrolled.into()))
}

/// POST /gate/api/devices: with a code of the console, by nobody who is signed in.
pub async fn enrol_with_code(
    State(app): State<App>,
    Peer(address): Peer,
    body: Result<Json<CodeRegistration>, JsonRejection>,
) -> Result<Json<Registered>, ApiError> {
    let Json(body) = body?;
    app.rates.open_form(&address)?;
    let enrolment = enrolment(&body.public_key_base64, body.label, body.lost.as_ref())?;
    let enrolled = enrol_by_code(&app, &body.code, enrolment).await?;
    Ok(Json(enrolled.into()))
}

/// The server's time.
#[derive(Serialize)]
pub struct Time {
    server_millis: i64,
}

/// GET /gate/api/time
pub async fn time(State(app): State<App>) -> Json<Time> {
    Json(Time {
        server_millis: app.world.now_millis(),
    })
}

/// What a device shows to talk for some hours.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shown {
    device: DeviceId,
    server_millis: i64,
    signature_base64: String,
}

/// POST /gate/api/session
pub async fn open_session(
    State(app): State<App>,
    Peer(address): Peer,
    body: Result<Json<Shown>, JsonRejection>,
) -> Result<Response, ApiError> {
    let Json(shown) = body?;
    app.rates.open_form(&address)?;
    let signature = BASE64.decode(shown.signature_base64.as_bytes());
    let signature = signature.map_err(|_| OpError::Unreadable("signature_base64".to_owned()))?;
    let proof = Proof {
        device: shown.device,
        server_millis: shown.server_millis,
        signature,
    };
    let token = open_device_session(&app, proof).await?;
    let tls = app.config.is_behind_tls();
    let name = cookie_name(tls);
    let seconds = HOURS * 3600;
    let secure = if tls { "; Secure" } else { "" };
    let cookie =
        format!("{name}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
    let time = Time {
        server_millis: app.world.now_millis(),
    };
    Ok(([(header::SET_COOKIE, cookie)], Json(time)).into_response())
}

/// What it hears in return.
#[derive(Serialize)]
pub struct ReportHeard {
    server_millis: i64,
    /// Whether the last event that it was acknowledged is here.
    has_acknowledged: bool,
}

/// What a device says of itself.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    version: String,
    unsent: u32,
    list_number: i64,
    storage: String,
    device_millis: i64,
    /// What is signed for the last event that it was acknowledged; older apps do not say it.
    acknowledged_base64: Option<String>,
}

/// POST /gate/api/gates/{gate}/report; nothing is kept of a browser that is no device.
pub async fn report(
    State(app): State<App>,
    device: Option<Extension<DeviceInSession>>,
    body: Result<Json<Said>, JsonRejection>,
) -> Result<Json<ReportHeard>, ApiError> {
    let Json(said) = body?;
    let Some(Extension(device)) = device else {
        return Ok(Json(ReportHeard {
            server_millis: app.world.now_millis(),
            has_acknowledged: true,
        }));
    };
    let acknowledged = said.acknowledged_base64.map(|text| {
        let head = BASE64.decode(text.as_bytes()).ok();
        let head = head.and_then(|bytes| ChainHead::from_signed_bytes(&bytes));
        head.ok_or_else(|| OpError::Unreadable("acknowledged_base64".to_owned()))
    });
    let storage = Storage::named(&said.storage);
    let report = Report {
        version: said.version,
        unsent: said.unsent,
        list_number: said.list_number,
        storage: storage.ok_or_else(|| OpError::Unreadable("storage".to_owned()))?,
        device_millis: said.device_millis,
        acknowledged: acknowledged.transpose()?,
    };
    let heard = take_device_report(&app, device, report).await?;
    Ok(Json(ReportHeard {
        server_millis: heard.server_millis,
        has_acknowledged: heard.has_acknowledged,
    }))
}

/// Who may be on duty at a gate, and what it is called.
#[derive(Serialize)]
pub struct Guards {
    place: String,
    guards: Vec<Colleague>,
}

/// GET /gate/api/gates/{gate}/guards
pub async fn guards(
    State(app): State<App>,
    Extension(gate): Extension<GateInScope>,
) -> Result<Json<Guards>, ApiError> {
    let guards = list_guards_of_gate(&app, &gate).await?;
    Ok(Json(Guards {
        place: gate.name.clone(),
        guards,
    }))
}
