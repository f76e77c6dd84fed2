//! A pass is ended early for one of seven reasons, and but for "moved out" and "died" a new one
//! is made in the same step (design §4, PASS-2). It is no way to keep somebody in: only an order
//! of two offices does that, and whoever lives here is let home without a pass (GATE-15).

use crate::app::App;
use crate::error::OpError;
use crate::keyring::Keyring;
use crate::message::Message;
use crate::ops::hold_gate::keyring;
use crate::ops::leave_household::end_home::is_lived_in;
use crate::ops::make_pass::{Desk, Made, PassWish, hint_of};
use crate::ops::pass_rules::{of_word, word_of};
use crate::ops::tell_person::{Contact, Told, tell_person};
use gatehouse_core::id::{AreaId, PassId, PersonId, StaffId, VehicleId};
use gatehouse_core::moment::Moment;
use gatehouse_core::pass::{Hint, PassKind, RevocationReason, StatusLists, verify_bytes};
use gatehouse_core::person::WorkerClass;
use gatehouse_store::pass::{PassRow, Revocation};
use gatehouse_store::person::PersonRow;
use gatehouse_store::{Lane, Shard, StoreError, Tx};
use std::sync::Arc;

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Revoking {
    /// Which pass.
    pub pass: PassId,
    /// Why.
    pub reason: RevocationReason,
    /// The id of the new one, made when the form was made; `None` where none is wanted.
    pub replacement: Option<PassId>,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Revoked {
    /// It is ended, now or by the same request sent before; the new one, where there is one.
    Done(Option<PassId>),
    /// It was ended before, for this reason.
    Before(Box<PassRow>),
    /// Replaced means that there is a new one.
    NeedsReplacement,
    /// The old one is ended; no key of this installation may issue a new one here.
    NoIssuer,
    /// Replaced means that there is a new one, and nobody is there to hold it: who it names left,
    /// or lives at another door. The old one stays as it was.
    NobodyHolds,
    /// Replaced means that there is a new one, and no key of this installation may issue it here.
    /// The old one stays as it was.
    StaysAsIs,
}

const NO_ISSUER_CODE: &str = "P-ISSUER";
/// What was begun is undone: the old pass stays.
const NO_ISSUER: OpError = OpError::NotTaken {
    code: NO_ISSUER_CODE,
    detail: "No key of this installation may issue the new pass here; the old one stays.",
};

/// Ends a pass and makes the new one.
///
/// # Errors
/// [`OpError::NotFound`] for a pass that is not in the area.
pub async fn revoke_pass(
    app: &App,
    shard: Shard,
    within: AreaId,
    offset_minutes: i16,
    staff: StaffId,
    revoking: Revoking,
) -> Result<Revoked, OpError> {
    let keys = keyring(app)?;
    let now = Moment::new(app.world.now_millis(), offset_minutes);
    let revoke = move |tx: &Tx<'_>| {
        let keys = Arc::clone(&keys);
        let desk = Desk::new(tx, &keys, shard, now, Some(staff));
        revoke(&desk, within, &revoking)
    };
    let revoked = match app.store.try_write(Lane::People, revoke).await {
        Err(error) if is_without_issuer(&error) => Revoked::StaysAsIs,
        revoked => revoked?,
    };
    app.gates.read_anew();
    Ok(revoked)
}

/// Whether nothing was written because no key may issue the new pass.
pub fn is_without_issuer(error: &OpError) -> bool {
    matches!(error, OpError::NotTaken { code, .. } if *code == NO_ISSUER_CODE)
}

/// The same inside a transaction.
///
/// # Errors
/// As [`revoke_pass`]; and one of which [`is_without_issuer`] is true, which undoes all.
pub fn revoke(desk: &Desk<'_>, within: AreaId, asked: &Revoking) -> Result<Revoked, OpError> {
    let (tx, shard) = (desk.tx, desk.shard);
    let old = pass_in(tx, shard, within, asked.pass)?;
    let reason = word_of(asked.reason);
    if let Some(before) = &old.revocation {
        let same = before.reason == reason
            && (old.replaced_by == asked.replacement || was_ended_by_caller(desk, old.pass)?);
        return Ok(match same {
            true => Revoked::Done(old.replaced_by),
            false => Revoked::Before(Box::new(old)),
        });
    }
    let replacement = asked
        .replacement
        .filter(|_| asked.reason.offers_replacement());
    if asked.reason == RevocationReason::Replaced && replacement.is_none() {
        return Ok(Revoked::NeedsReplacement);
    }
    let wish = match replacement {
        Some(pass) => again(desk, &old, pass)?,
        None => None,
    };
    let is_swap = asked.reason == RevocationReason::Replaced;
    if is_swap && wish.is_none() {
        return Ok(Revoked::NobodyHolds);
    }
    // First the old one, then the new: at no moment are there two.
    let revocation = Revocation {
        at: desk.now.millis,
        reason: reason.clone(),
    };
    tx.revoke_pass(shard, old.pass, &revocation, None)?;
    desk.note(old.pass, old.area, "revoked", &reason)?;
    let made = match &wish {
        Some(wish) => Some(desk.make(wish)?),
        None => None,
    };
    let revoked = match made {
        None => Revoked::Done(None),
        Some(Made::Issued(pass) | Made::HasOne(pass)) => {
            tx.name_replacement(shard, old.pass, pass)?;
            tx.replace_helper_pass(shard, old.pass, pass)?;
            Revoked::Done(Some(pass))
        }
        Some(Made::NoIssuer) if is_swap => return Err(NO_ISSUER),
        Some(Made::NoIssuer) => Revoked::NoIssuer,
    };
    tx.note_change(shard, "pass", desk.now.millis)?;
    tell_holder(desk, &old, asked.reason, &revoked)?;
    Ok(revoked)
}

/// Whether whoever asks now ended the pass before: a second click, whatever came of the new one.
fn was_ended_by_caller(desk: &Desk<'_>, pass: PassId) -> Result<bool, StoreError> {
    let events = desk.tx.events_of_pass(desk.shard, pass)?;
    let mut ended = events.iter().filter(|event| event.kind == "revoked");
    Ok(ended.any(|event| event.staff.is_some() && event.staff == desk.staff))
}

/// The holder is told that a pass of theirs ended, or that the new one is there. Nobody is told
/// anything where somebody died.
fn tell_holder(
    desk: &Desk<'_>,
    old: &PassRow,
    reason: RevocationReason,
    revoked: &Revoked,
) -> Result<(), StoreError> {
    let (is_vehicle, is_dead) = (old.kind == "vehicle", reason == RevocationReason::Died);
    let Some(holder) = old.holder.filter(|_| !is_vehicle && !is_dead) else {
        return Ok(());
    };
    let told = Told {
        shard: desk.shard,
        area: old.area,
        person: PersonId(holder),
        about: &old.pass.0,
        at: desk.now.millis,
    };
    let is_new = matches!(revoked, Revoked::Done(Some(_)));
    tell_person(
        desk.tx,
        told,
        |Contact { office, phone, .. }| match is_new {
            true => Message::PassReplaced { office, phone },
            false => Message::PassEnded { phone },
        },
    )
}

/// The same pass once more, with a new number and term; `None` where its holder is gone.
fn again(desk: &Desk<'_>, old: &PassRow, pass: PassId) -> Result<Option<PassWish>, StoreError> {
    let Some(kind) = of_word::<PassKind>(&old.kind) else {
        return Ok(None);
    };
    let (tx, shard) = (desk.tx, desk.shard);
    let mut wish = PassWish {
        pass,
        kind,
        area: old.area,
        household: old.household,
        holder: old.holder,
        worker_class: None,
        hint: said(desk.keys, old),
        why: "replacement",
    };
    if let Some(home) = old.household
        && !kind.is_of_household()
        && !is_lived_in(tx, shard, home)?
    {
        return Ok(None);
    }
    if let (Some(holder), true) = (old.holder, kind != PassKind::Vehicle) {
        let person = tx.kept_record(shard, PersonId(holder))?;
        let person = tx.masked_person(&desk.keys.vault, shard, person)?;
        let Some((person, masked)) = person.filter(|(person, _)| person.state == "active") else {
            return Ok(None);
        };
        if kind.is_of_household() && !at_own_door(&mut wish, &person) {
            return Ok(None);
        }
        wish.holder = Some(person.person.0);
        let class = person.worker_class.as_deref();
        wish.worker_class = class.and_then(WorkerClass::from_code);
        let hint = hint_of(kind, masked.as_deref(), &person.sex, person.birth_year);
        wish.hint = hint.or(wish.hint);
    } else if let Some(vehicle) = old.holder {
        let vehicle = tx.vehicle(shard, VehicleId(vehicle))?;
        let Some(vehicle) = vehicle.filter(|vehicle| vehicle.ended_on.is_none()) else {
            return Ok(None);
        };
        wish.hint = Some(Hint::Plate(vehicle.plate));
    }
    Ok(Some(wish))
}

/// A resident's new card names the door at which they live now; whoever rents has the landlord's
/// yes for one door only (HN 三(三)二). Says whether they can have one.
fn at_own_door(wish: &mut PassWish, person: &PersonRow) -> bool {
    let is_theirs = word_of(wish.kind) == person.kind;
    let has_moved = person.household != wish.household;
    let needs_yes = wish.kind == PassKind::TemporaryResident && has_moved;
    (wish.area, wish.household) = (person.area, person.household);
    is_theirs && !needs_yes && person.household.is_some()
}

/// What the old card says of its bearer; `None` where its signature no longer verifies.
fn said(keys: &Keyring, old: &PassRow) -> Option<Hint> {
    let moment = Moment::new(old.from_at, 480);
    let lists = StatusLists::default();
    let found = verify_bytes(&old.credential, &keys.list, &lists, &[old.area], moment);
    found.credential()?.hint.clone()
}

/// A pass of the area.
pub fn pass_in(
    tx: &gatehouse_store::ReadTx<'_>,
    shard: Shard,
    within: AreaId,
    pass: PassId,
) -> Result<PassRow, OpError> {
    let row = tx.pass(shard, pass)?.ok_or(OpError::NotFound)?;
    let path = tx.area_path(row.area)?;
    path.iter()
        .any(|area| area.area == within)
        .then_some(row)
        .ok_or(OpError::NotFound)
}
