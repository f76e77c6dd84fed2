//! Replays that somebody asked for, how far they are and what they found. *Reference*.

use crate::error::StoreError;
use crate::tx::{ReadTx, Tx};
use crate::value::Row;
use crate::{params, sql};
use gatehouse_core::id::{AreaId, StaffId};

/// A replay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyReplayRow {
    /// Random id.
    pub replay: [u8; 16],
    /// Over whose gates, and in whose layer the draft stands.
    pub area: AreaId,
    /// Folder of the draft; empty: by the rules of the time.
    pub document: String,
    /// Its version; 0: by the rules of the time.
    pub version: i64,
    /// First instant, milliseconds UTC.
    pub from_at: i64,
    /// End, not included.
    pub until_at: i64,
    /// `waiting`, `running`, `done`, `stopped`, `failed`.
    pub state: String,
    /// Attempts looked at so far.
    pub attempts_done: i64,
    /// About how many there are.
    pub attempts_all: i64,
    /// Why it failed, a code.
    pub failure: Option<String>,
    /// What it found, JSON; only [`ReadTx::policy_replay`] reads it.
    pub report: Option<String>,
    /// Who asked.
    pub asked_by: StaffId,
    /// When, milliseconds UTC.
    pub made_at: i64,
}

macro_rules! columns {
    ($report:literal) => {
        concat!(
            "replay, area, document, version, from_at, until_at, state, attempts_done,
            attempts_all, failure, ",
            $report,
            ", asked_by, made_at"
        )
    };
}

sql! {
    INSERT_REPLAY = "INSERT INTO policy_replay (replay, area, document, version, from_at, until_at,
            state, attempts_done, attempts_all, asked_by, made_at, changed_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'waiting', 0, 0, ?7, ?8, ?8)";
    REPLAY = concat!("SELECT ", columns!("report"), " FROM policy_replay WHERE replay = ?1");
    REPLAYS_OF = concat!("SELECT ", columns!("CAST(NULL AS TEXT)"), " FROM policy_replay
        WHERE area = ?1 ORDER BY made_at DESC, replay LIMIT ?2");
    COUNT_AT_WORK = "SELECT count(*) FROM policy_replay
        WHERE area = ?1 AND state IN ('waiting', 'running')";
    REPLAY_IS_AT = "UPDATE policy_replay SET state = 'running', attempts_done = ?2,
            attempts_all = ?3, changed_at = ?4
        WHERE replay = ?1 AND state IN ('waiting', 'running')";
    REPLAY_IS_DONE = "UPDATE policy_replay SET state = 'done', report = ?2, attempts_done = ?3,
            attempts_all = ?3, changed_at = ?4
        WHERE replay = ?1 AND state = 'running'";
    REPLAY_ENDED = "UPDATE policy_replay SET state = ?2, failure = ?3, changed_at = ?4
        WHERE replay = ?1 AND state IN ('waiting', 'running')";
    DROP_REPLAYS = "DELETE FROM policy_replay WHERE made_at < ?1";
}

fn read(row: &Row<'_>) -> Result<PolicyReplayRow, StoreError> {
    Ok(PolicyReplayRow {
        replay: row.get(0)?,
        area: row.get(1)?,
        document: row.get(2)?,
        version: row.get(3)?,
        from_at: row.get(4)?,
        until_at: row.get(5)?,
        state: row.get(6)?,
        attempts_done: row.get(7)?,
        attempts_all: row.get(8)?,
        failure: row.get(9)?,
        report: row.get(10)?,
        asked_by: row.get(11)?,
        made_at: row.get(12)?,
    })
}

impl ReadTx<'_> {
    /// A replay, with what it found.
    pub fn policy_replay(&self, replay: &[u8; 16]) -> Result<Option<PolicyReplayRow>, StoreError> {
        self.optional(&REPLAY, params![replay], read)
    }

    /// The replays of an area, newest first, without what they found.
    pub fn policy_replays(
        &self,
        area: AreaId,
        limit: u32,
    ) -> Result<Vec<PolicyReplayRow>, StoreError> {
        self.query(&REPLAYS_OF, params![&area, limit], read)
    }

    /// How many replays of an area wait or run.
    pub fn count_replays_at_work(&self, area: AreaId) -> Result<i64, StoreError> {
        self.query_one(&COUNT_AT_WORK, params![&area], |row| row.get(0))
    }
}

impl Tx<'_> {
    /// Puts a replay down; it waits, whatever the row says.
    pub fn insert_policy_replay(&self, row: &PolicyReplayRow) -> Result<(), StoreError> {
        self.execute_one(
            &INSERT_REPLAY,
            params![
                &row.replay,
                &row.area,
                &row.document,
                row.version,
                row.from_at,
                row.until_at,
                &row.asked_by,
                row.made_at
            ],
        )
    }

    /// Says how far a replay is; false where somebody stopped it meanwhile.
    pub fn policy_replay_is_at(
        &self,
        replay: &[u8; 16],
        (done, all): (i64, i64),
        now_millis: i64,
    ) -> Result<bool, StoreError> {
        let parameters = params![replay, done, all, now_millis];
        Ok(self.execute(&REPLAY_IS_AT, parameters)? == 1)
    }

    /// Keeps what a replay found; false where somebody stopped it meanwhile.
    pub fn policy_replay_is_done(
        &self,
        replay: &[u8; 16],
        report: &str,
        attempts: i64,
        now_millis: i64,
    ) -> Result<bool, StoreError> {
        let parameters = params![replay, report, attempts, now_millis];
        Ok(self.execute(&REPLAY_IS_DONE, parameters)? == 1)
    }

    /// Ends a replay without a report: `stopped`, or `failed` with a code; false where it had
    /// ended.
    pub fn end_policy_replay(
        &self,
        replay: &[u8; 16],
        failure: Option<&str>,
        now_millis: i64,
    ) -> Result<bool, StoreError> {
        let state = if failure.is_some() { "failed" } else { "stopped" };
        let parameters = params![replay, state, failure, now_millis];
        Ok(self.execute(&REPLAY_ENDED, parameters)? == 1)
    }

    /// Drops replays that were asked for before an instant; says how many.
    pub fn drop_policy_replays(&self, before: i64) -> Result<u64, StoreError> {
        self.execute(&DROP_REPLAYS, params![before])
    }
}
