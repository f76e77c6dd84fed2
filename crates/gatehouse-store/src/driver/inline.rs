//! Closures run on the caller, one at a time, each in its own commit: for simulations, which
//! must replay exactly, and for tools that have the file to themselves.

use crate::driver::Counters;
use crate::error::StoreError;
use crate::queue::{Job, Ran};
use crate::tx::{Backend, Limits, Tx};
use rusqlite::Connection;
use rusqlite::backup::Backup;
use std::cell::RefCell;
use std::sync::{Arc, Mutex};

/// What becomes of a commit, for simulations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommitFate {
    /// It is kept.
    Kept,
    /// It is undone, and the caller is told so.
    Undone,
    /// It is kept, and the caller is told that the database has gone.
    KeptUntold,
}

/// Says what becomes of the next commit.
pub type Fates = Arc<dyn Fn() -> CommitFate + Send + Sync>;

pub(crate) struct Inline {
    connection: Mutex<Connection>,
    limits: Limits,
    fates: Option<Fates>,
    pub(crate) counters: Counters,
}

impl Inline {
    pub(crate) fn new(connection: Connection, limits: Limits) -> Inline {
        Inline {
            connection: Mutex::new(connection),
            limits,
            fates: None,
            counters: Counters::default(),
        }
    }

    pub(crate) fn with_fates(self, fates: Fates) -> Inline {
        Inline {
            fates: Some(fates),
            ..self
        }
    }

    /// Everything as it is now, in a new database in memory.
    pub(crate) fn copy_to(&self, to: &mut Connection) -> Result<(), StoreError> {
        let from = self.connection.try_lock().map_err(|_| StoreError::Busy)?;
        let backup = Backup::new(&from, to)?;
        // All pages at once: nobody else writes meanwhile.
        backup.step(-1)?;
        Ok(())
    }

    pub(crate) fn run(&self, mut job: Box<dyn Job>) {
        let connection = match self.connection.try_lock() {
            Ok(connection) => connection,
            Err(std::sync::TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            // A closure that calls the store again would wait for itself for ever.
            Err(std::sync::TryLockError::WouldBlock) => return job.answer(Err(StoreError::Busy)),
        };
        let end = run_alone(&connection, self.limits, self.fates.as_ref(), job.as_mut());
        if end.is_ok() {
            self.counters.committed(1);
        }
        drop(connection);
        job.answer(end);
    }
}

/// One closure in a transaction of its own, without a time limit: nobody waits behind it.
fn run_alone(
    connection: &Connection,
    limits: Limits,
    fates: Option<&Fates>,
    job: &mut dyn Job,
) -> Result<(), StoreError> {
    let begin = match connection.is_readonly("main")? {
        true => "BEGIN",
        false => "BEGIN IMMEDIATE",
    };
    connection.execute_batch(begin)?;
    let changes = connection.total_changes();
    let deferred = RefCell::default();
    let tx = || Tx::new(Backend::Sqlite(connection), limits, None, 0, &deferred);
    let kept = match job.run(tx()) {
        Ran::Keep => tx()
            .settle()
            .and_then(|()| commit(connection, fates, changes)),
        Ran::Undo => Ok(()),
        Ran::Failed(error) => Err(error),
    };
    if !connection.is_autocommit() {
        connection.execute_batch("ROLLBACK")?;
    }
    kept
}

/// Commits what came after so many `changes`.
fn commit(connection: &Connection, fates: Option<&Fates>, changes: u64) -> Result<(), StoreError> {
    let fate = match fates {
        // What changed nothing has nothing to lose.
        Some(fates) if connection.total_changes() > changes => fates(),
        _ => CommitFate::Kept,
    };
    if fate != CommitFate::Undone {
        connection.execute_batch("COMMIT")?;
    }
    match fate {
        CommitFate::Kept => Ok(()),
        CommitFate::Undone | CommitFate::KeptUntold => {
            Err(StoreError::Unavailable("simulated".to_owned()))
        }
    }
}
