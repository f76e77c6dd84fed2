//! One's own crossings, as many as are kept.

use super::held::crossing;
use crate::app::App;
use crate::auth::access::{Access, Kept, RouteRule, Routes, Scope};
use crate::ops::resident::find_resident::ResidentCaller;
use crate::ops::resident::read_own_records::{place_of, read_own_crossings};
use crate::page::{Frame, PageError, show as show_page};
use crate::paging::query;
use crate::times::Times;
use askama::Template;
use axum::Extension;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;

const PATH: &str = "/my/crossings";

#[derive(Template)]
#[template(path = "resident/crossings.html")]
struct CrossingsPage {
    frame: Frame,
    lines: Vec<String>,
    kept: String,
    /// Where the list begins; empty on the first page.
    first: String,
    next: Option<String>,
}

/// Where a page begins.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    before: String,
}

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    table.add(
        RouteRule::page(PATH, Access::Resident, Scope::None, Kept::Nothing),
        get(show),
    )
}

/// GET /my/crossings
pub async fn show(
    State(app): State<App>,
    Extension(resident): Extension<ResidentCaller>,
    frame: Frame,
    Query(asked): Query<Asked>,
) -> Response {
    let before = place_of(&asked.before);
    let times = Times::new(frame.lang, app.world.now_millis(), resident.offset_minutes);
    match read_own_crossings(&app, &resident, before).await {
        Ok((page, days)) => show_page(&CrossingsPage {
            lines: page
                .rows
                .iter()
                .map(|one| crossing(one, &frame, times))
                .collect(),
            kept: frame.with("my-kept-crossings", "days", &days.to_string()),
            first: before.map_or(String::new(), |_| PATH.to_owned()),
            next: page
                .next
                .map(|next| format!("{PATH}{}", query(&[("before", &next)]))),
            frame,
        }),
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}
