//! Shifts as the chain of a phone tells them: who began, who handed over, what came through
//! meanwhile. *Sharded*. Read from events and crossings; nothing of it is stored twice.

use crate::crossing::outcome_now;
use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::ReadTx;
use crate::{params, sql};
use gatehouse_core::id::{DeviceId, StaffId};
use gatehouse_core::wire::{EventBody, PublicEvent};

/// A shift begins or ends on a phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShiftEventRow {
    /// Number of the event.
    pub seq: i64,
    /// By the phone's clock, milliseconds UTC.
    pub at: i64,
    /// Who begins; `None` where a shift ends.
    pub guards: Option<Vec<StaffId>>,
    /// Whether something was written down with it.
    pub has_note: bool,
}

/// Crossings of a stretch of a phone's chain that took place, of one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CrossedRow {
    /// Out, else in.
    pub is_out: bool,
    /// Position in core's list of kinds of subjects.
    pub subject_kind: Option<i64>,
    /// How many.
    pub crossings: i64,
}

sql! {
    SHIFT_EVENTS = "SELECT e.seq, e.device_at, e.public_part,
            (SELECT count(*) FROM event_detail d
                WHERE d.shard = e.shard AND d.device = e.device AND d.seq = e.seq)
        FROM device_event e WHERE e.shard = ?1 AND e.device = ?2 AND e.seq > ?3
            AND e.kind IN ('shift_start', 'shift_end')
        ORDER BY e.seq DESC LIMIT ?4";
    IS_SHIFT_END = "SELECT count(*) FROM device_event
        WHERE shard = ?1 AND device = ?2 AND seq = ?3 AND kind = 'shift_end'";
    CROSSED_BETWEEN = concat!("SELECT c.way, c.subject_kind, count(*) FROM crossing c
        WHERE c.shard = ?1 AND c.device = ?2 AND c.seq > ?3 AND c.seq < ?4
            AND ", outcome_now!(), " = 0
        GROUP BY c.way, c.subject_kind");
}

impl ReadTx<'_> {
    /// Begins and ends of shifts on a phone behind a number, newest first.
    pub fn shift_events(
        &self,
        shard: Shard,
        device: DeviceId,
        after: i64,
        limit: u32,
    ) -> Result<Vec<ShiftEventRow>, StoreError> {
        self.query(&SHIFT_EVENTS, params![shard, &device, after, limit], |row| {
            let public: Vec<u8> = row.get(2)?;
            let event = PublicEvent::from_bytes(&public).map_err(|_| row.corrupt(2))?;
            Ok(ShiftEventRow {
                seq: row.get(0)?,
                at: row.get(1)?,
                guards: match event.event.body {
                    EventBody::ShiftStart { guards, .. } => Some(guards),
                    _ => None,
                },
                has_note: row.get::<i64>(3)? > 0,
            })
        })
    }

    /// Whether an event of a phone ended a shift.
    pub fn is_shift_end(
        &self,
        shard: Shard,
        device: DeviceId,
        seq: i64,
    ) -> Result<bool, StoreError> {
        let parameters = params![shard, &device, seq];
        let rows: i64 = self.query_one(&IS_SHIFT_END, parameters, |row| row.get(0))?;
        Ok(rows > 0)
    }

    /// What took place between two events of a phone, as it stands now.
    pub fn crossed_between(
        &self,
        shard: Shard,
        device: DeviceId,
        (after, before): (i64, i64),
    ) -> Result<Vec<CrossedRow>, StoreError> {
        self.query(
            &CROSSED_BETWEEN,
            params![shard, &device, after, before],
            |row| {
                Ok(CrossedRow {
                    is_out: row.get::<i64>(0)? == 1,
                    subject_kind: row.get(1)?,
                    crossings: row.get(2)?,
                })
            },
        )
    }
}
