//! Vehicles that are known at a gate. *Sharded*.

use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::value::Row;
use crate::{params, sql};
use gatehouse_core::id::{AreaId, HouseholdId, VehicleId};
use gatehouse_core::moment::CivilDay;

/// A vehicle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VehicleRow {
    /// County.
    pub shard: Shard,
    /// Never changes.
    pub vehicle: VehicleId,
    /// Number plate as core spells it.
    pub plate: String,
    /// Core's word.
    pub kind: String,
    /// Whose.
    pub household: Option<HouseholdId>,
    /// Compound or village that keeps the record.
    pub area: AreaId,
    /// Last day it is known.
    pub ended_on: Option<CivilDay>,
    /// Counts edits.
    pub version: i64,
}

sql! {
    INSERT_VEHICLE = "INSERT INTO vehicle (shard, vehicle, plate, kind, household, area, ended_on,
            version)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1)";
    UPDATE_VEHICLE = "UPDATE vehicle SET plate = ?4, kind = ?5, household = ?6, ended_on = ?7,
            version = version + 1
        WHERE shard = ?1 AND vehicle = ?2 AND version = ?3";
    VEHICLE = "SELECT shard, vehicle, plate, kind, household, area, ended_on, version FROM vehicle
        WHERE shard = ?1 AND vehicle = ?2";
    VEHICLES_BY_PLATE = "SELECT shard, vehicle, plate, kind, household, area, ended_on, version
        FROM vehicle WHERE shard = ?1 AND plate = ?2 AND ended_on IS NULL ORDER BY vehicle";
    VEHICLES_OF = "SELECT shard, vehicle, plate, kind, household, area, ended_on, version
        FROM vehicle WHERE shard = ?1 AND household = ?2 ORDER BY plate, vehicle";
    DROP_VEHICLES = "DELETE FROM vehicle WHERE shard = ?1 AND vehicle IN (
            SELECT v.vehicle FROM vehicle v
            WHERE v.shard = ?1 AND v.area = ?2 AND v.ended_on < ?3
                AND NOT EXISTS (SELECT 1 FROM pass p WHERE p.shard = ?1 AND p.holder = v.vehicle)
            ORDER BY v.vehicle LIMIT 500)";
    VEHICLES_OF_HOMES = "SELECT v.shard, v.vehicle, v.plate, v.kind, v.household, v.area,
            v.ended_on, v.version
        FROM household h CROSS JOIN vehicle v
        WHERE h.shard = ?1 AND h.area = ?2 AND v.shard = h.shard AND v.household = h.household
        ORDER BY v.vehicle LIMIT ?3";
}

impl VehicleRow {
    fn read(row: &Row<'_>) -> Result<VehicleRow, StoreError> {
        Ok(VehicleRow {
            shard: row.get(0)?,
            vehicle: row.get(1)?,
            plate: row.get(2)?,
            kind: row.get(3)?,
            household: row.get(4)?,
            area: row.get(5)?,
            ended_on: row.get(6)?,
            version: row.get(7)?,
        })
    }
}

impl ReadTx<'_> {
    /// A vehicle by its key.
    pub fn vehicle(
        &self,
        shard: Shard,
        vehicle: VehicleId,
    ) -> Result<Option<VehicleRow>, StoreError> {
        self.optional(&VEHICLE, params![shard, &vehicle], VehicleRow::read)
    }

    /// The vehicles known under a plate.
    pub fn vehicles_by_plate(
        &self,
        shard: Shard,
        plate: &str,
    ) -> Result<Vec<VehicleRow>, StoreError> {
        self.query(&VEHICLES_BY_PLATE, params![shard, plate], VehicleRow::read)
    }

    /// The vehicles of a household.
    pub fn vehicles_of_household(
        &self,
        shard: Shard,
        household: HouseholdId,
    ) -> Result<Vec<VehicleRow>, StoreError> {
        self.query(&VEHICLES_OF, params![shard, &household], VehicleRow::read)
    }

    /// The vehicles of the households of a compound or village, at most `limit`.
    pub fn vehicles_of_homes(
        &self,
        shard: Shard,
        area: AreaId,
        limit: u32,
    ) -> Result<Vec<VehicleRow>, StoreError> {
        self.query(&VEHICLES_OF_HOMES, params![shard, &area, limit], VehicleRow::read)
    }
}

impl Tx<'_> {
    /// Adds a vehicle; `version` is 1 whatever the row says.
    pub fn insert_vehicle(&self, row: &VehicleRow) -> Result<(), StoreError> {
        self.mark_list(row.shard, Some(row.area));
        let ended_on = row.ended_on.map(CivilDay::to_text);
        self.execute_one(
            &INSERT_VEHICLE,
            params![
                row.shard,
                &row.vehicle,
                &row.plate,
                &row.kind,
                row.household.as_ref(),
                &row.area,
                ended_on.as_ref()
            ],
        )
    }

    /// Deletes vehicles of a compound or village that ended before a day and of which no pass is
    /// kept, up to 500 (retention); says how many.
    pub fn drop_vehicles(
        &self,
        shard: Shard,
        area: AreaId,
        before: CivilDay,
    ) -> Result<u64, StoreError> {
        self.execute(&DROP_VEHICLES, params![shard, &area, &before.to_text()])
    }

    /// Changes a vehicle that is still at `row.version`.
    pub fn update_vehicle(&self, row: &VehicleRow) -> Result<(), StoreError> {
        self.mark_list(row.shard, Some(row.area));
        let ended_on = row.ended_on.map(CivilDay::to_text);
        self.execute_versioned(
            &UPDATE_VEHICLE,
            params![
                row.shard,
                &row.vehicle,
                row.version,
                &row.plate,
                &row.kind,
                row.household.as_ref(),
                ended_on.as_ref()
            ],
        )
    }
}
