//! A household's vehicles: recorded by plate (GA 36), corrected, ended. A corrected plate makes a
//! new pass in the place of the one that names the old plate; an ended vehicle's pass ends with it.

use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use crate::ops::hold_gate::keyring;
use crate::ops::in_area::household_in;
use crate::ops::make_pass::Desk;
use crate::ops::note::note;
use crate::ops::revoke_pass::{Revoked, Revoking, revoke};
use gatehouse_core::complaint::Complaint;
use gatehouse_core::id::{HouseholdId, PassId, VehicleId};
use gatehouse_core::moment::Moment;
use gatehouse_core::pass::RevocationReason;
use gatehouse_core::vehicle::VehicleDraft;
use gatehouse_store::application::ApplicationLine;
use gatehouse_store::household::HouseholdRow;
use gatehouse_store::pass::PassRow;
use gatehouse_store::vehicle::VehicleRow;
use gatehouse_store::{Lane, ReadTx, Shard, StoreError, Tx};

/// Most vehicles of one household (local choice).
const VEHICLES_MOST: usize = 20;

/// A vehicle, and its pass that is in use.
pub struct ShownVehicle {
    /// The row.
    pub row: VehicleRow,
    /// The pass.
    pub pass: Option<PassRow>,
}

/// What became of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VehicleKept {
    /// It is done.
    Done,
    /// Fields to put right.
    Complaints(Vec<Complaint>),
    /// The plate is recorded already, here or at another door of the county.
    Taken,
    /// The household has as many as are kept.
    Full,
    /// Somebody else changed it meanwhile.
    Stale,
    /// The same was sent before, and it is done.
    Before,
    /// It is done and the old pass is ended; no key of this installation may issue the new one.
    NoIssuer,
}

/// What is done with a vehicle.
#[derive(Clone, Debug)]
pub enum VehicleAct {
    /// It is recorded, with an id made with the form.
    Add(VehicleId, VehicleDraft),
    /// Its plate or kind was wrong; the version that was read.
    Correct(VehicleId, i64, VehicleDraft),
    /// It is no longer the household's; the version that was read.
    End(VehicleId, i64),
}

/// The vehicles of a household of the area.
///
/// # Errors
/// [`OpError::NotFound`] for a household of elsewhere.
pub async fn list_vehicles(
    app: &App,
    area: &AreaInScope,
    household: &str,
) -> Result<(HouseholdRow, Vec<ShownVehicle>), OpError> {
    let (area, household) = (area.clone(), household.to_owned());
    let now = app.world.now_millis();
    let read = move |tx: &ReadTx<'_>| {
        let home = household_in(tx, &area, &household)?;
        let mut shown = Vec::new();
        for row in tx.vehicles_of_household(home.shard, home.household)? {
            let pass = pass_in_use(tx, row.shard, row.vehicle, now)?;
            shown.push(ShownVehicle { row, pass });
        }
        shown.sort_by_key(|one| one.row.ended_on.is_some());
        Ok::<_, OpError>((home, shown))
    };
    app.store.try_read(read).await
}

fn pass_in_use(
    tx: &ReadTx<'_>,
    shard: Shard,
    vehicle: VehicleId,
    now: i64,
) -> Result<Option<PassRow>, StoreError> {
    let passes = tx.passes_of_holder(shard, &vehicle.0)?.into_iter();
    Ok(passes
        .rev()
        .find(|pass| pass.revocation.is_none() && pass.expires_at > now))
}

/// Records, corrects or ends a vehicle of a household of the area.
///
/// # Errors
/// [`OpError::NotFound`] for a household of elsewhere, or a vehicle that is not its.
pub async fn keep_vehicle(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    household: &str,
    act: VehicleAct,
) -> Result<VehicleKept, OpError> {
    let (keys, area, household) = (keyring(app)?, area.clone(), household.to_owned());
    let now = Moment::new(app.world.now_millis(), area.offset_minutes);
    let (staff, next) = (caller.staff, PassId(app.world.id()));
    let keep = move |tx: &Tx<'_>| {
        let home = household_in(tx, &area, &household)?;
        let desk = Desk::new(tx, &keys, home.shard, now, Some(staff));
        let (kept, kind, vehicle) = match &act {
            VehicleAct::Add(id, draft) => (add(&desk, &home, *id, draft)?, "add", id),
            VehicleAct::Correct(id, version, draft) => {
                let read = (*id, *version);
                (correct(&desk, &home, read, draft, next)?, "correct", id)
            }
            VehicleAct::End(id, version) => (end(&desk, &home, (*id, *version))?, "end", id),
        };
        if matches!(kept, VehicleKept::Done | VehicleKept::NoIssuer) {
            let kind = format!("vehicle.{kind}");
            note(tx, Some(home.shard), staff, now.millis, &kind, &vehicle.0)?;
        }
        Ok::<_, OpError>(kept)
    };
    let kept = app.store.try_write(Lane::People, keep).await?;
    app.gates.read_anew();
    Ok(kept)
}

fn add(
    desk: &Desk<'_>,
    home: &HouseholdRow,
    id: VehicleId,
    draft: &VehicleDraft,
) -> Result<VehicleKept, OpError> {
    let (tx, shard) = (desk.tx, desk.shard);
    let vehicle = match draft.check() {
        Ok(vehicle) => vehicle,
        Err(complaints) => return Ok(VehicleKept::Complaints(complaints)),
    };
    if let Some(there) = tx.vehicle(shard, id)? {
        // Sent twice.
        let same = there.household == Some(home.household);
        return same.then_some(VehicleKept::Done).ok_or(OpError::NotFound);
    }
    let plate = vehicle.plate().reveal_text();
    if !tx.vehicles_by_plate(shard, plate)?.is_empty() {
        return Ok(VehicleKept::Taken);
    }
    let known = tx.vehicles_of_household(shard, home.household)?;
    if known.iter().filter(|row| row.ended_on.is_none()).count() >= VEHICLES_MOST {
        return Ok(VehicleKept::Full);
    }
    tx.insert_vehicle(&VehicleRow {
        shard,
        vehicle: id,
        plate: plate.to_owned(),
        kind: vehicle.kind().code().to_owned(),
        household: Some(home.household),
        area: home.area,
        ended_on: None,
        version: 1,
    })?;
    Ok(VehicleKept::Done)
}

/// A vehicle of the household as it was read; `None` where it changed meanwhile.
fn as_read(
    desk: &Desk<'_>,
    home: &HouseholdRow,
    (id, version): (VehicleId, i64),
) -> Result<Option<VehicleRow>, OpError> {
    let row = desk.tx.vehicle(desk.shard, id)?;
    let row = row.filter(|row| row.household == Some(home.household));
    let row = row.ok_or(OpError::NotFound)?;
    let is_so = row.version == version && row.ended_on.is_none();
    Ok(is_so.then_some(row))
}

/// What changed since a form was made: just what it asks for, by a double click, or something else.
fn sent_twice(
    desk: &Desk<'_>,
    (id, version): (VehicleId, i64),
    is_so: impl Fn(&VehicleRow) -> bool,
) -> Result<VehicleKept, OpError> {
    let row = desk.tx.vehicle(desk.shard, id)?;
    let done = row.filter(|row| row.version == version + 1 && is_so(row));
    Ok(done.map_or(VehicleKept::Stale, |_| VehicleKept::Before))
}

fn correct(
    desk: &Desk<'_>,
    home: &HouseholdRow,
    read: (VehicleId, i64),
    draft: &VehicleDraft,
    next: PassId,
) -> Result<VehicleKept, OpError> {
    let (tx, shard) = (desk.tx, desk.shard);
    let vehicle = match draft.check() {
        Ok(vehicle) => vehicle,
        Err(complaints) => return Ok(VehicleKept::Complaints(complaints)),
    };
    let plate = vehicle.plate().reveal_text();
    let Some(mut row) = as_read(desk, home, read)? else {
        return sent_twice(desk, read, |row| {
            row.ended_on.is_none() && row.plate == plate && row.kind == vehicle.kind().code()
        });
    };
    let others = tx.vehicles_by_plate(shard, plate)?;
    if others.iter().any(|other| other.vehicle != row.vehicle) {
        return Ok(VehicleKept::Taken);
    }
    let is_other_plate = row.plate != plate;
    row.plate = plate.to_owned();
    row.kind = vehicle.kind().code().to_owned();
    tx.update_vehicle(&row)?;
    if is_other_plate {
        let reason = RevocationReason::IssuedInError;
        return end_pass(desk, &row, reason, Some(next));
    }
    Ok(VehicleKept::Done)
}

fn end(
    desk: &Desk<'_>,
    home: &HouseholdRow,
    read: (VehicleId, i64),
) -> Result<VehicleKept, OpError> {
    let Some(mut row) = as_read(desk, home, read)? else {
        return sent_twice(desk, read, |row| row.ended_on.is_some());
    };
    row.ended_on = Some(desk.now.day());
    desk.tx.update_vehicle(&row)?;
    end_pass(desk, &row, RevocationReason::ClassEnded, None)
}

/// Ends all vehicles of a household that nobody lives in, with their passes.
pub(super) fn end_vehicles(desk: &Desk<'_>, home: &HouseholdRow) -> Result<(), OpError> {
    let (tx, shard) = (desk.tx, desk.shard);
    for mut row in tx.vehicles_of_household(shard, home.household)? {
        if row.ended_on.is_none() {
            row.ended_on = Some(desk.now.day());
            tx.update_vehicle(&row)?;
            end_pass(desk, &row, RevocationReason::MovedOut, None)?;
            let (at, about) = (desk.now.millis, row.vehicle.0);
            if let Some(staff) = desk.staff {
                note(tx, Some(shard), staff, at, "vehicle.end", &about)?;
            }
        }
    }
    Ok(())
}

fn end_pass(
    desk: &Desk<'_>,
    row: &VehicleRow,
    reason: RevocationReason,
    replacement: Option<PassId>,
) -> Result<VehicleKept, OpError> {
    let pass = pass_in_use(desk.tx, desk.shard, row.vehicle, desk.now.millis)?;
    if let Some(pass) = pass {
        let asked = Revoking {
            pass: pass.pass,
            reason,
            replacement,
        };
        return Ok(match revoke(desk, row.area, &asked)? {
            Revoked::NoIssuer => VehicleKept::NoIssuer,
            // Whoever ended it before gave a reason of their own: it is ended.
            _ => VehicleKept::Done,
        });
    }
    Ok(VehicleKept::Done)
}

/// A vehicle of a household that is still its.
pub fn vehicle_of(
    tx: &ReadTx<'_>,
    shard: Shard,
    household: HouseholdId,
    vehicle: VehicleId,
) -> Result<Option<VehicleRow>, StoreError> {
    let row = tx.vehicle(shard, vehicle)?;
    Ok(row.filter(|row| row.household == Some(household) && row.ended_on.is_none()))
}

/// Applications for vehicles are listed by plate where others are by name.
pub fn name_vehicle(tx: &ReadTx<'_>, line: &mut ApplicationLine) -> Result<(), StoreError> {
    let holder = line.row.holder.filter(|_| line.row.kind == "vehicle");
    if let Some(holder) = holder
        && let Some(row) = tx.vehicle(line.row.shard, VehicleId(holder.0))?
    {
        line.masked = Some(format!("{0}\t{0}", row.plate));
    }
    Ok(())
}
