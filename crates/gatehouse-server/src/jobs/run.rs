//! The loop that does the work: a few jobs at a time, none of them for longer than its lease.

use super::{Failure, KINDS, Kind, Next, Work, pause};
use crate::app::App;
use crate::error::OpError;
use crate::ops::keep_jobs::{count_jobs, plan_repeating, put_away, take_job};
use gatehouse_store::job::JobRow;
use std::time::Duration;
use tokio::task::JoinSet;

/// Jobs at one time: one that waits for a slow receiver must not stop the rest.
const AT_ONCE: usize = 4;
/// How often the table is asked.
const POLL: Duration = Duration::from_secs(1);
/// For how long a job belongs to whoever took it.
const LEASE_MILLIS: i64 = 5 * 60_000;
/// A step that takes longer is given up well before its lease ends.
const STEP_MOST: Duration = Duration::from_secs(4 * 60);
/// How long running steps may take to end when the program is stopped; what does not make it
/// is taken again when its lease has run out.
const ENDING_MOST: Duration = Duration::from_secs(10);

/// A job that was taken, with the end of its lease.
struct Taken {
    job: JobRow,
    lease_until: i64,
}

/// Works until `ended` is ready.
pub async fn run(app: App, ended: impl Future<Output = ()>) {
    let mut ended = std::pin::pin!(ended);
    let mut running = JoinSet::new();
    let mut is_planned = false;
    loop {
        if !is_planned {
            is_planned = plan_repeating(&app).await.is_ok();
        }
        while running.len() < AT_ONCE {
            match take(&app).await {
                Ok(Some(taken)) => running.spawn(work(app.clone(), taken)),
                Ok(None) => break,
                Err(error) => {
                    tracing::warn!(code = error.code(), "no job was taken");
                    break;
                }
            };
        }
        tokio::select! {
            () = &mut ended => break,
            Some(_) = running.join_next() => continue,
            () = tokio::time::sleep(POLL) => {}
        }
        say_how_much(&app).await;
    }
    let rest = async { while running.join_next().await.is_some() {} };
    if tokio::time::timeout(ENDING_MOST, rest).await.is_err() {
        tracing::info!("jobs were left to their leases");
    }
}

/// Does whatever is due now, one after another; says how many steps that were. For tests and
/// tools: nothing waits and nothing repeats within it.
///
/// # Errors
/// The database's.
pub async fn run_due(app: &App) -> Result<usize, OpError> {
    plan_repeating(app).await?;
    let mut steps = 0;
    while let Some(taken) = take(app).await? {
        work(app.clone(), taken).await;
        steps += 1;
    }
    Ok(steps)
}

async fn take(app: &App) -> Result<Option<Taken>, OpError> {
    let lease_until = app.world.now_millis() + LEASE_MILLIS;
    let job = take_job(app, lease_until).await?;
    Ok(job.map(|job| Taken { job, lease_until }))
}

async fn work(app: App, taken: Taken) {
    let Taken { job, lease_until } = taken;
    let kind = Kind::named(&job.kind);
    let word = kind.map_or("unknown", |kind| kind.word);
    let (id, attempts) = (job.job, job.attempts);
    let end = match kind {
        Some(kind) => step(&app, kind, job).await,
        None => Err(Failure::lasting("unknown_kind")),
    };
    let is_last = |failure: &Failure| {
        let repeats = kind.is_some_and(|kind| kind.every.is_some());
        let most = kind.map_or(0, |kind| kind.attempts_most);
        !repeats && (failure.is_final || attempts >= most)
    };
    let outcome = match &end {
        Ok(Next::Done) => "done",
        Ok(Next::Step { .. }) => "step",
        Err(failure) if is_last(failure) => "given_up",
        Err(_) => "failed",
    };
    if let Err(failure) = &end {
        let failure = failure.word;
        tracing::warn!(kind = word, failure, attempts, outcome, "a job failed");
    }
    metrics::counter!("gatehouse_jobs_total", "kind" => word, "outcome" => outcome).increment(1);
    let end = match end {
        Err(failure) if is_last(&failure) => Ok(Next::Done),
        Err(failure) => {
            let chance = u32::from_le_bytes(app.world.bytes());
            let at = app.world.now_millis() + pause(attempts, chance);
            Err((at, failure.word))
        }
        Ok(next) => Ok(next),
    };
    match put_away(&app, id, lease_until, end).await {
        Ok(true) => {}
        // Its lease had run out, or the database is gone: it is done once more, and every kind
        // stands that.
        Ok(false) => tracing::warn!(kind = word, "a job took longer than its lease"),
        Err(error) => tracing::warn!(kind = word, code = error.code(), "a job was not put away"),
    }
}

async fn step(app: &App, kind: &'static Kind, job: JobRow) -> Result<Next, Failure> {
    // Begun too often without an end: the process died with it each time.
    if job.attempts > kind.attempts_most {
        return Err(Failure::lasting("never_ended"));
    }
    let is_last = job.attempts >= kind.attempts_most;
    let step = tokio::spawn((kind.step)(app.clone(), Work { job, is_last }));
    let abort = step.abort_handle();
    match tokio::time::timeout(STEP_MOST, step).await {
        Ok(Ok(end)) => end,
        Ok(Err(_)) => Err(Failure::passing("panicked")),
        Err(_) => {
            abort.abort();
            Err(Failure::passing("too_long"))
        }
    }
}

/// Figures of what waits, and for how long the oldest has.
async fn say_how_much(app: &App) {
    let Ok(counts) = count_jobs(app).await else {
        return;
    };
    let now = app.world.now_millis();
    for kind in KINDS {
        let count = counts.iter().find(|(word, ..)| word == kind.word);
        let (jobs, first) = count.map_or((0, now), |(_, jobs, first)| (*jobs, *first));
        metrics::gauge!("gatehouse_jobs_waiting", "kind" => kind.word).set(jobs as f64);
        let late = now.saturating_sub(first).max(0) as f64 / 1_000.0;
        metrics::gauge!("gatehouse_jobs_late_seconds", "kind" => kind.word).set(late);
    }
}
