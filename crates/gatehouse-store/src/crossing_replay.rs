//! Crossings in pages, oldest first, as a replay reads them. *Sharded*. Along the index of a gate's
//! crossings, by key, so that the last page costs no more than the first.

use crate::crossing::outcome_now;
use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::ReadTx;
use crate::{params, sql};
use gatehouse_core::id::{DeviceId, GateId, HouseholdId};

/// A crossing as a replay needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedRow {
    /// Gate device.
    pub device: DeviceId,
    /// Number of the event in the device's chain.
    pub seq: i64,
    /// As counted, milliseconds UTC.
    pub counted_at: i64,
    /// Whose household; `None` for a stranger, and once somebody was erased.
    pub household: Option<HouseholdId>,
    /// It did not happen: somebody took it back.
    pub is_undone: bool,
    /// The event as its chain covers it.
    pub public_part: Vec<u8>,
}

/// How far a page came: what comes next is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordedPlace {
    counted_at: i64,
    device: DeviceId,
    seq: i64,
}

impl RecordedPlace {
    /// Before everything at or after an instant.
    pub fn from(millis: i64) -> RecordedPlace {
        RecordedPlace {
            counted_at: millis,
            device: DeviceId([0; 16]),
            seq: 0,
        }
    }

    /// Of a crossing.
    pub fn of(row: &RecordedRow) -> RecordedPlace {
        RecordedPlace {
            counted_at: row.counted_at,
            device: row.device,
            seq: row.seq,
        }
    }
}

// A salt is there as long as the household is the real one.
sql! {
    RECORDED = concat!("SELECT c.device, c.seq, c.counted_at,
            CASE WHEN c.salt IS NULL THEN NULL ELSE c.household END,
            CASE WHEN ", outcome_now!(), " = -1 THEN 1 ELSE 0 END, c.public_part
        FROM crossing c
        WHERE c.shard = ?1 AND c.gate = ?2 AND c.counted_at >= ?3 AND c.counted_at < ?4
            AND (c.counted_at > ?3 OR c.device > ?5 OR (c.device = ?5 AND c.seq > ?6))
        ORDER BY c.counted_at, c.device, c.seq LIMIT ?7");
    COUNT_RECORDED = "SELECT CAST(coalesce(sum(crossings), 0) AS BIGINT) FROM crossing_hour
        WHERE shard = ?1 AND gate = ?2 AND hour_at >= ?3 AND hour_at < ?4";
}

impl ReadTx<'_> {
    /// The next crossings of a gate after a place and before an instant, oldest first.
    pub fn recorded_crossings(
        &self,
        shard: Shard,
        gate: GateId,
        after: RecordedPlace,
        until: i64,
        limit: u32,
    ) -> Result<Vec<RecordedRow>, StoreError> {
        let (device, seq) = (&after.device, after.seq);
        let parameters = params![shard, &gate, after.counted_at, until, device, seq, limit];
        self.query(&RECORDED, parameters, |row| {
            Ok(RecordedRow {
                device: row.get(0)?,
                seq: row.get(1)?,
                counted_at: row.get(2)?,
                household: row.get(3)?,
                is_undone: row.get(4)?,
                public_part: row.get(5)?,
            })
        })
    }

    /// About how many that will be: whole hours, from the table of hours.
    pub fn count_recorded(
        &self,
        shard: Shard,
        gate: GateId,
        from: i64,
        until: i64,
    ) -> Result<i64, StoreError> {
        let parameters = params![shard, &gate, from, until];
        self.query_one(&COUNT_RECORDED, parameters, |row| row.get(0))
    }
}
