//! Migrations: applied in order, each once, checked by SHA-256 ever after.
//!
//! A shipped file is never edited. `NNNN_noun.sql` serves both databases; `NNNN_noun.pg.sql`
//! stands beside it only where PostgreSQL needs another text. What only SQLite understands
//! follows a `--sqlite:` mark at the end of a statement, a comment for PostgreSQL.

use crate::error::StoreError;
use sha2::{Digest, Sha256};

/// One step of the schema.
#[derive(Debug)]
pub struct Migration {
    /// Grows from 1; a number that was set aside and not used leaves a gap.
    pub number: i64,
    /// File name without ending.
    pub name: &'static str,
    /// The text for SQLite, and for PostgreSQL where `postgres` is `None`.
    pub text: &'static str,
    /// The text for PostgreSQL where it differs.
    pub postgres: Option<&'static str>,
}

macro_rules! migrations {
    ($($number:literal $name:literal;)*) => {
        /// All steps, oldest first.
        pub static MIGRATIONS: &[Migration] = &[$(Migration {
            number: $number,
            name: $name,
            text: include_str!(concat!("../migrations/", $name, ".sql")),
            postgres: None,
        }),*];
    };
}

migrations! {
    1 "0001_areas";
    2 "0002_staff";
    3 "0003_devices";
    4 "0004_people";
    5 "0005_passes";
    6 "0006_orders";
    7 "0007_policies";
    8 "0008_audit";
    9 "0009_shifts";
    10 "0010_work";
    11 "0011_crossings";
    12 "0012_gate_place";
    14 "0014_imports";
    15 "0015_import_mapping";
    17 "0017_messages";
    18 "0018_systems";
    19 "0019_applications";
    20 "0020_pass_events";
    21 "0021_finding";
    22 "0022_person_before";
    23 "0023_fevers";
    24 "0024_hours";
    25 "0025_leave";
    26 "0026_resident_page";
    27 "0027_application_landlord";
    28 "0028_crossing_rows";
    29 "0029_front_office";
    30 "0030_pass_uses";
    31 "0031_list_change";
    32 "0032_erasure_plans";
    33 "0033_policy_replay";
    34 "0034_policy_suspension";
    35 "0035_policy_draft";
    36 "0036_helpers";
    39 "0039_gate_looks";
    40 "0040_application_asker";
    47 "0047_devices_at_home";
    52 "0052_in_order";
    53 "0053_application_view";
    57 "0057_set_aside_settled";
    59 "0059_device_loss";
    60 "0060_stage";
}

const TABLE: &str = "CREATE TABLE IF NOT EXISTS migration (
    number BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL
)";
const APPLIED: &str = "SELECT number, sha256 FROM migration ORDER BY number";
const INSERT: &str = "INSERT INTO migration (number, name, sha256) VALUES ($1, $2, $3)";

impl Migration {
    // In hex, so that an operator can compare it with sha256sum.
    fn sha256(&self) -> String {
        use std::fmt::Write;
        let mut hash = Sha256::new();
        hash.update(self.text.as_bytes());
        hash.update(self.postgres.unwrap_or_default().as_bytes());
        let mut text = String::new();
        for byte in hash.finalize() {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        text
    }

    /// The text as SQLite runs it.
    pub fn sqlite_text(&self) -> String {
        self.text.replace("--sqlite:", "")
    }

    /// The text as PostgreSQL runs it.
    pub fn postgres_text(&self) -> &'static str {
        self.postgres.unwrap_or(self.text)
    }
}

/// Number of the last step that this program knows.
fn newest() -> i64 {
    MIGRATIONS.last().map_or(0, |migration| migration.number)
}

/// What is still to do, or why this database is not for this program.
fn pending(applied: &[(i64, String)]) -> Result<&'static [Migration], StoreError> {
    let known = newest();
    if let Some((found, _)) = applied.iter().find(|(number, _)| *number > known) {
        return Err(StoreError::SchemaNewer {
            found: *found,
            known,
        });
    }
    for ((number, sha256), migration) in applied.iter().zip(MIGRATIONS) {
        if *number != migration.number || *sha256 != migration.sha256() {
            return Err(StoreError::HistoryEdited {
                migration: migration.name.to_owned(),
            });
        }
    }
    Ok(&MIGRATIONS[applied.len()..])
}

pub(crate) fn sqlite(connection: &mut rusqlite::Connection) -> Result<(), StoreError> {
    use rusqlite::TransactionBehavior::Immediate;
    let transaction = connection.transaction_with_behavior(Immediate)?;
    transaction.execute_batch(TABLE)?;
    let applied = transaction
        .prepare(APPLIED)?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<Vec<(i64, String)>, _>>()?;
    for migration in pending(&applied)? {
        transaction.execute_batch(&migration.sqlite_text())?;
        let row = (migration.number, migration.name, migration.sha256());
        transaction.execute(INSERT, row)?;
    }
    transaction.commit()?;
    Ok(())
}

/// Whether a database that is only read has exactly this program's schema.
pub(crate) fn check_sqlite(connection: &rusqlite::Connection) -> Result<(), StoreError> {
    let applied = connection
        .prepare(APPLIED)
        .map_err(|_| StoreError::NotADatabase("no migrations".to_owned()))?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<Vec<(i64, String)>, _>>()?;
    is_current(&applied)
}

/// As [`check_sqlite`].
pub(crate) fn check_postgres(client: &mut postgres::Client) -> Result<(), StoreError> {
    let rows = client
        .query(APPLIED, &[])
        .map_err(|_| StoreError::NotADatabase("no migrations".to_owned()))?;
    let applied = rows
        .iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .collect::<Result<Vec<(i64, String)>, StoreError>>()?;
    is_current(&applied)
}

fn is_current(applied: &[(i64, String)]) -> Result<(), StoreError> {
    if pending(applied)?.is_empty() {
        return Ok(());
    }
    Err(StoreError::SchemaOlder {
        found: applied.last().map_or(0, |(number, _)| *number),
        known: newest(),
    })
}

pub(crate) fn postgres(client: &mut postgres::Client) -> Result<(), StoreError> {
    let mut transaction = client.transaction()?;
    // Two servers that start together: the second waits, then finds everything done. The number
    // is only a name ("gatehous" in ASCII).
    transaction.batch_execute("SELECT pg_advisory_xact_lock(7449355628837237107)")?;
    transaction.batch_execute("SET LOCAL client_min_messages = warning")?;
    transaction.batch_execute(TABLE)?;
    let applied: Vec<(i64, String)> = transaction
        .query(APPLIED, &[])?
        .iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .collect::<Result<_, StoreError>>()?;
    for migration in pending(&applied)? {
        transaction.batch_execute(migration.postgres_text())?;
        let sha256 = migration.sha256();
        transaction.execute(INSERT, &[&migration.number, &migration.name, &sha256])?;
    }
    transaction.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied() -> Vec<(i64, String)> {
        let row = |m: &Migration| (m.number, m.sha256());
        MIGRATIONS.iter().map(row).collect()
    }

    #[test]
    fn a_whole_history_leaves_nothing_to_do() {
        assert_eq!(pending(&applied()).map(<[Migration]>::len), Ok(0));
        assert_eq!(pending(&[]).map(<[Migration]>::len), Ok(MIGRATIONS.len()));
    }

    #[test]
    fn an_edited_history_is_refused() {
        let mut history = applied();
        history[1].1.push('0');
        let error = pending(&history).map(<[Migration]>::len);
        let migration = MIGRATIONS[1].name.to_owned();
        assert_eq!(error, Err(StoreError::HistoryEdited { migration }));
    }

    #[test]
    fn a_gap_is_refused() {
        let mut history = applied();
        history.remove(0);
        assert!(matches!(
            pending(&history).map(<[Migration]>::len),
            Err(StoreError::HistoryEdited { .. })
        ));
    }

    #[test]
    fn crossings_laid_out_anew_are_all_there() {
        let connection = rusqlite::Connection::open_in_memory().expect("opens");
        let run = |text: &str| connection.execute_batch(text).expect("runs");
        let is_before = |migration: &&Migration| migration.number < 28;
        for migration in MIGRATIONS.iter().filter(is_before) {
            run(&migration.sqlite_text());
        }
        run(
            "INSERT INTO crossing (shard, device, seq, hash, gate, way, device_at, offset_minutes,
                counted_at, received_at, verdict, outcome, is_emergency, public_part)
            SELECT 1, randomblob(16), n, x'01', x'02', n % 2, n, 480, n, 1000 - n, 0, 0, 0, x'03'
            FROM (WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 100)
                SELECT n FROM c)",
        );
        let all = |what: &str| {
            let text = format!("SELECT group_concat(item, ' ') FROM (SELECT {what} ORDER BY 1)");
            let found = connection.query_row(&text, [], |row| row.get::<_, String>(0));
            found.expect("reads")
        };
        let rows =
            "quote(device) || seq || quote(public_part) || received_at AS item FROM crossing";
        let indexes = "replace(replace(sql, char(10), ''), ' ', '') AS item
            FROM sqlite_schema WHERE tbl_name = 'crossing' AND type = 'index' AND sql IS NOT NULL";
        let before = [all(rows), all(indexes)];
        let this = MIGRATIONS.iter().find(|migration| migration.number == 28);
        run(&this.expect("a migration").sqlite_text());
        assert_eq!([all(rows), all(indexes)], before);
    }

    #[test]
    fn a_newer_schema_is_refused() {
        let mut history = applied();
        let found = newest() + 1;
        history.push((found, String::new()));
        let known = newest();
        assert_eq!(
            pending(&history).map(<[Migration]>::len),
            Err(StoreError::SchemaNewer { found, known })
        );
    }
}
