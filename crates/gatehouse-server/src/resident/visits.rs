//! Visitors of a household: yes or no to those who wait, and those whom it expects.

use super::visit_form::visit_id;
use super::{own_form, status_of};
use crate::app::App;
use crate::auth::access::Routes;
use crate::ops::resident::answer_visit::{Answering, Heard, answer_on_page};
use crate::ops::resident::call_household::{Calls, calls_of, wish_calls};
use crate::ops::resident::door::TypedDoor;
use crate::ops::resident::expect_visitor::expect_visitor;
use crate::ops::resident::find_resident::ResidentCaller;
use crate::ops::resident::list_visits::{ShownVisit, household_visits};
use crate::ops::resident::register_visit::{NewVisit, PURPOSES, Refusal, Registrar};
use crate::ops::resident::visit_code::{code_of, new_visit};
use crate::ops::send_message::language_word;
use crate::page::{Frame, PageError, show as show_page};
use crate::times::Times;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Form};
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::moment::CivilDay;
use serde::Deserialize;

#[derive(Template)]
#[template(path = "resident/visits.html")]
struct VisitsPage {
    frame: Frame,
    visits: Vec<VisitCard>,
    purposes: Vec<(&'static str, String)>,
    fresh: String,
    today: String,
    rings: bool,
    fault: Option<String>,
    typed: VisitForm,
}

impl VisitsPage {
    fn number_text(&self, visit: &VisitCard) -> String {
        visit.number.to_string()
    }
}

struct VisitCard {
    id: String,
    number: i64,
    day: String,
    name: String,
    phone: String,
    purpose_key: String,
    /// Whom they name; empty where nobody.
    whom: String,
    /// For whom the household expects: opens the visitor's own page.
    code: Option<String>,
    /// Key of the words for how it stands.
    state_key: &'static str,
    /// What stands there, as the form sends it.
    read: &'static str,
}

/// What the forms send.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct VisitForm {
    visit: String,
    read: String,
    answer: String,
    name: String,
    phone: String,
    purpose: String,
    day: String,
    calls: String,
}

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    own_form(table, "/my/visits", get(show), post(submit))
}

/// GET /my/visits
pub async fn show(
    State(app): State<App>,
    Extension(resident): Extension<ResidentCaller>,
    frame: Frame,
) -> Response {
    page(&app, &resident, frame, None, VisitForm::default()).await
}

async fn page(
    app: &App,
    resident: &ResidentCaller,
    frame: Frame,
    fault: Option<String>,
    typed: VisitForm,
) -> Response {
    let times = Times::new(frame.lang, app.world.now_millis(), resident.offset_minutes);
    let status = status_of(fault.as_ref());
    let calls = calls_of(app, resident).await;
    match (household_visits(app, resident).await, calls) {
        (Ok(visits), Ok(calls)) => {
            let page = show_page(&VisitsPage {
                visits: visits.into_iter().map(|visit| card(visit, times)).collect(),
                purposes: purposes(),
                fresh: new_visit(&*app.world),
                today: times.today().to_text(),
                rings: calls == Calls::Wanted,
                fault,
                typed,
                frame,
            });
            (status, page).into_response()
        }
        (Err(error), _) | (_, Err(error)) => PageError::new(error, frame.lang).into_response(),
    }
}

/// What somebody may come for: the word, and the key of its words.
pub fn purposes() -> Vec<(&'static str, String)> {
    let words = PURPOSES.iter();
    words
        .map(|word| (*word, format!("visit-purpose-{word}")))
        .collect()
}

fn card(visit: ShownVisit, times: Times) -> VisitCard {
    let plain = visit.plain.unwrap_or_default();
    VisitCard {
        id: data_encoding::HEXLOWER.encode(&visit.row.visit),
        number: visit.row.number,
        day: times.day(visit.row.day),
        name: plain.name,
        phone: plain.phone,
        whom: plain.whom,
        code: (visit.row.registered_by == "household").then(|| code_of(&visit.row.visit)),
        purpose_key: format!("visit-purpose-{}", visit.row.purpose),
        state_key: state_key(visit.row.said()),
        read: read_word(visit.row.said()),
    }
}

/// Key of the words for what a household said.
pub fn state_key(said: Option<bool>) -> &'static str {
    match said {
        None => "visit-waits",
        Some(true) => "visit-yes",
        Some(false) => "visit-no",
    }
}

/// What a household said, as a form sends it.
pub fn read_word(said: Option<bool>) -> &'static str {
    match said {
        None => "",
        Some(true) => "yes",
        Some(false) => "no",
    }
}

/// Both values, where another word was written down since a page was made.
pub fn stale_words(frame: &Frame, now: Option<bool>, is_yes: bool) -> String {
    let now = frame.t(state_key(now));
    let wanted = frame.t(state_key(Some(is_yes)));
    frame.fill("visit-stale", &[("now", &now), ("wanted", &wanted)])
}

/// POST /my/visits
pub async fn submit(
    State(app): State<App>,
    Extension(resident): Extension<ResidentCaller>,
    frame: Frame,
    Form(form): Form<VisitForm>,
) -> Response {
    if let Some(calls) = Calls::named(&form.calls) {
        return match wish_calls(&app, &resident, calls).await {
            Ok(()) => Redirect::to("/my/visits").into_response(),
            Err(error) => PageError::new(error, frame.lang).into_response(),
        };
    }
    let Some(id) = visit_id(&form.visit) else {
        let fault = Some(frame.t("my-request-again"));
        return page(&app, &resident, frame, fault, form).await;
    };
    if let Some(asked) = Answering::of(id, &form.read, &form.answer) {
        return match answer_on_page(&app, &resident, asked).await {
            Ok(Heard::Done) => Redirect::to("/my/visits").into_response(),
            Ok(Heard::Stale { now }) => {
                let fault = Some(stale_words(&frame, now, asked.is_yes));
                let mut page = page(&app, &resident, frame, fault, VisitForm::default()).await;
                *page.status_mut() = StatusCode::CONFLICT;
                page
            }
            Err(error) => PageError::new(error, frame.lang).into_response(),
        };
    }
    match expect(&app, &resident, id, &form).await {
        Ok(Ok(())) => Redirect::to("/my/visits").into_response(),
        Ok(Err(refusal)) => {
            let fault = Some(fault(refusal, &frame));
            page(&app, &resident, frame, fault, form).await
        }
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}

async fn expect(
    app: &App,
    resident: &ResidentCaller,
    id: [u8; 16],
    form: &VisitForm,
) -> Result<Result<(), Refusal>, crate::error::OpError> {
    let asked = NewVisit {
        visit: id,
        name: form.name.clone(),
        phone: form.phone.clone(),
        // The household's own door; what was typed is not asked.
        door: TypedDoor {
            room: "-".to_owned(),
            ..TypedDoor::default()
        },
        whom: String::new(),
        purpose: form.purpose.clone(),
        language: language_word(Lang::Zh).to_owned(),
        by: Registrar::Household,
    };
    let day = CivilDay::parse(&form.day).unwrap_or(CivilDay(0));
    Ok(expect_visitor(app, resident, asked, day).await?.map(|_| ()))
}

/// In words, with the field in front.
pub fn fault(refusal: Refusal, frame: &Frame) -> String {
    match refusal {
        Refusal::Full => frame.t("visit-full"),
        Refusal::Field(field, code) => {
            let field = frame.t(&format!("visit-{field}"));
            let why = frame.t(code.text_key());
            frame.fill("visit-fault", &[("field", &field), ("why", &why)])
        }
    }
}
