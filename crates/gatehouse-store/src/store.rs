//! [`Store`]: opens a database and runs closures on it.

use crate::driver::inline::Inline;
use crate::driver::postgres::Postgres;
use crate::driver::sqlite::Sqlite;
use crate::driver::{Figures, postgres, sqlite};
use crate::error::StoreError;
use crate::migrate;
use crate::queue::{Job, Lane, TypedJob};
use crate::tx::{Limits, ReadTx, Tx};
use std::path::Path;
use std::sync::Arc;
use tokio::sync::oneshot;

/// A database. Cheap to clone; closed when the last clone is dropped, after all that waits has
/// been answered.
#[derive(Clone)]
pub struct Store {
    driver: Arc<Driver>,
}

enum Driver {
    Sqlite(Sqlite),
    Postgres(Postgres),
    Inline(Inline),
}

/// Which of the two databases a store runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatabaseKind {
    /// One file, one writer.
    Sqlite,
    /// A server.
    Postgres,
}

impl Store {
    /// Opens (and where it is new, makes) a SQLite file and brings its schema up to date.
    pub fn open_sqlite(path: &Path) -> Result<Store, StoreError> {
        Store::open_sqlite_with(path, Limits::default())
    }

    /// As [`Store::open_sqlite`], with other limits than usual.
    pub fn open_sqlite_with(path: &Path, limits: Limits) -> Result<Store, StoreError> {
        let mut connection = sqlite::open_writer(path)?;
        migrate::sqlite(&mut connection)?;
        let driver = Sqlite::start(path, connection, limits)?;
        Ok(Store::new(Driver::Sqlite(driver)))
    }

    /// Opens a PostgreSQL database by its libpq URL and brings its schema up to date. Blocks;
    /// must not be called on a thread that runs async code.
    pub fn open_postgres(url: &str) -> Result<Store, StoreError> {
        let mut client = postgres::connect(url)?;
        postgres::check_locale(&mut client)?;
        migrate::postgres(&mut client)?;
        drop(client);
        let driver = Postgres::start(url, Limits::default())?;
        Ok(Store::new(Driver::Postgres(driver)))
    }

    /// A SQLite file whose closures run on the caller's thread, one commit each: for tools that
    /// have the file to themselves.
    pub fn open_inline(path: &Path) -> Result<Store, StoreError> {
        let mut connection = sqlite::open_writer(path)?;
        migrate::sqlite(&mut connection)?;
        let inline = Inline::new(connection, Limits::default());
        Ok(Store::new(Driver::Inline(inline)))
    }

    /// As [`Store::open_inline`], in memory: for simulations and tests.
    pub fn open_memory() -> Result<Store, StoreError> {
        let mut connection = sqlite::open_memory()?;
        migrate::sqlite(&mut connection)?;
        let inline = Inline::new(connection, Limits::default());
        Ok(Store::new(Driver::Inline(inline)))
    }

    fn new(driver: Driver) -> Store {
        Store {
            driver: Arc::new(driver),
        }
    }

    /// Which database this is.
    pub fn kind(&self) -> DatabaseKind {
        match *self.driver {
            Driver::Sqlite(_) | Driver::Inline(_) => DatabaseKind::Sqlite,
            Driver::Postgres(_) => DatabaseKind::Postgres,
        }
    }

    /// Closures, commits and repeated runs since opening.
    pub fn figures(&self) -> Figures {
        match &*self.driver {
            Driver::Sqlite(driver) => driver.counters.figures(),
            Driver::Postgres(driver) => driver.counters.figures(),
            Driver::Inline(driver) => driver.counters.figures(),
        }
    }

    /// Runs a closure in a transaction and answers after the commit. It may run more than once:
    /// ids, moment and random bytes come from outside, its effects are in the [`Tx`] and the
    /// return value only. No hashing of passwords, rendering or network inside.
    pub async fn write<T, F>(&self, lane: Lane, closure: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Fn(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.try_write(lane, closure).await
    }

    /// As [`Store::write`], with an error of the caller's own: it undoes the transaction.
    pub async fn try_write<T, E, F>(&self, lane: Lane, closure: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: Fn(&Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let answer = self.submit(Kind::Write, lane, closure);
        answer.await.unwrap_or_else(|_| Err(stopped().into()))
    }

    /// Runs a closure on one consistent state of the database that it cannot change.
    pub async fn read<T, F>(&self, closure: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: Fn(&ReadTx<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.try_read(closure).await
    }

    /// As [`Store::read`], with an error of the caller's own.
    pub async fn try_read<T, E, F>(&self, closure: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: Fn(&ReadTx<'_>) -> Result<T, E> + Send + 'static,
    {
        let answer = self.submit(Kind::Read, Lane::People, move |tx: &Tx<'_>| closure(tx));
        answer.await.unwrap_or_else(|_| Err(stopped().into()))
    }

    /// [`Store::try_write`] for the command line: waits on the calling thread, which must not
    /// run async code.
    pub fn write_blocking<T, E, F>(&self, lane: Lane, closure: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: Fn(&Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let answer = self.submit(Kind::Write, lane, closure);
        answer
            .blocking_recv()
            .unwrap_or_else(|_| Err(stopped().into()))
    }

    /// [`Store::try_read`] for the command line.
    pub fn read_blocking<T, E, F>(&self, closure: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: Fn(&ReadTx<'_>) -> Result<T, E> + Send + 'static,
    {
        let answer = self.submit(Kind::Read, Lane::People, move |tx: &Tx<'_>| closure(tx));
        answer
            .blocking_recv()
            .unwrap_or_else(|_| Err(stopped().into()))
    }

    fn submit<T, E, F>(&self, kind: Kind, lane: Lane, closure: F) -> Answer<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: Fn(&Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let (job, answer) = TypedJob::new(closure);
        let job: Box<dyn Job> = Box::new(job);
        match (&*self.driver, kind) {
            (Driver::Sqlite(driver), Kind::Write) => driver.writes.push(lane, job),
            (Driver::Sqlite(driver), Kind::Read) => driver.reads.push(lane, job),
            (Driver::Postgres(driver), Kind::Write) => driver.writes.push(lane, job),
            (Driver::Postgres(driver), Kind::Read) => driver.reads.push(lane, job),
            (Driver::Inline(driver), Kind::Write) => driver.run(job),
            (Driver::Inline(driver), Kind::Read) => driver.run(job),
        }
        answer
    }
}

type Answer<T, E> = oneshot::Receiver<Result<T, E>>;

#[derive(Clone, Copy)]
enum Kind {
    Read,
    Write,
}

// The thread that had the closure is gone; whether it was kept is not known.
fn stopped() -> StoreError {
    StoreError::Unavailable("stopped".to_owned())
}
