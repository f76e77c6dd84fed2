//! Which compound or village somebody means on the command line.

use super::{Desk, ImportError, Place};
use gatehouse_core::area::AreaLevel;
use gatehouse_core::id::AreaId;
use gatehouse_core::moment::Moment;
use gatehouse_store::area::AreaRow;
use gatehouse_store::{ReadTx, StoreError};

/// Most areas that are looked through.
const AREAS_MOST: u32 = 50_000;

/// What was found.
#[derive(Clone, Debug)]
pub enum Found {
    /// The one that is meant.
    One(Place),
    /// None or several: every compound that may be meant, by name.
    Choices(Vec<Choice>),
}

/// A compound or village to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What `--area` takes in any case.
    pub area: AreaId,
    /// Its name.
    pub name: String,
    /// What it lies in.
    pub within: String,
}

/// A compound or natural village by its id, its code or its name; without any, the only one.
///
/// # Errors
/// The database's.
pub fn find_place(desk: &Desk, text: Option<&str>) -> Result<Found, ImportError> {
    let (wanted, now) = (
        text.map(str::trim).map(str::to_owned),
        desk.world.now_millis(),
    );
    let found = desk.store.read_blocking::<_, StoreError, _>(move |tx| {
        let all = compounds(tx)?;
        let named = match &wanted {
            None => all.clone(),
            Some(wanted) => {
                let codes = tx.areas_by_code(wanted, Moment::new(now, 0).day())?;
                let id = AreaId::parse(wanted);
                let is_meant = |area: &&AreaRow| {
                    id == Some(area.area) || codes.contains(&area.area) || area.name == *wanted
                };
                all.iter().filter(is_meant).cloned().collect()
            }
        };
        match named.as_slice() {
            [one] => Ok(place(tx, one)?.map_or_else(|| Found::Choices(Vec::new()), Found::One)),
            [] => choices(tx, all),
            _ => choices(tx, named),
        }
    })?;
    Ok(found)
}

/// Every compound and village that is there.
fn compounds(tx: &ReadTx<'_>) -> Result<Vec<AreaRow>, StoreError> {
    let mut all = Vec::new();
    for root in tx.area_roots()? {
        let below = tx.area_subtree(root.area, AREAS_MOST)?;
        let level = AreaLevel::Compound.code();
        let is_open = |area: &AreaRow| area.level == level && area.ended_on.is_none();
        all.extend(below.into_iter().filter(is_open));
    }
    Ok(all)
}

fn place(tx: &ReadTx<'_>, area: &AreaRow) -> Result<Option<Place>, StoreError> {
    let path = tx.area_path(area.area)?;
    let shard = path.iter().find_map(|area| area.shard);
    Ok(shard.map(|shard| Place {
        shard,
        area: area.area,
        offset_minutes: i16::try_from(area.zone_offset_minutes).unwrap_or(480),
    }))
}

fn choices(tx: &ReadTx<'_>, areas: Vec<AreaRow>) -> Result<Found, StoreError> {
    /// Choices that are named; a terminal holds no more.
    const CHOICES_MOST: usize = 20;
    let mut choices = Vec::new();
    for area in areas.into_iter().take(CHOICES_MOST) {
        let parent = area.parent.map(|parent| tx.area(parent)).transpose()?;
        choices.push(Choice {
            area: area.area,
            within: parent.flatten().map(|row| row.name).unwrap_or_default(),
            name: area.name,
        });
    }
    choices.sort_by(|a, b| (&a.within, &a.name).cmp(&(&b.within, &b.name)));
    Ok(Found::Choices(choices))
}
