//! A new first password for somebody who has forgotten theirs; every session of theirs ends.

use super::rule::{Refusal, held, is_of_area, may_change_account};
use crate::app::App;
use crate::auth::caller::Caller;
use crate::auth::first_password::first_password;
use crate::error::OpError;
use crate::ops::find_caller::forget_all;
use crate::ops::note::note;
use gatehouse_core::id::{AreaId, StaffId};
use gatehouse_store::{Lane, StoreError, Tx};
use std::sync::Arc;
use zeroize::Zeroizing;

/// Makes it and says it once. Keys for orders that were sealed under the old one stay sealed:
/// who signs orders gets a new key from the head of the office.
pub async fn new_password(
    app: &App,
    caller: &Arc<Caller>,
    scope: AreaId,
    staff: StaffId,
) -> Result<Result<Zeroizing<String>, Refusal>, OpError> {
    let password = Zeroizing::new(first_password(&*app.world));
    let hash = app.passwords.hash(password.to_string()).await;
    let hash = hash.ok_or_else(|| OpError::Bug("a password could not be hashed".to_owned()))?;
    let caller = Arc::clone(caller);
    let now = app.world.now_millis();
    let set = move |tx: &Tx<'_>| {
        if tx.staff(staff)?.is_none() || !is_of_area(tx, staff, scope)? {
            return Ok(None);
        }
        if let Err(refusal) = may_change_account(tx, &caller, staff)? {
            return Ok(Some(Err(refusal)));
        }
        tx.set_password(staff, &hash, true)?;
        tx.delete_sessions_of_staff(staff, None)?;
        let shard = match held(tx, staff)?.first() {
            Some(row) => tx.area_path(row.area)?.iter().find_map(|row| row.shard),
            None => None,
        };
        note(tx, shard, caller.staff, now, "staff.password", &staff.0)?;
        Ok::<_, StoreError>(Some(Ok(())))
    };
    let changed = app.store.write(Lane::People, set).await?;
    forget_all(app);
    Ok(changed.ok_or(OpError::NotFound)?.map(|()| password))
}
