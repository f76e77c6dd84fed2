//! The plain page that installs the local authority on phones, in pictures. It lies on a port of
//! its own without TLS: a phone that has not installed it cannot come in by the other.

use super::authority::Authority;
use crate::page::Frame;
use askama::Template;
use axum::Router;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use gatehouse_core::gate::wording::Lang;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Clone)]
struct Page {
    authority: Arc<Authority>,
    origin: Arc<str>,
}

#[derive(Template)]
#[template(path = "install.html")]
struct InstallPage {
    frame: Frame,
    other: &'static str,
    fingerprint: String,
    origin: String,
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    lang: String,
}

/// The router of that port.
pub fn router(authority: Arc<Authority>, origin: Arc<str>) -> Router {
    Router::new()
        .route("/", get(|| async { Redirect::to("/ca") }))
        .route("/ca", get(show))
        .route("/ca.crt", get(certificate))
        .route("/style.css", get(crate::console::style::show))
        .fallback(elsewhere)
        .with_state(Page { authority, origin })
}

async fn show(
    State(page): State<Page>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Response {
    let accepted = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let lang = match wanted.lang.as_str() {
        "en" => Lang::En,
        "zh" => Lang::Zh,
        _ if accepted.starts_with("en") => Lang::En,
        _ => Lang::Zh,
    };
    let frame = Frame::bare(lang);
    let template = InstallPage {
        frame,
        other: if lang == Lang::En { "zh" } else { "en" },
        fingerprint: page.authority.fingerprint(),
        origin: page.origin.to_string(),
    };
    match template.render() {
        Ok(html) => Html(html).into_response(),
        Err(error) => {
            tracing::error!(%error, "the page that installs the authority");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

async fn certificate(State(page): State<Page>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/x-x509-ca-cert"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"gatehouse.crt\"",
        ),
    ];
    (headers, page.authority.certificate().to_vec()).into_response()
}

async fn elsewhere(State(page): State<Page>, request: Request) -> Redirect {
    Redirect::temporary(&format!("{}{}", page.origin, request.uri().path()))
}
