//! Whether the program works: a read that reaches the database.

use crate::app::App;
use crate::error::ApiError;
use crate::ops::check_health;
use axum::extract::State;

/// GET /healthz
pub async fn show(State(app): State<App>) -> Result<&'static str, ApiError> {
    check_health::check_health(&app).await?;
    Ok("ok\n")
}
