//! A visitor's own page, from the poster at the gate: no account, no ID number, nothing about
//! health.

use super::visit_form::{VisitorForm, visit_id};
use super::visits::{fault, purposes};
use crate::app::App;
use crate::auth::access::GateInScope;
use crate::auth::access::{Access, Kept, RouteRule, Routes, Scope};
use crate::error::OpError;
use crate::ops::area_of_gate::area_of_gate;
use crate::ops::read_opening::{Opening, opening_of};
use crate::ops::resident::register_visit::{Registrar, register_visit};
use crate::ops::resident::visit_code::{code_of, visit_by_code};
use crate::ops::resident::visit_page::visit_page;
use crate::page::{Frame, PageError, show as show_page};
use crate::peer::Peer;
use crate::resident::opening::OpeningCard;
use crate::times::Times;
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use gatehouse_core::id::GateId;
use serde::Deserialize;

const PUBLIC: Access = Access::Public("a visitor at the gate has no account");

#[derive(Template)]
#[template(path = "resident/visit.html")]
struct VisitPage {
    frame: Frame,
    id: String,
    gate: String,
    purposes: Vec<(&'static str, String)>,
    typed: VisitorForm,
    fault: Option<String>,
    opening: Option<OpeningCard>,
}

#[derive(Template)]
#[template(path = "resident/visit_done.html")]
struct DonePage {
    frame: Frame,
    number: i64,
    code: String,
    waits: bool,
    state_key: &'static str,
    next_key: &'static str,
}

/// What the form for a code sends.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct CodeForm {
    code: String,
}

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    table
        .add(
            RouteRule::page("/visit/{gate}", PUBLIC, Scope::None, Kept::Nothing),
            get(show),
        )
        .add(
            RouteRule::form("/visit/{gate}", PUBLIC, Scope::None, Kept::Change),
            post(submit),
        )
        .add(
            RouteRule::form("/visit/{gate}/code", PUBLIC, Scope::None, Kept::Nothing),
            post(again),
        )
        .add(
            RouteRule::page("/visit/{gate}/{visit}", PUBLIC, Scope::None, Kept::Nothing),
            get(done),
        )
}

/// GET /visit/{gate}
pub async fn show(State(app): State<App>, Path(gate): Path<String>, frame: Frame) -> Response {
    let typed = VisitorForm::fresh(&*app.world);
    page(&app, &gate, frame, typed, None).await
}

/// A gate, and that it is open to everybody or will be.
async fn with_opening(
    app: &App,
    scope: GateInScope,
) -> Result<(GateInScope, Option<Opening>), OpError> {
    let Some(area) = scope.path.last().copied() else {
        return Ok((scope, None));
    };
    let opening = opening_of(app, (scope.shard, area), scope.offset_minutes).await?;
    Ok((scope, opening))
}

async fn page(
    app: &App,
    gate: &str,
    frame: Frame,
    typed: VisitorForm,
    fault: Option<String>,
) -> Response {
    let lang = frame.lang;
    let found = match GateId::parse(gate) {
        Some(gate) => area_of_gate(app, gate).await,
        None => Err(OpError::NotFound),
    };
    let status = fault
        .as_ref()
        .map_or(StatusCode::OK, |_| StatusCode::UNPROCESSABLE_ENTITY);
    let found = match found {
        Ok(scope) => with_opening(app, scope).await,
        Err(error) => Err(error),
    };
    match found {
        Ok((scope, opening)) => {
            let times = Times::new(lang, app.world.now_millis(), scope.offset_minutes);
            let page = show_page(&VisitPage {
                opening: opening.map(|one| OpeningCard::new("visit", one, times, &frame)),
                id: scope.gate.to_string(),
                gate: scope.name,
                purposes: purposes(),
                typed,
                fault,
                frame,
            });
            (status, page).into_response()
        }
        Err(error) => PageError::new(error, lang).into_response(),
    }
}

/// POST /visit/{gate}
pub async fn submit(
    State(app): State<App>,
    Peer(address): Peer,
    Path(gate): Path<String>,
    frame: Frame,
    Form(form): Form<VisitorForm>,
) -> Response {
    if let Err(error) = app.rates.open_form(&address) {
        return PageError::new(error, frame.lang).into_response();
    }
    let asked = form.asked(frame.lang, Registrar::Visitor);
    let (Some(asked), Some(at)) = (asked, GateId::parse(&gate)) else {
        return PageError::new(OpError::NotFound, frame.lang).into_response();
    };
    match register_visit(&app, at, asked).await {
        Ok(Ok(_)) => Redirect::to(&format!("/visit/{gate}/{}", form.visit)).into_response(),
        Ok(Err(refusal)) => {
            let text = fault(refusal, &frame);
            page(&app, &gate, frame, form, Some(text)).await
        }
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}

/// POST /visit/{gate}/code: who has closed the page finds it again.
pub async fn again(
    State(app): State<App>,
    Peer(address): Peer,
    Path(gate): Path<String>,
    frame: Frame,
    Form(form): Form<CodeForm>,
) -> Response {
    if let Err(error) = app.rates.open_form(&address) {
        return PageError::new(error, frame.lang).into_response();
    }
    let found = match GateId::parse(&gate) {
        Some(at) => visit_by_code(&app, at, &form.code).await,
        None => Err(OpError::NotFound),
    };
    match found {
        Ok(Some(visit)) => {
            let visit = data_encoding::HEXLOWER.encode(&visit);
            Redirect::to(&format!("/visit/{gate}/{visit}")).into_response()
        }
        Ok(None) => {
            let typed = VisitorForm::fresh(&*app.world);
            let fault = Some(frame.t("visit-code-unknown"));
            page(&app, &gate, frame, typed, fault).await
        }
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}

/// GET /visit/{gate}/{visit}
pub async fn done(
    State(app): State<App>,
    Path((gate, visit)): Path<(String, String)>,
    frame: Frame,
) -> Response {
    let (Some(id), Some(gate)) = (visit_id(&visit), GateId::parse(&gate)) else {
        return PageError::new(OpError::NotFound, frame.lang).into_response();
    };
    match visit_page(&app, gate, id).await {
        Ok(standing) => {
            let (state_key, next_key) = match standing.is_yes {
                None => ("visit-waits", "visit-waits-next"),
                Some(true) => ("visit-yes", "visit-yes-next"),
                Some(false) => ("visit-no", "visit-no-next"),
            };
            show_page(&DonePage {
                frame,
                number: standing.number,
                code: code_of(&id),
                waits: standing.is_yes.is_none(),
                state_key,
                next_key,
            })
        }
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}
