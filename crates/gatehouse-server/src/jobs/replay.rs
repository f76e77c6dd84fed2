//! A replay of recorded attempts, as a job: it is told every second how far it is, and stops
//! where somebody wants that.

use super::{Failure, Next, Work};
use crate::app::App;
use crate::ops::replay::keep::{end_replay, tell_replay, work_replay};
use crate::ops::replay::{Progress, ReplayError};
use std::sync::Arc;
use std::time::Duration;

const TELL_EVERY: Duration = Duration::from_secs(1);
/// A replay that takes longer is given up, before its step is; a shorter span helps.
const SECONDS_MOST: u32 = 220;

/// Works on a replay.
pub async fn run(app: App, work: Work) -> Result<Next, Failure> {
    let id = <[u8; 16]>::try_from(work.job.payload).map_err(|_| Failure::lasting("payload"))?;
    let progress = Arc::new(Progress::default());
    let (store, watched, now) = (
        app.store.clone(),
        Arc::clone(&progress),
        app.world.now_millis(),
    );
    tell_replay(&app, id, &progress).await?;
    let mut working = tokio::task::spawn_blocking(move || work_replay(&store, id, &watched, now));
    let mut seconds = 0;
    let ended = loop {
        match tokio::time::timeout(TELL_EVERY, &mut working).await {
            Ok(ended) => break ended,
            Err(_) => {
                seconds += 1;
                tell_replay(&app, id, &progress).await?;
                if seconds >= SECONDS_MOST {
                    progress.stop();
                }
            }
        }
    };
    let end = match ended.map_err(|_| Failure::passing("panicked"))? {
        Ok(Some(report)) => Ok(report),
        Ok(None) => return Ok(Next::Done),
        Err(ReplayError::Store(error)) => return Err(error.into()),
        // Where somebody stopped it that is kept already, and this changes nothing.
        Err(ReplayError::Stopped) => Err("R-LONG"),
        Err(error) => Err(error.code()),
    };
    end_replay(&app, id, end).await?;
    Ok(Next::Done)
}
