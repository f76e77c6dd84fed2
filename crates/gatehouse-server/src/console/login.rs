//! Signing in.

use crate::app::App;
use crate::error::OpError;
use crate::ops::find_caller::cookie_name;
use crate::ops::sign_in::{Attempt, sign_in};
use crate::page::{Frame, PageError, redirect_with_cookie, show as show_page};
use crate::peer::Peer;
use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

#[derive(Template)]
#[template(path = "login.html")]
struct LoginPage {
    frame: Frame,
    problem: Option<String>,
    account: String,
}

/// What the form sends.
#[derive(Deserialize)]
pub struct LoginForm {
    account: String,
    password: String,
}

/// GET /login
pub async fn show(frame: Frame) -> Response {
    show_page(&LoginPage {
        frame,
        problem: None,
        account: String::new(),
    })
}

/// POST /login
pub async fn submit(
    State(app): State<App>,
    Peer(address): Peer,
    frame: Frame,
    Form(form): Form<LoginForm>,
) -> Response {
    let account = form.account.clone();
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
            redirect_with_cookie("/", &cookie)
        }
        Err(OpError::NotSignedIn) => {
            let problem = Some(frame.t("login-wrong"));
            let page = show_page(&LoginPage {
                frame,
                problem,
                account,
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
            });
            (StatusCode::TOO_MANY_REQUESTS, page).into_response()
        }
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}
