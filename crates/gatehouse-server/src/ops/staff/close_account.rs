//! Closes an account, or opens it again. What it did stays on record under its name.

use super::rule::{Refusal, is_of_area, may_change_account};
use crate::app::App;
use crate::auth::caller::Caller;
use crate::error::OpError;
use crate::ops::find_caller::forget_all;
use crate::ops::note::note;
use gatehouse_core::id::{AreaId, StaffId};
use gatehouse_store::{Lane, StoreError, Tx};
use std::sync::Arc;

/// Closes it (`true`) or opens it again.
pub async fn close_account(
    app: &App,
    caller: &Arc<Caller>,
    scope: AreaId,
    staff: StaffId,
    is_closed: bool,
) -> Result<Result<(), Refusal>, OpError> {
    let caller = Arc::clone(caller);
    let now = app.world.now_millis();
    let close = move |tx: &Tx<'_>| {
        let Some(mut row) = tx.staff(staff)? else {
            return Ok(None);
        };
        if !is_of_area(tx, staff, scope)? {
            return Ok(None);
        }
        if let Err(refusal) = may_change_account(tx, &caller, staff)? {
            return Ok(Some(Err(refusal)));
        }
        row.disabled_at = is_closed.then_some(now);
        tx.update_staff(&row)?;
        if is_closed {
            tx.delete_sessions_of_staff(staff, None)?;
        }
        let kind = if is_closed {
            "staff.close"
        } else {
            "staff.open"
        };
        let shard = tx.area_path(scope)?.iter().find_map(|row| row.shard);
        note(tx, shard, caller.staff, now, kind, &staff.0)?;
        Ok::<_, StoreError>(Some(Ok(())))
    };
    let changed = app.store.write(Lane::People, close).await?;
    forget_all(app);
    changed.ok_or(OpError::NotFound)
}
