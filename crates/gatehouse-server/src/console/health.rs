//! Whether the program works: a read and a write that reach the database.

use crate::app::App;
use crate::auth::access::{Access, Kept, RouteRule, Routes, Scope};
use crate::error::ApiError;
use crate::ops::check_health;
use axum::extract::State;
use axum::routing::get;

const PUBLIC: Access = Access::Public("whoever watches the server has no account");

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    table.add(
        RouteRule::page("/healthz", PUBLIC, Scope::None, Kept::Nothing),
        get(show),
    )
}

/// GET /healthz
pub async fn show(State(app): State<App>) -> Result<&'static str, ApiError> {
    check_health::check_health(&app).await?;
    Ok("ok\n")
}
