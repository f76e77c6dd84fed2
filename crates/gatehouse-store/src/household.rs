//! Doors and who lives behind them, from–to (REG-1). *Sharded*.

use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::value::Row;
use crate::{params, sql};
use gatehouse_core::id::{AreaId, HouseholdId, PersonId};
use gatehouse_core::moment::CivilDay;

/// A door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HouseholdRow {
    /// County.
    pub shard: Shard,
    /// Never changes.
    pub household: HouseholdId,
    /// Compound or village.
    pub area: AreaId,
    /// Building, empty where there is none.
    pub building: String,
    /// Unit, empty where there is none.
    pub unit: String,
    /// Room or door.
    pub room: String,
    /// The grid it belongs to.
    pub grid: Option<String>,
    /// Day on which the dwelling ceased.
    pub ended_on: Option<CivilDay>,
    /// Counts edits.
    pub version: i64,
}

/// On what basis somebody lives at a door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResidenceRow {
    /// County.
    pub shard: Shard,
    /// Where.
    pub household: HouseholdId,
    /// Who.
    pub person: PersonId,
    /// First day.
    pub from_on: CivilDay,
    /// Last day; `None` while it lasts.
    pub until_on: Option<CivilDay>,
    /// `permanent`, `tenant`, `lodger`.
    pub basis: String,
    /// Whose dwelling it is for tenants, whose guest for lodgers.
    pub landlord: Option<PersonId>,
    /// Counts edits.
    pub version: i64,
}

macro_rules! columns {
    () => {
        "shard, household, area, building, unit, room, grid, ended_on, version"
    };
}
pub(crate) use columns as household_columns;

sql! {
    INSERT_HOUSEHOLD = "INSERT INTO household (shard, household, area, building, unit, room, grid,
            ended_on, version)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1)";
    UPDATE_HOUSEHOLD = "UPDATE household SET building = ?4, unit = ?5, room = ?6, grid = ?7,
            ended_on = ?8, version = version + 1
        WHERE shard = ?1 AND household = ?2 AND version = ?3";
    HOUSEHOLD = concat!("SELECT ", columns!(), " FROM household
        WHERE shard = ?1 AND household = ?2");
    HOUSEHOLD_BY_DOOR = concat!("SELECT ", columns!(), " FROM household
        WHERE shard = ?1 AND area = ?2 AND building = ?3 AND unit = ?4 AND room = ?5");
    HOUSEHOLDS_OF = concat!("SELECT ", columns!(), " FROM household
        WHERE shard = ?1 AND area = ?2 AND household > ?3 ORDER BY household LIMIT ?4");
    INSERT_RESIDENCE = "INSERT INTO residence (shard, household, person, from_on, until_on, basis,
            landlord, version)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1)";
    END_RESIDENCE = "UPDATE residence SET until_on = ?5, version = version + 1
        WHERE shard = ?1 AND household = ?2 AND person = ?3 AND version = ?4 AND until_on IS NULL";
    REOPEN_RESIDENCE = "UPDATE residence SET until_on = NULL, version = version + 1
        WHERE shard = ?1 AND household = ?2 AND person = ?3 AND from_on = ?4
            AND until_on IS NOT NULL";
    DROP_RESIDENCE = "DELETE FROM residence WHERE shard = ?1 AND household = ?2 AND person = ?3
            AND until_on IS NULL";
    RESIDENCES_OF_HOUSEHOLD = "SELECT shard, household, person, from_on, until_on, basis, landlord,
            version
        FROM residence WHERE shard = ?1 AND household = ?2 ORDER BY from_on, person";
    HOMES_OF_LANDLORD = "SELECT DISTINCT household FROM residence
        WHERE shard = ?1 AND landlord = ?2 ORDER BY household LIMIT ?3";
    RESIDENCES_OF_PERSON = "SELECT shard, household, person, from_on, until_on, basis, landlord,
            version
        FROM residence WHERE shard = ?1 AND person = ?2 ORDER BY from_on, household";
}

impl HouseholdRow {
    /// Whether the dwelling is there on that day: until the day before the one on which it ceased.
    pub fn holds_on(&self, day: CivilDay) -> bool {
        self.ended_on.is_none_or(|end| day < end)
    }

    pub(crate) fn read(row: &Row<'_>) -> Result<HouseholdRow, StoreError> {
        Ok(HouseholdRow {
            shard: row.get(0)?,
            household: row.get(1)?,
            area: row.get(2)?,
            building: row.get(3)?,
            unit: row.get(4)?,
            room: row.get(5)?,
            grid: row.get(6)?,
            ended_on: row.get(7)?,
            version: row.get(8)?,
        })
    }
}

impl ResidenceRow {
    /// Whether it holds on that day.
    pub fn holds_on(&self, day: CivilDay) -> bool {
        self.from_on <= day && self.until_on.is_none_or(|end| day <= end)
    }

    fn read(row: &Row<'_>) -> Result<ResidenceRow, StoreError> {
        Ok(ResidenceRow {
            shard: row.get(0)?,
            household: row.get(1)?,
            person: row.get(2)?,
            from_on: row.get(3)?,
            until_on: row.get(4)?,
            basis: row.get(5)?,
            landlord: row.get(6)?,
            version: row.get(7)?,
        })
    }
}

impl ReadTx<'_> {
    /// A household by its key.
    pub fn household(
        &self,
        shard: Shard,
        household: HouseholdId,
    ) -> Result<Option<HouseholdRow>, StoreError> {
        self.optional(&HOUSEHOLD, params![shard, &household], HouseholdRow::read)
    }

    /// The household behind a door.
    pub fn household_by_door(
        &self,
        shard: Shard,
        area: AreaId,
        building: &str,
        unit: &str,
        room: &str,
    ) -> Result<Option<HouseholdRow>, StoreError> {
        let parameters = params![shard, &area, building, unit, room];
        self.optional(&HOUSEHOLD_BY_DOOR, parameters, HouseholdRow::read)
    }

    /// A page of households of a compound or village, by id after `after` (zeros at first).
    pub fn households_of_area(
        &self,
        shard: Shard,
        area: AreaId,
        after: HouseholdId,
        limit: u32,
    ) -> Result<Vec<HouseholdRow>, StoreError> {
        let parameters = params![shard, &area, &after, limit];
        self.query(&HOUSEHOLDS_OF, parameters, HouseholdRow::read)
    }

    /// Who lives or lived behind a door.
    pub fn residences_of_household(
        &self,
        shard: Shard,
        household: HouseholdId,
    ) -> Result<Vec<ResidenceRow>, StoreError> {
        let parameters = params![shard, &household];
        self.query(&RESIDENCES_OF_HOUSEHOLD, parameters, ResidenceRow::read)
    }

    /// Dwellings in which somebody is, or was, the landlord of a tenant or host of a lodger.
    pub fn homes_of_landlord(
        &self,
        shard: Shard,
        landlord: PersonId,
        limit: u32,
    ) -> Result<Vec<HouseholdId>, StoreError> {
        self.query(&HOMES_OF_LANDLORD, params![shard, &landlord, limit], |row| row.get(0))
    }

    /// Where somebody lives or lived.
    pub fn residences_of_person(
        &self,
        shard: Shard,
        person: PersonId,
    ) -> Result<Vec<ResidenceRow>, StoreError> {
        let parameters = params![shard, &person];
        self.query(&RESIDENCES_OF_PERSON, parameters, ResidenceRow::read)
    }
}

impl Tx<'_> {
    /// Adds a household; `version` is 1 whatever the row says.
    pub fn insert_household(&self, row: &HouseholdRow) -> Result<(), StoreError> {
        self.mark_list(row.shard, Some(row.area));
        let ended_on = row.ended_on.map(CivilDay::to_text);
        self.execute_one(
            &INSERT_HOUSEHOLD,
            params![
                row.shard,
                &row.household,
                &row.area,
                &row.building,
                &row.unit,
                &row.room,
                row.grid.as_ref(),
                ended_on.as_ref()
            ],
        )
    }

    /// Changes door, grid and end of a household that is still at `row.version`.
    pub fn update_household(&self, row: &HouseholdRow) -> Result<(), StoreError> {
        self.mark_list(row.shard, Some(row.area));
        let ended_on = row.ended_on.map(CivilDay::to_text);
        self.execute_versioned(
            &UPDATE_HOUSEHOLD,
            params![
                row.shard,
                &row.household,
                row.version,
                &row.building,
                &row.unit,
                &row.room,
                row.grid.as_ref(),
                ended_on.as_ref()
            ],
        )
    }

    /// Adds a residence; `version` is 1 whatever the row says.
    pub fn insert_residence(&self, row: &ResidenceRow) -> Result<(), StoreError> {
        let (from_on, until_on) = (row.from_on.to_text(), row.until_on.map(CivilDay::to_text));
        self.execute_one(
            &INSERT_RESIDENCE,
            params![
                row.shard,
                &row.household,
                &row.person,
                &from_on,
                until_on.as_ref(),
                &row.basis,
                row.landlord.as_ref()
            ],
        )
    }

    /// Ends a residence that is still at `row.version`, with its last day.
    pub fn end_residence(
        &self,
        row: &ResidenceRow,
        until_on: CivilDay,
    ) -> Result<(), StoreError> {
        let until_on = until_on.to_text();
        self.execute_versioned(
            &END_RESIDENCE,
            params![row.shard, &row.household, &row.person, row.version, &until_on],
        )
    }

    /// Takes back a residence that was begun by mistake and has not ended.
    pub fn drop_residence(
        &self,
        shard: Shard,
        household: HouseholdId,
        person: PersonId,
    ) -> Result<(), StoreError> {
        self.execute(&DROP_RESIDENCE, params![shard, &household, &person])?;
        Ok(())
    }

    /// Takes back the end of a residence; says whether there was one to take back.
    pub fn reopen_residence(
        &self,
        shard: Shard,
        household: HouseholdId,
        person: PersonId,
        from_on: CivilDay,
    ) -> Result<bool, StoreError> {
        let from_on = from_on.to_text();
        let parameters = params![shard, &household, &person, &from_on];
        Ok(self.execute(&REOPEN_RESIDENCE, parameters)? == 1)
    }
}
