//! An area: what lies in it, and the way to its pages.

use crate::app::App;
use crate::auth::access::{Access, AreaInScope, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::role::Permission;
use crate::ops::list_areas::{AreaLine, list_areas};
use crate::page::{Frame, PageError, show as show_page};
use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use std::sync::Arc;

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

/// GET /areas/{area}: the figures of the day for whoever may see them.
pub async fn show(
    State(app): State<App>,
    Extension(area): Extension<AreaInScope>,
    Extension(caller): Extension<Arc<Caller>>,
    frame: Frame,
) -> Response {
    if area.shard.is_some() && caller.may_in(Permission::SeeToday, &area.path) {
        return Redirect::to(&format!("/areas/{}/today", area.area)).into_response();
    }
    match list_areas(&app, area.area).await {
        Ok(lines) => show_page(&AreaPage { frame, area, lines }),
        Err(error) => PageError::new(error, frame.lang).into_response(),
    }
}
