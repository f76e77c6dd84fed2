//! Crossings by hour, gate and sort. *Sharded*, derived: kept in the transaction of the crossing
//! or amendment, and rebuilt from them at will. So figures of a day never read its crossings.

use crate::crossing::{CrossingRow, outcome_number, outcome_of, verdict_number, verdict_of, way_of};
use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::{params, sql};
use gatehouse_core::gate::{Outcome, Verdict, Way};
use gatehouse_core::id::{AreaId, DeviceId, GateId};
use gatehouse_core::wire::{Crossing, EventBody, PublicEvent};

/// Zones here lie whole hours apart, so hours of UTC are hours there.
const HOUR: i64 = 3_600_000;
const UNDONE: i64 = -1;

/// How many crossings of one sort a gate had in an hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HourRow {
    /// First instant of the hour, milliseconds UTC.
    pub hour_at: i64,
    /// Direction.
    pub way: Way,
    /// Of the device.
    pub verdict: Verdict,
    /// As it stands after amendments; `None` once undone.
    pub outcome: Option<Outcome>,
    /// Admitted as an emergency.
    pub is_emergency: bool,
    /// How many.
    pub crossings: i64,
}

/// One sort of crossing of a device in an hour.
pub(crate) struct HourKey {
    pub shard: Shard,
    pub gate: GateId,
    pub counted_at: i64,
    pub device: DeviceId,
    pub way: Way,
    pub verdict: Verdict,
    pub outcome: Option<Outcome>,
    pub is_emergency: bool,
}

impl HourKey {
    /// Of a crossing as its device recorded it.
    pub(crate) fn recorded(
        shard: Shard,
        device: DeviceId,
        counted_at: i64,
        crossing: &Crossing,
    ) -> HourKey {
        HourKey {
            shard,
            gate: crossing.gate,
            counted_at,
            device,
            way: crossing.way,
            verdict: crossing.verdict,
            outcome: Some(crossing.outcome),
            is_emergency: crossing.emergency.is_some(),
        }
    }

    /// Of a crossing as it stands now.
    pub(crate) fn of(row: &CrossingRow) -> HourKey {
        HourKey {
            shard: row.shard,
            gate: row.gate,
            counted_at: row.counted_at,
            device: row.device,
            way: row.way,
            verdict: row.verdict,
            outcome: row.outcome_now,
            is_emergency: row.is_emergency,
        }
    }
}

/// One row of the table, by its key as it is written there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct HourCell {
    shard: Shard,
    gate: GateId,
    hour_at: i64,
    device: DeviceId,
    is_out: bool,
    verdict: u8,
    outcome: i64,
    is_emergency: bool,
}

impl HourCell {
    fn of(key: &HourKey) -> HourCell {
        let outcome = key.outcome.map(outcome_number);
        HourCell {
            shard: key.shard,
            gate: key.gate,
            hour_at: key.counted_at - key.counted_at.rem_euclid(HOUR),
            device: key.device,
            is_out: key.way == Way::Out,
            verdict: verdict_number(key.verdict),
            outcome: outcome.map_or(UNDONE, i64::from),
            is_emergency: key.is_emergency,
        }
    }
}

/// So many crossings came to a row; fewer than none left it.
pub(crate) fn write_hour(
    tx: &ReadTx<'_>,
    cell: &HourCell,
    crossings: i64,
) -> Result<(), StoreError> {
    tx.run(
        &ADD_TO_HOUR,
        params![
            cell.shard,
            &cell.gate,
            cell.hour_at,
            &cell.device,
            cell.is_out,
            cell.verdict,
            cell.outcome,
            cell.is_emergency,
            crossings
        ],
    )?;
    Ok(())
}

// What holds of a crossing now: the last amendment that says anything about it.
macro_rules! outcome_now {
    () => {
        "coalesce((SELECT CASE WHEN a.kind = 'undo' THEN -1 ELSE a.outcome END FROM amendment a
            WHERE a.shard = c.shard AND a.device = c.device AND a.of_seq = c.seq
                AND a.kind <> 'emergency'
            ORDER BY a.number DESC LIMIT 1), c.outcome)"
    };
}

sql! {
    ADD_TO_HOUR = "INSERT INTO crossing_hour (shard, gate, hour_at, device, way, verdict, outcome,
            is_emergency, crossings)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        ON CONFLICT (shard, gate, hour_at, device, way, verdict, outcome, is_emergency)
        DO UPDATE SET crossings = crossing_hour.crossings + ?9";
    HOURS_OF_GATE = "SELECT hour_at, way, verdict, outcome, is_emergency,
            CAST(sum(crossings) AS BIGINT)
        FROM crossing_hour WHERE shard = ?1 AND gate = ?2 AND hour_at >= ?3 AND hour_at < ?4
            AND crossings <> 0
        GROUP BY hour_at, way, verdict, outcome, is_emergency
        ORDER BY hour_at, way, verdict, outcome, is_emergency";
    REFUSED_OF_GATE = concat!("SELECT c.public_part, c.server_row_ids FROM crossing c
        WHERE c.shard = ?1 AND c.gate = ?2 AND c.verdict = 2 AND c.counted_at >= ?3
            AND c.counted_at < ?4 AND ", outcome_now!(), " <> -1
        ORDER BY c.counted_at DESC LIMIT ?5");
    FORGET_HOURS_OF_DEVICE = "DELETE FROM crossing_hour
        WHERE shard = ?1 AND gate = ?2 AND device = ?3 AND hour_at < ?4";
    FORGET_ALL_HOURS = "DELETE FROM crossing_hour WHERE shard = ?1";
    DERIVE_HOURS = concat!("INSERT INTO crossing_hour (shard, gate, hour_at, device, way, verdict,
            outcome, is_emergency, crossings)
        SELECT shard, gate, hour_at, device, way, verdict, outcome, is_emergency, count(*)
        FROM (SELECT c.shard, c.gate, c.counted_at - c.counted_at % 3600000 AS hour_at, c.device,
                c.way, c.verdict, c.is_emergency, ", outcome_now!(), " AS outcome
            FROM crossing c WHERE c.shard = ?1) n
        GROUP BY shard, gate, hour_at, device, way, verdict, outcome, is_emergency");
    COUNT_VALID_PASSES = "SELECT count(*) FROM pass WHERE shard = ?1 AND area = ?2
        AND expires_at > ?3 AND from_at <= ?3 AND revoked_at IS NULL";
}

impl ReadTx<'_> {
    /// Crossings of a gate by hour and sort, hours beginning in [from, until).
    pub fn hours_of_gate(
        &self,
        shard: Shard,
        gate: GateId,
        from: i64,
        until: i64,
    ) -> Result<Vec<HourRow>, StoreError> {
        self.query(&HOURS_OF_GATE, params![shard, &gate, from, until], |row| {
            let outcome = match row.get::<i64>(3)? {
                UNDONE => None,
                number => {
                    let number = u8::try_from(number).ok();
                    Some(number.and_then(outcome_of).ok_or_else(|| row.corrupt(3))?)
                }
            };
            Ok(HourRow {
                hour_at: row.get(0)?,
                way: way_of(row.get(1)?).ok_or_else(|| row.corrupt(1))?,
                verdict: verdict_of(row.get(2)?).ok_or_else(|| row.corrupt(2))?,
                outcome,
                is_emergency: row.get(4)?,
                crossings: row.get(5)?,
            })
        })
    }

    /// Rows that applied to each crossing that a gate refused in [from, until), newest first.
    pub fn rows_of_refused(
        &self,
        shard: Shard,
        gate: GateId,
        from: i64,
        until: i64,
        limit: u32,
    ) -> Result<Vec<Vec<String>>, StoreError> {
        let parameters = params![shard, &gate, from, until, limit];
        self.query(&REFUSED_OF_GATE, parameters, |row| {
            // As the list finds them by a row: the server's where it decided.
            let server: Option<String> = row.get(1)?;
            if let Some(rows) = server {
                return Ok(rows.split(' ').map(str::to_owned).collect());
            }
            let public: Vec<u8> = row.get(0)?;
            let event = PublicEvent::from_bytes(&public).map_err(|_| row.corrupt(0))?;
            Ok(match event.event.body {
                EventBody::Crossing(crossing) => crossing.rows,
                _ => Vec::new(),
            })
        })
    }

    /// How many passes of a compound hold at an instant.
    pub fn count_valid_passes(
        &self,
        shard: Shard,
        area: AreaId,
        at: i64,
    ) -> Result<i64, StoreError> {
        self.query_one(&COUNT_VALID_PASSES, params![shard, &area, at], |row| row.get(0))
    }
}

impl Tx<'_> {
    /// Counts a crossing in (1) or out (-1) of its hour.
    pub(crate) fn add_to_hour(&self, key: &HourKey, crossings: i64) {
        let mut deferred = self.deferred().borrow_mut();
        deferred.add_to_hour(HourCell::of(key), crossings);
    }

    /// Drops the hours of a device that ended before an instant, with its crossings.
    pub fn drop_hours_of_device(
        &self,
        shard: Shard,
        gate: GateId,
        device: DeviceId,
        before: i64,
    ) -> Result<(), StoreError> {
        let first_kept = before - before.rem_euclid(HOUR);
        self.execute(&FORGET_HOURS_OF_DEVICE, params![shard, &gate, &device, first_kept])?;
        Ok(())
    }

    /// Derives all hours of a county anew; says how many there are. For tools and tests: nothing
    /// should ever change by it.
    pub fn rebuild_hours(&self, shard: Shard) -> Result<u64, StoreError> {
        self.execute(&FORGET_ALL_HOURS, params![shard])?;
        self.execute(&DERIVE_HOURS, params![shard])
    }
}
