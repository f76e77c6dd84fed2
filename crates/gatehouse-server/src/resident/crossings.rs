//! One's own crossings, as many as are kept.

use super::held::crossing;
use crate::app::App;
use crate::auth::access::{Access, Kept, RouteRule, Routes, Scope};
use crate::ops::resident::find_resident::ResidentCaller;
use crate::ops::resident::read_own_records::read_own_records;
use crate::page::{Frame, PageError, show as show_page};
use crate::times::Times;
use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

#[derive(Template)]
#[template(path = "resident/crossings.html")]
struct CrossingsPage {
    frame: Frame,
    lines: Vec<String>,
    kept: String,
}

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    let path = "/my/crossings";
    table.add(
        RouteRule::page(path, Access::Resident, Scope::None, Kept::Nothing),
        get(show),
    )
}

/// GET /my/crossings
pub async fn show(
    State(app): State<App>,
    Extension(resident): Extension<ResidentCaller>,
    frame: Frame,
) -> Response {
    let times = Times::new(frame.lang, app.world.now_millis(), resident.offset_minutes);
    let days = app.config.days_crossings.to_string();
    match read_own_records(&app, &resident).await {
        Ok(records) => {
            let lines = records.crossings.iter();
            show_page(&CrossingsPage {
                lines: lines.map(|one| crossing(one, &frame, times)).collect(),
                kept: frame.with("my-kept-crossings", "days", &days),
                frame,
            })
        }
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}
