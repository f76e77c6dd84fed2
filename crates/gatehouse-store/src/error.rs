//! The one error of the store. Messages name tables, constraints and codes, never values: a
//! value may be a person's.

use rusqlite::ErrorCode;

/// Why the store did not do what it was asked. Each kind has a short [`code`](Self::code) for
/// people to read out on the phone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// A row with this key is already there.
    #[error("already there: {constraint}")]
    NotUnique {
        /// The table and columns, or the name of the constraint.
        constraint: String,
    },
    /// A row breaks a check or names a row that does not exist.
    #[error("a row breaks the rule {constraint}")]
    Constraint {
        /// The name of the constraint or its table and columns.
        constraint: String,
    },
    /// The row was changed by somebody else since it was read.
    #[error("somebody else changed this meanwhile")]
    Stale,
    /// Other transactions kept getting in the way; trying again later is safe.
    #[error("too many changes at the same time; try again")]
    Conflict,
    /// The queue in front of the database is full.
    #[error("the database has too much waiting; try again")]
    Busy,
    /// A closure used more statements, rows or time than one closure may.
    #[error("one step asked too much of the database ({0})")]
    OverBudget(&'static str),
    /// A stored row cannot be read as what it should be.
    #[error("a stored row cannot be read: {statement}, column {column}")]
    CorruptRow {
        /// The statement that read it.
        statement: &'static str,
        /// The column, from 0.
        column: usize,
    },
    /// A statement touched another number of rows than it must.
    #[error("{statement} touched {rows} rows instead of one")]
    RowCount {
        /// The statement.
        statement: &'static str,
        /// The rows that it touched.
        rows: u64,
    },
    /// Something encrypted does not open under the given key, or was moved to another place.
    #[error("an encrypted value does not open ({0})")]
    Sealed(&'static str),
    /// The transaction went on after a failed statement.
    #[error("an earlier statement of this transaction failed")]
    AlreadyFailed,
    /// The closure panicked; nothing of it was kept.
    #[error("a fault inside the program; nothing was changed")]
    Panicked,
    /// The disk or the file takes no writes.
    #[error("the database is read-only: check the disk and who may write the file")]
    ReadOnly,
    /// No room left.
    #[error("the disk is full; nothing was changed")]
    DiskFull,
    /// The database cannot be reached or opened.
    #[error("the database cannot be reached or opened ({0})")]
    Unavailable(String),
    /// The file is no database of ours.
    #[error("the file is not a database that this program can read ({0})")]
    NotADatabase(String),
    /// The database was made by a newer version.
    #[error("the database has schema {found}, this program knows {known}: use the newer program")]
    SchemaNewer {
        /// The newest migration found.
        found: i64,
        /// The newest that this program knows.
        known: i64,
    },
    /// The database was made by an older version, and may only be read.
    #[error(
        "the database has schema {found}, this program knows {known}: read it with the program \
         that wrote it, or let this one serve a copy once"
    )]
    SchemaOlder {
        /// The newest migration found.
        found: i64,
        /// The newest that this program knows.
        known: i64,
    },
    /// A migration that was applied is not the one that this program knows.
    #[error("migration {migration} was applied in another wording; restore the right program")]
    HistoryEdited {
        /// Its file name without ending.
        migration: String,
    },
    /// The PostgreSQL database sorts or stores text otherwise than we need.
    #[error(
        "the PostgreSQL database must be UTF8 with locale C.UTF-8 (found {found}); create it with: \
         CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
    )]
    WrongLocale {
        /// What was found.
        found: String,
    },
    /// Anything else that the database said.
    #[error("the database refused a statement ({code}) {message}")]
    Driver {
        /// SQLSTATE, or SQLite's extended code.
        code: String,
        /// A message that carries no values, or nothing.
        message: String,
    },
}

impl StoreError {
    /// A short code, stable across versions.
    pub fn code(&self) -> &'static str {
        match self {
            StoreError::NotUnique { .. } => "S-UNIQUE",
            StoreError::Constraint { .. } => "S-RULE",
            StoreError::Stale => "S-STALE",
            StoreError::Conflict => "S-CONFLICT",
            StoreError::Busy => "S-BUSY",
            StoreError::OverBudget(_) => "S-BUDGET",
            StoreError::CorruptRow { .. } => "S-ROW",
            StoreError::RowCount { .. } => "S-COUNT",
            StoreError::Sealed(_) => "S-SEALED",
            StoreError::AlreadyFailed => "S-FAILED",
            StoreError::Panicked => "S-PANIC",
            StoreError::ReadOnly => "S-READONLY",
            StoreError::DiskFull => "S-FULL",
            StoreError::Unavailable(_) => "S-DOWN",
            StoreError::NotADatabase(_) => "S-FILE",
            StoreError::SchemaNewer { .. } => "S-NEWER",
            StoreError::SchemaOlder { .. } => "S-OLDER",
            StoreError::HistoryEdited { .. } => "S-HISTORY",
            StoreError::WrongLocale { .. } => "S-LOCALE",
            StoreError::Driver { .. } => "S-DRIVER",
        }
    }

    /// Whether the same request may well succeed a moment later (HTTP 503 rather than 500).
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            StoreError::Conflict | StoreError::Busy | StoreError::Unavailable(_)
        )
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> StoreError {
        let rusqlite::Error::SqliteFailure(failure, message) = &error else {
            // Wrong parameter counts and the like: our own mistakes, no values inside.
            return StoreError::Driver {
                code: "binding".to_owned(),
                message: error.to_string(),
            };
        };
        let message = message.clone().unwrap_or_default();
        // SQLite writes "UNIQUE constraint failed: staff.login": table and column, no values.
        let constraint = || match message.split_once(": ") {
            Some((_, name)) => name.to_owned(),
            None => message.clone(),
        };
        match failure.code {
            ErrorCode::ConstraintViolation => match failure.extended_code {
                rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE
                | rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY => StoreError::NotUnique {
                    constraint: constraint(),
                },
                _ => StoreError::Constraint {
                    constraint: constraint(),
                },
            },
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreError::Conflict,
            ErrorCode::OperationInterrupted => StoreError::OverBudget("time"),
            ErrorCode::ReadOnly | ErrorCode::PermissionDenied => StoreError::ReadOnly,
            ErrorCode::DiskFull => StoreError::DiskFull,
            ErrorCode::CannotOpen | ErrorCode::SystemIoFailure => {
                StoreError::Unavailable(format!("SQLite {}", failure.extended_code))
            }
            ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt => {
                StoreError::NotADatabase(format!("SQLite {}", failure.extended_code))
            }
            _ => StoreError::Driver {
                code: format!("SQLite {}", failure.extended_code),
                message,
            },
        }
    }
}

impl From<postgres::Error> for StoreError {
    fn from(error: postgres::Error) -> StoreError {
        use postgres::error::SqlState;
        let Some(failure) = error.as_db_error() else {
            // Not the server's words: the connection, or a parameter of the wrong kind.
            return if error.is_closed() || std::error::Error::source(&error).is_none() {
                StoreError::Unavailable("PostgreSQL connection".to_owned())
            } else {
                not_from_server(&error)
            };
        };
        let state = failure.code();
        let constraint = || {
            let table = failure.table().unwrap_or_default();
            failure.constraint().unwrap_or(table).to_owned()
        };
        match state.code() {
            "40001" | "40P01" => StoreError::Conflict,
            "57014" => StoreError::OverBudget("time"),
            "25006" => StoreError::ReadOnly,
            "53100" => StoreError::DiskFull,
            code if *state == SqlState::UNIQUE_VIOLATION => StoreError::NotUnique {
                constraint: if constraint().is_empty() {
                    code.to_owned()
                } else {
                    constraint()
                },
            },
            code if code.starts_with("23") => StoreError::Constraint {
                constraint: constraint(),
            },
            code if ["08", "28", "3D", "53", "57"]
                .iter()
                .any(|class| code.starts_with(class)) =>
            {
                StoreError::Unavailable(format!("PostgreSQL {code}"))
            }
            // Class 42 speaks about the statement; other messages may repeat a value.
            code => StoreError::Driver {
                code: code.to_owned(),
                message: if code.starts_with("42") {
                    failure.message().to_owned()
                } else {
                    String::new()
                },
            },
        }
    }
}

fn not_from_server(error: &postgres::Error) -> StoreError {
    let source = std::error::Error::source(error);
    let is_io = source.is_some_and(|source| source.is::<std::io::Error>());
    if is_io {
        StoreError::Unavailable("PostgreSQL connection".to_owned())
    } else {
        StoreError::Driver {
            code: "binding".to_owned(),
            message: error.to_string(),
        }
    }
}
