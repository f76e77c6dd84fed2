//! The schema: every statement is understood by both databases, every table says what it is,
//! and a database that is not ours is refused with a clear word.

use crate::support::{Place, create_database, on_both_places, postgres_server, sqlite};
use gatehouse_store::{MIGRATIONS, Store, StoreError, statements};
use postgres::{Client, NoTls};
use std::collections::BTreeSet;

#[test]
fn every_statement_is_prepared_by_both_databases() {
    on_both_places(|database| {
        let mut faults = Vec::new();
        match &database.place {
            Place::Sqlite { path, .. } => {
                let connection = rusqlite::Connection::open(path).unwrap();
                for (noun, sql) in all_statements() {
                    if let Err(error) = connection.prepare(sql.text) {
                        faults.push(format!("{noun}::{}: {error}", sql.name));
                    }
                }
            }
            Place::Postgres { url, .. } => {
                let mut client = Client::connect(url, NoTls).unwrap();
                for (noun, sql) in all_statements() {
                    if let Err(error) = client.prepare(&sql.postgres_text()) {
                        let message = error.as_db_error().map_or_else(
                            || error.to_string(),
                            |failure| failure.message().to_owned(),
                        );
                        faults.push(format!("{noun}::{}: {message}", sql.name));
                    }
                }
            }
        }
        assert_eq!(faults, Vec::<String>::new());
    });
}

fn all_statements() -> Vec<(&'static str, &'static gatehouse_store::sql::Sql)> {
    let nouns = statements();
    let each = |(noun, list): (&'static str, &'static [&'static gatehouse_store::sql::Sql])| {
        list.iter().map(move |sql| (noun, *sql))
    };
    nouns.into_iter().flat_map(each).collect()
}

#[test]
fn no_statement_escapes_the_list() {
    // Source texts, so that a statement made past `sql!` or a file past `nouns!` is found.
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let listed: BTreeSet<_> = statements().into_iter().map(|(noun, _)| noun).collect();
    let mut declared = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        // `store` declares one for its own tests only.
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        if name != "sql" {
            assert!(
                !text.contains("Sql::declared"),
                "{name} makes a statement past sql!"
            );
        }
        let calls = text
            .lines()
            .filter(|line| line.trim_end() == "sql! {")
            .count();
        assert!(calls <= 1, "{name} has more than one sql!");
        assert_eq!(
            calls == 1,
            listed.contains(&*name),
            "{name} and nouns! differ"
        );
        declared += calls;
    }
    assert_eq!(declared, listed.len());
}

/// Tables that the lists of gates are read from.
const LISTED: [&str; 10] = [
    "pass",
    "person",
    "household",
    "vehicle",
    "gate",
    "gate_place",
    "area",
    "order_record",
    "order_signature",
    "policy_force",
];

/// Statements that write them. Whoever adds one counts its change (`Tx::mark_list`), or says here
/// why gates do not see it; else the next list is taken for an edit past the program.
const COUNTED: [(&str, &str); 30] = [
    ("area", "INSERT_AREA"),
    ("area", "UPDATE_AREA"),
    ("area", "MARK_COUNTY"),
    ("erasure", "ERASE_PASSES"),
    ("gate", "INSERT_GATE"),
    ("gate", "UPDATE_GATE"),
    ("gate_place", "INSERT_GATE_PLACE"),
    ("gate_place", "UPDATE_GATE_PLACE"),
    ("household", "INSERT_HOUSEHOLD"),
    ("household", "UPDATE_HOUSEHOLD"),
    ("import_row", "DELETE_DOOR"),
    ("order", "INSERT_ORDER"),
    ("order", "INSERT_SIGNATURE"),
    ("pass", "INSERT_PASS"),
    ("pass", "REVOKE_PASS"),
    ("person", "INSERT_PERSON"),
    ("person", "UPDATE_PERSON"),
    ("person", "SEAL_PERSON"),
    ("person", "SET_PHOTO"),
    ("person", "ERASE_PERSON"),
    ("person_batch", "INSERT_PEOPLE"),
    ("person_batch", "INSERT_ONE"),
    ("person_batch", "DELETE_PERSON"),
    ("person_before", "RESTORE"),
    ("policy", "INSERT_FORCE"),
    ("policy", "WITHDRAW_FORCE"),
    ("policy", "END_FORCE"),
    ("policy", "APPROVE_FORCE"),
    ("vehicle", "INSERT_VEHICLE"),
    ("vehicle", "UPDATE_VEHICLE"),
];

/// Statements that write them where no gate sees it.
const UNSEEN: [(&str, &str, &str); 6] = [
    (
        "pass",
        "NAME_REPLACEMENT",
        "the newer pass is counted itself",
    ),
    ("person", "REWRAP", "the same key, sealed anew"),
    (
        "retention",
        "DROP_PASSES",
        "lists hold no pass that ended so long ago",
    ),
    (
        "retention",
        "MARK_PERSON",
        "when records go is no matter of gates",
    ),
    (
        "retention",
        "UNMARK_PERSON",
        "when records go is no matter of gates",
    ),
    (
        "vehicle",
        "DROP_VEHICLES",
        "lists hold no vehicle that was ended so long ago",
    ),
];

#[test]
fn whatever_changes_the_lists_of_gates_is_counted() {
    let writes = |text: &str| {
        let words: Vec<&str> = text
            .split([' ', '\n', '('])
            .filter(|w| !w.is_empty())
            .collect();
        let table = match words[..] {
            ["INSERT", "INTO", table, ..] | ["DELETE", "FROM", table, ..] => table,
            ["UPDATE", table, ..] => table,
            _ => return false,
        };
        LISTED.contains(&table)
    };
    let found: BTreeSet<(&str, &str)> = all_statements()
        .into_iter()
        .filter(|(_, sql)| writes(sql.text))
        .map(|(noun, sql)| (noun, sql.name))
        .collect();
    let unseen = UNSEEN.iter().map(|(noun, name, _)| (*noun, *name));
    let known: BTreeSet<(&str, &str)> = COUNTED.into_iter().chain(unseen).collect();
    assert_eq!(found, known);
}

#[test]
fn statements_number_their_parameters_without_gaps() {
    for (noun, sql) in all_statements() {
        let mut numbers = BTreeSet::new();
        for part in sql.text.split('?').skip(1) {
            let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
            let number: usize = digits
                .parse()
                .unwrap_or_else(|_| panic!("{noun}::{} has a bare ?", sql.name));
            numbers.insert(number);
        }
        let expected: BTreeSet<usize> = (1..=numbers.len()).collect();
        assert_eq!(numbers, expected, "{noun}::{}", sql.name);
    }
}

#[test]
fn every_table_says_where_it_lies_and_every_column_what_it_holds() {
    for migration in MIGRATIONS {
        let lines: Vec<&str> = migration.text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let Some(table) = line.strip_prefix("CREATE TABLE ") else {
                continue;
            };
            let table = table.trim_end_matches(" (");
            let above = lines[..at]
                .iter()
                .rev()
                .take_while(|line| line.starts_with("--"));
            let first = above.last().copied().unwrap_or_default();
            let sharded = first.starts_with("-- sharded: ");
            assert!(
                sharded || first.starts_with("-- reference: "),
                "{table} does not say where it lies"
            );
            let body = || {
                lines[at + 1..]
                    .iter()
                    .take_while(|line| !line.starts_with(')'))
            };
            for column in body() {
                let keyword = column
                    .trim_start()
                    .split([' ', '('])
                    .next()
                    .unwrap_or_default();
                if ["PRIMARY", "UNIQUE", "CHECK", "FOREIGN"].contains(&keyword) {
                    continue;
                }
                assert!(column.contains(" -- "), "{table}: {column} has no comment");
            }
            if sharded {
                let key = body().any(|line| {
                    line.contains("PRIMARY KEY (shard") || line.contains("PRIMARY KEY (shard,")
                });
                assert!(key, "the key of {table} does not begin with shard");
            }
        }
    }
}

#[test]
fn migrations_are_all_listed_and_in_order() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut files = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        files.insert(entry.unwrap().file_name().into_string().unwrap());
    }
    let mut listed = BTreeSet::new();
    let mut last = 0;
    for migration in MIGRATIONS {
        assert!(last < migration.number, "{}", migration.name);
        last = migration.number;
        assert!(
            migration
                .name
                .starts_with(&format!("{:04}_", migration.number))
        );
        listed.insert(format!("{}.sql", migration.name));
        if migration.postgres.is_some() {
            listed.insert(format!("{}.pg.sql", migration.name));
        }
    }
    assert_eq!(files, listed);
}

#[test]
fn a_second_start_keeps_the_data_and_a_newer_schema_is_refused() {
    on_both_places(|database| {
        crate::support::lay_town(&database.store);
        let newer = "INSERT INTO migration (number, name, sha256) \
                     VALUES (9999, '9999_tomorrow', 'x')";
        let again = || match &database.place {
            Place::Sqlite { path, .. } => Store::open_sqlite(path),
            Place::Postgres { url, .. } => Store::open_postgres(url),
        };
        let store = again().unwrap();
        assert_eq!(crate::support::read(&store, |tx| tx.count_staff()), 1);
        drop(store);
        match &database.place {
            Place::Sqlite { path, .. } => {
                let connection = rusqlite::Connection::open(path).unwrap();
                connection.execute(newer, []).unwrap();
            }
            Place::Postgres { url, .. } => {
                Client::connect(url, NoTls)
                    .unwrap()
                    .batch_execute(newer)
                    .unwrap();
            }
        }
        let error = again().map(|_| ()).unwrap_err();
        let known = MIGRATIONS.last().map_or(0, |last| last.number);
        assert_eq!(error, StoreError::SchemaNewer { found: 9999, known });
        assert_eq!(error.code(), "S-NEWER");
    });
}

#[test]
fn what_is_opened_to_read_is_neither_made_nor_changed() {
    on_both_places(|database| {
        let open = || match &database.place {
            Place::Sqlite { path, .. } => Store::open_sqlite_to_read(path),
            Place::Postgres { url, .. } => Store::open_postgres_to_read(url),
        };
        crate::support::lay_town(&database.store);
        let store = open().unwrap();
        assert_eq!(crate::support::read(&store, |tx| tx.count_staff()), 1);
        drop(store);
        let older = "DELETE FROM migration WHERE number > 2";
        match &database.place {
            Place::Sqlite { path, .. } => {
                let connection = rusqlite::Connection::open(path).unwrap();
                connection.execute(older, []).unwrap();
            }
            Place::Postgres { url, .. } => {
                let mut client = Client::connect(url, NoTls).unwrap();
                client.execute(older, &[]).unwrap();
            }
        }
        let error = open().map(|_| ()).unwrap_err();
        let known = MIGRATIONS.last().map_or(0, |last| last.number);
        assert_eq!(error, StoreError::SchemaOlder { found: 2, known });
        assert_eq!(error.code(), "S-OLDER");
    });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("town.db");
    assert!(Store::open_sqlite_to_read(&path).is_err());
    assert!(!path.exists());
    drop(Store::open_sqlite(&path).unwrap());
    let before = std::fs::read(&path).unwrap();
    let store = Store::open_sqlite_to_read(&path).unwrap();
    let write = store.write_blocking::<_, StoreError, _>(gatehouse_store::Lane::People, |tx| {
        tx.set_installation_fact("demo", &[1])
    });
    assert_eq!(write, Err(StoreError::ReadOnly));
    drop(store);
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn an_edited_history_is_refused() {
    on_both_places(|database| {
        let edit = "UPDATE migration SET sha256 = 'another' WHERE number = 2";
        let error = match &database.place {
            Place::Sqlite { path, .. } => {
                let connection = rusqlite::Connection::open(path).unwrap();
                connection.execute(edit, []).unwrap();
                Store::open_sqlite(path).map(|_| ()).unwrap_err()
            }
            Place::Postgres { url, .. } => {
                Client::connect(url, NoTls)
                    .unwrap()
                    .batch_execute(edit)
                    .unwrap();
                Store::open_postgres(url).map(|_| ()).unwrap_err()
            }
        };
        let migration = "0002_staff".to_owned();
        assert_eq!(error, StoreError::HistoryEdited { migration });
    });
}

#[test]
fn what_is_no_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("letter.txt");
    let letter = "这不是数据库。".repeat(100);
    std::fs::write(&path, &letter).unwrap();
    let error = Store::open_sqlite(&path).map(|_| ()).unwrap_err();
    assert!(matches!(error, StoreError::NotADatabase(_)), "{error:?}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), letter);

    let nowhere = folder.path().join("no/such/folder/town.db");
    let error = Store::open_sqlite(&nowhere).map(|_| ()).unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
}

#[test]
fn no_postgres_is_said_clearly_and_without_the_password() {
    let url = "postgres://somebody:secret@127.0.0.1:1/town?connect_timeout=2";
    let error = Store::open_postgres(url).map(|_| ()).unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    assert!(!error.to_string().contains("secret"));
    let error = Store::open_postgres("not an address")
        .map(|_| ())
        .unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
}

#[test]
fn a_postgres_database_that_sorts_otherwise_is_refused() {
    let Some(server) = postgres_server() else {
        return;
    };
    for options in [
        "TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'",
        "TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'",
    ] {
        let (url, _drop) = create_database(&server, options);
        let error = Store::open_postgres(&url).map(|_| ()).unwrap_err();
        assert!(
            matches!(error, StoreError::WrongLocale { .. }),
            "{options}: {error:?}"
        );
        assert_eq!(error.code(), "S-LOCALE");
    }
}

#[test]
fn a_new_sqlite_file_is_durable_and_forgets_what_is_deleted() {
    let database = sqlite();
    let Place::Sqlite { path, .. } = &database.place else {
        unreachable!("made above");
    };
    let connection = rusqlite::Connection::open(path).unwrap();
    let mode: String = connection
        .query_row("PRAGMA journal_mode", [], |row| row.get(0))
        .unwrap();
    assert_eq!(mode, "wal");
}
