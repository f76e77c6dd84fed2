//! Today's visitors of a gate: who waits, whom to ring, and what the household said.

use crate::app::App;
use crate::auth::access::{Access, AreaInScope, GateInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::menu::Menu;
use crate::auth::role::Permission;
use crate::door::door_words;
use crate::error::OpError;
use crate::ops::list_places::list_places;
use crate::ops::resident::answer_visit::{Answering, Heard, answer_by_phone};
use crate::ops::resident::call_household::{Call, call_household};
use crate::ops::resident::list_visits::{ShownVisit, gate_visits};
use crate::ops::resident::register_visit::{Registrar, register_visit};
use crate::page::{Frame, PageError, show as show_page};
use crate::person_line::mask_of;
use crate::resident::visit_form::{VisitorForm, visit_id};
use crate::resident::visits::{fault, purposes, read_word, stale_words, state_key};
use crate::times::Times;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Form};
use gatehouse_core::gate::wording::Lang;
use serde::Deserialize;
use std::sync::Arc;

const NEEDS: Access = Access::Needs(Permission::KeepVisitors);
const CALLS: Access = Access::Needs(Permission::CallHousehold);
const CALL_PATH: &str = "/gates/{gate}/visits/call";

#[derive(Template)]
#[template(path = "visits.html")]
struct VisitsPage {
    frame: Frame,
    gate: String,
    path: String,
    may_call: bool,
    visits: Vec<Card>,
    purposes: Vec<(&'static str, String)>,
    typed: VisitorForm,
    fault: Option<String>,
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
    /// What stands there, as the form sends it.
    read: &'static str,
    /// Both values, where another word was written down since the page was made.
    stale: Option<String>,
    how: Option<String>,
    is_waiting: bool,
    /// Whether the guard is to ring the household: not once it is said to ask the office.
    rings: bool,
    /// What came of asking for a number of the household.
    call: Option<CallView>,
}

/// Whom to ring, or why not.
struct CallView {
    words: String,
    phone: Option<String>,
    /// Whether it is the household that is rung.
    rings: bool,
    /// Which number comes next, where there is one.
    next: Option<usize>,
}

/// What the form sends.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct AnswerForm {
    visit: String,
    read: String,
    answer: String,
}

/// What the form for a number sends.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct CallForm {
    visit: String,
    nth: usize,
}

/// What a page shows besides the visits.
struct Beside {
    call: Option<([u8; 16], CallView)>,
    stale: Option<([u8; 16], String)>,
    typed: VisitorForm,
    fault: Option<String>,
    status: StatusCode,
}

impl Beside {
    fn nothing(app: &App) -> Beside {
        Beside {
            call: None,
            stale: None,
            typed: VisitorForm::fresh(&*app.world),
            fault: None,
            status: StatusCode::OK,
        }
    }
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
        .add(
            RouteRule::form(CALL_PATH, CALLS, Scope::Gate, Kept::Change),
            post(call),
        )
        .add(
            RouteRule::form("/gates/{gate}/visits/new", NEEDS, Scope::Gate, Kept::Change),
            post(register),
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
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
) -> Response {
    let beside = Beside::nothing(&app);
    page(&app, &gate, &caller, frame, beside).await
}

async fn page(
    app: &App,
    gate: &GateInScope,
    caller: &Caller,
    frame: Frame,
    mut beside: Beside,
) -> Response {
    let times = Times::new(frame.lang, app.world.now_millis(), gate.offset_minutes);
    let visits = match gate_visits(app, gate).await {
        Ok(visits) => visits,
        Err(error) => return PageError::new(error, frame.lang).into_response(),
    };
    let cards = visits.into_iter().map(|visit| {
        let asked = beside
            .call
            .as_ref()
            .is_some_and(|(id, _)| *id == visit.row.visit);
        let call = if asked { beside.call.take() } else { None };
        let mut card = card(visit, times, &frame);
        card.call = call.map(|(_, call)| call);
        card.rings &= card.call.as_ref().is_none_or(|call| call.rings);
        let stale = beside.stale.as_ref();
        let stale = stale.filter(|(id, _)| data_encoding::HEXLOWER.encode(id) == card.id);
        card.stale = stale.map(|(_, words)| words.clone());
        card
    });
    let page = VisitsPage {
        visits: cards.collect(),
        gate: gate.name.clone(),
        path: format!("/gates/{}/visits", gate.gate),
        may_call: caller.may_in(Permission::CallHousehold, &gate.path),
        purposes: purposes(),
        typed: beside.typed,
        fault: beside.fault,
        frame,
    };
    (beside.status, show_page(&page)).into_response()
}

/// POST /gates/{gate}/visits/call
pub async fn call(
    State(app): State<App>,
    Extension(gate): Extension<GateInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
    Form(form): Form<CallForm>,
) -> Response {
    let Some(id) = visit_id(&form.visit) else {
        let error = OpError::Unreadable("visit".to_owned());
        return PageError::new(error, frame.lang).into_response();
    };
    let called = match call_household(&app, &caller, &gate, id, form.nth).await {
        Ok(called) => called,
        Err(error) => return PageError::new(error, frame.lang).into_response(),
    };
    let times = Times::new(frame.lang, app.world.now_millis(), gate.offset_minutes);
    let mut beside = Beside::nothing(&app);
    beside.status = match called {
        Call::Ring { .. } | Call::AskOffice(_) => StatusCode::OK,
        Call::NotOnDuty => StatusCode::FORBIDDEN,
        Call::Answered | Call::OtherDay => StatusCode::CONFLICT,
        Call::UsedUpUntil(_) => StatusCode::TOO_MANY_REQUESTS,
    };
    beside.call = Some((id, call_view(called, form.nth, times, &frame)));
    page(&app, &gate, &caller, frame, beside).await
}

fn call_view(called: Call, nth: usize, times: Times, frame: &Frame) -> CallView {
    let plain = |words: String| CallView {
        words,
        phone: None,
        rings: false,
        next: None,
    };
    match called {
        Call::Ring {
            masked,
            phone,
            has_next,
        } => CallView {
            words: frame.with("visits-call-whom", "name", &mask_of(masked.as_deref())),
            phone: Some(phone),
            rings: true,
            next: has_next.then_some(nth + 1),
        },
        Call::AskOffice(phone) if phone.is_empty() => plain(frame.t("visits-call-office")),
        Call::AskOffice(phone) => CallView {
            words: frame.t("visits-call-office-at"),
            phone: Some(phone),
            rings: false,
            next: None,
        },
        Call::OtherDay => plain(frame.t("visits-call-other-day")),
        Call::NotOnDuty => plain(frame.t("visits-call-duty")),
        Call::Answered => plain(frame.t("visits-call-answered")),
        Call::UsedUpUntil(at) => plain(frame.with("reveal-used-up", "clock", &times.clock(at))),
    }
}

/// POST /gates/{gate}/visits/new
pub async fn register(
    State(app): State<App>,
    Extension(gate): Extension<GateInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
    Form(typed): Form<VisitorForm>,
) -> Response {
    let by = Registrar::Guard(caller.staff);
    let Some(asked) = typed.asked(Lang::Zh, by) else {
        let error = OpError::Unreadable("visit".to_owned());
        return PageError::new(error, frame.lang).into_response();
    };
    match register_visit(&app, gate.gate, asked).await {
        Ok(Ok(_)) => Redirect::to(&format!("/gates/{}/visits", gate.gate)).into_response(),
        Ok(Err(refusal)) => {
            let beside = Beside {
                fault: Some(fault(refusal, &frame)),
                typed,
                call: None,
                stale: None,
                status: StatusCode::UNPROCESSABLE_ENTITY,
            };
            page(&app, &gate, &caller, frame, beside).await
        }
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}

fn card(visit: ShownVisit, times: Times, frame: &Frame) -> Card {
    let plain = visit.plain.unwrap_or_default();
    let said = visit.row.said();
    let answer = visit.row.answer;
    let how = answer.as_ref().map(|answer| {
        let how = frame.t(&format!("visit-by-{}", answer.how));
        let time = times.moment(answer.at);
        match &visit.heard_by {
            Some(by) => frame.fill(
                "visit-said-to",
                &[("how", &how), ("time", &time), ("by", by)],
            ),
            None => frame.fill("visit-said", &[("how", &how), ("time", &time)]),
        }
    });
    let door = visit.door.as_ref();
    Card {
        id: data_encoding::HEXLOWER.encode(&visit.row.visit),
        number: visit.row.number,
        name: plain.name,
        phone: plain.phone,
        door: door.map(|door| door_words(frame.lang, &door.building, &door.unit, &door.room)),
        typed: plain.door,
        whom: plain.whom,
        purpose_key: format!("visit-purpose-{}", visit.row.purpose),
        state_key: state_key(said),
        read: read_word(said),
        stale: None,
        is_waiting: answer.is_none(),
        rings: answer.is_none() && !visit.asks_no_call,
        call: None,
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
    let asked = visit_id(&form.visit).and_then(|id| Answering::of(id, &form.read, &form.answer));
    let Some(asked) = asked else {
        let error = OpError::Unreadable("answer".to_owned());
        return PageError::new(error, frame.lang).into_response();
    };
    match answer_by_phone(&app, &caller, &gate, asked).await {
        Ok(Heard::Done) => Redirect::to(&format!("/gates/{}/visits", gate.gate)).into_response(),
        Ok(Heard::Stale { now }) => {
            let mut beside = Beside::nothing(&app);
            beside.status = StatusCode::CONFLICT;
            beside.stale = Some((asked.visit, stale_words(&frame, now, asked.is_yes)));
            page(&app, &gate, &caller, frame, beside).await
        }
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}
