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
    14 "0014_imports";
    15 "0015_import_mapping";
