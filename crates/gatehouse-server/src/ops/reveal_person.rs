//! Opening the name, number or telephone of one person: with a purpose from the list, within a
//! limit, on record, and shown to the person as office and purpose (SCOPE-5).

use super::hold_gate::keyring;
use super::in_area::person_in;
use super::purpose;
use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use crate::auth::role::Permission;
use crate::error::OpError;
use gatehouse_store::lookup_budget::{LookupBudget, LookupLimit};
use gatehouse_store::person::{PersonField, PersonPlain, PersonRow};
use gatehouse_store::person_view::Viewer;
use gatehouse_store::{Lane, Tx};

/// People whom one member of staff may open in an hour (local choice: a street of doors, not a
/// register).
pub const REVEALS: LookupLimit = LookupLimit {
    lookups: 30,
    window_millis: 3_600_000,
};

/// What was sent.
#[derive(Clone, Debug)]
pub struct RevealAsked {
    /// Whose.
    pub person: String,
    /// What for.
    pub purpose: String,
    /// Which values.
    pub fields: Vec<PersonField>,
}

/// What comes of it.
pub enum Revealed {
    /// The values.
    Plain(Box<(PersonRow, PersonPlain)>),
    /// No purpose of the list was chosen, or no field.
    NothingChosen,
    /// The limit of this hour is reached; until when, milliseconds UTC.
    UsedUpUntil(i64),
}

/// Opens the values; the row about it is written in the same transaction.
///
/// # Errors
/// [`OpError::NotFound`] for a person of elsewhere, or one who has been erased.
pub async fn reveal_person(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    asked: RevealAsked,
) -> Result<Revealed, OpError> {
    let keys = keyring(app)?;
    let viewer = viewer(app, area, caller);
    let (area, staff) = (area.clone(), caller.staff);
    let reveal = move |tx: &Tx<'_>| {
        let row = person_in(tx, &area, &asked.person)?;
        let Some(purpose) = purpose::named(purpose::REVEAL, &asked.purpose) else {
            return Ok(Revealed::NothingChosen);
        };
        if asked.fields.is_empty() {
            return Ok(Revealed::NothingChosen);
        }
        if let LookupBudget::UsedUpUntil(at) =
            tx.spend_lookup(staff, "reveal", REVEALS, viewer.at)?
        {
            return Ok(Revealed::UsedUpUntil(at));
        }
        let viewer = Viewer {
            purpose: purpose.to_owned(),
            ..viewer.clone()
        };
        let plain = tx.reveal(&keys.vault, row.shard, row.person, &asked.fields, &viewer)?;
        let plain = plain.ok_or(OpError::NotFound)?;
        Ok(Revealed::Plain(Box::new((row, plain))))
    };
    app.store.try_write(Lane::People, reveal).await
}

/// The caller as whoever looks; the purpose is to be filled in.
pub fn viewer(app: &App, area: &AreaInScope, caller: &Caller) -> Viewer {
    Viewer {
        staff: Some(caller.staff),
        organisation: caller.office_in(Permission::RevealPeople, &area.path),
        purpose: String::new(),
        at: app.world.now_millis(),
        salt: app.world.bytes(),
    }
}
