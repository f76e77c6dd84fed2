//! Signing in.

use crate::app::App;
use crate::auth::access::{Access, Kept, RouteRule, Routes, Scope};
use crate::error::OpError;
use crate::ops::find_caller::cookie_name;
use crate::ops::sign_in::{Attempt, sign_in};
use crate::page::{Frame, PageError, redirect_with_cookie, show as show_page};
use crate::peer::Peer;
use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;

const PUBLIC: Access = Access::Public("there is nobody to know yet");

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    table
        .add(
            RouteRule::page("/login", PUBLIC, Scope::None, Kept::Nothing),
            get(show),
        )
        .add(
            RouteRule::form("/login", PUBLIC, Scope::None, Kept::Change),
            post(submit),
        )
}

#[derive(Template)]
#[template(path = "login.html")]
struct LoginPage {
    frame: Frame,
    problem: Option<String>,
    account: String,
    /// Page of ours to come back to.
    next: String,
}

/// Where somebody wanted to go.
#[derive(Deserialize)]
pub struct Next {
    #[serde(default)]
    next: String,
}

/// What the form sends.
#[derive(Deserialize)]
pub struct LoginForm {
    account: String,
    password: String,
    #[serde(default)]
    next: String,
}

/// GET /login
pub async fn show(Query(next): Query<Next>, frame: Frame) -> Response {
    show_page(&LoginPage {
        frame,
        problem: None,
        account: String::new(),
        next: next.next,
    })
}

/// POST /login
pub async fn submit(
    State(app): State<App>,
    Peer(address): Peer,
    frame: Frame,
    Form(form): Form<LoginForm>,
) -> Response {
    let (account, next) = (form.account.clone(), form.next);
    let attempt = Attempt {
        account: form.account,
        password: form.password,
        address,
    };
    match sign_in(&app, attempt).await {
        Ok(token) => {
            let tls = app.config.is_behind_tls();
            let secure = if tls { "; Secure" } else { "" };
            let seconds = u64::from(app.config.session_hours) * 3600;
            let name = cookie_name(tls);
            let cookie = format!(
                "{name}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}"
            );
            redirect_with_cookie(&next, &cookie)
        }
        Err(OpError::NotSignedIn) => {
            let problem = Some(frame.t("login-wrong"));
            let page = show_page(&LoginPage {
                frame,
                problem,
                account,
                next,
            });
            (StatusCode::UNAUTHORIZED, page).into_response()
        }
        Err(OpError::TooMany { wait_seconds }) => {
            let minutes = wait_seconds.div_ceil(60).to_string();
            let problem = Some(frame.with("login-later", "minutes", &minutes));
            let page = show_page(&LoginPage {
                frame,
                problem,
                account,
                next,
            });
            (StatusCode::TOO_MANY_REQUESTS, page).into_response()
        }
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}
