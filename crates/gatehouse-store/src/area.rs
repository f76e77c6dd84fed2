//! The administrative tree (AREA-1), its codes through time, and the numbers of counties.
//! *Reference* tables. Levels and managers are words of core, kept here as text.

use crate::error::StoreError;
use crate::list_change::REFERENCE;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::value::Row;
use crate::{params, sql};
use gatehouse_core::id::AreaId;
use gatehouse_core::moment::CivilDay;

/// A node of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AreaRow {
    /// Never changes.
    pub area: AreaId,
    /// The area it lies in; `None` at the root.
    pub parent: Option<AreaId>,
    /// Number of its county; `None` above a county.
    pub shard: Option<Shard>,
    /// The level in core's word.
    pub level: String,
    /// What people call it now.
    pub name: String,
    /// Who runs a compound (AREA-2).
    pub manager: Option<String>,
    /// Minutes to add to UTC for the clock there.
    pub zone_offset_minutes: i64,
    /// The day it ceased to exist.
    pub ended_on: Option<CivilDay>,
    /// Counts edits.
    pub version: i64,
}

/// A code that an area has or had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AreaCodeRow {
    /// Whose code.
    pub area: AreaId,
    /// First day.
    pub from_on: CivilDay,
    /// Last day; `None` while it holds.
    pub to_on: Option<CivilDay>,
    /// The code.
    pub code: String,
}

sql! {
    INSERT_AREA = "INSERT INTO area (area, parent, shard, level, name, manager,
            zone_offset_minutes, ended_on, version)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1)";
    UPDATE_AREA = "UPDATE area SET name = ?3, manager = ?4, ended_on = ?5, version = version + 1
        WHERE area = ?1 AND version = ?2";
    AREA = "SELECT area, parent, shard, level, name, manager, zone_offset_minutes, ended_on,
            version
        FROM area WHERE area = ?1";
    AREAS_IN = "SELECT area, parent, shard, level, name, manager, zone_offset_minutes, ended_on,
            version
        FROM area WHERE parent = ?1 ORDER BY name, area";
    AREA_PATH = "WITH RECURSIVE path (area, depth) AS (
            SELECT area, 0 FROM area WHERE area = ?1
            UNION ALL
            SELECT up.parent, path.depth + 1 FROM path JOIN area up ON up.area = path.area
            WHERE up.parent IS NOT NULL AND path.depth < 16)
        SELECT a.area, a.parent, a.shard, a.level, a.name, a.manager, a.zone_offset_minutes,
            a.ended_on, a.version
        FROM path JOIN area a ON a.area = path.area ORDER BY path.depth DESC";
    AREA_SUBTREE = "WITH RECURSIVE subtree (area, depth) AS (
            SELECT area, 0 FROM area WHERE area = ?1
            UNION ALL
            SELECT down.area, subtree.depth + 1
            FROM subtree JOIN area down ON down.parent = subtree.area
            WHERE subtree.depth < 16)
        SELECT a.area, a.parent, a.shard, a.level, a.name, a.manager, a.zone_offset_minutes,
            a.ended_on, a.version
        FROM subtree JOIN area a ON a.area = subtree.area
        ORDER BY subtree.depth, a.name, a.area LIMIT ?2";
    AREA_ROOTS = "SELECT area, parent, shard, level, name, manager, zone_offset_minutes,
            ended_on, version
        FROM area WHERE parent IS NULL ORDER BY name, area";
    INSERT_CODE = "INSERT INTO area_code (area, from_on, to_on, code) VALUES (?1, ?2, ?3, ?4)";
    END_CODE = "UPDATE area_code SET to_on = ?2 WHERE area = ?1 AND to_on IS NULL";
    CODES_OF = "SELECT area, from_on, to_on, code FROM area_code WHERE area = ?1
        ORDER BY from_on";
    AREA_BY_CODE = "SELECT area FROM area_code
        WHERE code = ?1 AND from_on <= ?2 AND (to_on IS NULL OR to_on >= ?2)";
    SHARD_OF = "SELECT shard FROM shard WHERE county = ?1";
    NEXT_SHARD = "SELECT coalesce(max(shard), 0) + 1 FROM shard";
    INSERT_SHARD = "INSERT INTO shard (shard, county) VALUES (?1, ?2)";
    SHARDS = "SELECT shard FROM shard ORDER BY shard";
    MARK_COUNTY = "UPDATE area SET shard = ?2 WHERE area = ?1";
}

impl AreaRow {
    pub(crate) fn read(row: &Row<'_>) -> Result<AreaRow, StoreError> {
        Ok(AreaRow {
            area: row.get(0)?,
            parent: row.get(1)?,
            shard: row.get(2)?,
            level: row.get(3)?,
            name: row.get(4)?,
            manager: row.get(5)?,
            zone_offset_minutes: row.get(6)?,
            ended_on: row.get(7)?,
            version: row.get(8)?,
        })
    }
}

impl ReadTx<'_> {
    /// An area by id.
    pub fn area(&self, area: AreaId) -> Result<Option<AreaRow>, StoreError> {
        self.optional(&AREA, params![&area], AreaRow::read)
    }

    /// The areas directly in one, by name.
    pub fn areas_in(&self, parent: AreaId) -> Result<Vec<AreaRow>, StoreError> {
        self.query(&AREAS_IN, params![&parent], AreaRow::read)
    }

    /// The tops of all trees.
    pub fn area_roots(&self) -> Result<Vec<AreaRow>, StoreError> {
        self.query(&AREA_ROOTS, params![], AreaRow::read)
    }

    /// From the root down to the area itself; empty if there is no such area.
    pub fn area_path(&self, area: AreaId) -> Result<Vec<AreaRow>, StoreError> {
        self.query(&AREA_PATH, params![&area], AreaRow::read)
    }

    /// The area and all that lies in it, upper levels first, at most `limit` rows.
    pub fn area_subtree(&self, area: AreaId, limit: u32) -> Result<Vec<AreaRow>, StoreError> {
        self.query(&AREA_SUBTREE, params![&area, limit], AreaRow::read)
    }

    /// The codes of an area, oldest first.
    pub fn codes_of_area(&self, area: AreaId) -> Result<Vec<AreaCodeRow>, StoreError> {
        self.query(&CODES_OF, params![&area], |row| {
            Ok(AreaCodeRow {
                area: row.get(0)?,
                from_on: row.get(1)?,
                to_on: row.get(2)?,
                code: row.get(3)?,
            })
        })
    }

    /// The areas that had a code on a day: one, unless two were merged under it.
    pub fn areas_by_code(&self, code: &str, on: CivilDay) -> Result<Vec<AreaId>, StoreError> {
        self.query(&AREA_BY_CODE, params![code, &on.to_text()], |row| row.get(0))
    }

    /// The number of a county that has one.
    pub fn shard_of_county(&self, county: AreaId) -> Result<Option<Shard>, StoreError> {
        self.optional(&SHARD_OF, params![&county], |row| row.get(0))
    }

    /// All numbers given to counties.
    pub fn shards(&self) -> Result<Vec<Shard>, StoreError> {
        self.query(&SHARDS, params![], |row| row.get(0))
    }
}

impl Tx<'_> {
    /// Adds an area; `version` is 1 whatever the row says.
    pub fn insert_area(&self, row: &AreaRow) -> Result<(), StoreError> {
        self.mark_list(REFERENCE, Some(row.area));
        let ended_on = row.ended_on.map(CivilDay::to_text);
        self.execute_one(
            &INSERT_AREA,
            params![
                &row.area,
                row.parent.as_ref(),
                row.shard,
                &row.level,
                &row.name,
                row.manager.as_ref(),
                row.zone_offset_minutes,
                ended_on.as_ref(),
            ],
        )
    }

    /// Changes name, manager and end of an area that is still at `row.version`.
    pub fn update_area(&self, row: &AreaRow) -> Result<(), StoreError> {
        self.mark_list(REFERENCE, Some(row.area));
        let ended_on = row.ended_on.map(CivilDay::to_text);
        self.execute_versioned(
            &UPDATE_AREA,
            params![
                &row.area,
                row.version,
                &row.name,
                row.manager.as_ref(),
                ended_on.as_ref()
            ],
        )
    }

    /// Gives an area a code from a day on; the code it had ends the day before.
    pub fn insert_area_code(
        &self,
        area: AreaId,
        code: &str,
        from_on: CivilDay,
    ) -> Result<(), StoreError> {
        let day_before = CivilDay(from_on.0 - 1).to_text();
        self.execute(&END_CODE, params![&area, &day_before])?;
        let from_on = from_on.to_text();
        let open: Option<&str> = None;
        self.execute_one(&INSERT_CODE, params![&area, &from_on, open, code])
    }

    /// The number of a county: the one it has, or the next free one, given now and for ever.
    pub fn shard_for_county(&self, county: AreaId) -> Result<Shard, StoreError> {
        if let Some(shard) = self.shard_of_county(county)? {
            return Ok(shard);
        }
        let shard: Shard = self.query_one(&NEXT_SHARD, params![], |row| row.get(0))?;
        self.execute_one(&INSERT_SHARD, params![shard, &county])?;
        self.execute_one(&MARK_COUNTY, params![&county, shard])?;
        self.mark_list(REFERENCE, Some(county));
        Ok(shard)
    }
}
