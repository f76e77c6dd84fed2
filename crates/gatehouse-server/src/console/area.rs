//! An area: what lies in it, and the way to its pages.

use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::ops::list_areas::{AreaLine, list_areas};
use crate::page::{Frame, PageError, show as show_page};
use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

#[derive(Template)]
#[template(path = "area.html")]
struct AreaPage {
    frame: Frame,
    area: AreaInScope,
    lines: Vec<AreaLine>,
}

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    table.add(
        RouteRule::page(
            "/areas/{area}",
            Access::SignedIn,
            Scope::Area,
            Kept::Nothing,
        ),
        get(show),
    )
}

/// GET /areas/{area}
pub async fn show(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    frame: Frame,
) -> Response {
    match list_areas(&app, area.area).await {
        Ok(lines) => show_page(&AreaPage { frame, area, lines }),
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}
