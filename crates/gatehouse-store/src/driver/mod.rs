//! The three ways of running closures: SQLite with one writer thread, PostgreSQL with several,
//! and SQLite on the caller's own thread for simulations and tools.

pub(crate) mod inline;
pub(crate) mod postgres;
pub(crate) mod sqlite;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Counts since the store was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Write closures that were kept.
    pub closures: u64,
    /// Commits that made them durable.
    pub commits: u64,
    /// Runs that were repeated because of a conflict (PostgreSQL) or a cut neighbour (SQLite).
    pub repeated: u64,
    /// How long batches of SQLite have waited for company, in microseconds.
    pub waited_micros: u64,
}

#[derive(Default)]
pub(crate) struct Counters {
    closures: AtomicU64,
    commits: AtomicU64,
    repeated: AtomicU64,
    waited_micros: AtomicU64,
}

impl Counters {
    pub(crate) fn committed(&self, closures: u64) {
        self.closures.fetch_add(closures, Ordering::Relaxed);
        self.commits.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn repeated(&self, runs: u64) {
        self.repeated.fetch_add(runs, Ordering::Relaxed);
    }

    pub(crate) fn waited(&self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.waited_micros.fetch_add(micros, Ordering::Relaxed);
    }

    pub(crate) fn figures(&self) -> Figures {
        Figures {
            closures: self.closures.load(Ordering::Relaxed),
            commits: self.commits.load(Ordering::Relaxed),
            repeated: self.repeated.load(Ordering::Relaxed),
            waited_micros: self.waited_micros.load(Ordering::Relaxed),
        }
    }
}
