//! Today's visitors of a gate: who waits, whom to ring, and what the household said.

use crate::app::App;
use crate::auth::access::{Access, AreaInScope, GateInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::menu::Menu;
use crate::auth::role::Permission;
use crate::error::OpError;
use crate::ops::list_places::list_places;
use crate::ops::resident::answer_visit::answer_by_phone;
use crate::ops::resident::list_visits::{ShownVisit, gate_visits};
use crate::page::{Frame, PageError, show as show_page};
use crate::times::Times;
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Form};
use serde::Deserialize;
use std::sync::Arc;

const NEEDS: Access = Access::Needs(Permission::KeepVisitors);

#[derive(Template)]
#[template(path = "visits.html")]
struct VisitsPage {
    frame: Frame,
    gate: String,
    visits: Vec<Card>,
}

#[derive(Template)]
#[template(path = "visits_gates.html")]
struct GatesPage {
    frame: Frame,
    area: String,
    /// Id, gate, compound.
    gates: Vec<(String, String, String)>,
}

struct Card {
    id: String,
    number: i64,
    name: String,
    phone: String,
    /// Of the household, where it is one of ours.
    door: Option<String>,
    typed: String,
    /// Whom they name; empty where nobody.
    whom: String,
    purpose_key: String,
    state_key: &'static str,
    how: Option<String>,
    is_waiting: bool,
}

/// What the form sends.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct AnswerForm {
    visit: String,
    answer: String,
}

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    table
        .add(
            RouteRule::page("/areas/{area}/visitors", NEEDS, Scope::Area, Kept::Nothing)
                .in_menu(Menu::Visitors),
            get(gates),
        )
        .add(
            RouteRule::page("/gates/{gate}/visits", NEEDS, Scope::Gate, Kept::View),
            get(show),
        )
        .add(
            RouteRule::form("/gates/{gate}/visits", NEEDS, Scope::Gate, Kept::Change),
            post(submit),
        )
}

/// GET /areas/{area}/visitors
pub async fn gates(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
) -> Response {
    match list_places(&app, &caller).await {
        Ok(places) => {
            let here = places
                .into_iter()
                .filter(|place| place.path.contains(&area.area));
            let gates = here.map(|place| (place.gate.to_string(), place.gate_name, place.compound));
            show_page(&GatesPage {
                area: area.name,
                gates: gates.collect(),
                frame,
            })
        }
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}

/// GET /gates/{gate}/visits
pub async fn show(
    State(app): State<App>,
    Extension(gate): Extension<GateInScope>,
    frame: Frame,
) -> Response {
    let times = Times::new(frame.lang, app.world.now_millis(), gate.offset_minutes);
    match gate_visits(&app, &gate).await {
        Ok(visits) => show_page(&VisitsPage {
            gate: gate.name,
            visits: visits
                .into_iter()
                .map(|visit| card(visit, times, &frame))
                .collect(),
            frame,
        }),
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}

fn card(visit: ShownVisit, times: Times, frame: &Frame) -> Card {
    let plain = visit.plain.unwrap_or_default();
    let answer = visit.row.answer;
    let how = answer.as_ref().map(|answer| {
        let how = frame.t(&format!("visit-by-{}", answer.how));
        frame.fill(
            "visit-said",
            &[("how", &how), ("time", &times.moment(answer.at))],
        )
    });
    Card {
        id: data_encoding::HEXLOWER.encode(&visit.row.visit),
        number: visit.row.number,
        name: plain.name,
        phone: plain.phone,
        door: visit.door,
        typed: plain.door,
        whom: plain.whom,
        purpose_key: format!("visit-purpose-{}", visit.row.purpose),
        state_key: match answer.as_ref().map(|answer| answer.is_yes) {
            None => "visit-waits",
            Some(true) => "visit-yes",
            Some(false) => "visit-no",
        },
        is_waiting: answer.is_none(),
        how,
    }
}

/// POST /gates/{gate}/visits
pub async fn submit(
    State(app): State<App>,
    Extension(gate): Extension<GateInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
    Form(form): Form<AnswerForm>,
) -> Response {
    let id = data_encoding::HEXLOWER.decode(form.visit.as_bytes()).ok();
    let id: Option<[u8; 16]> = id.and_then(|id| id.try_into().ok());
    let is_yes = match form.answer.as_str() {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    let (Some(id), Some(is_yes)) = (id, is_yes) else {
        let error = OpError::Unreadable("answer".to_owned());
        return PageError::new(error, frame.lang).into_response();
    };
    match answer_by_phone(&app, &caller, &gate, id, is_yes).await {
        Ok(()) => Redirect::to(&format!("/gates/{}/visits", gate.gate)).into_response(),
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}
