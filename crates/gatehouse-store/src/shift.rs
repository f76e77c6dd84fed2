//! Shifts at a gate and who is on duty (GATE-2, GATE-3). *Sharded*.

use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::value::Row;
use crate::{params, sql};
use gatehouse_core::id::{DeviceId, GateId, ShiftId, StaffId};

/// A shift.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShiftRow {
    /// County.
    pub shard: Shard,
    /// Never changes.
    pub shift: ShiftId,
    /// Where.
    pub gate: GateId,
    /// Device it was begun on.
    pub device: Option<DeviceId>,
    /// When, milliseconds UTC.
    pub started_at: i64,
    /// When; `None` while it runs.
    pub ended_at: Option<i64>,
    /// The guards said that they wear masks.
    pub has_mask: bool,
    /// The guards said that they wear armbands.
    pub has_armband: bool,
}

sql! {
    INSERT_SHIFT = "INSERT INTO shift (shard, shift, gate, device, started_at, ended_at, has_mask,
            has_armband)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        ON CONFLICT (shard, shift) DO NOTHING";
    INSERT_GUARD = "INSERT INTO shift_guard (shard, shift, staff) VALUES (?1, ?2, ?3)
        ON CONFLICT (shard, shift, staff) DO NOTHING";
    END_SHIFT = "UPDATE shift SET ended_at = ?3
        WHERE shard = ?1 AND shift = ?2 AND ended_at IS NULL";
    END_SHIFTS_OF_DEVICE = "UPDATE shift SET ended_at = ?3
        WHERE shard = ?1 AND gate = (SELECT gate FROM device WHERE shard = ?1 AND device = ?2)
            AND device = ?2 AND ended_at IS NULL";
    SHIFT = "SELECT shard, shift, gate, device, started_at, ended_at, has_mask, has_armband
        FROM shift WHERE shard = ?1 AND shift = ?2";
    RUNNING_SHIFTS = "SELECT shard, shift, gate, device, started_at, ended_at, has_mask,
            has_armband
        FROM shift WHERE shard = ?1 AND gate = ?2 AND ended_at IS NULL
        ORDER BY started_at, shift";
    SHIFTS_OF = "SELECT shard, shift, gate, device, started_at, ended_at, has_mask, has_armband
        FROM shift WHERE shard = ?1 AND gate = ?2 AND started_at >= ?3
        ORDER BY started_at, shift LIMIT ?4";
    GUARDS_OF = "SELECT staff FROM shift_guard WHERE shard = ?1 AND shift = ?2 ORDER BY staff";
}

impl ShiftRow {
    fn read(row: &Row<'_>) -> Result<ShiftRow, StoreError> {
        Ok(ShiftRow {
            shard: row.get(0)?,
            shift: row.get(1)?,
            gate: row.get(2)?,
            device: row.get(3)?,
            started_at: row.get(4)?,
            ended_at: row.get(5)?,
            has_mask: row.get(6)?,
            has_armband: row.get(7)?,
        })
    }
}

impl ReadTx<'_> {
    /// A shift by its key.
    pub fn shift(&self, shard: Shard, shift: ShiftId) -> Result<Option<ShiftRow>, StoreError> {
        self.optional(&SHIFT, params![shard, &shift], ShiftRow::read)
    }

    /// Shifts that run at a gate now: one per device.
    pub fn running_shifts(&self, shard: Shard, gate: GateId) -> Result<Vec<ShiftRow>, StoreError> {
        self.query(&RUNNING_SHIFTS, params![shard, &gate], ShiftRow::read)
    }

    /// Shifts of a gate begun since an instant.
    pub fn shifts_of_gate(
        &self,
        shard: Shard,
        gate: GateId,
        since: i64,
        limit: u32,
    ) -> Result<Vec<ShiftRow>, StoreError> {
        self.query(&SHIFTS_OF, params![shard, &gate, since, limit], ShiftRow::read)
    }

    /// Who is on duty in a shift.
    pub fn guards_of_shift(
        &self,
        shard: Shard,
        shift: ShiftId,
    ) -> Result<Vec<StaffId>, StoreError> {
        self.query(&GUARDS_OF, params![shard, &shift], |row| row.get(0))
    }
}

impl Tx<'_> {
    /// Begins a shift with its guards; the same again changes nothing.
    pub fn insert_shift(&self, row: &ShiftRow, guards: &[StaffId]) -> Result<(), StoreError> {
        self.execute(
            &INSERT_SHIFT,
            params![
                row.shard,
                &row.shift,
                &row.gate,
                row.device.as_ref(),
                row.started_at,
                row.ended_at,
                row.has_mask,
                row.has_armband
            ],
        )?;
        for staff in guards {
            self.execute(&INSERT_GUARD, params![row.shard, &row.shift, staff])?;
        }
        Ok(())
    }

    /// Ends a shift; says whether it was still running.
    pub fn end_shift(
        &self,
        shard: Shard,
        shift: ShiftId,
        ended_at: i64,
    ) -> Result<bool, StoreError> {
        Ok(self.execute(&END_SHIFT, params![shard, &shift, ended_at])? == 1)
    }

    /// Ends whatever shift runs on a device.
    pub fn end_shifts_of_device(
        &self,
        shard: Shard,
        device: DeviceId,
        ended_at: i64,
    ) -> Result<(), StoreError> {
        self.execute(&END_SHIFTS_OF_DEVICE, params![shard, &device, ended_at])?;
        Ok(())
    }
}
