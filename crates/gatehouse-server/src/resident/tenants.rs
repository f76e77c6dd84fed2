//! What waits for a landlord's or host's yes.

use crate::app::App;
use crate::auth::access::{Access, Kept, RouteRule, Routes, Scope};
use crate::door::door_words;
use crate::ops::resident::find_resident::ResidentCaller;
use crate::ops::resident::tenants::{answer_tenant, list_tenants};
use crate::page::{Frame, PageError, show as show_page};
use crate::person_line::mask_of;
use crate::times::Times;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Form};
use gatehouse_core::id::ApplicationId;
use gatehouse_store::application::ApplicationLine;
use serde::Deserialize;

#[derive(Template)]
#[template(path = "resident/tenants.html")]
struct TenantsPage {
    frame: Frame,
    tenants: Vec<TenantCard>,
    sent: bool,
}

struct TenantCard {
    id: String,
    who: String,
    kind_key: String,
    home: String,
    asked: String,
}

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    let path = "/my/tenants";
    table
        .add(
            RouteRule::page(path, Access::Resident, Scope::None, Kept::Nothing),
            get(show),
        )
        .add(
            RouteRule::form(path, Access::Resident, Scope::None, Kept::Change),
            post(submit),
        )
}

/// Whether an application was sent just now.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    sent: String,
}

/// GET /my/tenants
pub async fn show(
    State(app): State<App>,
    Extension(resident): Extension<ResidentCaller>,
    frame: Frame,
    Query(asked): Query<Asked>,
) -> Response {
    let times = Times::new(frame.lang, app.world.now_millis(), resident.offset_minutes);
    match list_tenants(&app, &resident).await {
        Ok(lines) => show_page(&TenantsPage {
            tenants: lines
                .into_iter()
                .map(|line| card(line, times, &frame))
                .collect(),
            sent: asked.sent == "yes",
            frame,
        }),
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}

fn card(line: ApplicationLine, times: Times, frame: &Frame) -> TenantCard {
    let [building, unit, room] = &line.door;
    TenantCard {
        id: line.row.application.to_string(),
        who: mask_of(line.masked.as_deref()),
        kind_key: format!("my-pass-{}", line.row.kind),
        home: door_words(frame.lang, building, unit, room),
        asked: times.moment(line.row.applied_at),
    }
}

/// What the form sends.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub struct TenantForm {
    application: String,
    answer: String,
}

/// POST /my/tenants
pub async fn submit(
    State(app): State<App>,
    Extension(resident): Extension<ResidentCaller>,
    frame: Frame,
    Form(form): Form<TenantForm>,
) -> Response {
    let application = ApplicationId::parse(&form.application);
    let (Some(application), "yes" | "no") = (application, form.answer.as_str()) else {
        return Redirect::to("/my/tenants").into_response();
    };
    match answer_tenant(&app, &resident, application, form.answer == "yes").await {
        Ok(()) => Redirect::to("/my/tenants").into_response(),
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}
