//! The one style sheet.

use axum::http::header;
use axum::response::IntoResponse;

/// GET /style.css
pub async fn show() -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=300"),
    ];
    (headers, include_str!("style.css"))
}
