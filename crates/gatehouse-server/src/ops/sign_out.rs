//! Signing out: the session ends everywhere.

use super::find_caller::forget;
use crate::app::App;
use crate::auth::caller::Caller;
use crate::error::OpError;
use gatehouse_store::Lane;

/// Ends the caller's session.
pub async fn sign_out(app: &App, caller: &Caller) -> Result<(), OpError> {
    let token_hash = caller.token_hash;
    app.store
        .write(Lane::People, move |tx| tx.delete_session(&token_hash))
        .await?;
    forget(app, &token_hash);
    Ok(())
}
