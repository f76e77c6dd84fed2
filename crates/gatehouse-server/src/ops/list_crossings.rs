//! Today's crossings of a gate: kinds, verdicts and outcomes, nobody's name.

use crate::app::App;
use crate::auth::access::GateInScope;
use crate::error::OpError;
use crate::ops::local_day::{DAY_MILLIS, midnight};
use gatehouse_store::crossing::CrossingRow;
use gatehouse_store::crossing_hour::HourRow;

/// Most crossings on one page.
const ROWS_MOST: u32 = 300;

/// The page's content.
pub struct Today {
    /// Newest first.
    pub crossings: Vec<CrossingRow>,
    /// All of them by hour and sort, however many: from the hours, so that a large day costs no
    /// more than a small one.
    pub hours: Vec<HourRow>,
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
    let from = midnight(now, offset_minutes);
    let until = from + DAY_MILLIS;
    let (crossings, hours) = app
        .store
        .read(move |tx| {
            let rows = tx.crossings_of_gate(shard, gate, from, until, ROWS_MOST)?;
            Ok((rows, tx.hours_of_gate(shard, gate, from, until)?))
        })
        .await?;
    let emergencies = hours
        .iter()
        .filter(|hour| hour.is_emergency)
        .map(|hour| hour.crossings)
        .sum();
    Ok(Today {
        crossings,
        hours,
        emergencies,
        offset_minutes,
    })
}
