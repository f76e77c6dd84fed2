//! Core reads no clock, makes no random number or id, awaits nothing, logs nothing, touches no
//! disk or network; and its order of work does not hang on chance.

use super::{is_test_file, rust_files};
use crate::repository::Repository;

const SOURCES: &str = "crates/gatehouse-core/src/";

/// A word that core does not use, and why.
const BANNED_WORDS: &[(&str, &str)] = &[
    ("SystemTime", "a Moment is an argument"),
    ("Instant", "a Moment is an argument"),
    ("async", "core awaits nothing"),
    ("await", "core awaits nothing"),
    ("tokio", "core awaits nothing"),
    ("tracing", "core logs nothing"),
    ("println", "core writes nothing"),
    ("eprintln", "core writes nothing"),
    ("getrandom", "random bytes are arguments"),
    ("OsRng", "random bytes are arguments"),
    ("thread_rng", "random bytes are arguments"),
    ("rusqlite", "core remembers nothing"),
    ("postgres", "core remembers nothing"),
    ("HashMap", "its order is chance: BTreeMap"),
    ("HashSet", "its order is chance: BTreeSet"),
];

/// Parts of the standard library that core does not use.
const BANNED_MODULES: &[&str] = &["env", "fs", "net", "process", "thread", "time"];

/// Crates that core does not depend on.
const BANNED_CRATES: &[&str] = &[
    "chrono",
    "getrandom",
    "jiff",
    "log",
    "postgres",
    "rand",
    "rusqlite",
    "time",
    "tokio",
    "tracing",
    "uuid",
];

pub fn breaches(repository: &Repository) -> Vec<String> {
    let mut found = banned_crates(repository);
    for (path, file) in rust_files(repository, SOURCES) {
        if is_test_file(repository, path) {
            continue;
        }
        let code = file.code();
        for (at, token) in code.iter().enumerate() {
            let word = BANNED_WORDS.iter().find(|(word, _)| token.text == *word);
            if let Some((word, reason)) = word {
                found.push(format!("{path}:{}: `{word}`: {reason}", token.line));
            }
            let from_std = at >= 3 && code[at - 3].text == "std" && code[at - 1].text == ":";
            if from_std && BANNED_MODULES.contains(&token.text.as_str()) {
                let line = token.line;
                found.push(format!("{path}:{line}: `std::{}` in core", token.text));
            }
        }
    }
    found
}

fn banned_crates(repository: &Repository) -> Vec<String> {
    let path = "crates/gatehouse-core/Cargo.toml";
    let manifest: Option<toml::Table> = repository.text(path).and_then(|text| text.parse().ok());
    let dependencies = manifest
        .as_ref()
        .and_then(|manifest| manifest.get("dependencies")?.as_table());
    dependencies
        .into_iter()
        .flat_map(|table| table.keys())
        .filter(|name| BANNED_CRATES.contains(&name.as_str()))
        .map(|name| format!("{path}: `{name}`: core is pure"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_chance_and_disk_are_found_outside_tests() {
        let planted = [
            ("use std::fs;", true),
            ("fn f() { std::time::Duration::ZERO; }", true),
            ("fn f() { let now = Instant::now(); }", true),
            ("async fn f() {}", true),
            ("fn f() { tracing::info!(1); }", true),
            ("use std::collections::HashMap;", true),
            ("// Instant\nuse std::fmt;", false),
            ("#[cfg(test)] mod tests { use std::fs; }", false),
        ];
        for (text, breached) in planted {
            let repository = Repository::of(&[("crates/gatehouse-core/src/a.rs", text)]);
            assert_eq!(!breaches(&repository).is_empty(), breached, "{text}");
        }
    }

    #[test]
    fn a_crate_with_a_clock_is_found() {
        let manifest = "[dependencies]\njiff = \"0.2\"\n[dev-dependencies]\nrand = \"0.9\"\n";
        let repository = Repository::of(&[("crates/gatehouse-core/Cargo.toml", manifest)]);
        assert_eq!(breaches(&repository).len(), 1);
    }
}
