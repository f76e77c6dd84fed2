//! Closures run on the caller, one at a time, each in its own commit: for simulations, which
//! must replay exactly, and for tools that have the file to themselves.

use crate::driver::Counters;
use crate::error::StoreError;
use crate::queue::{Job, Ran};
use crate::tx::{Backend, Limits, Tx};
use rusqlite::Connection;
use std::cell::RefCell;
use std::sync::Mutex;

pub(crate) struct Inline {
    connection: Mutex<Connection>,
    limits: Limits,
    pub(crate) counters: Counters,
}

impl Inline {
    pub(crate) fn new(connection: Connection, limits: Limits) -> Inline {
        Inline {
            connection: Mutex::new(connection),
            limits,
            counters: Counters::default(),
        }
    }

    pub(crate) fn run(&self, mut job: Box<dyn Job>) {
        let connection = match self.connection.try_lock() {
            Ok(connection) => connection,
            Err(std::sync::TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            // A closure that calls the store again would wait for itself for ever.
            Err(std::sync::TryLockError::WouldBlock) => return job.answer(Err(StoreError::Busy)),
        };
        let end = run_alone(&connection, self.limits, job.as_mut());
        if end.is_ok() {
            self.counters.committed(1);
        }
        drop(connection);
        job.answer(end);
    }
}

/// One closure in a transaction of its own, without a time limit: nobody waits behind it.
fn run_alone(connection: &Connection, limits: Limits, job: &mut dyn Job) -> Result<(), StoreError> {
    let begin = match connection.is_readonly("main")? {
        true => "BEGIN",
        false => "BEGIN IMMEDIATE",
    };
    connection.execute_batch(begin)?;
    let deferred = RefCell::default();
    let tx = || Tx::new(Backend::Sqlite(connection), limits, None, 0, &deferred);
    let kept = match job.run(tx()) {
        Ran::Keep => tx()
            .settle()
            .and_then(|()| Ok(connection.execute_batch("COMMIT")?)),
        Ran::Undo => Ok(()),
        Ran::Failed(error) => Err(error),
    };
    if !connection.is_autocommit() {
        connection.execute_batch("ROLLBACK")?;
    }
    kept
}
