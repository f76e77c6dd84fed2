//! SQLite: one writer thread with group commit, a few readers.
//!
//! The writer takes what waits, runs closure after closure, commits once, and only then answers.
//! A closure that fails is undone alone: its neighbours run again, each under a savepoint of its
//! own, which costs a copy of every page that it touches and is therefore not done before.
//! Waiting for company happens only
//! when the batch before had company, and only while more keep coming: a crowd's answers go out
//! together, so its next questions come together, and what they share is written once.

use crate::deferred::Deferred;
use crate::driver::Counters;
use crate::error::StoreError;
use crate::queue::{Job, Lane, Queue, Ran};
use crate::tx::{Backend, Limits, Tx, thread_time};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::cell::RefCell;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Closures in one commit at most.
const BATCH_LENGTH: usize = 256;
/// A batch whose predecessor had company looks so often whether more has come, and ends at the
/// first look that finds nothing: so long does somebody wait who comes alone after a crowd.
const LULL: Duration = Duration::from_micros(300);
/// What a batch waits for company in all.
const COMPANY_WAIT: Duration = Duration::from_micros(1_800);
/// How long to wait for another process that writes the same file.
const OTHER_PROCESS_WAIT: Duration = Duration::from_secs(5);
/// Virtual-machine steps between two looks at the clock, about a tenth of a millisecond.
const STEPS_BETWEEN_LOOKS: i32 = 10_000;
/// After a failure so many closures run under savepoints, so that a series of failures makes
/// nobody run again and again.
const CAREFUL_AFTER_FAILURE: u32 = 2 * BATCH_LENGTH as u32;
/// Connections that read.
const READERS: usize = 3;
/// Prepared statements kept per connection: all of ours.
const STATEMENTS_KEPT: usize = 512;

pub(crate) struct Sqlite {
    pub(crate) writes: Arc<Queue>,
    pub(crate) reads: Arc<Queue>,
    pub(crate) counters: Arc<Counters>,
    threads: Vec<JoinHandle<()>>,
}

impl Sqlite {
    /// Starts the threads on a migrated file.
    pub(crate) fn start(
        path: &Path,
        writer: Connection,
        limits: Limits,
    ) -> Result<Sqlite, StoreError> {
        let (writes, reads) = (Arc::new(Queue::new()), Arc::new(Queue::new()));
        let counters = Arc::new(Counters::default());
        let mut sqlite = Sqlite {
            writes: writes.clone(),
            reads: reads.clone(),
            counters: counters.clone(),
            threads: Vec::new(),
        };
        let mut writer = Writer::new(writer, limits, counters)?;
        sqlite.spawn("store-writer", move || writer.serve(&writes))?;
        for _ in 0..READERS {
            let reader = open_reader(path)?;
            let reads = reads.clone();
            sqlite.spawn("store-reader", move || serve_reads(&reader, limits, &reads))?;
        }
        Ok(sqlite)
    }

    fn spawn(
        &mut self,
        name: &str,
        body: impl FnOnce() + Send + 'static,
    ) -> Result<(), StoreError> {
        let thread = std::thread::Builder::new().name(name.to_owned());
        let handle = thread
            .spawn(body)
            .map_err(|_| StoreError::Unavailable("no thread".to_owned()))?;
        self.threads.push(handle);
        Ok(())
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        self.writes.close();
        self.reads.close();
        let this = std::thread::current().id();
        for thread in self.threads.drain(..) {
            // A closure that held the last store would wait for its own thread.
            if thread.thread().id() != this {
                let _ = thread.join();
            }
        }
    }
}

/// Opens a file for writing with everything that durability and erasure need.
pub(crate) fn open_writer(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(OTHER_PROCESS_WAIT)?;
    if connection.is_readonly("main")? {
        return Err(StoreError::ReadOnly);
    }
    prepare_writer(&connection)?;
    Ok(connection)
}

/// A database in memory, for the inline driver.
pub(crate) fn open_memory() -> Result<Connection, StoreError> {
    let connection = Connection::open_in_memory()?;
    prepare_writer(&connection)?;
    Ok(connection)
}

/// A prepared statement keeps its plan: SQLite would otherwise look at each new value of a
/// parameter that a partial index might speak of, and prepare the statement anew for it.
fn keep_plans(connection: &Connection) -> Result<(), StoreError> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

fn prepare_writer(connection: &Connection) -> Result<(), StoreError> {
    keep_plans(connection)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
         PRAGMA foreign_keys = ON; PRAGMA cache_size = -32768; PRAGMA temp_store = MEMORY;
         PRAGMA trusted_schema = OFF; PRAGMA journal_size_limit = 67108864;
         PRAGMA wal_autocheckpoint = 4000;",
    )?;
    Ok(())
}

fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    // Opened for writing too, since a WAL cannot be recovered otherwise; `query_only` forbids it.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    keep_plans(&connection)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    connection.busy_timeout(OTHER_PROCESS_WAIT)?;
    connection.execute_batch(
        "PRAGMA query_only = ON; PRAGMA cache_size = -2048; PRAGMA temp_store = MEMORY;
         PRAGMA trusted_schema = OFF;",
    )?;
    Ok(connection)
}

/// Opens a file that is there and writes nothing, not even beside it where that is not allowed.
pub(crate) fn open_to_read(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let readable = |connection: &Connection| -> Result<(), StoreError> {
        connection.execute_batch("PRAGMA query_only = ON; PRAGMA trusted_schema = OFF;")?;
        Ok(connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?)
    };
    let connection = Connection::open_with_flags(path, flags)?;
    let connection = match readable(&connection) {
        Ok(()) => connection,
        Err(error) => {
            // Where no file can be made beside it, SQLite must be told that nobody writes to it.
            // With a log beside it that would leave out what the log holds.
            let log = std::fs::metadata(beside(path, "-wal"));
            if log.is_ok_and(|log| log.len() > 0) {
                return Err(error);
            }
            let flags = flags | OpenFlags::SQLITE_OPEN_URI;
            let connection = Connection::open_with_flags(immutable(path), flags)?;
            readable(&connection)?;
            connection
        }
    };
    keep_plans(&connection)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    connection.busy_timeout(OTHER_PROCESS_WAIT)?;
    Ok(connection)
}

fn beside(path: &Path, ending: &str) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// The address of a file that nobody changes while it is open.
fn immutable(path: &Path) -> String {
    let mut uri = "file:".to_owned();
    for &byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'_' | b'-' => {
                uri.push(char::from(byte));
            }
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri + "?immutable=1"
}

fn serve_reads(connection: &Connection, limits: Limits, queue: &Queue) {
    while let Some((_, mut job)) = queue.next() {
        let end = read_once(connection, limits, job.as_mut());
        job.answer(end);
    }
}

fn read_once(connection: &Connection, limits: Limits, job: &mut dyn Job) -> Result<(), StoreError> {
    connection.execute_batch("BEGIN")?;
    let nothing = RefCell::default();
    let backend = Backend::Sqlite(connection);
    let ran = job.run(Tx::new(backend, limits, None, 0, &nothing));
    if !connection.is_autocommit() {
        connection.execute_batch("ROLLBACK")?;
    }
    match ran {
        Ran::Keep | Ran::Undo => Ok(()),
        Ran::Failed(error) => Err(error),
    }
}

struct Writer {
    connection: Connection,
    limits: Limits,
    counters: Arc<Counters>,
    /// When the running closure's processor time ends, in nanoseconds; 0 while none runs.
    deadline: Arc<AtomicU64>,
    company: usize,
    /// Closures that still run under savepoints, since one failed a moment ago.
    careful: u32,
    /// What the closures of the open transaction change alike.
    deferred: RefCell<Deferred>,
}

struct Batch {
    /// Ran well in the open transaction; answered after the commit.
    kept: Vec<Box<dyn Job>>,
    /// To run again: a neighbour's cut took the whole transaction with it.
    again: Vec<(Lane, Box<dyn Job>)>,
}

impl Writer {
    fn new(
        mut connection: Connection,
        limits: Limits,
        counters: Arc<Counters>,
    ) -> Result<Writer, StoreError> {
        let deadline = Arc::new(AtomicU64::new(0));
        let seen = deadline.clone();
        // Cuts a single statement that runs on; between statements the `Tx` itself looks.
        connection.progress_handler(
            STEPS_BETWEEN_LOOKS,
            Some(move || {
                let end = seen.load(Ordering::Relaxed);
                end != 0 && thread_time() > Duration::from_nanos(end)
            }),
        )?;
        Ok(Writer {
            connection,
            limits,
            counters,
            deadline,
            company: 0,
            careful: 0,
            deferred: RefCell::default(),
        })
    }

    fn serve(&mut self, queue: &Queue) {
        while let Some(first) = queue.next() {
            self.batch(first, queue);
        }
        // Leaves one file behind where it can; what cannot be done now is done at next open.
        let _ = self
            .connection
            .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
    }

    fn batch(&mut self, first: (Lane, Box<dyn Job>), queue: &Queue) {
        let mut batch = Batch {
            kept: Vec::new(),
            again: Vec::new(),
        };
        if let Err(error) = self.connection.execute_batch("BEGIN IMMEDIATE") {
            return first.1.answer(Err(error.into()));
        }
        let started = now();
        let mut waited = Duration::ZERO;
        let mut served = 0;
        let mut next = Some(first);
        while let Some((lane, job)) = next {
            served += 1;
            if let Err(error) = self.run(lane, job, &mut batch) {
                self.roll_back();
                return fail_all(batch, &error);
            }
            let may_grow = served < BATCH_LENGTH && started.elapsed() < self.limits.batch_time;
            next = match batch.again.pop() {
                Some(again) => Some(again),
                // What nobody waits for gets its commit to itself and delays no answer.
                None if lane == Lane::Jobs || !may_grow => None,
                None => queue
                    .next_now()
                    .or_else(|| self.await_company(&mut waited, queue)),
            };
        }
        self.company = served;
        self.commit(batch);
    }

    fn await_company(&self, waited: &mut Duration, queue: &Queue) -> Option<(Lane, Box<dyn Job>)> {
        if self.company <= 1 || *waited + LULL > COMPANY_WAIT {
            return None;
        }
        let began = now();
        let next = queue.next_after(LULL);
        let lull = began.elapsed();
        self.counters.waited(lull);
        *waited += lull;
        next
    }

    /// Runs one closure, under a savepoint where that is due. An error means that the transaction
    /// is lost.
    fn run(
        &mut self,
        lane: Lane,
        mut job: Box<dyn Job>,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let is_careful = self.careful > 0;
        self.careful = self.careful.saturating_sub(1);
        if is_careful && let Err(error) = self.savepoint("SAVEPOINT closure") {
            job.answer(Err(error.clone()));
            return Err(error);
        }
        let end = thread_time() + self.limits.processor_time;
        let nanos = u64::try_from(end.as_nanos()).unwrap_or(u64::MAX);
        self.deadline.store(nanos, Ordering::Relaxed);
        let backend = Backend::Sqlite(&self.connection);
        let before = is_careful.then(|| self.deferred.borrow().clone());
        let ran = job.run(Tx::new(backend, self.limits, Some(end), 0, &self.deferred));
        self.deadline.store(0, Ordering::Relaxed);
        if self.connection.is_autocommit() {
            return self.begin_again(lane, job, ran, batch);
        }
        let undone = match ran {
            Ran::Keep => {
                if is_careful && let Err(error) = self.savepoint("RELEASE closure") {
                    job.answer(Err(error.clone()));
                    return Err(error);
                }
                batch.kept.push(job);
                return Ok(());
            }
            Ran::Undo => Ok(()),
            Ran::Failed(error) => Err(error),
        };
        if !is_careful {
            return self.undo_whole(lane, job, undone, batch);
        }
        self.deferred.replace(before.unwrap_or_default());
        let back = self
            .savepoint("ROLLBACK TO closure")
            .and_then(|()| self.savepoint("RELEASE closure"));
        match back {
            Ok(()) => {
                job.answer(undone);
                Ok(())
            }
            Err(error) => {
                job.answer(Err(error.clone()));
                Err(error)
            }
        }
    }

    /// The failure took the whole transaction: SQLite does so when a write is cut short. The
    /// neighbours are `Fn`, so they simply run again in a new transaction.
    fn begin_again(
        &mut self,
        lane: Lane,
        job: Box<dyn Job>,
        ran: Ran,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let error = match ran {
            Ran::Failed(error) => error,
            Ran::Keep | Ran::Undo => StoreError::Unavailable("transaction lost".to_owned()),
        };
        job.answer(Err(error.clone()));
        if !matches!(error, StoreError::OverBudget(_)) {
            return Err(error);
        }
        self.careful = CAREFUL_AFTER_FAILURE;
        self.run_kept_again(lane, batch)
    }

    /// Undoes a closure without a savepoint: everything, and what its neighbours did runs again.
    fn undo_whole(
        &mut self,
        lane: Lane,
        job: Box<dyn Job>,
        end: Result<(), StoreError>,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        self.careful = CAREFUL_AFTER_FAILURE;
        if let Err(error) = self.connection.execute_batch("ROLLBACK") {
            let error = StoreError::from(error);
            job.answer(Err(error.clone()));
            return Err(error);
        }
        job.answer(end);
        self.run_kept_again(lane, batch)
    }

    fn run_kept_again(&mut self, lane: Lane, batch: &mut Batch) -> Result<(), StoreError> {
        self.deferred.take();
        self.counters.repeated(batch.kept.len() as u64);
        let kept = batch.kept.drain(..).rev();
        batch.again.extend(kept.map(|job| (lane, job)));
        self.connection.execute_batch("BEGIN IMMEDIATE")?;
        Ok(())
    }

    fn savepoint(&self, text: &str) -> Result<(), StoreError> {
        self.connection.prepare_cached(text)?.execute([])?;
        Ok(())
    }

    fn commit(&self, batch: Batch) {
        match self.settle_and_commit() {
            Ok(()) => {
                if !batch.kept.is_empty() {
                    self.counters.committed(batch.kept.len() as u64);
                }
                for job in batch.kept {
                    job.answer(Ok(()));
                }
            }
            Err(error) => {
                self.roll_back();
                fail_all(batch, &error);
            }
        }
    }

    fn settle_and_commit(&self) -> Result<(), StoreError> {
        let backend = Backend::Sqlite(&self.connection);
        Tx::new(backend, self.limits, None, 0, &self.deferred).settle()?;
        Ok(self.connection.execute_batch("COMMIT")?)
    }

    fn roll_back(&self) {
        self.deferred.take();
        if !self.connection.is_autocommit() {
            // Nothing to add if this fails too: the next BEGIN will say what is wrong.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "waiting time, not a moment of the domain"
)]
fn now() -> Instant {
    Instant::now()
}

fn fail_all(batch: Batch, error: &StoreError) {
    for job in batch.kept {
        job.answer(Err(error.clone()));
    }
    for (_, job) in batch.again {
        job.answer(Err(error.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_nobody_changes_is_read_whatever_its_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("门岗 100%?#.db");
        drop(open_writer(&path).expect("made"));
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        let connection = Connection::open_with_flags(immutable(&path), flags).expect("opens");
        let mode = connection.query_row("PRAGMA journal_mode", [], |row| row.get::<_, String>(0));
        assert!(mode.is_ok());
        drop(connection);
        let files = std::fs::read_dir(folder.path()).expect("listed").count();
        assert_eq!(files, 1);
    }
}
