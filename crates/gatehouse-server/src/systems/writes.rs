//! The writes that other systems need; each calls the use case that the pages call.

use super::doc::Doc;
use super::once::{Begun, Once};
use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::role::Permission::{ApplyForPass, DecidePass};
use crate::error::{ApiError, OpError};
use crate::ops::apply_for_pass::{Applicant, Application, Applied, Photo, apply_for_pass};
use crate::ops::pass_rules::{DELIVERIES, Source, of_word};
use crate::ops::revoke_pass::{Revoked, Revoking, revoke_pass};
use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::post;
use gatehouse_core::id::{ApplicationId, HouseholdId, PassId, PersonId, VehicleId};
use gatehouse_core::pass::PassKind;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

const APPLY: &str = "/api/v1/areas/{area}/applications";
const REVOKE: &str = "/api/v1/areas/{area}/passes/{pass}/revocation";

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    let write = |path, permission, doc| {
        let access = Access::Needs(permission);
        RouteRule::call(path, access, Scope::Area, Kept::Change).for_systems(doc)
    };
    let applying = Doc::write::<ApplicationBody, ApplicationMade>("Apply for a pass");
    let revoking = Doc::write::<RevocationBody, RevocationMade>("End a pass early");
    table
        .add(write(APPLY, ApplyForPass, applying), post(apply))
        .add(write(REVOKE, DecidePass, revoking), post(revoke))
}

/// What is applied for.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplicationBody {
    /// Where the holder lives.
    household: String,
    /// resident, temporary_resident, worker, errand, slip, visitor, vehicle
    kind: String,
    /// Somebody of the register, or a vehicle of the household; null for its errand pass.
    holder: Option<String>,
    /// How it reaches them: home, desk, page.
    delivery: String,
}

/// That an application waits.
#[derive(Serialize, JsonSchema)]
pub struct ApplicationMade {
    /// Its id.
    application: String,
    /// What it lacks still: words from a list.
    lacks: Vec<String>,
}

/// Why a pass is ended.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RevocationBody {
    /// lost, replaced, moved_out, died, issued_in_error, class_ended, copied
    reason: String,
    /// Whether a new one is issued in the same step.
    replacement: bool,
}

/// That a pass is ended.
#[derive(Serialize, JsonSchema)]
pub struct RevocationMade {
    /// The pass that is ended.
    pass: String,
    /// The one in its place; null where there is none.
    replacement: Option<String>,
}

pub(super) fn refused(code: &'static str, detail: &'static str) -> OpError {
    OpError::NotTaken { code, detail }
}

/// A body, or the place where it is none; never what it holds.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, OpError> {
    serde_json::from_slice(body)
        .map_err(|_| OpError::Unreadable("the body: see the document of the API".to_owned()))
}

async fn apply(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let route = format!("{APPLY} {}", area.area);
    let once = match Once::begin(&app, &caller, &headers, &route, &body).await? {
        Begun::Do(once) => once,
        Begun::Answered(answer) => return Ok(answer),
    };
    let id = ApplicationId(once.id("application"));
    let end = apply_now(&app, &area, &caller, id, &body).await;
    once.end(&app, end).await
}

async fn apply_now(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    id: ApplicationId,
    body: &[u8],
) -> Result<ApplicationMade, OpError> {
    let body: ApplicationBody = read(body)?;
    let unreadable = |place: &str| OpError::Unreadable(place.to_owned());
    let delivery = DELIVERIES.into_iter().find(|word| *word == body.delivery);
    let kind = of_word(&body.kind).ok_or(unreadable("kind"))?;
    let holder = match (body.holder.as_deref().map(PersonId::parse), kind) {
        (None, _) => Applicant::Household,
        (Some(Some(id)), PassKind::Vehicle) => Applicant::Vehicle(VehicleId(id.0)),
        (Some(Some(person)), _) => Applicant::Person(person),
        (Some(None), _) => return Err(unreadable("holder")),
    };
    let application = Application {
        id,
        household: HouseholdId::parse(&body.household).ok_or(unreadable("household"))?,
        kind,
        source: Source::GridWorker,
        asked_by: None,
        asked_staff: Some(caller.staff),
        holder,
        photo: Photo::Missing,
        delivery: delivery.ok_or(unreadable("delivery"))?,
    };
    let (shard, offset) = (area.county()?, area.offset_minutes);
    match apply_for_pass(app, shard, area.area, offset, application).await? {
        Applied::Waits(lacks) => Ok(ApplicationMade {
            application: id.to_string(),
            lacks: lacks.split_whitespace().map(str::to_owned).collect(),
        }),
        Applied::HasOne(_) => Err(refused("P-HAS", "There is a valid pass of this kind.")),
        Applied::WaitsAlready(_) => Err(refused("P-WAITS", "An application for it waits.")),
        Applied::Complaints(_) => Err(refused("P-DATA", "Something in it cannot be taken.")),
        Applied::TooMany => Err(refused(
            "P-MANY",
            "Too many wait that were asked for by one.",
        )),
        Applied::NotForThem(_) => Err(refused("P-WHO", "This kind is not for them.")),
    }
}

async fn revoke(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    Path((_, pass)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let route = format!("{REVOKE} {} {pass}", area.area);
    let once = match Once::begin(&app, &caller, &headers, &route, &body).await? {
        Begun::Do(once) => once,
        Begun::Answered(answer) => return Ok(answer),
    };
    let replacement = PassId(once.id("replacement"));
    let end = revoke_now(&app, &area, &caller, &pass, replacement, &body).await;
    once.end(&app, end).await
}

async fn revoke_now(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    pass: &str,
    replacement: PassId,
    body: &[u8],
) -> Result<RevocationMade, OpError> {
    let body: RevocationBody = read(body)?;
    let reason = of_word(&body.reason).ok_or(OpError::Unreadable("reason".to_owned()))?;
    let revoking = Revoking {
        pass: PassId::parse(pass).ok_or(OpError::NotFound)?,
        reason,
        replacement: body.replacement.then_some(replacement),
    };
    let (shard, offset) = (area.county()?, area.offset_minutes);
    let revoked = revoke_pass(app, shard, area.area, offset, caller.staff, revoking).await?;
    let replacement = match revoked {
        Revoked::Done(replacement) => replacement,
        // It is ended; there is no key to issue the new one with.
        Revoked::NoIssuer => None,
        Revoked::Before(_) => {
            return Err(refused(
                "P-BEFORE",
                "It was ended before, for another reason.",
            ));
        }
        Revoked::NobodyHolds => {
            return Err(refused(
                "P-HOLDER",
                "Nobody is there to hold the new one; the old one stays.",
            ));
        }
        Revoked::StaysAsIs => {
            return Err(refused(
                "P-ISSUER",
                "No key may issue the new one here; the old one stays.",
            ));
        }
        Revoked::NeedsReplacement => {
            return Err(refused(
                "P-REPLACE",
                "Replaced means that there is a new one.",
            ));
        }
    };
    Ok(RevocationMade {
        pass: pass.to_owned(),
        replacement: replacement.map(|pass| pass.to_string()),
    })
}
