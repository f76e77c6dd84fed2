//! Whom the rows of an import became, and what taking it back finds. *Sharded*.

use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::value::Row;
use crate::{params, sql};
use gatehouse_core::id::{HouseholdId, PersonId};

/// Whom a row became.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedRow {
    /// Number of the row in the sheet.
    pub row_number: i64,
    /// `added`, `changed`; after taking back `removed`, `restored`, `left`.
    pub act: String,
    /// Whom.
    pub person: PersonId,
    /// At which door.
    pub household: HouseholdId,
    /// Whether the door was new.
    pub door_added: bool,
    /// The person's version after the import.
    pub version: i64,
    /// Earlier values of a changed person, sealed under the run's key.
    pub before_sealed: Option<Vec<u8>>,
    /// Why taking back left it alone.
    pub left_why: Option<String>,
}

/// What stands in the way of taking somebody out again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ties {
    /// Version now.
    pub version: i64,
    /// Holds a pass.
    pub has_pass: bool,
    /// Named by an order.
    pub has_order: bool,
    /// Somebody's landlord or host.
    pub is_landlord: bool,
    /// Went through a gate.
    pub has_crossed: bool,
}

sql! {
    INSERT_ROW = "INSERT INTO import_row (shard, run, row_number, act, person, household,
            door_added, version, before_sealed, left_why)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, NULL)";
    SET_ACT = "UPDATE import_row SET act = ?4, left_why = ?5
        WHERE shard = ?1 AND run = ?2 AND row_number = ?3";
    ROWS = "SELECT row_number, act, person, household, door_added, version, before_sealed, left_why
        FROM import_row WHERE shard = ?1 AND run = ?2 AND row_number > ?3
        ORDER BY row_number LIMIT ?4";
    LEFT = "SELECT row_number, act, person, household, door_added, version, before_sealed, left_why
        FROM import_row WHERE shard = ?1 AND run = ?2 AND act = 'left'
        ORDER BY row_number LIMIT ?3";
    COUNTS = "SELECT act, coalesce(left_why, ''), count(*) FROM import_row
        WHERE shard = ?1 AND run = ?2 GROUP BY act, coalesce(left_why, '') ORDER BY 1, 2";
    TIES = "SELECT p.version,
            EXISTS (SELECT 1 FROM pass x WHERE x.shard = ?1 AND x.holder = ?2),
            EXISTS (SELECT 1 FROM order_record o WHERE o.shard = ?1 AND o.person = ?2),
            EXISTS (SELECT 1 FROM residence r WHERE r.shard = ?1 AND r.landlord = ?2),
            EXISTS (SELECT 1 FROM outing g WHERE g.shard = ?1 AND g.household = ?3
                AND g.subject = ?2)
        FROM person p WHERE p.shard = ?1 AND p.person = ?2";
    DELETE_ROWS = "DELETE FROM import_row WHERE shard = ?1 AND run = ?2 AND row_number IN
        (SELECT row_number FROM import_row WHERE shard = ?1 AND run = ?2
            ORDER BY row_number LIMIT 500)";
    DELETE_RESIDENCE = "DELETE FROM residence
        WHERE shard = ?1 AND household = ?2 AND person = ?3";
    DELETE_DOOR = "DELETE FROM household WHERE shard = ?1 AND household = ?2 AND version = 1
        AND NOT EXISTS (SELECT 1 FROM person p WHERE p.shard = ?1 AND p.household = ?2)
        AND NOT EXISTS (SELECT 1 FROM residence r WHERE r.shard = ?1 AND r.household = ?2)
        AND NOT EXISTS (SELECT 1 FROM pass x WHERE x.shard = ?1 AND x.household = ?2)
        AND NOT EXISTS (SELECT 1 FROM vehicle v WHERE v.shard = ?1 AND v.household = ?2)";
    SET_LANDLORD = "UPDATE residence SET landlord = ?4, version = version + 1
        WHERE shard = ?1 AND household = ?2 AND person = ?3 AND landlord IS NULL
            AND until_on IS NULL";
}

fn read(row: &Row<'_>) -> Result<ImportedRow, StoreError> {
    Ok(ImportedRow {
        row_number: row.get(0)?,
        act: row.get(1)?,
        person: row.get(2)?,
        household: row.get(3)?,
        door_added: row.get(4)?,
        version: row.get(5)?,
        before_sealed: row.get(6)?,
        left_why: row.get(7)?,
    })
}

impl ReadTx<'_> {
    /// Rows of an import after a row, by number.
    pub fn imported_rows(
        &self,
        shard: Shard,
        run: &[u8; 16],
        after: i64,
        limit: u32,
    ) -> Result<Vec<ImportedRow>, StoreError> {
        self.query(&ROWS, params![shard, run, after, limit], read)
    }

    /// Rows that taking back left alone.
    pub fn rows_left_alone(
        &self,
        shard: Shard,
        run: &[u8; 16],
        limit: u32,
    ) -> Result<Vec<ImportedRow>, StoreError> {
        self.query(&LEFT, params![shard, run, limit], read)
    }

    /// Rows by what was done, and why not.
    pub fn count_imported_rows(
        &self,
        shard: Shard,
        run: &[u8; 16],
    ) -> Result<Vec<(String, String, i64)>, StoreError> {
        self.query(&COUNTS, params![shard, run], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
    }

    /// What ties somebody to the register; `None` if they are no longer there.
    pub fn ties_of_person(
        &self,
        shard: Shard,
        person: PersonId,
        household: HouseholdId,
    ) -> Result<Option<Ties>, StoreError> {
        self.optional(&TIES, params![shard, &person, &household], |row| {
            Ok(Ties {
                version: row.get(0)?,
                has_pass: row.get(1)?,
                has_order: row.get(2)?,
                is_landlord: row.get(3)?,
                has_crossed: row.get(4)?,
            })
        })
    }
}

impl Tx<'_> {
    /// Writes down whom a row became.
    pub fn insert_imported_row(
        &self,
        shard: Shard,
        run: &[u8; 16],
        row: &ImportedRow,
    ) -> Result<(), StoreError> {
        self.execute_one(
            &INSERT_ROW,
            params![
                shard,
                run,
                row.row_number,
                &row.act,
                &row.person,
                &row.household,
                row.door_added,
                row.version,
                row.before_sealed.as_ref()
            ],
        )
    }

    /// Writes down what taking back did with a row.
    pub fn set_imported_act(
        &self,
        shard: Shard,
        run: &[u8; 16],
        row_number: i64,
        act: &str,
        left_why: Option<&str>,
    ) -> Result<(), StoreError> {
        self.execute_one(&SET_ACT, params![shard, run, row_number, act, left_why])
    }

    /// Deletes at most 500 rows of an import; says whether there were any.
    pub fn delete_imported_rows(&self, shard: Shard, run: &[u8; 16]) -> Result<bool, StoreError> {
        Ok(self.execute(&DELETE_ROWS, params![shard, run])? > 0)
    }

    /// Takes away where somebody lived, and the door if nothing else is behind it.
    pub fn delete_residence_and_door(
        &self,
        shard: Shard,
        person: PersonId,
        household: HouseholdId,
        with_door: bool,
    ) -> Result<(), StoreError> {
        self.execute(&DELETE_RESIDENCE, params![shard, &household, &person])?;
        if with_door {
            // The door is gone: of which area it was is not asked for an undo.
            self.mark_list(shard, None);
            self.execute(&DELETE_DOOR, params![shard, &household])?;
        }
        Ok(())
    }

    /// Names the landlord or host of somebody who has none yet.
    pub fn set_landlord(
        &self,
        shard: Shard,
        household: HouseholdId,
        person: PersonId,
        landlord: PersonId,
    ) -> Result<bool, StoreError> {
        let parameters = params![shard, &household, &person, &landlord];
        Ok(self.execute(&SET_LANDLORD, parameters)? == 1)
    }
}
