//! Two records of one person become one. Both ids stay; a merge never moves an order, so a record
//! that an order names is not merged (design §3). One person has one valid pass of a kind (PASS-1):
//! what the record that goes has twice, or for a door at which the person does not live, ends.

use super::apply_for_pass::known_already::may_hold;
use super::end_application::end_waiting;
use super::hold_gate::keyring;
use super::in_area::person_in;
use super::leave_household::end_home::end_if_empty;
use super::make_pass::Desk;
use super::note::note;
use super::pass_rules::of_word;
use super::read_person::UNDO_MILLIS;
use super::revoke_pass::{Revoking, revoke};
use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use gatehouse_core::id::{HouseholdId, StaffId};
use gatehouse_core::moment::Moment;
use gatehouse_core::pass::{PassKind, RevocationReason};
use gatehouse_store::application::ApplicationRow;
use gatehouse_store::household::ResidenceRow;
use gatehouse_store::pass::PassRow;
use gatehouse_store::person::PersonRow;
use gatehouse_store::person_before::PersonEdit;
use gatehouse_store::{Chance, Lane, StoreError, Tx, Vault};
use std::sync::Arc;

/// Most of one person that waits and is looked at.
const WAITING_MOST: u32 = 500;

/// What comes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merged {
    /// The first record now points to the second.
    Done,
    /// An order names the record that would go.
    HasOrder,
    /// The same record twice, or one that is no longer in use.
    NotTwo,
    /// The record that would stay is of somebody who lives nowhere here, or has left, and the one
    /// that would go is of somebody who does: merged so, they would lose their home.
    OtherWay,
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
        if from.state == "active" && loses_home(&from, &into) {
            return Ok(Merged::OtherWay);
        }
        let shard = from.shard;
        let residences = tx.residences_of_person(shard, from.person)?;
        let current = residences.iter().find(|home| home.until_on.is_none());
        if let Some(home) = current {
            tx.end_residence(home, today.max(home.from_on))?;
        }
        let now = Moment::new(at, area.offset_minutes);
        let desk = Desk::new(tx, &keys, shard, now, Some(by));
        // Looked at while each record has its own.
        end_what_is_twice(&desk, &from, &into)?;
        let edited = PersonRow {
            state: "merged".to_owned(),
            merged_into: Some(into.person),
            household: None,
            ..from
        };
        end_record(tx, &keys.vault, &edited, current, (by, at), &chance)?;
        if let Some(home) = current {
            end_if_empty(&desk, home.household)?;
        }
        note(tx, Some(shard), by, at, "person.merge", b"")?;
        Ok(Merged::Done)
    };
    let merged = app.store.try_write(Lane::People, merge).await?;
    app.gates.read_anew();
    Ok(merged)
}

fn loses_home(from: &PersonRow, into: &PersonRow) -> bool {
    into.state != "active" || (from.household.is_some() && into.household.is_none())
}

/// The passes and applications of a record that goes: those stay that whoever is kept can have and
/// does not have yet.
fn end_what_is_twice(desk: &Desk<'_>, from: &PersonRow, into: &PersonRow) -> Result<(), OpError> {
    let (tx, shard, now) = (desk.tx, desk.shard, desk.now.millis);
    let in_use = |row: &PassRow| row.revocation.is_none() && row.expires_at > now;
    let mut kept = tx.passes_of_holder(shard, &into.person.0)?;
    kept.retain(in_use);
    for pass in tx.passes_of_holder(shard, &from.person.0)? {
        if !in_use(&pass) {
            continue;
        }
        let can_hold = can_hold(into, &pass.kind, pass.household);
        let is_twice =
            |one: &PassRow| is_same(&pass.kind, pass.household, &one.kind, one.household);
        if can_hold && !kept.iter().any(is_twice) {
            kept.push(pass);
            continue;
        }
        let asked = Revoking {
            pass: pass.pass,
            reason: RevocationReason::IssuedInError,
            replacement: None,
        };
        revoke(desk, pass.area, &asked)?;
    }
    let mut waiting = tx.waiting_of_holder(shard, into.person, WAITING_MOST)?;
    for row in tx.waiting_of_holder(shard, from.person, WAITING_MOST)? {
        let home = Some(row.household);
        let has_pass = |one: &PassRow| is_same(&row.kind, home, &one.kind, one.household);
        let waits = |one: &ApplicationRow| is_same(&row.kind, home, &one.kind, Some(one.household));
        if !can_hold(into, &row.kind, home) {
            end_waiting(desk, row, "moved_out")?;
        } else if kept.iter().any(has_pass) || waiting.iter().any(waits) {
            end_waiting(desk, row, "has_one")?;
        } else {
            let row = ApplicationRow {
                holder: Some(into.person),
                ..row
            };
            tx.update_application(&row)?;
            waiting.push(row);
        }
    }
    Ok(tx.hand_applications(shard, from.person, into.person)?)
}

/// A helper has one for each household that agreed, everybody else one of a kind (PASS-1).
fn is_same(
    kind: &str,
    household: Option<HouseholdId>,
    other: &str,
    other_household: Option<HouseholdId>,
) -> bool {
    kind == other && (kind != "helper" || household == other_household)
}

fn can_hold(row: &PersonRow, kind: &str, household: Option<HouseholdId>) -> bool {
    of_word::<PassKind>(kind).is_some_and(|kind| match household {
        Some(home) => may_hold(row, kind, home),
        None => kind == PassKind::Worker && row.worker_class.is_some(),
    })
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
