//! A pass of one's own that is lost, or was found again.

use crate::app::App;
use crate::auth::access::{Access, Kept, RouteRule, Routes, Scope};
use crate::ops::report_pass_lost::Report;
use crate::ops::resident::find_resident::ResidentCaller;
use crate::ops::resident::lose_pass::lose_pass;
use crate::page::{Frame, PageError};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use axum::{Extension, Form};
use gatehouse_core::id::PassId;
use serde::Deserialize;

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    table.add(
        RouteRule::form("/my/lost", Access::Resident, Scope::None, Kept::Change),
        post(submit),
    )
}

/// What the form sends.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct LostForm {
    pass: String,
    say: String,
}

/// POST /my/lost
pub async fn submit(
    State(app): State<App>,
    Extension(resident): Extension<ResidentCaller>,
    frame: Frame,
    Form(form): Form<LostForm>,
) -> Response {
    let report = match form.say.as_str() {
        "lost" => Report::Lost("page"),
        "replace" => Report::Lost("page_new"),
        "found" => Report::Found,
        _ => return Redirect::to("/my").into_response(),
    };
    let Some(pass) = PassId::parse(&form.pass) else {
        return Redirect::to("/my").into_response();
    };
    match lose_pass(&app, &resident, pass, report).await {
        Ok(()) => Redirect::to("/my").into_response(),
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}
