//! Correct something, complain, and read the answers.

use super::{own_form, status_of};
use crate::app::App;
use crate::auth::access::Routes;
use crate::ops::resident::find_resident::ResidentCaller;
use crate::ops::resident::send_request::{
    OwnRequest, Refusal, RequestKind, own_requests, send_request,
};
use crate::page::{Frame, PageError, show as show_page};
use crate::times::Times;
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Form};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "resident/requests.html")]
struct RequestsPage {
    frame: Frame,
    forms: Vec<FormCard>,
    sent: Vec<SentCard>,
    fault: Option<String>,
    typed: RequestForm,
}

impl RequestsPage {
    /// Whether it was chosen in the form that was not taken.
    fn is_typed(&self, kind: &str, about: &str) -> bool {
        self.typed.kind == kind && self.typed.about == about
    }

    /// What was typed there.
    fn typed_text(&self, kind: &str) -> &str {
        if self.typed.kind == kind {
            &self.typed.text
        } else {
            ""
        }
    }
}

struct FormCard {
    kind: &'static str,
    title_key: String,
    how_key: String,
    /// Word and key of its words.
    subjects: Vec<(&'static str, String)>,
    fresh: String,
}

struct SentCard {
    kind_key: String,
    about_key: String,
    sent: String,
    due: String,
    text: String,
    /// Key of the result's words, and the answer.
    answer: Option<(String, String)>,
}

/// What the form sends.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct RequestForm {
    id: String,
    kind: String,
    about: String,
    text: String,
}

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    own_form(table, "/my/requests", get(show), post(submit))
}

/// GET /my/requests
pub async fn show(
    State(app): State<App>,
    Extension(resident): Extension<ResidentCaller>,
    frame: Frame,
) -> Response {
    page(&app, &resident, frame, None, RequestForm::default()).await
}

async fn page(
    app: &App,
    resident: &ResidentCaller,
    frame: Frame,
    fault: Option<String>,
    typed: RequestForm,
) -> Response {
    let times = Times::new(frame.lang, app.world.now_millis(), resident.offset_minutes);
    let forms = [RequestKind::Correction, RequestKind::Complaint].map(|kind| form(app, kind));
    let status = status_of(fault.as_ref());
    match own_requests(app, resident).await {
        Ok(sent) => {
            let page = show_page(&RequestsPage {
                forms: forms.into(),
                sent: sent.into_iter().map(|one| card(one, times)).collect(),
                fault,
                typed,
                frame,
            });
            (status, page).into_response()
        }
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}

fn form(app: &App, kind: RequestKind) -> FormCard {
    let word = kind.word();
    let subjects = kind.subjects().iter();
    FormCard {
        kind: word,
        title_key: format!("my-{word}"),
        how_key: format!("my-{word}-how"),
        subjects: subjects
            .map(|about| (*about, format!("my-{word}-{about}")))
            .collect(),
        fresh: data_encoding::HEXLOWER.encode(&app.world.id()),
    }
}

fn card(one: OwnRequest, times: Times) -> SentCard {
    let row = one.row;
    let result = row.result.map(|result| format!("request-result-{result}"));
    SentCard {
        kind_key: format!("my-{}", row.kind),
        about_key: format!("my-{}-{}", row.kind, row.about),
        sent: times.moment(row.sent_at),
        due: times.moment(row.due_at),
        text: one.texts.text,
        answer: result.zip(one.texts.answer),
    }
}

/// POST /my/requests
pub async fn submit(
    State(app): State<App>,
    Extension(resident): Extension<ResidentCaller>,
    frame: Frame,
    Form(form): Form<RequestForm>,
) -> Response {
    let id = data_encoding::HEXLOWER.decode(form.id.as_bytes()).ok();
    let id: Option<[u8; 16]> = id.and_then(|id| id.try_into().ok());
    let (Some(id), Some(kind)) = (id, RequestKind::named(&form.kind)) else {
        let fault = Some(frame.t("my-request-again"));
        return page(&app, &resident, frame, fault, form).await;
    };
    let fault = match send_request(&app, &resident, id, kind, &form.about, &form.text).await {
        Ok(Ok(())) => return Redirect::to("/my/requests").into_response(),
        Ok(Err(Refusal::About)) => frame.t("my-request-about"),
        Ok(Err(Refusal::Text(code))) => frame.t(code.text_key()),
        Ok(Err(Refusal::TooMany)) => frame.t("my-request-many"),
        Err(error) => return PageError::new(error, frame.lang).into_response(),
    };
    page(&app, &resident, frame, Some(fault), form).await
}
