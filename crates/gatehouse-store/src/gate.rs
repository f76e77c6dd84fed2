//! Gates and the other openings of a compound (GATE-1). *Sharded*.

use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::value::Row;
use crate::{params, sql};
use gatehouse_core::id::{AreaId, GateId};

/// The one open entrance of a compound or village.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateRow {
    /// County.
    pub shard: Shard,
    /// Never changes.
    pub gate: GateId,
    /// The compound or village that it closes.
    pub area: AreaId,
    /// What people call it.
    pub name: String,
    /// Whom to call.
    pub phone: String,
    /// `open`, `suspended`, `ended`.
    pub state: String,
    /// Counts edits.
    pub version: i64,
}

/// Another way through the fence, closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpeningRow {
    /// County.
    pub shard: Shard,
    /// Never changes.
    pub opening: [u8; 16],
    /// The compound or village.
    pub area: AreaId,
    /// Where it is, in words.
    pub name: String,
    /// How it is closed, in words.
    pub closed_by: String,
    /// Must stay openable from inside.
    pub is_fire_exit: bool,
    /// When somebody last looked, milliseconds UTC.
    pub checked_at: Option<i64>,
    /// Counts edits.
    pub version: i64,
}

sql! {
    INSERT_GATE = "INSERT INTO gate (shard, gate, area, name, phone, state, version)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1)";
    UPDATE_GATE = "UPDATE gate SET name = ?4, phone = ?5, state = ?6, version = version + 1
        WHERE shard = ?1 AND gate = ?2 AND version = ?3";
    GATE = "SELECT shard, gate, area, name, phone, state, version FROM gate
        WHERE shard = ?1 AND gate = ?2";
    GATE_ANYWHERE = "SELECT shard, gate, area, name, phone, state, version FROM gate
        WHERE gate = ?1";
    GATES_OF = "SELECT shard, gate, area, name, phone, state, version FROM gate
        WHERE shard = ?1 AND area = ?2 ORDER BY name, gate";
    GATES_IN = "SELECT shard, gate, area, name, phone, state, version FROM gate
        WHERE shard = ?1 ORDER BY name, gate";
    INSERT_OPENING = "INSERT INTO opening (shard, opening, area, name, closed_by, is_fire_exit,
            checked_at, version)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1)";
    UPDATE_OPENING = "UPDATE opening SET name = ?4, closed_by = ?5, is_fire_exit = ?6,
            checked_at = ?7, version = version + 1
        WHERE shard = ?1 AND opening = ?2 AND version = ?3";
    OPENING = "SELECT shard, opening, area, name, closed_by, is_fire_exit, checked_at, version
        FROM opening WHERE shard = ?1 AND opening = ?2";
    OPENINGS_OF = "SELECT shard, opening, area, name, closed_by, is_fire_exit, checked_at, version
        FROM opening WHERE shard = ?1 AND area = ?2 ORDER BY name, opening";
}

impl GateRow {
    pub(crate) fn read(row: &Row<'_>) -> Result<GateRow, StoreError> {
        Ok(GateRow {
            shard: row.get(0)?,
            gate: row.get(1)?,
            area: row.get(2)?,
            name: row.get(3)?,
            phone: row.get(4)?,
            state: row.get(5)?,
            version: row.get(6)?,
        })
    }
}

impl OpeningRow {
    fn read(row: &Row<'_>) -> Result<OpeningRow, StoreError> {
        Ok(OpeningRow {
            shard: row.get(0)?,
            opening: row.get(1)?,
            area: row.get(2)?,
            name: row.get(3)?,
            closed_by: row.get(4)?,
            is_fire_exit: row.get(5)?,
            checked_at: row.get(6)?,
            version: row.get(7)?,
        })
    }
}

impl ReadTx<'_> {
    /// A gate by its key.
    pub fn gate(&self, shard: Shard, gate: GateId) -> Result<Option<GateRow>, StoreError> {
        self.optional(&GATE, params![shard, &gate], GateRow::read)
    }

    /// A gate of which the county is not known yet. Not for hot paths: it asks every shard.
    pub fn gate_anywhere(&self, gate: GateId) -> Result<Option<GateRow>, StoreError> {
        self.optional(&GATE_ANYWHERE, params![&gate], GateRow::read)
    }

    /// The gates of a compound or village.
    pub fn gates_of_area(&self, shard: Shard, area: AreaId) -> Result<Vec<GateRow>, StoreError> {
        self.query(&GATES_OF, params![shard, &area], GateRow::read)
    }

    /// All gates of a county.
    pub fn gates(&self, shard: Shard) -> Result<Vec<GateRow>, StoreError> {
        self.query(&GATES_IN, params![shard], GateRow::read)
    }

    /// The closed openings of a compound or village.
    pub fn opening(
        &self,
        shard: Shard,
        opening: [u8; 16],
    ) -> Result<Option<OpeningRow>, StoreError> {
        self.optional(&OPENING, params![shard, &opening], OpeningRow::read)
    }

    /// The closed openings of a compound.
    pub fn openings_of_area(
        &self,
        shard: Shard,
        area: AreaId,
    ) -> Result<Vec<OpeningRow>, StoreError> {
        self.query(&OPENINGS_OF, params![shard, &area], OpeningRow::read)
    }
}

impl Tx<'_> {
    /// Adds a gate; `version` is 1 whatever the row says.
    pub fn insert_gate(&self, row: &GateRow) -> Result<(), StoreError> {
        self.mark_list(row.shard, Some(row.area));
        self.execute_one(
            &INSERT_GATE,
            params![row.shard, &row.gate, &row.area, &row.name, &row.phone, &row.state],
        )
    }

    /// Changes name, telephone and state of a gate that is still at `row.version`.
    pub fn update_gate(&self, row: &GateRow) -> Result<(), StoreError> {
        self.mark_list(row.shard, Some(row.area));
        self.execute_versioned(
            &UPDATE_GATE,
            params![row.shard, &row.gate, row.version, &row.name, &row.phone, &row.state],
        )
    }

    /// Adds an opening; `version` is 1 whatever the row says.
    pub fn insert_opening(&self, row: &OpeningRow) -> Result<(), StoreError> {
        self.execute_one(
            &INSERT_OPENING,
            params![
                row.shard,
                &row.opening,
                &row.area,
                &row.name,
                &row.closed_by,
                row.is_fire_exit,
                row.checked_at
            ],
        )
    }

    /// Changes an opening that is still at `row.version`.
    pub fn update_opening(&self, row: &OpeningRow) -> Result<(), StoreError> {
        self.execute_versioned(
            &UPDATE_OPENING,
            params![
                row.shard,
                &row.opening,
                row.version,
                &row.name,
                &row.closed_by,
                row.is_fire_exit,
                row.checked_at
            ],
        )
    }
}
