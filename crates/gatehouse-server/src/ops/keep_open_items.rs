//! Fevers and emergencies that wait for an outcome (GATE-7, SCOPE-3). Nothing closes by itself.

use crate::app::App;
use crate::auth::access::GateInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use gatehouse_core::id::OpenItemId;
use gatehouse_store::Lane;
use gatehouse_store::open_item::{OpenItemEnd, OpenItemRow};

/// Most items on one page.
const ITEMS_MOST: u32 = 200;
/// Longest outcome, in characters.
const OUTCOME_MOST: usize = 200;

/// The open items of a gate, the longest wait first, and how many minutes each has waited.
pub async fn list_open_items(
    app: &App,
    gate: &GateInScope,
) -> Result<Vec<(OpenItemRow, i64)>, OpError> {
    let (shard, gate) = (gate.shard, gate.gate);
    let now = app.world.now_millis();
    let rows = app
        .store
        .read(move |tx| tx.open_items_of_gate(shard, gate, now, ITEMS_MOST))
        .await?;
    let mut open: Vec<(OpenItemRow, i64)> = rows
        .into_iter()
        .filter(|row| row.end.is_none())
        .map(|row| {
            let minutes = (now - row.opened_at).max(0) / 60_000;
            (row, minutes)
        })
        .collect();
    open.sort_by_key(|(row, _)| row.opened_at);
    Ok(open)
}

/// Records what came of an item; false where the words are empty.
///
/// # Errors
/// [`OpError::NotFound`] for an item of another gate or one that was closed before.
pub async fn close_open_item(
    app: &App,
    gate: &GateInScope,
    caller: &Caller,
    item: &str,
    outcome: &str,
) -> Result<bool, OpError> {
    let outcome: String = outcome.trim().chars().take(OUTCOME_MOST).collect();
    if outcome.is_empty() {
        return Ok(false);
    }
    let item = OpenItemId::parse(item).ok_or(OpError::NotFound)?;
    let (shard, gate) = (gate.shard, gate.gate);
    let end = OpenItemEnd {
        outcome,
        at: app.world.now_millis(),
        staff: Some(caller.staff),
    };
    let closed = app
        .store
        .write(Lane::People, move |tx| {
            let here = tx
                .open_item(shard, item)?
                .is_some_and(|row| row.gate == gate);
            if here {
                tx.close_open_item(shard, item, &end)
            } else {
                Ok(false)
            }
        })
        .await?;
    if closed {
        Ok(true)
    } else {
        Err(OpError::NotFound)
    }
}
