//! Inside the server: no SQL anywhere, transactions only in `ops`. In every crate: no
//! `.unwrap()` outside tests, and each file opens with what it is.

use super::{is_test_file, rust_files};
use crate::repository::Repository;
use crate::rust_file::{RustFile, find_sequence};

const SERVER: &str = "crates/gatehouse-server/src/";
const OPS: &str = "crates/gatehouse-server/src/ops/";

/// How a statement begins; compared with the first two words of a text.
const STATEMENTS: &[(&str, &str)] = &[
    ("select", ""),
    ("insert", "into"),
    ("delete", "from"),
    ("create", "table"),
    ("create", "index"),
    ("alter", "table"),
    ("drop", "table"),
    ("pragma", ""),
];

/// Calls that open a transaction.
const OPENINGS: &[&[&str]] = &[
    &["store", ".", "write", "("],
    &["store", ".", "read", "("],
    &["store", "(", ")", ".", "write", "("],
    &["store", "(", ")", ".", "read", "("],
    &["transaction", "("],
];

pub fn breaches(repository: &Repository) -> Vec<String> {
    let mut found = Vec::new();
    for (path, file) in rust_files(repository, "crates/") {
        if is_test_file(repository, path) {
            continue;
        }
        unwraps(path, &file, &mut found);
        if path.starts_with(SERVER) {
            statements(path, &file, &mut found);
            if !path.starts_with(OPS) {
                transactions(path, &file, &mut found);
            }
        }
        let text = repository.text(path).unwrap_or_default();
        if !text.starts_with("//!") {
            found.push(format!("{path}:1: open the file with what it is (`//!`)"));
        }
    }
    found
}

fn unwraps(path: &str, file: &RustFile, found: &mut Vec<String>) {
    let code = file.code();
    for at in find_sequence(&code, &[".", "unwrap", "(", ")"]) {
        let line = code[at].line;
        found.push(format!(
            "{path}:{line}: `.unwrap()`: say why it holds, or return an error"
        ));
    }
}

fn statements(path: &str, file: &RustFile, found: &mut Vec<String>) {
    for token in file.code().iter().filter(|token| token.text.contains('"')) {
        let text = token.text.to_lowercase();
        let mut words = text
            .trim_start_matches(['r', '#', '"', '\\', 'n', ' '])
            .split_whitespace();
        let (first, second) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        let statement = STATEMENTS
            .iter()
            .any(|(verb, noun)| first == *verb && (noun.is_empty() || second == *noun))
            && !second.is_empty();
        if statement || (first == "update" && text.contains(" set ")) {
            found.push(format!("{path}:{}: SQL outside the store", token.line));
        }
    }
}

fn transactions(path: &str, file: &RustFile, found: &mut Vec<String>) {
    let code = file.code();
    for opening in OPENINGS {
        for at in find_sequence(&code, opening) {
            let line = code[at].line;
            found.push(format!("{path}:{line}: only `ops` opens transactions"));
        }
    }
    for token in code.iter().filter(|token| token.text == "Tx") {
        let line = token.line;
        found.push(format!("{path}:{line}: `Tx` belongs to `ops`"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        let text = format!("//! What it is.\n{text}");
        breaches(&Repository::of(&[(path, &text)])).len()
    }

    #[test]
    fn sql_is_found_anywhere_in_the_server() {
        for text in [
            r#"const Q: &str = "SELECT name FROM person";"#,
            r#"const Q: &str = "insert into person values (?1)";"#,
            r#"const Q: &str = "UPDATE person SET room = ?1";"#,
            "const Q: &str = r\"\n  DELETE FROM person\";",
        ] {
            assert_eq!(
                found("crates/gatehouse-server/src/ops/a.rs", text),
                1,
                "{text}"
            );
            assert_eq!(found("crates/gatehouse-store/src/a.rs", text), 0, "{text}");
        }
        let prose = r#"const S: &str = "Update your password"; const T: &str = "select";"#;
        assert_eq!(found("crates/gatehouse-server/src/console/a.rs", prose), 0);
    }

    #[test]
    fn a_transaction_outside_ops_is_found() {
        let text = "fn f() { state.store.write(|x| x); }";
        assert_eq!(found("crates/gatehouse-server/src/console/a.rs", text), 1);
        assert_eq!(found("crates/gatehouse-server/src/cli/a.rs", text), 1);
        assert_eq!(found("crates/gatehouse-server/src/ops/a.rs", text), 0);
    }

    #[test]
    fn an_unwrap_is_found_outside_tests_only() {
        let path = "crates/gatehouse-store/src/a.rs";
        assert_eq!(found(path, "fn f() { g().unwrap(); }"), 1);
        assert_eq!(
            found(path, "#[cfg(test)] mod t { fn f() { g().unwrap(); } }"),
            0
        );
        assert_eq!(
            found(
                "crates/gatehouse-store/tests/it/a.rs",
                "fn f() { g().unwrap(); }"
            ),
            0
        );
    }

    #[test]
    fn a_file_without_an_opening_is_found() {
        let repository = Repository::of(&[("crates/gatehouse-core/src/a.rs", "fn f() {}")]);
        assert_eq!(breaches(&repository).len(), 1);
    }

    const BESIDE: &str = "//! Keys.\n#[cfg(test)]\n#[path = \"key_tests.rs\"]\nmod tests;";

    #[test]
    fn a_module_declared_for_tests_counts_as_a_test() {
        let repository = Repository::of(&[
            (
                "crates/gatehouse-core/src/lib.rs",
                "//! Core.\n#[cfg(test)]\nmod trial;",
            ),
            (
                "crates/gatehouse-core/src/trial.rs",
                "fn f() { g().unwrap(); }",
            ),
            ("crates/gatehouse-core/src/key.rs", BESIDE),
            (
                "crates/gatehouse-core/src/key_tests.rs",
                "fn f() { g().unwrap(); }",
            ),
        ]);
        assert_eq!(breaches(&repository), Vec::<String>::new());
    }
}
