//! Regular helpers of households: who agreed, since when, with which pass. *Sharded*. Who they are
//! stands with the person; until when they may come, with the pass.

use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::value::Row;
use crate::{params, sql};
use gatehouse_core::id::{ApplicationId, AreaId, HouseholdId, PassId, PersonId, StaffId};

/// A helper of a household.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelperRow {
    /// County.
    pub shard: Shard,
    /// The application for their pass.
    pub helper: ApplicationId,
    /// Compound or village.
    pub area: AreaId,
    /// Where they help.
    pub household: HouseholdId,
    /// `carer`, `cleaner`, `other`.
    pub work: String,
    /// The household's word.
    pub agreed: Agreement,
    /// Who comes, once that is approved.
    pub comes: Option<Comes>,
    /// How it came to its end.
    pub end: Option<HelperEnd>,
    /// Counts edits.
    pub version: i64,
}

/// A household's word that somebody helps there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// Who of the household; `None` where that was not said.
    pub by: Option<PersonId>,
    /// `page`, `phone`, `present`.
    pub way: String,
    /// When they last did, milliseconds UTC.
    pub at: i64,
    /// Who heard it.
    pub staff: Option<StaffId>,
}

/// Who comes, with which pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comes {
    /// The helper.
    pub person: PersonId,
    /// Their pass now.
    pub pass: PassId,
    /// Since when, milliseconds UTC.
    pub from_at: i64,
}

/// That somebody no longer helps there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelperEnd {
    /// When, milliseconds UTC.
    pub at: i64,
    /// `household`, `helper`, `office`: whose word it was.
    pub by: String,
    /// Who wrote it down; `None` where the household did on its page.
    pub staff: Option<StaffId>,
}

macro_rules! columns {
    () => {
        "shard, helper, area, household, work, agreed_by, agreed_way, agreed_at, agreed_staff, \
         person, pass, from_at, ended_at, ended_by, ended_staff, version"
    };
}

sql! {
    INSERT_HELPER = "INSERT INTO helper (shard, helper, area, household, work, agreed_by,
            agreed_way, agreed_at, agreed_staff, person, pass, from_at, ended_at, ended_by,
            ended_staff, version)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, NULL, NULL, NULL, NULL, NULL, NULL, 1)";
    UPDATE_HELPER = "UPDATE helper SET agreed_by = ?4, agreed_way = ?5, agreed_at = ?6,
            agreed_staff = ?7, person = ?8, pass = ?9, from_at = ?10, ended_at = ?11,
            ended_by = ?12, ended_staff = ?13, version = version + 1
        WHERE shard = ?1 AND helper = ?2 AND version = ?3";
    HELPER = concat!("SELECT ", columns!(), " FROM helper WHERE shard = ?1 AND helper = ?2");
    // The newest first: ids grow with time.
    HELPERS_OF_AREA = concat!("SELECT ", columns!(), " FROM helper
        WHERE shard = ?1 AND area = ?2 AND helper < ?3 AND person IS NOT NULL
            AND (CASE WHEN ended_at IS NULL THEN 0 ELSE 1 END) = ?4
        ORDER BY helper DESC LIMIT ?5");
    HELPERS_OF_HOUSEHOLD = concat!("SELECT ", columns!(), " FROM helper
        WHERE shard = ?1 AND household = ?2 AND person IS NOT NULL AND ended_at IS NULL
        ORDER BY helper LIMIT ?3");
    // A helper whose application ended without a pass never came.
    COUNT_HELPERS = "SELECT count(CASE WHEN h.ended_at IS NULL
                AND (h.person IS NOT NULL OR a.state = 'waiting') THEN 1 END),
            count(CASE WHEN a.asked_by IS NOT NULL AND a.applied_at > ?3 THEN 1 END)
        FROM helper h LEFT JOIN application a ON a.shard = h.shard AND a.application = h.helper
        WHERE h.shard = ?1 AND h.household = ?2";
    REPLACE_HELPER_PASS = "UPDATE helper SET pass = ?3 WHERE shard = ?1 AND pass = ?2";
    DROP_HELPERS = "DELETE FROM helper WHERE shard = ?1 AND helper IN (
            SELECT h.helper FROM helper h
            WHERE h.shard = ?1 AND h.area = ?2 AND h.agreed_at < ?3
                AND NOT EXISTS (SELECT 1 FROM pass p WHERE p.shard = ?1 AND p.pass = h.pass)
                AND NOT EXISTS (SELECT 1 FROM application a WHERE a.shard = ?1
                    AND a.application = h.helper AND a.state = 'waiting')
            LIMIT 500)";
    ERASE_HELPER = "UPDATE helper SET person = ?3, version = version + 1
        WHERE shard = ?1 AND person = ?2";
    ERASE_AGREED = "UPDATE helper SET agreed_by = ?3, version = version + 1
        WHERE shard = ?1 AND agreed_by = ?2";
}

impl HelperRow {
    fn read(row: &Row<'_>) -> Result<HelperRow, StoreError> {
        let comes = match (row.get(9)?, row.get(10)?, row.get(11)?) {
            (Some(person), Some(pass), Some(from_at)) => Some(Comes {
                person,
                pass,
                from_at,
            }),
            (None, None, None) => None,
            _ => return Err(row.corrupt(9)),
        };
        let end = match (row.get(12)?, row.get(13)?) {
            (Some(at), Some(by)) => Some(HelperEnd {
                at,
                by,
                staff: row.get(14)?,
            }),
            (None, None) => None,
            _ => return Err(row.corrupt(12)),
        };
        Ok(HelperRow {
            shard: row.get(0)?,
            helper: row.get(1)?,
            area: row.get(2)?,
            household: row.get(3)?,
            work: row.get(4)?,
            agreed: Agreement {
                by: row.get(5)?,
                way: row.get(6)?,
                at: row.get(7)?,
                staff: row.get(8)?,
            },
            comes,
            end,
            version: row.get(15)?,
        })
    }
}

impl ReadTx<'_> {
    /// A helper by their key.
    pub fn helper(
        &self,
        shard: Shard,
        helper: ApplicationId,
    ) -> Result<Option<HelperRow>, StoreError> {
        self.optional(&HELPER, params![shard, &helper], HelperRow::read)
    }

    /// A page of the helpers of a compound or village who come, or who no longer do: the newest
    /// first, those before `before`.
    pub fn helpers_of_area(
        &self,
        shard: Shard,
        area: AreaId,
        before: ApplicationId,
        ended: bool,
        limit: u32,
    ) -> Result<Vec<HelperRow>, StoreError> {
        let parameters = params![shard, &area, &before, i64::from(ended), limit];
        self.query(&HELPERS_OF_AREA, parameters, HelperRow::read)
    }

    /// How many helpers come to a household or wait for their pass, and how many were asked for
    /// by somebody who lives there since an instant.
    pub fn count_helpers(
        &self,
        shard: Shard,
        household: HouseholdId,
        since: i64,
    ) -> Result<(i64, i64), StoreError> {
        self.query_one(&COUNT_HELPERS, params![shard, &household, since], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
    }

    /// Who helps a household now.
    pub fn helpers_of_household(
        &self,
        shard: Shard,
        household: HouseholdId,
        limit: u32,
    ) -> Result<Vec<HelperRow>, StoreError> {
        let parameters = params![shard, &household, limit];
        self.query(&HELPERS_OF_HOUSEHOLD, parameters, HelperRow::read)
    }
}

impl Tx<'_> {
    /// Writes down that a household wants a helper; nobody is named yet, whatever the row says.
    pub fn insert_helper(&self, row: &HelperRow) -> Result<(), StoreError> {
        self.execute_one(
            &INSERT_HELPER,
            params![
                row.shard,
                &row.helper,
                &row.area,
                &row.household,
                &row.work,
                row.agreed.by.as_ref(),
                &row.agreed.way,
                row.agreed.at,
                row.agreed.staff.as_ref()
            ],
        )
    }

    /// Changes what may change of a helper that is still at `row.version`.
    pub fn update_helper(&self, row: &HelperRow) -> Result<(), StoreError> {
        let (comes, end) = (row.comes.as_ref(), row.end.as_ref());
        self.execute_versioned(
            &UPDATE_HELPER,
            params![
                row.shard,
                &row.helper,
                row.version,
                row.agreed.by.as_ref(),
                &row.agreed.way,
                row.agreed.at,
                row.agreed.staff.as_ref(),
                comes.map(|comes| &comes.person),
                comes.map(|comes| &comes.pass),
                comes.map(|comes| comes.from_at),
                end.map(|end| end.at),
                end.map(|end| &end.by),
                end.and_then(|end| end.staff.as_ref())
            ],
        )
    }

    /// A helper's pass was replaced by another one.
    pub fn replace_helper_pass(
        &self,
        shard: Shard,
        old: PassId,
        new: PassId,
    ) -> Result<(), StoreError> {
        self.execute(&REPLACE_HELPER_PASS, params![shard, &old, &new])?;
        Ok(())
    }

    /// Drops up to 500 helpers of a compound whose pass is kept no longer, and who waited for one
    /// in vain since before an instant.
    pub fn drop_helpers(&self, shard: Shard, area: AreaId, before: i64) -> Result<u64, StoreError> {
        self.execute(&DROP_HELPERS, params![shard, &area, before])
    }

    /// Overwrites a person in the helpers of a county with a random value.
    pub(crate) fn erase_helpers(
        &self,
        shard: Shard,
        person: PersonId,
        random: &[u8; 16],
    ) -> Result<(), StoreError> {
        self.execute(&ERASE_HELPER, params![shard, &person, random])?;
        self.execute(&ERASE_AGREED, params![shard, &person, random])?;
        Ok(())
    }
}
