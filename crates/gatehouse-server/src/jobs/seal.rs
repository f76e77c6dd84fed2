//! Puts a signature over all audit chains once an hour (design §5).

use super::{Failure, HOUR, Next, Work};
use crate::app::App;
use crate::ops::key_home::KeyHome;
use crate::ops::seal_audit::seal_audit;
use crate::secrets::{self, Secrets};
use std::sync::Arc;

/// Seals every county; without keys there is nothing to seal with.
pub async fn run(app: App, work: Work) -> Result<Next, Failure> {
    if app.keyring.is_some() {
        let seals = seal_now(&app).await?;
        tracing::info!(seals, "audit chains sealed");
    }
    Ok(Next::Step {
        at: app.world.now_millis() + HOUR,
        payload: work.job.payload,
    })
}

/// Seals every county; says how many.
pub async fn seal_now(app: &App) -> Result<usize, Failure> {
    let (store, world) = (app.store.clone(), Arc::clone(&app.world));
    let path = app.config.data_folder.join(secrets::FILE);
    let seal = move || -> anyhow::Result<usize> {
        let secrets = Secrets::load(&path)?;
        Ok(seal_audit(&KeyHome::Database(store), &secrets, &*world)?.len())
    };
    match tokio::task::spawn_blocking(seal).await {
        Ok(Ok(seals)) => Ok(seals),
        Ok(Err(error)) => {
            tracing::error!(%error, "the audit chains were not sealed");
            Err(Failure::passing("not_sealed"))
        }
        Err(_) => Err(Failure::passing("panicked")),
    }
}
