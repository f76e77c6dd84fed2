//! The gate app's own files, from inside the binary.

use crate::auth::access::{Access, Kept, RouteRule, Routes, Scope};
use crate::error::{ApiError, OpError};
use crate::page::PageError;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use data_encoding::HEXLOWER;
use gatehouse_core::gate::wording::Lang;
use rust_embed::RustEmbed;

const PUBLIC: Access = Access::Public("the app asks for a sign-in itself");

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    table
        .add(
            RouteRule::page("/gate", PUBLIC, Scope::None, Kept::Nothing),
            get(redirect),
        )
        .add(
            RouteRule::page("/gate/", PUBLIC, Scope::None, Kept::Nothing),
            get(index),
        )
        .add(
            RouteRule::page("/gate/{*file}", PUBLIC, Scope::None, Kept::Nothing),
            get(file),
        )
}

#[derive(RustEmbed)]
#[folder = "../../web/gate/dist"]
#[allow_missing = true]
struct Files;

/// Whether the app was there when this program was built.
pub fn is_built_in() -> bool {
    Files::get("index.html").is_some()
}

/// GET /gate
pub async fn redirect() -> Redirect {
    Redirect::permanent("/gate/")
}

/// GET /gate/
pub async fn index(headers: HeaderMap) -> Response {
    serve("index.html", &headers)
}

/// GET /gate/{*file}
pub async fn file(Path(file): Path<String>, headers: HeaderMap) -> Response {
    // The files' path swallows what is no route of the API either; programs get their own form.
    if file.starts_with("api/") {
        return ApiError(OpError::NotFound).into_response();
    }
    serve(&file, &headers)
}

fn serve(name: &str, headers: &HeaderMap) -> Response {
    let Some(file) = Files::get(name) else {
        return PageError::new(OpError::NotFound, Lang::Zh).into_response();
    };
    let tag = format!(
        "\"{}\"",
        HEXLOWER.encode(&file.metadata.sha256_hash()[..16])
    );
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    // Names with a hash never change; the page, its worker and its manifest are asked for anew.
    let hashed = name.starts_with("assets/");
    let keep = if hashed {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let common = [
        (header::ETAG, tag.clone()),
        (header::CACHE_CONTROL, keep.to_owned()),
    ];
    if known == Some(tag.as_str()) {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    (
        common,
        [(header::CONTENT_TYPE, content_type(name))],
        file.data,
    )
        .into_response()
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("webmanifest" | "json") => "application/json",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    }
}
