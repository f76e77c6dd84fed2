//! Two records of one person become one. Both ids stay; a merge never moves an order, so a record
//! that an order names is not merged (design §3).

use super::hold_gate::keyring;
use super::in_area::person_in;
use super::note::note;
use super::read_person::UNDO_MILLIS;
use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use gatehouse_core::id::StaffId;
use gatehouse_core::moment::Moment;
use gatehouse_store::household::ResidenceRow;
use gatehouse_store::person::PersonRow;
use gatehouse_store::person_before::PersonEdit;
use gatehouse_store::{Chance, Lane, StoreError, Tx, Vault};
use std::sync::Arc;

/// What comes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merged {
    /// The first record now points to the second.
    Done,
    /// An order names the record that would go.
    HasOrder,
    /// The same record twice, or one that is no longer in use.
    NotTwo,
}

/// Merges `from` into `into`, which both lie in the area.
///
/// # Errors
/// [`OpError::Stale`] where `from` was changed meanwhile; [`OpError::NotFound`].
pub async fn merge_person(
    app: &App,
    area: &AreaInScope,
    caller: &Arc<Caller>,
    from: (&str, i64),
    into: &str,
) -> Result<Merged, OpError> {
    let keys = keyring(app)?;
    let chance = Chance::new(app.world.bytes());
    let at = app.world.now_millis();
    let today = Moment::new(at, area.offset_minutes).day();
    let (area, by) = (area.clone(), caller.staff);
    let (from, version, into) = (from.0.to_owned(), from.1, into.to_owned());
    let merge = move |tx: &Tx<'_>| {
        let from = person_in(tx, &area, &from)?;
        let Ok(into) = person_in(tx, &area, &into) else {
            return Ok(Merged::NotTwo);
        };
        let usable = |row: &PersonRow| row.state != "merged";
        if from.person == into.person || !usable(&from) || !usable(&into) {
            return Ok(Merged::NotTwo);
        }
        if from.version != version {
            return Err(OpError::Stale);
        }
        if !tx.orders_of_person(from.shard, from.person)?.is_empty() {
            return Ok(Merged::HasOrder);
        }
        let shard = from.shard;
        let residences = tx.residences_of_person(shard, from.person)?;
        let current = residences.iter().find(|home| home.until_on.is_none());
        if let Some(home) = current {
            tx.end_residence(home, today.max(home.from_on))?;
        }
        let edited = PersonRow {
            state: "merged".to_owned(),
            merged_into: Some(into.person),
            household: None,
            ..from
        };
        end_record(tx, &keys.vault, &edited, current, (by, at), &chance)?;
        note(tx, Some(shard), by, at, "person.merge", b"")?;
        Ok(Merged::Done)
    };
    app.store.try_write(Lane::People, merge).await
}

/// Writes a record that is no longer in use here, with the home that ended with it, so that it can
/// be taken back for a while.
///
/// # Errors
/// The database.
pub(super) fn end_record(
    tx: &Tx<'_>,
    vault: &Vault,
    edited: &PersonRow,
    home: Option<&ResidenceRow>,
    (by, at): (StaffId, i64),
    chance: &Chance,
) -> Result<(), StoreError> {
    let edit = PersonEdit {
        row: edited,
        plain: None,
        ended: home.map(|home| (home.household, home.from_on)),
        by,
        at,
    };
    tx.edit_person(vault, &edit, chance)?;
    tx.forget_old_edits(edited.shard, at - UNDO_MILLIS)?;
    Ok(())
}
