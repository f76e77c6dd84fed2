//! What changed, told to whoever looks at a page of it. One task per process asks the table
//! `change` once a second (design §5); pages never ask the database by themselves.

use crate::app::App;
use crate::ops::read_changes::read_changes;
use gatehouse_store::Shard;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::broadcast::{Receiver, Sender, channel};

/// How often the table is asked.
const EVERY: Duration = Duration::from_secs(1);
/// Topics are asked for a little back: clocks of other processes differ.
const BACK_MILLIS: i64 = 10_000;
/// Rounds that a slow listener may lag before it is told that anything may have changed.
const ROUNDS_HELD: usize = 16;
/// Listeners of one process.
pub const LISTENERS_MOST: usize = 256;

/// Topics that changed in one second.
pub type Round = Arc<Vec<(Shard, String)>>;

/// Where listeners wait.
#[derive(Clone)]
pub struct Changes {
    sender: Sender<Round>,
    listeners: Arc<AtomicUsize>,
    ending: tokio::sync::watch::Sender<bool>,
}

/// A listener; its place is free again when it goes.
pub struct Listener {
    /// What changes.
    pub rounds: Receiver<Round>,
    /// Becomes true when the program ends.
    pub ending: tokio::sync::watch::Receiver<bool>,
    listeners: Arc<AtomicUsize>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.listeners.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Default for Changes {
    fn default() -> Changes {
        Changes {
            sender: channel(ROUNDS_HELD).0,
            listeners: Arc::default(),
            ending: tokio::sync::watch::Sender::new(false),
        }
    }
}

impl Changes {
    /// Begins to listen; `None` where there are too many already.
    pub fn listen(&self) -> Option<Listener> {
        let before = self.listeners.fetch_add(1, Ordering::Relaxed);
        let listener = Listener {
            rounds: self.sender.subscribe(),
            ending: self.ending.subscribe(),
            listeners: Arc::clone(&self.listeners),
        };
        // A listener too many gives its place back as it is dropped.
        (before < LISTENERS_MOST).then_some(listener)
    }

    /// Tells every listener that the program ends.
    fn end(&self) {
        self.ending.send_replace(true);
    }
}

/// Asks once a second and tells the listeners, until the program ends. Nobody listens, nobody
/// asks.
pub async fn watch(app: App, ended: impl Future<Output = ()>) {
    let mut ended = std::pin::pin!(ended);
    let mut tick = tokio::time::interval(EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut seen = HashMap::new();
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            () = &mut ended => break,
        }
        if app.changes.sender.receiver_count() == 0 {
            continue;
        }
        let since = app.world.now_millis() - BACK_MILLIS;
        let rows = read_changes(&app, since).await;
        // A database that is busy is asked again a second later.
        let Ok(rows) = rows else { continue };
        let mut round = Vec::new();
        let mut now_seen = HashMap::with_capacity(rows.len());
        for row in rows {
            let key = (row.shard, row.topic);
            if seen.get(&key) != Some(&row.number) {
                round.push(key.clone());
            }
            now_seen.insert(key, row.number);
        }
        seen = now_seen;
        if !round.is_empty() {
            let _ = app.changes.sender.send(Arc::new(round));
        }
    }
    app.changes.end();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_bounded_and_come_back() {
        let changes = Changes::default();
        let all: Vec<_> = (0..LISTENERS_MOST).map(|_| changes.listen()).collect();
        assert!(all.iter().all(Option::is_some));
        assert!(changes.listen().is_none());
        drop(all);
        assert!(changes.listen().is_some());
    }
}
