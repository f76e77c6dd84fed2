//! Work for later. *Reference*. Put down in the same transaction as what asks for it, taken by
//! one process at a time under a lease, given back when the lease runs out.

use crate::error::StoreError;
use crate::tx::{ReadTx, Tx};
use crate::{params, sql};

/// Work for later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobRow {
    /// Random id.
    pub job: [u8; 16],
    /// What to do.
    pub kind: String,
    /// The same work is planned once.
    pub unique_key: String,
    /// What it needs, CBOR, free of personal data.
    pub payload: Vec<u8>,
    /// Not before, milliseconds UTC.
    pub run_at: i64,
    /// Begun so often.
    pub attempts: i64,
    /// Code of the last failure.
    pub failure: Option<String>,
}

sql! {
    PLAN_JOB = "INSERT INTO job (job, kind, unique_key, payload, run_at, lease_until, attempts,
            failure)
        VALUES (?1, ?2, ?3, ?4, ?5, 0, 0, NULL)
        ON CONFLICT (unique_key) DO NOTHING";
    DUE_JOB = "SELECT job, kind, unique_key, payload, run_at, attempts, failure FROM job
        WHERE run_at <= ?1 AND lease_until <= ?1 ORDER BY run_at, job LIMIT 1";
    LEASE_JOB = "UPDATE job SET lease_until = ?2, attempts = attempts + 1 WHERE job = ?1";
    IS_DUE = "SELECT count(*) FROM (SELECT job FROM job
        WHERE run_at <= ?1 AND lease_until <= ?1 LIMIT 1) d";
    FINISH_JOB = "DELETE FROM job WHERE job = ?1 AND lease_until = ?2";
    CONTINUE_JOB = "UPDATE job SET run_at = ?3, payload = ?4, lease_until = 0, attempts = 0,
            failure = NULL
        WHERE job = ?1 AND lease_until = ?2";
    PUT_OFF_JOB = "UPDATE job SET run_at = ?3, lease_until = 0, failure = ?4
        WHERE job = ?1 AND lease_until = ?2";
    COUNT_JOBS = "SELECT kind, count(*), min(run_at) FROM job GROUP BY kind ORDER BY kind";
    JOBS = "SELECT job, kind, unique_key, payload, run_at, attempts, failure FROM job
        ORDER BY run_at, job LIMIT ?1";
}

fn read(row: &crate::value::Row<'_>) -> Result<JobRow, StoreError> {
    Ok(JobRow {
        job: row.get(0)?,
        kind: row.get(1)?,
        unique_key: row.get(2)?,
        payload: row.get(3)?,
        run_at: row.get(4)?,
        attempts: row.get(5)?,
        failure: row.get(6)?,
    })
}

impl ReadTx<'_> {
    /// Planned work, soonest first.
    pub fn jobs(&self, limit: u32) -> Result<Vec<JobRow>, StoreError> {
        self.query(&JOBS, params![limit], read)
    }

    /// Whether any work is due that nobody is at: asked before a write is made of it.
    pub fn is_job_due(&self, now_millis: i64) -> Result<bool, StoreError> {
        let count: i64 = self.query_one(&IS_DUE, params![now_millis], |row| row.get(0))?;
        Ok(count > 0)
    }

    /// How much work of each kind is planned, and when its first is wanted (milliseconds UTC).
    pub fn count_jobs(&self) -> Result<Vec<(String, i64, i64)>, StoreError> {
        self.query(&COUNT_JOBS, params![], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
    }
}

impl Tx<'_> {
    /// Plans work; says whether it was new.
    pub fn plan_job(&self, row: &JobRow) -> Result<bool, StoreError> {
        let parameters = params![&row.job, &row.kind, &row.unique_key, &row.payload, row.run_at];
        Ok(self.execute(&PLAN_JOB, parameters)? == 1)
    }

    /// Takes the next work that is due, until the lease ends.
    pub fn take_job(
        &self,
        now_millis: i64,
        lease_until: i64,
    ) -> Result<Option<JobRow>, StoreError> {
        let job = self.optional(&DUE_JOB, params![now_millis], read)?;
        if let Some(job) = &job {
            self.execute_one(&LEASE_JOB, params![&job.job, lease_until])?;
        }
        Ok(job.map(|job| JobRow {
            attempts: job.attempts + 1,
            ..job
        }))
    }

    /// Crosses off work that is done. It names the lease under which it was done: false where
    /// that had run out and somebody else has taken the work since.
    pub fn finish_job(&self, job: &[u8; 16], lease_until: i64) -> Result<bool, StoreError> {
        Ok(self.execute(&FINISH_JOB, params![job, lease_until])? == 1)
    }

    /// Plans the next step of work whose last one went well; false as in [`Tx::finish_job`].
    pub fn continue_job(
        &self,
        job: &[u8; 16],
        lease_until: i64,
        run_at: i64,
        payload: &[u8],
    ) -> Result<bool, StoreError> {
        let parameters = params![job, lease_until, run_at, payload];
        Ok(self.execute(&CONTINUE_JOB, parameters)? == 1)
    }

    /// Puts work off after a failure; false as in [`Tx::finish_job`].
    pub fn put_off_job(
        &self,
        job: &[u8; 16],
        lease_until: i64,
        run_at: i64,
        failure: &str,
    ) -> Result<bool, StoreError> {
        let parameters = params![job, lease_until, run_at, failure];
        Ok(self.execute(&PUT_OFF_JOB, parameters)? == 1)
    }
}
