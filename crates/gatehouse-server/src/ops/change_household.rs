//! Editing a household: the grid it belongs to, and the day on which the dwelling ceased.

use super::hold_gate::keyring;
use super::in_area::household_in;
use super::leave_household::end_home::end_home;
use super::make_pass::Desk;
use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use gatehouse_core::complaint::{Complaint, ComplaintCode};
use gatehouse_core::moment::{CivilDay, Moment};
use gatehouse_core::text::clean_line;
use gatehouse_store::audit::AuditNote;
use gatehouse_store::household::HouseholdRow;
use gatehouse_store::{Lane, StoreError, Tx};
use std::sync::Arc;

/// Longest name of a grid, in characters (local choice).
const GRID_MOST: usize = 16;

/// What was sent.
#[derive(Clone, Debug)]
pub struct HouseholdAsked {
    /// Which.
    pub household: String,
    /// The version that was on the form.
    pub version: i64,
    /// Name of the grid, or empty.
    pub grid: String,
    /// Day on which the dwelling ceased, or empty.
    pub ended_on: String,
}

/// Why nothing was written.
pub enum HouseholdNotSaved {
    /// Fields to put right.
    Complaints(Vec<Complaint>),
    /// Somebody still lives there.
    LivedIn,
    /// Somebody else was faster: what is there now.
    Stale(Box<HouseholdRow>),
    /// Not possible at all.
    Op(OpError),
}

impl From<OpError> for HouseholdNotSaved {
    fn from(error: OpError) -> HouseholdNotSaved {
        HouseholdNotSaved::Op(error)
    }
}

impl From<StoreError> for HouseholdNotSaved {
    fn from(error: StoreError) -> HouseholdNotSaved {
        HouseholdNotSaved::Op(error.into())
    }
}

/// Writes the change.
///
/// # Errors
/// [`HouseholdNotSaved`].
pub async fn change_household(
    app: &App,
    area: &AreaInScope,
    caller: &Arc<Caller>,
    asked: HouseholdAsked,
) -> Result<(), HouseholdNotSaved> {
    let keys = keyring(app)?;
    let (area, by, at) = (area.clone(), caller.staff, app.world.now_millis());
    let change = move |tx: &Tx<'_>| {
        let row = household_in(tx, &area, &asked.household)?;
        if row.version != asked.version {
            return Err(HouseholdNotSaved::Stale(Box::new(row)));
        }
        let now = Moment::new(at, area.offset_minutes);
        let (grid, ended_on) = checked(&asked, now.day())?;
        let lived_in = !tx
            .persons_of_household(row.shard, row.household)?
            .is_empty();
        if ended_on.is_some() && lived_in {
            return Err(HouseholdNotSaved::LivedIn);
        }
        let shard = row.shard;
        let edited = HouseholdRow {
            grid,
            ended_on,
            ..row
        };
        if edited.ended_on.is_some() {
            end_home(&Desk::new(tx, &keys, shard, now, Some(by)), &edited)?;
        }
        tx.update_household(&edited)?;
        tx.append_audit(&AuditNote {
            shard,
            at,
            kind: "household.change",
            actor: Some(by),
            commitment: None,
            body: b"grid ended_on",
        })?;
        Ok::<_, HouseholdNotSaved>(())
    };
    app.store.try_write(Lane::People, change).await?;
    app.gates.read_anew();
    Ok(())
}

fn checked(
    asked: &HouseholdAsked,
    today: CivilDay,
) -> Result<(Option<String>, Option<CivilDay>), HouseholdNotSaved> {
    let mut complaints = Vec::new();
    let grid = match asked.grid.trim() {
        "" => None,
        typed => match clean_line(typed, GRID_MOST) {
            Ok(grid) => Some(grid),
            Err(code) => {
                complaints.push(Complaint::new("grid", code));
                None
            }
        },
    };
    let ended_on = match asked.ended_on.trim() {
        "" => None,
        typed => {
            // What is to come is no record yet: until then it is a home like others.
            let day = CivilDay::parse(typed).ok_or(ComplaintCode::DateForm);
            let day = day.and_then(|day| match day > today {
                true => Err(ComplaintCode::DateInFuture),
                false => Ok(day),
            });
            day.map_err(|code| complaints.push(Complaint::new("ended_on", code)))
                .ok()
        }
    };
    match complaints.is_empty() {
        true => Ok((grid, ended_on)),
        false => Err(HouseholdNotSaved::Complaints(complaints)),
    }
}
