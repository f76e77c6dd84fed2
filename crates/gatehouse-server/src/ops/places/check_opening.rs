//! Somebody has looked at a closed opening, and a fire exit opened (GATE-1, GATE-13).

use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use crate::ops::note::note;
use gatehouse_store::{Lane, StoreError, Tx};

/// Writes it down with the time.
///
/// # Errors
/// Not found for an opening of another compound.
pub async fn check_opening(
    app: &App,
    caller: &Caller,
    scope: &AreaInScope,
    opening: [u8; 16],
) -> Result<(), OpError> {
    let (shard, area) = (scope.county()?, scope.area);
    let (now, staff) = (app.world.now_millis(), caller.staff);
    let check = move |tx: &Tx<'_>| {
        let Some(mut row) = tx.opening(shard, opening)?.filter(|row| row.area == area) else {
            return Ok(false);
        };
        row.checked_at = Some(now);
        tx.update_opening(&row)?;
        note(tx, Some(shard), staff, now, "opening.check", &opening)?;
        Ok::<_, StoreError>(true)
    };
    let found = app.store.write(Lane::People, check).await?;
    found.then_some(()).ok_or(OpError::NotFound)
}
