//! PostgreSQL: several threads, each with its own connection, SERIALIZABLE.
//!
//! A closure that loses against another runs again, some times with growing, jittered pauses;
//! meanwhile no import or other job that nobody waits for is at work. The client blocks and
//! owns a runtime, so it lives on these threads only.

use crate::driver::Counters;
use crate::error::StoreError;
use crate::queue::{Job, Lane, Loser, Queue, Ran};
use crate::sql::Sql;
use crate::tx::{Backend, Limits, Tx};
use crate::value::Value;
use postgres::types::ToSql;
use postgres::{Client, NoTls, Row, Statement};
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

/// Threads that write; measured best near twice the cores of a small server.
const WRITERS: usize = 8;
/// Threads that read.
const READERS: usize = 4;
/// Runs of a closure after the first one that lost; somebody waits for the answer.
const RETRIES: u32 = 12;
/// The same for a job that nobody waits for: its steps are long and lose more often.
const RETRIES_OF_JOBS: u32 = 60;
/// Whoever is waited for and lost so often runs with nobody beside them.
const ALONE_AFTER: u32 = 8;
/// The first pause, doubled at each further one and jittered between half and whole.
const FIRST_PAUSE: Duration = Duration::from_micros(500);
/// From this one on pauses grow no more: 64 ms.
const LONGEST_PAUSE: u32 = 7;
/// A single statement may take so long; the writer of SQLite is stricter, since all wait for it.
const STATEMENT_TIMEOUT: &str = "10s";

/// A connection and its prepared statements.
pub(crate) struct PostgresConnection {
    client: Client,
    statements: HashMap<&'static str, Statement>,
}

impl PostgresConnection {
    fn statement(&mut self, sql: &'static Sql) -> Result<Statement, StoreError> {
        if let Some(statement) = self.statements.get(sql.text) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(&sql.postgres_text())?;
        self.statements.insert(sql.text, statement.clone());
        Ok(statement)
    }

    pub(crate) fn query(
        &mut self,
        sql: &'static Sql,
        parameters: &[Value<'_>],
    ) -> Result<Vec<Row>, StoreError> {
        let statement = self.statement(sql)?;
        check_count(&statement, parameters)?;
        Ok(self.client.query(&statement, &as_sql(parameters))?)
    }

    pub(crate) fn execute(
        &mut self,
        sql: &'static Sql,
        parameters: &[Value<'_>],
    ) -> Result<u64, StoreError> {
        let statement = self.statement(sql)?;
        check_count(&statement, parameters)?;
        Ok(self.client.execute(&statement, &as_sql(parameters))?)
    }
}

fn as_sql<'a>(parameters: &'a [Value<'a>]) -> Vec<&'a (dyn ToSql + Sync)> {
    parameters
        .iter()
        .map(|value| value as &(dyn ToSql + Sync))
        .collect()
}

// The client asserts this, and a panic would hide which statement was at fault.
fn check_count(statement: &Statement, parameters: &[Value<'_>]) -> Result<(), StoreError> {
    if statement.params().len() == parameters.len() {
        return Ok(());
    }
    Err(StoreError::Driver {
        code: "binding".to_owned(),
        message: format!(
            "{} parameters for {}",
            parameters.len(),
            statement.params().len()
        ),
    })
}

/// Opens a connection for the schema: nothing set that a migration could trip over.
pub(crate) fn connect(url: &str) -> Result<Client, StoreError> {
    let mut config: postgres::Config = url
        .parse()
        .map_err(|_| StoreError::Unavailable("the PostgreSQL address is not valid".to_owned()))?;
    config.application_name("gatehouse");
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(Duration::from_secs(5));
    }
    Ok(config.connect(NoTls)?)
}

/// Refuses a database that would sort, fold or store text otherwise than SQLite does for us.
pub(crate) fn check_locale(client: &mut Client) -> Result<(), StoreError> {
    // What it does counts, not what it is called: providers and spellings differ by version.
    let row = client.query_one(
        "SELECT pg_encoding_to_char(encoding), datcollate, datctype,
                'a' > 'Z' AND 'é' > 'z' AND '。' < '一', lower('ÄЖ') = 'äж'
         FROM pg_database WHERE datname = current_database()",
        &[],
    );
    // A database in another encoding cannot even hold the letters of this question.
    let Ok(row) = row else {
        return Err(StoreError::WrongLocale {
            found: "another encoding".to_owned(),
        });
    };
    let encoding: String = row.try_get(0)?;
    let (by_code_point, folds): (bool, bool) = (row.try_get(3)?, row.try_get(4)?);
    if encoding == "UTF8" && by_code_point && folds {
        return Ok(());
    }
    let (collation, character_type): (String, String) = (row.try_get(1)?, row.try_get(2)?);
    Err(StoreError::WrongLocale {
        found: format!("{encoding}, {collation}, {character_type}"),
    })
}

fn open_session(url: &str, read_only: bool) -> Result<PostgresConnection, StoreError> {
    let mut client = connect(url)?;
    let kind = if read_only {
        "SET default_transaction_isolation = 'repeatable read'; \
         SET default_transaction_read_only = on;"
    } else {
        "SET default_transaction_isolation = 'serializable'; SET synchronous_commit = on;"
    };
    client.batch_execute(&format!(
        "{kind} SET statement_timeout = '{STATEMENT_TIMEOUT}'; \
         SET idle_in_transaction_session_timeout = '60s'; SET client_min_messages = warning;"
    ))?;
    Ok(PostgresConnection {
        client,
        statements: HashMap::new(),
    })
}

pub(crate) struct Postgres {
    pub(crate) writes: Arc<Queue>,
    pub(crate) reads: Arc<Queue>,
    pub(crate) counters: Arc<Counters>,
    threads: Vec<JoinHandle<()>>,
}

impl Postgres {
    /// Starts the threads on a migrated database.
    pub(crate) fn start(url: &str, limits: Limits) -> Result<Postgres, StoreError> {
        let mut postgres = Postgres {
            writes: Arc::new(Queue::new()),
            reads: Arc::new(Queue::new()),
            counters: Arc::new(Counters::default()),
            threads: Vec::new(),
        };
        for number in 0..WRITERS + READERS {
            let read_only = number >= WRITERS;
            let worker = Worker {
                url: url.to_owned(),
                read_only,
                number: number as u8,
                limits,
                counters: postgres.counters.clone(),
                session: None,
            };
            let queue = if read_only {
                postgres.reads.clone()
            } else {
                postgres.writes.clone()
            };
            let thread = std::thread::Builder::new().name("store-postgres".to_owned());
            let handle = thread
                .spawn(move || worker.serve(&queue))
                .map_err(|_| StoreError::Unavailable("no thread".to_owned()))?;
            postgres.threads.push(handle);
        }
        Ok(postgres)
    }
}

impl Drop for Postgres {
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

struct Worker {
    url: String,
    read_only: bool,
    number: u8,
    limits: Limits,
    counters: Arc<Counters>,
    session: Option<RefCell<PostgresConnection>>,
}

impl Worker {
    fn serve(mut self, queue: &Queue) {
        while let Some((lane, mut job)) = queue.next() {
            let end = self.run(lane, job.as_mut(), queue);
            if end.is_ok() && !self.read_only {
                self.counters.committed(1);
            }
            job.answer(end);
        }
    }

    fn run(&mut self, lane: Lane, job: &mut dyn Job, queue: &Queue) -> Result<(), StoreError> {
        let retries = match lane {
            Lane::Gate | Lane::People => RETRIES,
            Lane::Jobs => RETRIES_OF_JOBS,
        };
        let mut loser: Option<Loser<'_>> = None;
        for attempt in 0..=retries {
            let at_work = (lane == Lane::Jobs).then(|| queue.begin_job());
            let end = match attempt >= ALONE_AFTER && lane != Lane::Jobs {
                true => {
                    let _alone = queue.run_alone();
                    self.attempt(job)
                }
                false => {
                    let _running = queue.begin_run();
                    self.attempt(job)
                }
            };
            drop(at_work);
            match end {
                Err(StoreError::Conflict) if attempt < retries => {
                    self.counters.repeated(1);
                    if lane != Lane::Jobs {
                        loser.get_or_insert_with(|| queue.lost()).outlast_jobs();
                    }
                    wait(pause(attempt, u64::from(self.number)));
                }
                end => return end,
            }
        }
        Err(StoreError::Conflict)
    }

    fn attempt(&mut self, job: &mut dyn Job) -> Result<(), StoreError> {
        let (limits, thread) = (self.limits, self.number);
        let session = self.session()?;
        session.borrow_mut().client.batch_execute("BEGIN")?;
        let deferred = RefCell::default();
        let tx = || Tx::new(Backend::Postgres(session), limits, None, thread, &deferred);
        let ran = match job.run(tx()) {
            Ran::Keep => tx().settle().map_or_else(Ran::Failed, |()| Ran::Keep),
            ran => ran,
        };
        let mut connection = session.borrow_mut();
        let end = match ran {
            Ran::Keep => connection.client.batch_execute("COMMIT"),
            Ran::Undo | Ran::Failed(_) => connection.client.batch_execute("ROLLBACK"),
        };
        drop(connection);
        match (ran, end) {
            (Ran::Failed(error), _) => Err(error),
            (Ran::Undo, _) => Ok(()),
            // A connection lost here leaves open whether it was kept: the caller must look.
            (Ran::Keep, end) => end.map_err(StoreError::from),
        }
    }

    /// The connection, a new one where the old one broke.
    fn session(&mut self) -> Result<&RefCell<PostgresConnection>, StoreError> {
        let usable = match &self.session {
            Some(session) => !session.borrow().client.is_closed(),
            None => false,
        };
        if !usable {
            self.session = None;
        }
        match self.session {
            Some(ref session) => Ok(session),
            None => {
                let session = open_session(&self.url, self.read_only)?;
                Ok(self.session.insert(RefCell::new(session)))
            }
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "nothing tells when the other transaction has gone; on a thread of its own"
)]
fn wait(pause: Duration) {
    std::thread::sleep(pause);
}

/// Half to whole of the doubled pause. The jitter comes from thread and attempt: two threads
/// that met once do not meet again at the same distance.
fn pause(attempt: u32, thread: u64) -> Duration {
    let whole = FIRST_PAUSE * 2u32.pow(attempt.min(LONGEST_PAUSE));
    let mut mixed = (thread << 8 | u64::from(attempt)).wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    let part = (mixed >> 48) as u32;
    whole / 2 + (whole / 2) * part / 65_536
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_differ_between_threads() {
        for attempt in 0..RETRIES {
            let whole = FIRST_PAUSE * 2u32.pow(attempt.min(LONGEST_PAUSE));
            let pauses: Vec<Duration> = (0..8).map(|thread| pause(attempt, thread)).collect();
            assert!(pauses.iter().all(|p| *p >= whole / 2 && *p <= whole));
            let mut different = pauses.clone();
            different.sort();
            different.dedup();
            assert_eq!(different.len(), pauses.len());
        }
    }
}
