//! An area with all above it, read anew after a few seconds.

use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::error::OpError;
use gatehouse_core::id::AreaId;
use gatehouse_store::area::AreaRow;
use gatehouse_store::{ReadTx, StoreError};
use std::sync::Arc;

/// Most areas below one that are looked through.
pub const AREAS_MOST: u32 = 5_000;

/// The area; where there is no such area, not found.
pub async fn read_area(app: &App, area: AreaId) -> Result<AreaInScope, OpError> {
    let path = app.store.read(move |tx| tx.area_path(area)).await?;
    let ids: Arc<[AreaId]> = path.iter().map(|row| row.area).collect();
    let shard = path.iter().find_map(|row| row.shard);
    let row = path.into_iter().last().ok_or(OpError::NotFound)?;
    Ok(AreaInScope {
        area,
        shard,
        level: row.level,
        name: row.name,
        path: ids,
        offset_minutes: i16::try_from(row.zone_offset_minutes).unwrap_or(480),
    })
}

/// Compounds and villages in an area, the area itself included, by the order of the tree.
pub fn compounds_of(tx: &ReadTx<'_>, area: AreaId) -> Result<Vec<AreaRow>, StoreError> {
    let subtree = tx.area_subtree(area, AREAS_MOST)?;
    let compounds = subtree.into_iter().filter(|row| row.level == "compound");
    Ok(compounds.collect())
}
