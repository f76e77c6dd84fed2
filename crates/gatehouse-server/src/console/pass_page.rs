//! What a stranger's camera finds behind a pass: nothing but that it is one (design §4).

use crate::page::{Frame, show as show_page};
use askama::Template;
use axum::response::Response;

#[derive(Template)]
#[template(path = "pass_page.html")]
struct PassPage {
    frame: Frame,
}

/// GET /v; the credential stands behind `#` and never reaches us.
pub async fn show(frame: Frame) -> Response {
    show_page(&PassPage { frame })
}
