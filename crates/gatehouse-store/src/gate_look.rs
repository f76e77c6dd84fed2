//! Looks at gates: whether the public road is free and the gate no wider than the opening
//! (GATE-13). *Sharded*. Appended; the last one says how it stands.

use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::{params, sql};
use gatehouse_core::id::{GateId, StaffId};

/// A look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GateLookRow {
    /// County.
    pub shard: Shard,
    /// Made with the form, so that a double click is one look.
    pub look: [u8; 16],
    /// At which gate.
    pub gate: GateId,
    /// When, milliseconds UTC.
    pub looked_at: i64,
    /// By whom.
    pub staff: StaffId,
    /// No public road is blocked.
    pub road_free: bool,
    /// No wider than the compound's own opening.
    pub no_wider: bool,
}

sql! {
    INSERT_LOOK = "INSERT INTO gate_look (shard, look, gate, looked_at, staff, road_free, no_wider)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (shard, look) DO NOTHING";
    LAST_LOOK = "SELECT shard, look, gate, looked_at, staff, road_free, no_wider FROM gate_look
        WHERE shard = ?1 AND gate = ?2 ORDER BY looked_at DESC, look DESC LIMIT 1";
}

impl ReadTx<'_> {
    /// The last look at a gate.
    pub fn last_look(&self, shard: Shard, gate: GateId) -> Result<Option<GateLookRow>, StoreError> {
        self.optional(&LAST_LOOK, params![shard, &gate], |row| {
            Ok(GateLookRow {
                shard: row.get(0)?,
                look: row.get(1)?,
                gate: row.get(2)?,
                looked_at: row.get(3)?,
                staff: row.get(4)?,
                road_free: row.get(5)?,
                no_wider: row.get(6)?,
            })
        })
    }
}

impl Tx<'_> {
    /// Writes a look down; whether it is new.
    pub fn insert_look(&self, row: &GateLookRow) -> Result<bool, StoreError> {
        let parameters = params![
            row.shard,
            &row.look,
            &row.gate,
            row.looked_at,
            &row.staff,
            row.road_free,
            row.no_wider
        ];
        Ok(self.execute(&INSERT_LOOK, parameters)? == 1)
    }
}
