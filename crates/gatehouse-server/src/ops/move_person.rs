//! Somebody moves from one door to another in one step: the old residence ends, the new one begins.
//! What they asked for at the old door ends, and so do the passes that name it; within a compound
//! they can be kept until the new card, which names the new door, is made in their place.

use super::add_person::{Basis, residence};
use super::hold_gate::keyring;
use super::in_area::lies_in;
use super::leave_household::end_home::end_if_empty;
use super::leave_household::{Left, end_applications, end_passes};
use super::make_pass::Desk;
use super::merge_person::end_record;
use super::note::note;
use super::pass_rules::of_word;
use super::person_form::{NotSaved, as_shown};
use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use crate::ops::resident::door::{self, TypedDoor};
use gatehouse_core::complaint::{Complaint, ComplaintCode};
use gatehouse_core::id::{AreaId, HouseholdId, PersonId};
use gatehouse_core::moment::{CivilDay, Moment};
use gatehouse_core::pass::PassKind;
use gatehouse_store::household::HouseholdRow;
use gatehouse_store::person::PersonRow;
use gatehouse_store::{Chance, Lane, Shard, Tx};
use std::sync::Arc;

/// What becomes of the passes that name the old door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passes {
    /// They end now.
    End,
    /// Those that open the compound of the new door stay until they are replaced.
    Keep,
}

/// What was sent.
#[derive(Clone, Debug)]
pub struct MoveAsked {
    /// Who.
    pub person: String,
    /// The version that was on the form.
    pub version: i64,
    /// Compound or village of the new door; empty is that of the old one.
    pub compound: String,
    /// The new door.
    pub door: TypedDoor,
    /// `permanent`, `tenant`, `lodger`.
    pub basis: String,
    /// Landlord or host: whole telephone, whole number or full name.
    pub landlord: String,
    /// First day there; empty is today.
    pub from_on: String,
    /// What becomes of the passes.
    pub passes: Passes,
}

/// Writes it down.
///
/// # Errors
/// [`NotSaved`]: then nothing was written.
pub async fn move_person(
    app: &App,
    area: &AreaInScope,
    caller: &Arc<Caller>,
    asked: MoveAsked,
) -> Result<(), NotSaved> {
    let keys = keyring(app)?;
    let chance = Chance::new(app.world.bytes());
    let at = app.world.now_millis();
    let today = Moment::new(at, area.offset_minutes).day();
    let (area, by) = (area.clone(), caller.staff);
    let go = move |tx: &Tx<'_>| {
        let row = as_shown(tx, &keys.vault, &area, &asked.person, asked.version)?;
        let shard = row.shard;
        let home = new_home(tx, &area, &row, &asked, today)?;
        let residences = tx.residences_of_person(shard, row.person)?;
        let current = residences.iter().find(|home| home.until_on.is_none());
        let basis = Basis {
            word: &asked.basis,
            landlord: &asked.landlord,
            from_on: &asked.from_on,
        };
        let new = residence(tx, &keys.vault, &home, row.person, basis, today)?;
        if let Some(old) = current {
            // The day of the move is the first there, so that no day counts at two doors.
            let last = CivilDay(new.from_on.0 - 1);
            if last < old.from_on {
                return Err(complaint("from_on", ComplaintCode::EndBeforeStart));
            }
            tx.end_residence(old, last)?;
        }
        tx.insert_residence(&new)?;
        let person = row.person;
        let edited = PersonRow {
            household: Some(home.household),
            area: home.area,
            kind: kind_there(&row, &new.basis),
            ..row
        };
        end_record(tx, &keys.vault, &edited, current, (by, at), &chance)?;
        let now = Moment::new(at, area.offset_minutes);
        let desk = Desk::new(tx, &keys, shard, now, Some(by));
        end_of_old_door(&desk, person, &home, asked.passes)?;
        if let Some(old) = current {
            end_if_empty(&desk, old.household)?;
        }
        note(tx, Some(shard), by, at, "person.move", new.basis.as_bytes())?;
        Ok::<_, NotSaved>(())
    };
    app.store.try_write(Lane::People, go).await?;
    app.gates.read_anew();
    Ok(())
}

/// What names a door as theirs at which they no longer live.
///
/// # Errors
/// The database's.
pub(super) fn end_of_old_door(
    desk: &Desk<'_>,
    person: PersonId,
    home: &HouseholdRow,
    passes: Passes,
) -> Result<(), OpError> {
    let is_old = |kind: &str, household: Option<HouseholdId>| {
        let of_home = of_word(kind).is_some_and(|kind: PassKind| kind.is_of_household());
        of_home && household != Some(home.household)
    };
    let stays = |area: AreaId| passes == Passes::Keep && area == home.area;
    end_passes(desk, person, Left::Moved, |row| {
        is_old(&row.kind, row.household) && !stays(row.area)
    })?;
    end_applications(desk, person, Left::Moved, |row| {
        is_old(&row.kind, Some(row.household))
    })?;
    Ok(())
}

/// The door, in the area of whoever writes it down.
fn new_home(
    tx: &Tx<'_>,
    area: &AreaInScope,
    row: &PersonRow,
    asked: &MoveAsked,
    today: CivilDay,
) -> Result<HouseholdRow, NotSaved> {
    let compound = match asked.compound.trim() {
        "" => row.area,
        typed => AreaId::parse(typed).ok_or(complaint("room", ComplaintCode::NoSuchDoor))?,
    };
    lies_in(tx, compound, area)?;
    let home = home_behind(tx, row.shard, compound, &asked.door)?;
    let home = home.filter(|home| home.holds_on(today));
    let home = home.ok_or(complaint("room", ComplaintCode::NoSuchDoor))?;
    match row.household == Some(home.household) {
        true => Err(complaint("room", ComplaintCode::SameDoor)),
        false => Ok(home),
    }
}

fn home_behind(
    tx: &Tx<'_>,
    shard: Shard,
    compound: AreaId,
    typed: &TypedDoor,
) -> Result<Option<HouseholdRow>, NotSaved> {
    match door::find(tx, shard, compound, typed)? {
        Some(found) => Ok(tx.household(shard, found)?),
        None => Ok(None),
    }
}

/// Who lives somewhere for a time is a temporary resident; who works here stays what they are.
fn kind_there(row: &PersonRow, basis: &str) -> String {
    match (row.kind.as_str(), basis) {
        ("resident" | "temporary_resident", "permanent") => "resident".to_owned(),
        ("resident" | "temporary_resident", _) => "temporary_resident".to_owned(),
        (kind, _) => kind.to_owned(),
    }
}

fn complaint(field: &'static str, code: ComplaintCode) -> NotSaved {
    NotSaved::Complaints(vec![Complaint::new(field, code)])
}
