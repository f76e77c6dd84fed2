//! What a closure holds while it runs: [`ReadTx`] to ask, [`Tx`] to ask and change.
//!
//! The functions per noun are methods on these two in `src/<noun>.rs`. After any failed
//! statement a transaction refuses further ones, on both databases alike; the closure may
//! return what it likes, nothing of it is kept.

use crate::deferred::Deferred;
use crate::driver::postgres::PostgresConnection;
use crate::error::StoreError;
use crate::sql::Sql;
use crate::store::DatabaseKind;
use crate::value::{Row, RowSource, Value};
use gatehouse_core::audit::WriterId;
use std::cell::{Cell, RefCell};
use std::ops::Deref;
use std::time::Duration;

/// What one closure may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Statements in one closure.
    pub statements: u32,
    /// Rows in one answer.
    pub rows: usize,
    /// Processor time of one closure in the writer of SQLite, waiting not counted.
    pub processor_time: Duration,
    /// A batch of SQLite takes no further closure after this long, so that the first is
    /// answered soon.
    pub batch_time: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        // Local choice: an import step of 500 rows with six statements each fits, and the gate
        // never waits more than 50 ms for anybody's closure (design §5).
        Limits {
            statements: 4_000,
            rows: 100_000,
            processor_time: Duration::from_millis(50),
            batch_time: Duration::from_millis(20),
        }
    }
}

/// Statements between two looks at the time that a closure has used.
const STATEMENTS_BETWEEN_LOOKS: u32 = 8;

pub(crate) enum Backend<'c> {
    Sqlite(&'c rusqlite::Connection),
    Postgres(&'c RefCell<PostgresConnection>),
}

/// A transaction that only reads.
pub struct ReadTx<'c> {
    backend: Backend<'c>,
    limits: Limits,
    statements: Cell<u32>,
    failed: RefCell<Option<StoreError>>,
    deadline: Option<Duration>,
    deferred: &'c RefCell<Deferred>,
}

/// A transaction that reads and writes. It reads through [`ReadTx`].
pub struct Tx<'c> {
    read: ReadTx<'c>,
    writer: WriterId,
}

impl<'c> Deref for Tx<'c> {
    type Target = ReadTx<'c>;

    fn deref(&self) -> &ReadTx<'c> {
        &self.read
    }
}

/// Processor time that this thread has used.
pub(crate) fn thread_time() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(
        u64::try_from(now.tv_sec).unwrap_or(0),
        u32::try_from(now.tv_nsec).unwrap_or(0),
    )
}

impl<'c> ReadTx<'c> {
    /// Rows as `read` makes them of each.
    pub fn query<T>(
        &self,
        sql: &'static Sql,
        parameters: &[Value<'_>],
        read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        self.step(sql, |tx| match &tx.backend {
            Backend::Sqlite(connection) => {
                query_sqlite(connection, sql, parameters, tx.limits.rows, read)
            }
            Backend::Postgres(connection) => {
                // Fetched whole before `read` runs: the connection is free again by then.
                let rows = connection.borrow_mut().query(sql, parameters)?;
                if rows.len() > tx.limits.rows {
                    return Err(StoreError::OverBudget("rows"));
                }
                let mut read = read;
                rows.iter()
                    .map(|row| {
                        read(&Row {
                            source: RowSource::Postgres(row),
                            statement: sql.name,
                        })
                    })
                    .collect()
            }
        })
    }

    /// The one row, or `None`; a second row is an error.
    pub fn optional<T>(
        &self,
        sql: &'static Sql,
        parameters: &[Value<'_>],
        read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let mut rows = self.query(sql, parameters, read)?;
        if rows.len() > 1 {
            return Err(self.fail(StoreError::RowCount {
                statement: sql.name,
                rows: rows.len() as u64,
            }));
        }
        Ok(rows.pop())
    }

    /// The one row that must be there (counts, sums, `RETURNING`).
    pub fn query_one<T>(
        &self,
        sql: &'static Sql,
        parameters: &[Value<'_>],
        read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.optional(sql, parameters, read)?.ok_or_else(|| {
            self.fail(StoreError::RowCount {
                statement: sql.name,
                rows: 0,
            })
        })
    }

    // Every statement goes through here: refused after a failure, counted, timed.
    fn step<T>(
        &self,
        sql: &'static Sql,
        run: impl FnOnce(&Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if self.failed.borrow().is_some() {
            return Err(StoreError::AlreadyFailed);
        }
        let used = self.statements.get() + 1;
        self.statements.set(used);
        if used > self.limits.statements {
            return Err(self.fail(StoreError::OverBudget("statements")));
        }
        // The clock is a call of the kernel, and a statement that runs on is cut elsewhere.
        let is_due = used.is_multiple_of(STATEMENTS_BETWEEN_LOOKS);
        if is_due && self.deadline.is_some_and(|end| thread_time() > end) {
            return Err(self.fail(StoreError::OverBudget("time")));
        }
        if sql.settles {
            self.settle()?;
        }
        run(self).map_err(|error| self.fail(error))
    }

    /// Writes what was put off.
    pub(crate) fn settle(&self) -> Result<(), StoreError> {
        let deferred = self.deferred.take();
        deferred.write(self).map_err(|error| self.fail(error))
    }

    /// What is still to be written.
    pub(crate) fn deferred(&self) -> &RefCell<Deferred> {
        self.deferred
    }

    /// Runs a statement and says how many rows it touched. Only [`Tx`] and what it put off write.
    pub(crate) fn run(
        &self,
        sql: &'static Sql,
        parameters: &[Value<'_>],
    ) -> Result<u64, StoreError> {
        match &self.backend {
            Backend::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql.text)?;
                let parameters = rusqlite::params_from_iter(parameters);
                Ok(statement.execute(parameters)? as u64)
            }
            Backend::Postgres(connection) => connection.borrow_mut().execute(sql, parameters),
        }
    }

    /// Which of the two databases this is.
    pub(crate) fn kind(&self) -> DatabaseKind {
        match self.backend {
            Backend::Sqlite(_) => DatabaseKind::Sqlite,
            Backend::Postgres(_) => DatabaseKind::Postgres,
        }
    }

    // Marks the transaction as failed and hands the error on.
    pub(crate) fn fail(&self, error: StoreError) -> StoreError {
        self.failed
            .borrow_mut()
            .get_or_insert_with(|| error.clone());
        error
    }
}

impl<'c> Tx<'c> {
    /// `thread` numbers the threads that write: each keeps an audit chain of its own.
    pub(crate) fn new(
        backend: Backend<'c>,
        limits: Limits,
        deadline: Option<Duration>,
        thread: u8,
        deferred: &'c RefCell<Deferred>,
    ) -> Tx<'c> {
        let mut writer = *b"gatehouse-store\0";
        writer[15] = thread;
        Tx {
            writer: WriterId(writer),
            read: ReadTx {
                backend,
                limits,
                statements: Cell::new(0),
                failed: RefCell::new(None),
                deadline,
                deferred,
            },
        }
    }

    /// Whose audit chain this transaction writes to.
    pub fn writer(&self) -> WriterId {
        self.writer
    }

    /// Runs a statement and says how many rows it touched.
    pub fn execute(&self, sql: &'static Sql, parameters: &[Value<'_>]) -> Result<u64, StoreError> {
        self.step(sql, |tx| tx.run(sql, parameters))
    }

    /// Runs a statement that must touch exactly one row.
    pub fn execute_one(
        &self,
        sql: &'static Sql,
        parameters: &[Value<'_>],
    ) -> Result<(), StoreError> {
        match self.execute(sql, parameters)? {
            1 => Ok(()),
            rows => Err(self.fail(StoreError::RowCount {
                statement: sql.name,
                rows,
            })),
        }
    }

    /// Runs an update that names the version it read: no row touched means that somebody else
    /// was faster ([`StoreError::Stale`]).
    pub fn execute_versioned(
        &self,
        sql: &'static Sql,
        parameters: &[Value<'_>],
    ) -> Result<(), StoreError> {
        match self.execute(sql, parameters)? {
            1 => Ok(()),
            0 => Err(self.fail(StoreError::Stale)),
            rows => Err(self.fail(StoreError::RowCount {
                statement: sql.name,
                rows,
            })),
        }
    }

    // The first failure, whatever the closure made of it.
    pub(crate) fn into_failure(self) -> Option<StoreError> {
        self.read.failed.into_inner()
    }
}

fn query_sqlite<T>(
    connection: &rusqlite::Connection,
    sql: &'static Sql,
    parameters: &[Value<'_>],
    limit: usize,
    mut read: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = connection.prepare_cached(sql.text)?;
    let mut rows = statement.query(rusqlite::params_from_iter(parameters))?;
    let mut answer = Vec::new();
    while let Some(row) = rows.next()? {
        if answer.len() == limit {
            return Err(StoreError::OverBudget("rows"));
        }
        answer.push(read(&Row {
            source: RowSource::Sqlite(row),
            statement: sql.name,
        })?);
    }
    Ok(answer)
}
