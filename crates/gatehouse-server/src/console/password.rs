//! Changing one's password; at the first sign-in there is no way round it.

use crate::app::App;
use crate::auth::access::{Access, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::ops::change_password::{Change, Refusal, change_password};
use crate::page::{Frame, PageError, show as show_page};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Form};
use serde::Deserialize;
use std::sync::Arc;

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    table
        .add(
            RouteRule::page("/password", Access::SignedIn, Scope::None, Kept::Nothing),
            get(show),
        )
        .add(
            RouteRule::form("/password", Access::SignedIn, Scope::None, Kept::Change),
            post(submit),
        )
}

#[derive(Template)]
#[template(path = "password.html")]
struct PasswordPage {
    frame: Frame,
    first: bool,
    problem: Option<String>,
}

/// What the form sends.
#[derive(Deserialize)]
pub struct PasswordForm {
    old: String,
    new: String,
    again: String,
}

/// GET /password
pub async fn show(Extension(caller): Extension<Arc<Caller>>, frame: Frame) -> Response {
    show_page(&PasswordPage {
        frame,
        first: caller.must_change_password,
        problem: None,
    })
}

/// POST /password
pub async fn submit(
    State(app): State<App>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
    Form(form): Form<PasswordForm>,
) -> Response {
    let change = Change {
        old: form.old,
        new: form.new,
        again: form.again,
    };
    let refusal = match change_password(&app, &caller, change).await {
        Ok(Ok(())) => return Redirect::to("/").into_response(),
        Ok(Err(refusal)) => refusal,
        Err(error) => return PageError::new(error, frame.lang).into_response(),
    };
    let problem = Some(frame.t(match refusal {
        Refusal::Short => "password-short",
        Refusal::Differs => "password-differs",
        Refusal::Same => "password-same",
        Refusal::Wrong => "login-wrong",
    }));
    let page = show_page(&PasswordPage {
        frame,
        first: caller.must_change_password,
        problem,
    });
    (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
}
