//! Figures for Prometheus; none of them is about a person.

use crate::app::App;
use crate::auth::access::{Access, Kept, RouteRule, Routes, Scope};
use crate::error::{ApiError, OpError};
use crate::peer::PeerAddress;
use axum::extract::State;
use axum::routing::get;
use std::fmt::Write as _;

const PUBLIC: Access = Access::Public("figures go to addresses from the settings alone");

/// The routes of this file.
pub fn routes(table: Routes) -> Routes {
    table.add(
        RouteRule::page("/metrics", PUBLIC, Scope::None, Kept::Nothing),
        get(show),
    )
}

/// GET /metrics
pub async fn show(
    State(app): State<App>,
    PeerAddress(address): PeerAddress,
) -> Result<String, ApiError> {
    let asks = address.ok_or(OpError::NotFound)?.to_canonical();
    if !asks.is_loopback() && !app.config.metrics_from.contains(&asks) {
        return Err(OpError::NotFound.into());
    }
    let mut text = app.figures.render();
    let figures = app.store.figures();
    for (name, value) in [
        ("gatehouse_store_closures_total", figures.closures),
        ("gatehouse_store_commits_total", figures.commits),
        ("gatehouse_store_repeated_total", figures.repeated),
        ("gatehouse_store_waited_micros_total", figures.waited_micros),
    ] {
        // Writing to a string does not fail.
        let _ = writeln!(text, "# TYPE {name} counter\n{name} {value}");
    }
    Ok(text)
}
