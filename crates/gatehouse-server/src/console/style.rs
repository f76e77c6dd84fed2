//! The one style sheet.

use crate::auth::access::{Access, Kept, RouteRule, Routes, Scope};
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;

const PUBLIC: Access = Access::Public("the style sheet is the same for all");

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    table.add(
        RouteRule::page("/style.css", PUBLIC, Scope::None, Kept::Nothing),
        get(show),
    )
}

/// GET /style.css
pub async fn show() -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=300"),
    ];
    (headers, include_str!("style.css"))
}
