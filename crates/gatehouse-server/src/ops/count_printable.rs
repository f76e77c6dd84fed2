//! How many passes of a place can be printed: by building, of those asked for, and those that were
//! issued lately and never printed.

use crate::app::App;
use crate::error::OpError;
use crate::ops::print_passes::{Wanted, count_by_building, list_passes};
use gatehouse_core::id::AreaId;
use gatehouse_store::{Shard, StoreError};

/// The figures of the page.
pub struct Printable {
    /// Buildings with how many passes hold there.
    pub buildings: Vec<(String, usize)>,
    /// Of those asked for; `None` where none were.
    pub chosen: Option<usize>,
    /// Issued lately and never printed.
    pub unprinted: usize,
}

/// Counts them.
pub async fn count_printable(
    app: &App,
    shard: Shard,
    area: AreaId,
    wanted: Option<Wanted>,
    now_millis: i64,
) -> Result<Printable, OpError> {
    let read = app.store.read(move |tx| {
        let count = |wanted: &Wanted| list_passes(tx, shard, area, wanted, now_millis);
        Ok::<_, StoreError>(Printable {
            buildings: count_by_building(tx, shard, area, now_millis)?,
            chosen: wanted.as_ref().map(count).transpose()?.map(|all| all.len()),
            unprinted: count(&Wanted::Unprinted)?.len(),
        })
    });
    Ok(read.await?)
}
