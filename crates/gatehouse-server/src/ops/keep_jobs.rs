//! The job table: what is due is taken under a lease, and put away when a step of it has ended.

use crate::app::App;
use crate::error::OpError;
use crate::jobs::{KINDS, Next};
use gatehouse_store::Lane;
use gatehouse_store::job::JobRow;

/// Plans what comes by itself, where it does not stand there already.
///
/// # Errors
/// The database's.
pub async fn plan_repeating(app: &App) -> Result<(), OpError> {
    let now = app.world.now_millis();
    let rows: Vec<JobRow> = KINDS
        .iter()
        .filter(|kind| kind.every.is_some())
        .map(|kind| JobRow {
            job: app.world.id(),
            kind: kind.word.to_owned(),
            unique_key: kind.word.to_owned(),
            payload: Vec::new(),
            run_at: now,
            attempts: 0,
            failure: None,
        })
        .collect();
    let plan = move |tx: &gatehouse_store::Tx<'_>| {
        rows.iter().try_for_each(|row| tx.plan_job(row).map(|_| ()))
    };
    Ok(app.store.write(Lane::Jobs, plan).await?)
}

/// Takes the next work that is due; writes nothing where there is none.
///
/// # Errors
/// The database's.
pub async fn take_job(app: &App, lease_until: i64) -> Result<Option<JobRow>, OpError> {
    let now = app.world.now_millis();
    if !app.store.read(move |tx| tx.is_job_due(now)).await? {
        return Ok(None);
    }
    let take = move |tx: &gatehouse_store::Tx<'_>| tx.take_job(now, lease_until);
    Ok(app.store.write(Lane::Jobs, take).await?)
}

/// Puts work away after a step: done, on to the next step, or off with a reason. False where
/// the lease had run out.
///
/// # Errors
/// The database's.
pub async fn put_away(
    app: &App,
    job: [u8; 16],
    lease_until: i64,
    end: Result<Next, (i64, &'static str)>,
) -> Result<bool, OpError> {
    let put = move |tx: &gatehouse_store::Tx<'_>| match &end {
        Ok(Next::Done) => tx.finish_job(&job, lease_until),
        Ok(Next::Step { at, payload }) => tx.continue_job(&job, lease_until, *at, payload),
        Err((at, failure)) => tx.put_off_job(&job, lease_until, *at, failure),
    };
    Ok(app.store.write(Lane::Jobs, put).await?)
}

/// How much work of each kind is planned, and when its first is wanted.
///
/// # Errors
/// The database's.
pub async fn count_jobs(app: &App) -> Result<Vec<(String, i64, i64)>, OpError> {
    Ok(app.store.read(|tx| tx.count_jobs()).await?)
}
