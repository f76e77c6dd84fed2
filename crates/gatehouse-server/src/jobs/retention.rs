//! Drops what is past its days, once a day: seals first, so that the days that go are covered,
//! then comes back every minute until nothing is left.

use super::{DAY, Failure, MINUTE, Next, Work, seal};
use crate::app::App;
use crate::ops::keep_retention::{Progress, keep_retention};

/// One run of at most a minute.
pub async fn run(app: App, work: Work) -> Result<Next, Failure> {
    let now = app.world.now_millis();
    if app.keyring.is_some() {
        seal::seal_now(&app).await?;
    }
    let there = app.clone();
    let keep = move || keep_retention(&there, now + MINUTE);
    let progress = match tokio::task::spawn_blocking(keep).await {
        Ok(Ok(progress)) => progress,
        Ok(Err(error)) => {
            tracing::error!(%error, "not everything past its days was dropped");
            return Err(Failure::passing("not_dropped"));
        }
        Err(_) => return Err(Failure::passing("panicked")),
    };
    let at = match progress {
        Progress::Whole => now + DAY,
        Progress::Part => app.world.now_millis(),
    };
    Ok(Next::Step {
        at,
        payload: work.job.payload,
    })
}
