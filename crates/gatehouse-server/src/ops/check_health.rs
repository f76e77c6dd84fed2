//! Whether the database answers.

use crate::app::App;
use crate::error::OpError;

/// Reads something small.
pub async fn check_health(app: &App) -> Result<(), OpError> {
    app.store.read(|tx| tx.count_staff()).await?;
    Ok(())
}
