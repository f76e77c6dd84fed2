//! The code from the slip: typed, or behind the slip's QR code. It opens the page after a press of
//! a key, so that no chat app's look-ahead opens it.

use crate::app::App;
use crate::auth::access::{Access, Kept, RouteRule, Routes, Scope};
use crate::ops::resident::find_resident::{COOKIE, by_code, code_hash};
use crate::page::{Frame, PageError, redirect_with_cookie, show as show_page};
use crate::peer::Peer;
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;

const PUBLIC: Access = Access::Public("the code is what opens the page");
/// Hours until the code is asked for again on the same phone (local choice).
const HOURS: u64 = 12;

#[derive(Template)]
#[template(path = "resident/code.html")]
struct CodePage {
    frame: Frame,
    code: Option<String>,
    problem: bool,
}

/// What the form sends.
#[derive(Deserialize)]
pub struct CodeForm {
    code: String,
}

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    let page = |path| RouteRule::page(path, PUBLIC, Scope::None, Kept::Nothing);
    let form = |path| RouteRule::form(path, PUBLIC, Scope::None, Kept::Nothing);
    table
        .add(page("/my/code"), get(show))
        .add(form("/my/code"), post(submit))
        .add(form("/my/leave"), post(leave))
        .add(page("/my/open/{code}"), get(open))
}

/// GET /my/code
pub async fn show(frame: Frame) -> Response {
    show_page(&CodePage {
        frame,
        code: None,
        problem: false,
    })
}

/// GET /my/open/{code}
pub async fn open(Path(code): Path<String>, frame: Frame) -> Response {
    show_page(&CodePage {
        frame,
        code: Some(code),
        problem: false,
    })
}

/// POST /my/code
pub async fn submit(
    State(app): State<App>,
    Peer(address): Peer,
    frame: Frame,
    Form(form): Form<CodeForm>,
) -> Response {
    if let Err(error) = app.rates.open_form(&address) {
        return PageError::new(error, frame.lang).into_response();
    }
    let found = match code_hash(&form.code) {
        Some(hash) => by_code(&app, hash).await,
        None => Ok(None),
    };
    match found {
        Ok(Some(_)) => {
            let code = form.code.chars().filter(char::is_ascii_alphanumeric);
            let code = code.collect::<String>().to_ascii_lowercase();
            let secure = if app.config.is_behind_tls() {
                "; Secure"
            } else {
                ""
            };
            let seconds = HOURS * 3600;
            let cookie = format!(
                "{COOKIE}={code}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}"
            );
            redirect_with_cookie("/my", &cookie)
        }
        Ok(None) => {
            let page = show_page(&CodePage {
                frame,
                code: None,
                problem: true,
            });
            (StatusCode::UNAUTHORIZED, page).into_response()
        }
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}

/// POST /my/leave
pub async fn leave() -> Response {
    let gone = format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    redirect_with_cookie("/my/code", &gone)
}
