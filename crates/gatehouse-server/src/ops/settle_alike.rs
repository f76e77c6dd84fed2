//! One answer for all that waits of a phone for the same reason: whoever found out what happened to
//! it knows it of all of them.

use super::keep_tray::in_area;
use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use gatehouse_store::set_aside::{SetAsideKey, SetAsideRow, SettledRow};
use gatehouse_store::{Lane, ReadTx, Shard, StoreError, Tx};

/// Up to so many are counted.
const ALIKE_MOST: u32 = 5_000;
/// Events of one transaction, so that no gate waits for it.
const AT_ONCE: u32 = 200;

/// How many others of the same device wait for the same reason as an event.
pub fn count_alike(tx: &ReadTx<'_>, shard: Shard, row: &SetAsideRow) -> Result<usize, StoreError> {
    let alike = tx.alike_set_aside(shard, row.device, row.reason, ALIKE_MOST)?;
    Ok(alike.iter().filter(|other| **other != row.key()).count())
}

/// Says the same of all others as was just said of an event, each with its own row and its own
/// entry in the audit chain; what somebody has settled meanwhile stays as they said.
///
/// # Errors
/// [`OpError::NotFound`] for an event of elsewhere. What was settled before an error stays so; the
/// same again does the rest.
pub async fn settle_alike(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    key: SetAsideKey,
    outcome: &str,
) -> Result<(), OpError> {
    let settled = SettledRow {
        number: 1,
        outcome: outcome.to_owned(),
        staff: caller.staff,
        settled_at: app.world.now_millis(),
    };
    loop {
        let (area, settled) = (area.clone(), settled.clone());
        let write = move |tx: &Tx<'_>| {
            let (shard, row) = (area.county()?, in_area(tx, &area, &key)?);
            let alike = tx.alike_set_aside(shard, key.device, row.reason, AT_ONCE)?;
            for other in &alike {
                tx.settle_set_aside(shard, other, &settled)?;
            }
            tx.note_change(shard, "alarm", settled.settled_at)?;
            Ok::<_, OpError>(alike.is_empty())
        };
        if app.store.try_write(Lane::People, write).await? {
            return Ok(());
        }
    }
}
