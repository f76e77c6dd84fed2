//! Leave by the day: the role is there again the day after, by itself.

use super::rule::{Refusal, is_of_area, may_change};
use crate::app::App;
use crate::auth::caller::Caller;
use crate::error::OpError;
use crate::ops::find_caller::forget_all;
use crate::ops::note::note;
use gatehouse_core::id::{AreaId, MembershipId};
use gatehouse_core::moment::CivilDay;
use gatehouse_store::leave::LeaveRow;
use gatehouse_store::{Lane, StoreError, Tx};
use std::sync::Arc;

/// Days away from a role.
#[derive(Clone, Copy, Debug)]
pub struct Leave {
    /// Which role.
    pub membership: MembershipId,
    /// First day away.
    pub from_on: CivilDay,
    /// Last day away.
    pub until_on: CivilDay,
}

/// Writes leave down.
pub async fn put_leave(
    app: &App,
    caller: &Arc<Caller>,
    scope: AreaId,
    leave: Leave,
) -> Result<Result<(), Refusal>, OpError> {
    if leave.until_on < leave.from_on {
        return Ok(Err(Refusal::Dates));
    }
    let row = LeaveRow {
        membership: leave.membership,
        from_on: leave.from_on,
        until_on: leave.until_on,
        noted_at: app.world.now_millis(),
        noted_by: caller.staff,
    };
    keep(app, caller, scope, leave.membership, move |tx| {
        tx.put_leave(&row)
    })
    .await
}

/// Takes leave back.
pub async fn withdraw_leave(
    app: &App,
    caller: &Arc<Caller>,
    scope: AreaId,
    membership: MembershipId,
    from_on: CivilDay,
) -> Result<Result<(), Refusal>, OpError> {
    let at = app.world.now_millis();
    let withdraw = move |tx: &Tx<'_>| tx.withdraw_leave(membership, from_on, at).map(|_| ());
    keep(app, caller, scope, membership, withdraw).await
}

async fn keep(
    app: &App,
    caller: &Arc<Caller>,
    scope: AreaId,
    membership: MembershipId,
    write: impl Fn(&Tx<'_>) -> Result<(), StoreError> + Send + 'static,
) -> Result<Result<(), Refusal>, OpError> {
    let caller = Arc::clone(caller);
    let now = app.world.now_millis();
    let change = move |tx: &Tx<'_>| {
        let Some(row) = tx.membership(membership)? else {
            return Ok(None);
        };
        if !is_of_area(tx, row.staff, scope)? {
            return Ok(None);
        }
        // One's own leave is taken by oneself; nothing is gained by it.
        if row.staff != caller.staff && !may_change(tx, &caller, &row.role, row.area)? {
            return Ok(Some(Err(Refusal::Role)));
        }
        write(tx)?;
        let shard = tx.area_path(row.area)?.iter().find_map(|row| row.shard);
        note(
            tx,
            shard,
            caller.staff,
            now,
            "membership.leave",
            &membership.0,
        )?;
        Ok::<_, StoreError>(Some(Ok(())))
    };
    let changed = app.store.write(Lane::People, change).await?;
    forget_all(app);
    changed.ok_or(OpError::NotFound)
}
