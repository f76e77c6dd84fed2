//! The ledger by door (REG-1): who lives there by kind, and how many passes are in use. Over all
//! compounds of an area, a page at a time.

use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::error::OpError;
use crate::ops::read_area::compounds_of;
use crate::paging::{Page, ROWS_AND_ONE};
use gatehouse_core::id::{AreaId, HouseholdId};
use gatehouse_store::area::AreaRow;
use gatehouse_store::household::HouseholdRow;
use gatehouse_store::ledger::{DoorAfter, DoorCounts};
use gatehouse_store::{ReadTx, Shard, StoreError};

/// Most buildings that are offered to choose from.
const BUILDINGS_MOST: usize = 200;

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct DoorsAsked {
    /// One compound of the area.
    pub compound: Option<AreaId>,
    /// One building of it.
    pub building: Option<String>,
    /// Go on after this household.
    pub after: Option<HouseholdId>,
}

/// A line of the list.
#[derive(Clone, Debug)]
pub struct DoorLine {
    /// The door.
    pub row: HouseholdRow,
    /// Name of its compound.
    pub compound: String,
    /// Who and how many passes.
    pub counts: DoorCounts,
}

/// The page's content.
pub struct Doors {
    /// Compounds of the area.
    pub compounds: Vec<AreaRow>,
    /// Buildings, where one compound is shown.
    pub buildings: Vec<String>,
    /// Doors.
    pub page: Page<DoorLine>,
}

/// Reads a page of doors.
///
/// # Errors
/// [`OpError::NotFound`] for a compound or household of elsewhere.
pub async fn list_doors(
    app: &App,
    area: &AreaInScope,
    asked: DoorsAsked,
) -> Result<Doors, OpError> {
    let (shard, area, now) = (area.county()?, area.area, app.world.now_millis());
    app.store
        .try_read(move |tx| doors(tx, shard, area, &asked, now))
        .await
}

fn doors(
    tx: &ReadTx<'_>,
    shard: Shard,
    area: AreaId,
    asked: &DoorsAsked,
    now: i64,
) -> Result<Doors, OpError> {
    let compounds = compounds_of(tx, area)?;
    let mut shown = compounds.clone();
    if let Some(one) = asked.compound {
        shown.retain(|row| row.area == one);
        if shown.is_empty() {
            return Err(OpError::NotFound);
        }
    }
    let mut after = DoorAfter::default();
    if let Some(household) = asked.after {
        let row = tx.household(shard, household)?.ok_or(OpError::NotFound)?;
        let at = shown.iter().position(|compound| compound.area == row.area);
        shown.drain(..at.ok_or(OpError::NotFound)?);
        after = DoorAfter {
            building: row.building,
            unit: row.unit,
            room: row.room,
        };
    }
    let buildings = match &shown[..] {
        [one] if asked.compound.is_some() || compounds.len() == 1 => {
            tx.buildings_of(shard, one.area, BUILDINGS_MOST)?
        }
        _ => Vec::new(),
    };
    let mut lines = Vec::new();
    for compound in &shown {
        let left = ROWS_AND_ONE.saturating_sub(u32::try_from(lines.len()).unwrap_or(u32::MAX));
        if left == 0 {
            break;
        }
        let building = asked.building.as_deref().filter(|_| !buildings.is_empty());
        let rows = tx.doors_after(shard, compound.area, building, &after, left)?;
        after = DoorAfter::default();
        for row in rows {
            lines.push(door_line(tx, row, &compound.name, now)?);
        }
    }
    Ok(Doors {
        compounds,
        buildings,
        page: Page::of(lines, |line| line.row.household.to_string()),
    })
}

/// A door with its counts.
pub fn door_line(
    tx: &ReadTx<'_>,
    row: HouseholdRow,
    compound: &str,
    now: i64,
) -> Result<DoorLine, StoreError> {
    let counts = tx.count_door(row.shard, row.household, now)?;
    Ok(DoorLine {
        row,
        compound: compound.to_owned(),
        counts,
    })
}
