//! Imports of people: a job for each phase, and the sweep of files that nobody needs any more.

use super::{Failure, HOUR, Next, Work};
use crate::app::App;
use crate::ops::import_people::plan::read_payload;
use crate::ops::import_people::run::work as work_on;
use crate::ops::import_people::sweep::sweep as sweep_files;
use crate::ops::import_people::{Desk, ImportError, Keys};
use std::sync::Arc;

/// A step works for so long, then lets others pass.
const STEP_MILLIS: i64 = 60_000;
/// How long an import waits for another one of the county.
const TURN_MILLIS: i64 = 1_000;

/// What imports work with; `None` before `gatehouse init`.
pub fn desk(app: &App) -> Option<Desk> {
    let ring = app.keyring.clone()?;
    Some(Desk {
        store: app.store.clone(),
        keys: Keys::Ring(ring),
        world: Arc::clone(&app.world),
    })
}

/// Works on an import.
pub async fn run(app: App, work: Work) -> Result<Next, Failure> {
    let (shard, run) = read_payload(&work.job.payload).ok_or(Failure::lasting("payload"))?;
    let desk = desk(&app).ok_or(Failure::passing("no_keys"))?;
    let now = app.world.now_millis();
    let step = move || work_on(&desk, shard, run, now + STEP_MILLIS);
    let ended = tokio::task::spawn_blocking(step).await;
    let again = |at: i64| Next::Step {
        at,
        payload: work.job.payload.clone(),
    };
    match ended.map_err(|_| Failure::passing("panicked"))? {
        Ok(true) => Ok(again(app.world.now_millis())),
        Ok(false) | Err(ImportError::Gone | ImportError::NotNow) => Ok(Next::Done),
        Err(ImportError::AtWork) => Ok(again(now + TURN_MILLIS)),
        Err(ImportError::Store(error)) => Err(error.into()),
        Err(ImportError::Sheet(error)) => Err(Failure::lasting(error.code())),
        Err(ImportError::NothingMapped) => Err(Failure::lasting("nothing_mapped")),
    }
}

/// Takes files away that nobody needs any more.
pub async fn sweep(app: App, work: Work) -> Result<Next, Failure> {
    if let Some(desk) = desk(&app) {
        let swept = tokio::task::spawn_blocking(move || sweep_files(&desk)).await;
        match swept.map_err(|_| Failure::passing("panicked"))? {
            Ok(files) => tracing::info!(files, "files of imports were taken away"),
            Err(ImportError::Store(error)) => return Err(error.into()),
            Err(_) => return Err(Failure::passing("sweep")),
        }
    }
    Ok(Next::Step {
        at: app.world.now_millis() + HOUR,
        payload: work.job.payload,
    })
}
