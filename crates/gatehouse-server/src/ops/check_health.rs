//! Whether the database answers and takes writes.

use crate::app::App;
use crate::error::OpError;
use gatehouse_store::{Lane, Shard};
use std::sync::atomic::Ordering;

/// So long one write stands for the next: whoever asks again and again costs no more.
const WRITE_EVERY_MILLIS: i64 = 10_000;

/// Reads something small and, every ten seconds at most, writes something small: a gate on a full
/// or read-only disk still decides, but records nothing.
///
/// # Errors
/// What the database says.
pub async fn check_health(app: &App) -> Result<(), OpError> {
    app.store.read(|tx| tx.count_staff()).await?;
    let now = app.world.now_millis();
    if now - app.written_at.load(Ordering::Relaxed) < WRITE_EVERY_MILLIS {
        return Ok(());
    }
    let write = app.store.write(Lane::Jobs, move |tx| {
        tx.note_change(Shard(0), "health", now)
    });
    write.await?;
    app.written_at.store(now, Ordering::Relaxed);
    Ok(())
}
