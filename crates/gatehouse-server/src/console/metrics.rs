//! Figures for Prometheus; none of them is about a person.

use crate::app::App;
use axum::extract::State;
use std::fmt::Write as _;

/// GET /metrics
pub async fn show(State(app): State<App>) -> String {
    let mut text = app.figures.render();
    let figures = app.store.figures();
    for (name, value) in [
        ("gatehouse_store_closures_total", figures.closures),
        ("gatehouse_store_commits_total", figures.commits),
        ("gatehouse_store_repeated_total", figures.repeated),
    ] {
        // Writing to a string does not fail.
        let _ = writeln!(text, "# TYPE {name} counter\n{name} {value}");
    }
    text
}
