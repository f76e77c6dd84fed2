//! What a stranger's camera finds behind a pass: nothing but that it is one (design §4).

use crate::auth::access::{Access, Kept, RouteRule, Routes, Scope};
use crate::page::{Frame, show as show_page};
use askama::Template;
use axum::response::Response;
use axum::routing::get;

const PUBLIC: Access = Access::Public("a stranger with a camera learns only that it is a pass");

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    table.add(
        RouteRule::page("/v", PUBLIC, Scope::None, Kept::Nothing),
        get(show),
    )
}

#[derive(Template)]
#[template(path = "pass_page.html")]
struct PassPage {
    frame: Frame,
}

/// GET /v; the credential stands behind `#` and never reaches us.
pub async fn show(frame: Frame) -> Response {
    show_page(&PassPage { frame })
}
