//! The guard on duty rings a household about a visitor who waits. The number opens for that one
//! purpose, within a limit, on record, shown to the person as office and purpose (SCOPE-5). Whoever
//! asked not to be rung is not: the guard asks the office.

use super::find_resident::ResidentCaller;
use crate::app::App;
use crate::auth::access::{AreaInScope, GateInScope};
use crate::auth::caller::Caller;
use crate::auth::role::Permission;
use crate::error::OpError;
use crate::ops::hold_gate::keyring;
use crate::ops::in_area::household_in;
use crate::ops::note::note;
use crate::ops::tell_person::contact;
use gatehouse_core::id::{HouseholdId, PersonId, StaffId};
use gatehouse_core::moment::Moment;
use gatehouse_core::person::search::{SearchKind, terms_for_query};
use gatehouse_store::lookup_budget::{LookupBudget, LookupLimit};
use gatehouse_store::person::PersonField;
use gatehouse_store::person_view::Viewer;
use gatehouse_store::visit::VisitRow;
use gatehouse_store::{Lane, ReadTx, Shard, StoreError, Tx, Vault};

/// What the number is opened for, as the person reads it.
pub const PURPOSE: &str = "call_about_visitor";
/// Numbers that one guard may open in an hour (local choice: a visitor every two minutes).
pub const CALLS: LookupLimit = LookupLimit {
    lookups: 30,
    window_millis: 3_600_000,
};

/// Whom to ring.
#[derive(Clone, PartialEq, Eq)]
pub enum Call {
    /// This number, of this person.
    Ring {
        /// Surname and mask, as kept.
        masked: Option<String>,
        /// In the clear.
        phone: String,
        /// Whether somebody else there has a number too, for when nobody answers.
        has_next: bool,
    },
    /// Not the household: it asked for that, or no number of it is kept. The office's number.
    AskOffice(String),
    /// The caller is not on duty at this gate.
    NotOnDuty,
    /// The household has said already.
    Answered,
    /// The visit is not of today.
    OtherDay,
    /// The limit of this hour is reached; until when, milliseconds UTC.
    UsedUpUntil(i64),
}

/// Opens the `nth` number of the household that a visit is for; whom the visitor named is first.
///
/// # Errors
/// [`OpError::NotFound`] for a visit of another gate, or to a door that is none of ours.
pub async fn call_household(
    app: &App,
    caller: &Caller,
    gate: &GateInScope,
    visit: [u8; 16],
    nth: usize,
) -> Result<Call, OpError> {
    let (keys, gate) = (keyring(app)?, gate.clone());
    let viewer = Viewer {
        staff: Some(caller.staff),
        organisation: caller.office_in(Permission::CallHousehold, &gate.path),
        purpose: PURPOSE.to_owned(),
        at: app.world.now_millis(),
        salt: app.world.bytes(),
    };
    let staff = caller.staff;
    let today = Moment::new(viewer.at, gate.offset_minutes).day();
    let call = move |tx: &Tx<'_>| {
        let shard = gate.shard;
        let row = tx.visit(shard, visit)?;
        let row = row.filter(|row| row.gate == gate.gate);
        let row = row.ok_or(OpError::NotFound)?;
        let household = row.household.ok_or(OpError::NotFound)?;
        if !is_on_duty(tx, &gate, staff)? {
            return Ok(Call::NotOnDuty);
        }
        if row.answer.is_some() {
            return Ok(Call::Answered);
        }
        if row.day != today {
            return Ok(Call::OtherDay);
        }
        let people = to_ring(tx, &keys.vault, &row, household)?;
        let may_ring = tx.no_call_since(shard, household)?.is_none();
        let Some(person) = people.get(nth).copied().filter(|_| may_ring) else {
            let office = contact(tx, shard, row.area)?;
            return Ok(Call::AskOffice(office.phone.text().to_owned()));
        };
        let budget = tx.spend_lookup(staff, "call", CALLS, viewer.at)?;
        if let LookupBudget::UsedUpUntil(at) = budget {
            return Ok(Call::UsedUpUntil(at));
        }
        let fields = &[PersonField::Phone];
        let plain = tx.reveal(&keys.vault, shard, person, fields, &viewer)?;
        let masked = tx.masked_person(&keys.vault, shard, person)?;
        Ok(Call::Ring {
            masked: masked.and_then(|(_, masked)| masked),
            phone: plain.and_then(|plain| plain.phone).unwrap_or_default(),
            has_next: people.len() > nth + 1,
        })
    };
    app.store.try_write(Lane::People, call).await
}

/// Whether somebody is among the guards of a shift that runs at a gate.
fn is_on_duty(tx: &ReadTx<'_>, gate: &GateInScope, staff: StaffId) -> Result<bool, StoreError> {
    for shift in tx.running_shifts(gate.shard, gate.gate)? {
        if tx
            .guards_of_shift(gate.shard, shift.shift)?
            .contains(&staff)
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Who of a household has a telephone: whom the visitor named, then the oldest first.
fn to_ring(
    tx: &ReadTx<'_>,
    vault: &Vault,
    row: &VisitRow,
    household: HouseholdId,
) -> Result<Vec<PersonId>, StoreError> {
    let mut people = tx.persons_with_phone(row.shard, household)?;
    let whom = tx.visit_plain(vault, row.shard, row.visit)?;
    let terms = terms_for_query(&whom.map(|plain| plain.whom).unwrap_or_default());
    let Some(term) = terms.iter().find(|term| term.kind == SearchKind::FullName) else {
        return Ok(people);
    };
    let token = vault.token(&term.reveal_bytes());
    for at in 0..people.len() {
        if tx.tokens_of_person(row.shard, people[at])?.contains(&token) {
            people[..=at].rotate_right(1);
            break;
        }
    }
    Ok(people)
}

/// Whether a household wants to be rung about visitors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Calls {
    /// It may be rung.
    Wanted,
    /// It asked not to be.
    Unwanted,
}

impl Calls {
    /// Of a form.
    pub fn named(word: &str) -> Option<Calls> {
        match word {
            "yes" => Some(Calls::Wanted),
            "no" => Some(Calls::Unwanted),
            _ => None,
        }
    }

    fn since(asked_at: Option<i64>) -> Calls {
        asked_at.map_or(Calls::Wanted, |_| Calls::Unwanted)
    }
}

/// A resident says it for their household.
///
/// # Errors
/// [`OpError::NotFound`] for somebody who lives at no door.
pub async fn wish_calls(app: &App, resident: &ResidentCaller, calls: Calls) -> Result<(), OpError> {
    let household = resident.household.ok_or(OpError::NotFound)?;
    let (shard, at) = (resident.shard, app.world.now_millis());
    let write = move |tx: &Tx<'_>| keep(tx, (shard, household), calls, at, None);
    Ok(app.store.write(Lane::People, write).await?)
}

/// What a resident's household said.
///
/// # Errors
/// The database's.
pub async fn calls_of(app: &App, resident: &ResidentCaller) -> Result<Calls, OpError> {
    let Some(household) = resident.household else {
        return Ok(Calls::Wanted);
    };
    household_calls(app, (resident.shard, household)).await
}

/// What a household said.
///
/// # Errors
/// The database's.
pub async fn household_calls(
    app: &App,
    (shard, household): (Shard, HouseholdId),
) -> Result<Calls, OpError> {
    let read = move |tx: &ReadTx<'_>| tx.no_call_since(shard, household);
    Ok(Calls::since(app.store.read(read).await?))
}

/// The office writes it down for a household of the area.
///
/// # Errors
/// [`OpError::NotFound`] for a household of elsewhere.
pub async fn note_calls(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    household: &str,
    calls: Calls,
) -> Result<(), OpError> {
    let (area, household) = (area.clone(), household.to_owned());
    let (staff, at) = (caller.staff, app.world.now_millis());
    let write = move |tx: &Tx<'_>| {
        let row = household_in(tx, &area, &household)?;
        let home = (row.shard, row.household);
        keep(tx, home, calls, at, Some(staff))?;
        let about = &row.household.0;
        note(tx, Some(row.shard), staff, at, "household.calls", about)?;
        Ok::<_, OpError>(())
    };
    app.store.try_write(Lane::People, write).await
}

fn keep(
    tx: &Tx<'_>,
    (shard, household): (Shard, HouseholdId),
    calls: Calls,
    at: i64,
    staff: Option<StaffId>,
) -> Result<(), StoreError> {
    match calls {
        Calls::Unwanted => tx.insert_no_call(shard, household, at, staff),
        Calls::Wanted => tx.delete_no_call(shard, household),
    }
}
