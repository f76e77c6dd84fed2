//! Undoing the last edit of a person: the earlier version is there again, unless a later one
//! exists or the time for it is over (design §3).

use super::hold_gate::keyring;
use super::in_area::person_in;
use super::leave_household::end_home::end_if_empty;
use super::make_pass::Desk;
use super::move_person::{Passes, end_of_old_door};
use super::read_person::UNDO_MILLIS;
use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use gatehouse_core::moment::Moment;
use gatehouse_store::audit::AuditNote;
use gatehouse_store::{Lane, Tx};
use std::sync::Arc;

/// Undoes the edit that made `version`.
///
/// # Errors
/// [`OpError::Stale`] where a later edit exists or nothing is kept to go back to.
pub async fn undo_person(
    app: &App,
    area: &AreaInScope,
    caller: &Arc<Caller>,
    person: &str,
    version: i64,
) -> Result<(), OpError> {
    let keys = keyring(app)?;
    let (area, by, person) = (area.clone(), caller.staff, person.to_owned());
    let at = app.world.now_millis();
    let undo = move |tx: &Tx<'_>| {
        let row = person_in(tx, &area, &person)?;
        let before = tx.person_before(row.shard, row.person)?;
        let ended = before.as_ref().and_then(|before| before.ended);
        let in_time = before.is_some_and(|before| at - before.changed_at < UNDO_MILLIS);
        if !in_time || !tx.undo_person_edit(row.shard, row.person, version)? {
            return Err(OpError::Stale);
        }
        // A move began another residence when it ended this one.
        let begun = row.household.filter(|_| row.state == "active");
        if let (Some((left, _)), Some(new)) = (ended, begun)
            && left != new
        {
            tx.drop_residence(row.shard, new, row.person)?;
            // What was made meanwhile for the door at which they do not live after all.
            let now = Moment::new(at, area.offset_minutes);
            let desk = Desk::new(tx, &keys, row.shard, now, Some(by));
            if let Some(home) = tx.household(row.shard, left)? {
                end_of_old_door(&desk, row.person, &home, Passes::End)?;
            }
            end_if_empty(&desk, new)?;
        }
        tx.append_audit(&AuditNote {
            shard: row.shard,
            at,
            kind: "person.undo",
            actor: Some(by),
            commitment: None,
            body: b"",
        })?;
        Ok(())
    };
    app.store.try_write(Lane::People, undo).await?;
    app.gates.read_anew();
    Ok(())
}
