//! Erasures that somebody planned: why, who asked, from when on, and what came of it. *Sharded*.
//! Whether one may be planned is no business of the store.

use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::value::Row;
use crate::{params, sql};
use gatehouse_core::id::{AreaId, PersonId, StaffId};

/// A planned erasure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasurePlanRow {
    /// County.
    pub shard: Shard,
    /// Random id, made with the form.
    pub erasure: [u8; 16],
    /// Compound or village that keeps the record.
    pub area: AreaId,
    /// Whose record.
    pub person: PersonId,
    /// `left`, `died`, `mistake`.
    pub reason: String,
    /// `person`, `family`, `office`.
    pub asked_by: String,
    /// When it was planned, milliseconds UTC.
    pub planned_at: i64,
    /// By whom.
    pub planned_by: StaffId,
    /// Not before this instant.
    pub run_at: i64,
    /// How it stands.
    pub state: ErasureState,
    /// When that last changed.
    pub changed_at: i64,
}

/// How a planned erasure stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErasureState {
    /// Its day has not come.
    Planned,
    /// Begun: it can no longer be cancelled.
    Running,
    /// The record says no more who it was.
    Done,
    /// Something stood against it on its day, a word from a list; nothing was erased.
    Held(String),
    /// Somebody took it back.
    Cancelled(StaffId),
}

impl ErasureState {
    /// Its word in the database and in keys of texts.
    pub const fn word(&self) -> &'static str {
        match self {
            ErasureState::Planned => "planned",
            ErasureState::Running => "running",
            ErasureState::Done => "done",
            ErasureState::Held(_) => "held",
            ErasureState::Cancelled(_) => "cancelled",
        }
    }
}

macro_rules! columns {
    () => {
        "shard, erasure, area, person, reason, asked_by, planned_at, planned_by, run_at, \
         changed_at, state, changed_by, held_by"
    };
}

sql! {
    INSERT_PLAN = "INSERT INTO erasure_plan (shard, erasure, area, person, reason, asked_by,
            planned_at, planned_by, run_at, state, changed_at, changed_by, held_by)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'planned', ?7, NULL, NULL)
        ON CONFLICT DO NOTHING";
    PLAN = concat!("SELECT ", columns!(), " FROM erasure_plan
        WHERE shard = ?1 AND erasure = ?2");
    COMING_OF_PERSON = concat!("SELECT ", columns!(), " FROM erasure_plan
        WHERE shard = ?1 AND person = ?2 AND state IN ('planned', 'running')");
    PLANS_OF_AREA = concat!("SELECT ", columns!(), " FROM erasure_plan
        WHERE shard = ?1 AND area = ?2 ORDER BY planned_at DESC, erasure DESC LIMIT ?3");
    SET_STATE = "UPDATE erasure_plan SET state = ?3, changed_at = ?4, changed_by = ?5, held_by = ?6
        WHERE shard = ?1 AND erasure = ?2";
    DROP_PLANS = "DELETE FROM erasure_plan WHERE shard = ?1 AND erasure IN (
            SELECT erasure FROM erasure_plan
            WHERE shard = ?1 AND changed_at < ?2 AND state NOT IN ('planned', 'running')
            LIMIT 500)";
}

impl ErasurePlanRow {
    fn read(row: &Row<'_>) -> Result<ErasurePlanRow, StoreError> {
        let word: String = row.get(10)?;
        let state = match (word.as_str(), row.get(11)?, row.get(12)?) {
            ("planned", None, None) => ErasureState::Planned,
            ("running", None, None) => ErasureState::Running,
            ("done", None, None) => ErasureState::Done,
            ("held", None, Some(by)) => ErasureState::Held(by),
            ("cancelled", Some(staff), None) => ErasureState::Cancelled(staff),
            _ => return Err(row.corrupt(10)),
        };
        Ok(ErasurePlanRow {
            shard: row.get(0)?,
            erasure: row.get(1)?,
            area: row.get(2)?,
            person: row.get(3)?,
            reason: row.get(4)?,
            asked_by: row.get(5)?,
            planned_at: row.get(6)?,
            planned_by: row.get(7)?,
            run_at: row.get(8)?,
            changed_at: row.get(9)?,
            state,
        })
    }
}

impl ReadTx<'_> {
    /// A planned erasure by its key.
    pub fn erasure_plan(
        &self,
        shard: Shard,
        erasure: &[u8; 16],
    ) -> Result<Option<ErasurePlanRow>, StoreError> {
        self.optional(&PLAN, params![shard, erasure], ErasurePlanRow::read)
    }

    /// The erasure of somebody's record that still comes, if there is one.
    pub fn coming_erasure(
        &self,
        shard: Shard,
        person: PersonId,
    ) -> Result<Option<ErasurePlanRow>, StoreError> {
        let parameters = params![shard, &person];
        self.optional(&COMING_OF_PERSON, parameters, ErasurePlanRow::read)
    }

    /// The erasures of a compound or village, the last one first.
    pub fn erasures_of_area(
        &self,
        shard: Shard,
        area: AreaId,
        limit: u32,
    ) -> Result<Vec<ErasurePlanRow>, StoreError> {
        let parameters = params![shard, &area, limit];
        self.query(&PLANS_OF_AREA, parameters, ErasurePlanRow::read)
    }
}

impl Tx<'_> {
    /// Plans an erasure, whatever state the row names; says whether it was new: not where one of
    /// the same id is there, or one of the same record still comes.
    pub fn insert_erasure_plan(&self, row: &ErasurePlanRow) -> Result<bool, StoreError> {
        let parameters = params![
            row.shard,
            &row.erasure,
            &row.area,
            &row.person,
            &row.reason,
            &row.asked_by,
            row.planned_at,
            &row.planned_by,
            row.run_at
        ];
        Ok(self.execute(&INSERT_PLAN, parameters)? == 1)
    }

    /// Writes down how a planned erasure stands.
    pub fn set_erasure_state(
        &self,
        shard: Shard,
        erasure: &[u8; 16],
        state: &ErasureState,
        at: i64,
    ) -> Result<(), StoreError> {
        let (by, held) = match state {
            ErasureState::Cancelled(staff) => (Some(staff), None),
            ErasureState::Held(word) => (None, Some(word)),
            _ => (None, None),
        };
        let parameters = params![shard, erasure, state.word(), at, by, held];
        self.execute_one(&SET_STATE, parameters)
    }

    /// Drops up to 500 that came to their end before an instant; says how many.
    pub fn drop_erasure_plans(&self, shard: Shard, before: i64) -> Result<u64, StoreError> {
        self.execute(&DROP_PLANS, params![shard, before])
    }
}
