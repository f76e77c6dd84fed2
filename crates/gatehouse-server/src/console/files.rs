//! The one script of the console, from inside the binary: comfort for pages that work without it.

use crate::auth::access::{Access, Kept, RouteRule, Routes, Scope};
use crate::error::OpError;
use crate::page::PageError;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use gatehouse_core::gate::wording::Lang;
use rust_embed::RustEmbed;

const PUBLIC: Access = Access::Public("the script is the same for all");

#[derive(RustEmbed)]
#[folder = "../../web/console/dist"]
#[allow_missing = true]
struct Files;

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    table.add(
        RouteRule::page("/console.js", PUBLIC, Scope::None, Kept::Nothing),
        get(script),
    )
}

/// GET /console.js
pub async fn script() -> Response {
    let Some(file) = Files::get("console.js") else {
        return PageError::new(OpError::NotFound, Lang::Zh).into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=300"),
    ];
    (headers, file.data).into_response()
}
