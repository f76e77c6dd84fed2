//! Which compound or village somebody means on the command line.

use super::{Desk, ImportError, Place};
use gatehouse_core::area::AreaLevel;
use gatehouse_core::id::AreaId;
use gatehouse_core::moment::Moment;
use gatehouse_store::StoreError;
use gatehouse_store::area::AreaRow;

/// Most areas that are looked through.
const AREAS_MOST: u32 = 50_000;

/// A compound or natural village by its id, its code or its name, if there is just one.
///
/// # Errors
/// The database's.
pub fn find_place(desk: &Desk, text: &str) -> Result<Option<Place>, ImportError> {
    let (wanted, now) = (text.trim().to_owned(), desk.world.now_millis());
    let id = AreaId::parse(&wanted);
    let found = desk.store.read_blocking::<_, StoreError, _>(move |tx| {
        let mut found: Vec<(AreaRow, Vec<AreaRow>)> = Vec::new();
        let mut areas = Vec::new();
        match id {
            Some(id) => areas.extend(tx.area(id)?),
            None => {
                for code in tx.areas_by_code(&wanted, Moment::new(now, 0).day())? {
                    areas.extend(tx.area(code)?);
                }
                for root in tx.area_roots()? {
                    let below = tx.area_subtree(root.area, AREAS_MOST)?;
                    areas.extend(below.into_iter().filter(|area| area.name == wanted));
                }
            }
        }
        for area in areas {
            if area.level == AreaLevel::Compound.code() {
                let path = tx.area_path(area.area)?;
                found.push((area, path));
            }
        }
        Ok(found)
    })?;
    let [(area, path)] = found.as_slice() else {
        return Ok(None);
    };
    let shard = path.iter().find_map(|area| area.shard);
    Ok(shard.map(|shard| Place {
        shard,
        area: area.area,
        offset_minutes: i16::try_from(area.zone_offset_minutes).unwrap_or(480),
    }))
}
