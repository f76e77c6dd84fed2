//! [`Store`]: opens a database and runs closures on it.

use crate::driver::inline::{Fates, Inline};
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

    /// Opens a PostgreSQL database by its libpq URL and brings its schema up to date. Blocks.
    pub fn open_postgres(url: &str) -> Result<Store, StoreError> {
        // The client owns a runtime of its own, which must not start inside the caller's.
        let opened = std::thread::scope(|scope| {
            let opening = scope.spawn(|| {
                let mut client = postgres::connect(url)?;
                postgres::check_locale(&mut client)?;
                migrate::postgres(&mut client)
            });
            opening.join().unwrap_or(Err(StoreError::Panicked))
        });
        opened?;
        let driver = Postgres::start(url, Limits::default())?;
        Ok(Store::new(Driver::Postgres(driver)))
    }

    /// Opens a SQLite file that is there, only to read it: a copy that an auditor was given, also
    /// one on a disk that takes no writes. Its schema must be this program's.
    pub fn open_sqlite_to_read(path: &Path) -> Result<Store, StoreError> {
        let connection = sqlite::open_to_read(path)?;
        migrate::check_sqlite(&connection)?;
        let inline = Inline::new(connection, Limits::default());
        Ok(Store::new(Driver::Inline(inline)))
    }

    /// As [`Store::open_postgres`], only to read it, by an account that may do no more.
    pub fn open_postgres_to_read(url: &str) -> Result<Store, StoreError> {
        let opened = std::thread::scope(|scope| {
            let opening = scope.spawn(|| {
                let mut client = postgres::connect(url)?;
                postgres::check_locale(&mut client)?;
                migrate::check_postgres(&mut client)
            });
            opening.join().unwrap_or(Err(StoreError::Panicked))
        });
        opened?;
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

    /// A copy in memory of a database in memory, as it is now: for simulations a backup to go
    /// back to, or the database under a program that starts anew. `fates` says what becomes of
    /// each of its commits.
    ///
    /// # Errors
    /// A database of another kind; whatever SQLite says.
    pub fn copy_memory(&self, fates: Option<Fates>) -> Result<Store, StoreError> {
        let Driver::Inline(inline) = &*self.driver else {
            let other = "only a database in memory is copied".to_owned();
            return Err(StoreError::Unavailable(other));
        };
        let mut connection = sqlite::open_memory()?;
        inline.copy_to(&mut connection)?;
        let copy = Inline::new(connection, Limits::default());
        Ok(Store::new(Driver::Inline(match fates {
            Some(fates) => copy.with_fates(fates),
            None => copy,
        })))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::area::AreaRow;
    use crate::sql::Sql;
    use gatehouse_core::id::AreaId;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::sync::{Mutex, mpsc};

    static SPIN: Sql = Sql::declared(
        "SPIN",
        "INSERT INTO shard (shard, county)
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
        SELECT 100 + max(i), ?2 FROM n",
    );

    fn county(n: u8) -> AreaRow {
        AreaRow {
            area: AreaId([n; 16]),
            parent: None,
            shard: None,
            level: "county".to_owned(),
            name: "某县".repeat(200),
            manager: None,
            zone_offset_minutes: 480,
            ended_on: None,
            version: 1,
        }
    }

    fn open_with(folder: &tempfile::TempDir, pragma: &str) -> Store {
        let path = folder.path().join("town.db");
        let mut connection = sqlite::open_writer(&path).expect("opens");
        migrate::sqlite(&mut connection).expect("migrates");
        connection.execute_batch(pragma).expect("is understood");
        // A busy machine must not part a batch that a test has put together.
        let limits = Limits {
            batch_time: std::time::Duration::MAX,
            ..Limits::default()
        };
        let driver = Sqlite::start(&path, connection, limits).expect("starts");
        Store::new(Driver::Sqlite(driver))
    }

    fn add(store: &Store, n: u8) -> Result<(), StoreError> {
        store.write_blocking(Lane::People, move |tx| tx.insert_area(&county(n)))
    }

    fn counties(store: &Store) -> usize {
        let roots = store.read_blocking::<_, StoreError, _>(|tx| tx.area_roots());
        roots.expect("reads").len()
    }

    #[test]
    fn a_full_disk_refuses_and_loses_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = open_with(&folder, "PRAGMA max_page_count = 120");
        let mut kept = 0;
        let refused = (1..=255).find_map(|n| match add(&store, n) {
            Ok(()) => {
                kept += 1;
                None
            }
            Err(error) => Some(error),
        });
        assert_eq!(refused, Some(StoreError::DiskFull));
        assert_eq!(refused.map(|error| error.code()), Some("S-FULL"));
        assert_eq!(counties(&store), kept);
        // Once there is room again the same store goes on.
        drop(store);
        let store = open_with(&folder, "PRAGMA max_page_count = 1000");
        assert_eq!(add(&store, 255), Ok(()));
        assert_eq!(counties(&store), kept + 1);
    }

    #[test]
    fn a_read_only_database_says_so_and_still_reads() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(add(&open_with(&folder, ""), 1), Ok(()));
        let store = open_with(&folder, "PRAGMA query_only = ON");
        assert_eq!(add(&store, 2), Err(StoreError::ReadOnly));
        assert_eq!(counties(&store), 1);
    }

    /// Holds the writer in a closure until everything else waits, so that it is one batch.
    fn in_one_batch(store: &Store, submit: impl FnOnce()) {
        let (held, wait_held) = mpsc::channel();
        let (let_go, wait_let_go) = mpsc::channel::<()>();
        let wait_let_go = Mutex::new(wait_let_go);
        let answer = store.submit(Kind::Write, Lane::Gate, move |_| {
            held.send(()).expect("the test waits");
            let wait = wait_let_go.lock().expect("used once");
            let _ = wait.recv();
            Ok::<(), StoreError>(())
        });
        wait_held.recv().expect("the writer runs it");
        submit();
        // Not a message: the closure may run again, and must not wait then.
        drop(let_go);
        assert_eq!(answer.blocking_recv().expect("answers"), Ok(()));
    }

    #[test]
    fn a_statement_that_runs_on_is_cut_and_its_neighbours_are_run_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = open_with(&folder, "");
        let before = store.figures();
        let mut answers = Vec::new();
        let runs = Arc::new(AtomicU32::new(0));
        in_one_batch(&store, || {
            let counted = runs.clone();
            answers.push(store.submit(Kind::Write, Lane::Gate, move |tx: &Tx<'_>| {
                counted.fetch_add(1, Ordering::Relaxed);
                tx.insert_area(&county(1))
            }));
            answers.push(store.submit(Kind::Write, Lane::Gate, |tx: &Tx<'_>| {
                tx.insert_area(&county(2))?;
                let parameters = crate::params![1_000_000_000i64, &[2; 16]];
                tx.execute(&SPIN, parameters).map(|_| ())
            }));
            answers.push(store.submit(Kind::Write, Lane::Gate, |tx: &Tx<'_>| {
                tx.insert_area(&county(3))
            }));
        });
        let answers: Vec<_> = answers
            .into_iter()
            .map(|answer| answer.blocking_recv().expect("answers"))
            .collect();
        assert_eq!(
            answers,
            [Ok(()), Err(StoreError::OverBudget("time")), Ok(())]
        );
        assert_eq!(counties(&store), 2);
        // The one before ran twice: the cut had taken the transaction with it.
        assert_eq!(runs.load(Ordering::Relaxed), 2);
        let after = store.figures();
        assert_eq!(after.closures - before.closures, 3);
        assert_eq!(after.commits - before.commits, 1);
    }

    #[test]
    fn what_waits_is_committed_at_once_and_answered_one_by_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = open_with(&folder, "");
        let before = store.figures();
        let mut answers = Vec::new();
        in_one_batch(&store, || {
            for n in 1..=20 {
                // Every third adds the same county again and fails alone.
                let row = county(if n % 3 == 0 { n - 1 } else { n });
                let lane = [Lane::People, Lane::Gate][usize::from(n % 2)];
                answers.push((
                    n,
                    store.submit(Kind::Write, lane, move |tx: &Tx<'_>| tx.insert_area(&row)),
                ));
            }
        });
        let mut refused = 0;
        for (_, answer) in answers {
            match answer.blocking_recv().expect("answers") {
                Ok(()) => {}
                Err(StoreError::NotUnique { .. }) => refused += 1,
                Err(error) => panic!("{error}"),
            }
        }
        assert_eq!(refused, 6);
        assert_eq!(counties(&store), 14);
        let after = store.figures();
        assert_eq!(after.commits - before.commits, 1);
        assert_eq!(after.closures - before.closures, 15);
    }

    #[test]
    fn closing_answers_everything_that_waits() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = open_with(&folder, "");
        let mut answers = Vec::new();
        in_one_batch(&store, || {
            for n in 1..=5 {
                answers.push(store.submit(Kind::Write, Lane::Jobs, move |tx: &Tx<'_>| {
                    tx.insert_area(&county(n))
                }));
            }
        });
        drop(store);
        for answer in answers {
            assert_eq!(answer.blocking_recv().expect("answers"), Ok(()));
        }
        assert_eq!(counties(&open_with(&folder, "")), 5);
    }
}
