//! Today's crossings of a gate: kinds, verdicts and outcomes, nobody's name.

use crate::app::App;
use crate::auth::access::GateInScope;
use crate::error::OpError;
use gatehouse_core::moment::Moment;
use gatehouse_store::crossing::{CrossingCount, CrossingRow};

/// Most crossings on one page.
const ROWS_MOST: u32 = 300;

/// The page's content.
pub struct Today {
    /// Newest first.
    pub crossings: Vec<CrossingRow>,
    /// All of them by sort, however many.
    pub counts: Vec<CrossingCount>,
    /// Emergencies let through since midnight.
    pub emergencies: i64,
    /// Offset of the clock on the wall.
    pub offset_minutes: i16,
}

/// Reads the crossings since local midnight.
pub async fn list_crossings(app: &App, gate: &GateInScope) -> Result<Today, OpError> {
    let now = app.world.now_millis();
    let (shard, offset_minutes) = (gate.shard, gate.offset_minutes);
    let gate = gate.gate;
    let local = Moment::new(now, offset_minutes);
    let midnight = now - i64::from(local.minute_of_day()) * 60_000 - now.rem_euclid(60_000);
    let until = now + 10 * 60_000;
    let (crossings, counts) = app
        .store
        .read(move |tx| {
            let rows = tx.crossings_of_gate(shard, gate, midnight, until, ROWS_MOST)?;
            Ok((rows, tx.count_crossings(shard, gate, midnight, until)?))
        })
        .await?;
    let emergencies = counts
        .iter()
        .filter(|count| count.is_emergency)
        .map(|c| c.crossings)
        .sum();
    Ok(Today {
        crossings,
        counts,
        emergencies,
        offset_minutes,
    })
}
