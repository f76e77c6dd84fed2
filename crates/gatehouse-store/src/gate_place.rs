//! Points, places and telephones that a gate's screen names. *Sharded*.

use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::value::Row;
use crate::{params, sql};
use gatehouse_core::id::GateId;

/// What a gate's screen names; every text may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatePlaceRow {
    /// County.
    pub shard: Shard,
    /// Which gate.
    pub gate: GateId,
    /// Where goods are left for the resident.
    pub goods_point: String,
    /// Where outside vehicles wait, clear of the road.
    pub parking_place: String,
    /// Where somebody feverish sits apart.
    pub waiting_place: String,
    /// Where passes are issued.
    pub office_place: String,
    /// Telephone of the shift lead.
    pub shift_lead_phone: String,
    /// Telephone of the community.
    pub office_phone: String,
    /// Telephone of the hospital or health centre that fevers are reported to.
    pub health_phone: String,
    /// Counts edits; 0 while nothing was ever written.
    pub version: i64,
}

sql! {
    GATE_PLACE = "SELECT shard, gate, goods_point, parking_place, waiting_place, office_place,
            shift_lead_phone, office_phone, health_phone, version
        FROM gate_place WHERE shard = ?1 AND gate = ?2";
    INSERT_GATE_PLACE = "INSERT INTO gate_place (shard, gate, goods_point, parking_place,
            waiting_place, office_place, shift_lead_phone, office_phone, health_phone, version)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1)
        ON CONFLICT (shard, gate) DO NOTHING";
    UPDATE_GATE_PLACE = "UPDATE gate_place SET goods_point = ?4, parking_place = ?5,
            waiting_place = ?6, office_place = ?7, shift_lead_phone = ?8, office_phone = ?9,
            health_phone = ?10, version = version + 1
        WHERE shard = ?1 AND gate = ?2 AND version = ?3";
}

impl GatePlaceRow {
    /// Nothing said yet.
    pub fn empty(shard: Shard, gate: GateId) -> GatePlaceRow {
        GatePlaceRow {
            shard,
            gate,
            goods_point: String::new(),
            parking_place: String::new(),
            waiting_place: String::new(),
            office_place: String::new(),
            shift_lead_phone: String::new(),
            office_phone: String::new(),
            health_phone: String::new(),
            version: 0,
        }
    }

    fn read(row: &Row<'_>) -> Result<GatePlaceRow, StoreError> {
        Ok(GatePlaceRow {
            shard: row.get(0)?,
            gate: row.get(1)?,
            goods_point: row.get(2)?,
            parking_place: row.get(3)?,
            waiting_place: row.get(4)?,
            office_place: row.get(5)?,
            shift_lead_phone: row.get(6)?,
            office_phone: row.get(7)?,
            health_phone: row.get(8)?,
            version: row.get(9)?,
        })
    }
}

impl ReadTx<'_> {
    /// What the gate's screen names; empty texts and version 0 where nothing was written.
    pub fn gate_place(&self, shard: Shard, gate: GateId) -> Result<GatePlaceRow, StoreError> {
        let found = self.optional(&GATE_PLACE, params![shard, &gate], GatePlaceRow::read)?;
        Ok(found.unwrap_or_else(|| GatePlaceRow::empty(shard, gate)))
    }
}

impl Tx<'_> {
    /// Writes what was read as `row.version` and changed; [`StoreError::Stale`] where somebody
    /// else was faster.
    pub fn save_gate_place(&self, row: &GatePlaceRow) -> Result<(), StoreError> {
        if let Some(gate) = self.gate(row.shard, row.gate)? {
            self.mark_list(row.shard, Some(gate.area));
        }
        let texts = [
            &row.goods_point,
            &row.parking_place,
            &row.waiting_place,
            &row.office_place,
            &row.shift_lead_phone,
            &row.office_phone,
            &row.health_phone,
        ];
        let [goods, parking, waiting, office, lead, community, health] = texts;
        if row.version > 0 {
            let parameters = params![
                row.shard, &row.gate, row.version, goods, parking, waiting, office, lead,
                community, health
            ];
            return self.execute_versioned(&UPDATE_GATE_PLACE, parameters);
        }
        let parameters = params![
            row.shard, &row.gate, goods, parking, waiting, office, lead, community, health
        ];
        self.execute_versioned(&INSERT_GATE_PLACE, parameters)
    }
}
