//! What a gate decides with beyond the policy, signed and numbered. *Sharded*.

use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::{params, sql};
use gatehouse_core::id::GateId;

/// A signed state of a gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateStateRow {
    /// County.
    pub shard: Shard,
    /// For which gate.
    pub gate: GateId,
    /// Counts from 1.
    pub number: i64,
    /// Of the content, to see changes.
    pub sha256: [u8; 32],
    /// Content and signature.
    pub signed: Vec<u8>,
    /// When, milliseconds UTC.
    pub made_at: i64,
    /// When it was last read and came out like this, milliseconds UTC.
    pub read_at: i64,
    /// Changes of what it is made of that had been counted then.
    pub list_changes: i64,
    /// Version of the program that made it.
    pub made_by: String,
}

/// States kept per gate; older ones were only ever copies of what stands elsewhere.
const KEPT: i64 = 16;

sql! {
    INSERT_STATE = "INSERT INTO gate_state (shard, gate, number, sha256, signed, made_at,
            read_at, list_changes, made_by)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    LAST_STATE = "SELECT shard, gate, number, sha256, signed, made_at, read_at, list_changes,
            made_by
        FROM gate_state WHERE shard = ?1 AND gate = ?2 ORDER BY number DESC LIMIT 1";
    CONFIRM_STATE = "UPDATE gate_state SET read_at = ?4, list_changes = ?5
        WHERE shard = ?1 AND gate = ?2 AND number = ?3";
    DROP_STATES = "DELETE FROM gate_state WHERE shard = ?1 AND gate = ?2 AND number <= ?3";
}

impl ReadTx<'_> {
    /// The newest state of a gate.
    pub fn last_gate_state(
        &self,
        shard: Shard,
        gate: GateId,
    ) -> Result<Option<GateStateRow>, StoreError> {
        self.optional(&LAST_STATE, params![shard, &gate], |row| {
            Ok(GateStateRow {
                shard: row.get(0)?,
                gate: row.get(1)?,
                number: row.get(2)?,
                sha256: row.get(3)?,
                signed: row.get(4)?,
                made_at: row.get(5)?,
                read_at: row.get(6)?,
                list_changes: row.get(7)?,
                made_by: row.get(8)?,
            })
        })
    }
}

impl Tx<'_> {
    /// Keeps a newer state of a gate; a number that is there already is refused.
    pub fn insert_gate_state(&self, row: &GateStateRow) -> Result<(), StoreError> {
        self.execute_one(
            &INSERT_STATE,
            params![
                row.shard,
                &row.gate,
                row.number,
                &row.sha256,
                &row.signed,
                row.made_at,
                row.read_at,
                row.list_changes,
                &row.made_by
            ],
        )?;
        let old = row.number - KEPT;
        self.execute(&DROP_STATES, params![row.shard, &row.gate, old])?;
        Ok(())
    }

    /// The list came out like the state again, after changes that it does not show.
    pub fn confirm_gate_state(
        &self,
        row: &GateStateRow,
        read_at: i64,
        list_changes: i64,
    ) -> Result<(), StoreError> {
        let parameters = params![row.shard, &row.gate, row.number, read_at, list_changes];
        self.execute(&CONFIRM_STATE, parameters)?;
        Ok(())
    }
}
