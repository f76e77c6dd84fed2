//! What residents ask of an office: corrections and complaints, with a time limit and an answer.

use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::menu::Menu;
use crate::auth::role::Permission;
use crate::error::OpError;
use crate::ops::resident::answer_request::{OfficeRequest, RESULTS, answer_request, list_requests};
use crate::page::{Frame, PageError, show as show_page};
use crate::person_line::mask_of;
use crate::times::Times;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Form};
use serde::Deserialize;
use std::sync::Arc;

const NEEDS: Access = Access::Needs(Permission::AnswerComplaints);

#[derive(Template)]
#[template(path = "complaints.html")]
struct ComplaintsPage {
    frame: Frame,
    area: String,
    requests: Vec<Card>,
    results: Vec<(&'static str, String)>,
    fault: Option<String>,
    typed: AnswerForm,
}

struct Card {
    id: String,
    who: String,
    kind_key: String,
    about_key: String,
    text: String,
    sent: String,
    due: String,
    is_late: bool,
    answer: Option<(String, String)>,
}

/// What the form sends.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct AnswerForm {
    request: String,
    result: String,
    text: String,
}

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    table
        .add(
            RouteRule::page("/areas/{area}/complaints", NEEDS, Scope::Area, Kept::View)
                .in_menu(Menu::Complaints),
            get(show),
        )
        .add(
            RouteRule::form("/areas/{area}/complaints", NEEDS, Scope::Area, Kept::Change),
            post(submit),
        )
}

/// GET /areas/{area}/complaints
pub async fn show(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    frame: Frame,
) -> Response {
    page(&app, &area, frame, None, AnswerForm::default()).await
}

async fn page(
    app: &App,
    area: &AreaInScope,
    frame: Frame,
    fault: Option<String>,
    typed: AnswerForm,
) -> Response {
    let times = Times::new(frame.lang, app.world.now_millis(), area.offset_minutes);
    let status = fault
        .as_ref()
        .map_or(StatusCode::OK, |_| StatusCode::UNPROCESSABLE_ENTITY);
    match list_requests(app, area).await {
        Ok(requests) => {
            let results = RESULTS.map(|word| (word, format!("request-result-{word}")));
            let page = show_page(&ComplaintsPage {
                area: area.name.clone(),
                requests: requests.into_iter().map(|one| card(one, times)).collect(),
                results: results.into(),
                fault,
                typed,
                frame,
            });
            (status, page).into_response()
        }
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}

fn card(one: OfficeRequest, times: Times) -> Card {
    let row = one.request.row;
    let result = row.result.map(|result| format!("request-result-{result}"));
    Card {
        id: data_encoding::HEXLOWER.encode(&row.request),
        who: mask_of(one.masked.as_deref()),
        kind_key: format!("my-{}", row.kind),
        about_key: format!("my-{}-{}", row.kind, row.about),
        text: one.request.texts.text,
        sent: times.moment(row.sent_at),
        due: times.moment(row.due_at),
        is_late: row.answered_at.is_none() && row.due_at < times.now().millis,
        answer: result.zip(one.request.texts.answer),
    }
}

/// POST /areas/{area}/complaints
pub async fn submit(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
    Form(form): Form<AnswerForm>,
) -> Response {
    let id = data_encoding::HEXLOWER.decode(form.request.as_bytes()).ok();
    let id: Option<[u8; 16]> = id.and_then(|id| id.try_into().ok());
    let Some(id) = id else {
        let error = OpError::Unreadable("request".to_owned());
        return PageError::new(error, frame.lang).into_response();
    };
    match answer_request(&app, &caller, &area, id, &form.result, &form.text).await {
        Ok(Ok(())) => Redirect::to(&format!("/areas/{}/complaints", area.area)).into_response(),
        Ok(Err(code)) => {
            let fault = Some(frame.t(code.text_key()));
            page(&app, &area, frame, fault, form).await
        }
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}
