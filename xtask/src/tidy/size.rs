//! Files of at most 500 lines and functions of at most 70, as ratchets: `ratchet.toml` names what
//! is larger, with its size; nothing grows past what it says, and what shrinks stays small.

use super::rust_files;
use crate::repository::Repository;
use anyhow::Result;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

const LIST: &str = "xtask/ratchet.toml";
const HEADING: &str = "# What is larger than the limits, with its size. A number may only fall:\n\
                       # `cargo xtask tidy --lower`.\n";
const FILE_LINES_MOST: usize = 500;
const FUNCTION_LINES_MOST: usize = 70;

pub fn breaches(repository: &Repository) -> Vec<String> {
    let allowed = read(repository);
    let mut found = Vec::new();
    let measured = measure(repository);
    for (what, lines) in &measured {
        let limit = limit(what);
        match allowed.get(what) {
            Some(most) if lines > most => {
                found.push(format!("{what}: grew from {most} to {lines} lines"));
            }
            None if *lines > limit => {
                found.push(format!("{what}: {lines} lines, the limit is {limit}"));
            }
            _ => {}
        }
    }
    for (what, most) in &allowed {
        let now = measured.get(what).copied().unwrap_or(0);
        if now < *most {
            found.push(format!(
                "{LIST}: {what} is {now} now: run `cargo xtask tidy --lower`"
            ));
        }
    }
    found
}

/// Lowers each number to what it is now and drops what is within its limit.
pub fn lower(repository: &Repository, root: &Path) -> Result<()> {
    let measured = measure(repository);
    let mut text = HEADING.to_owned();
    for (what, most) in read(repository) {
        let now = measured.get(&what).copied().unwrap_or(0).min(most);
        if now > limit(&what) {
            writeln!(text, "\"{what}\" = {now}")?;
        }
    }
    std::fs::write(root.join(LIST), text)?;
    Ok(())
}

fn limit(what: &str) -> usize {
    if what.contains("::") {
        FUNCTION_LINES_MOST
    } else {
        FILE_LINES_MOST
    }
}

fn read(repository: &Repository) -> BTreeMap<String, usize> {
    let list: toml::Table = repository
        .text(LIST)
        .and_then(|text| text.parse().ok())
        .unwrap_or_default();
    list.into_iter()
        .filter_map(|(what, lines)| Some((what, usize::try_from(lines.as_integer()?).ok()?)))
        .collect()
}

/// Lines of each source file and of each Rust function (`path::name`, the longest of a name).
fn measure(repository: &Repository) -> BTreeMap<String, usize> {
    let mut sizes = BTreeMap::new();
    for ending in [".rs", ".ts", ".mjs", ".css"] {
        for (path, text) in repository.files("", ending) {
            sizes.insert(path.to_owned(), text.lines().count());
        }
    }
    for (path, file) in rust_files(repository, "") {
        for function in file.functions {
            let size = sizes
                .entry(format!("{path}::{}", function.name))
                .or_insert(0);
            *size = function.lines.max(*size);
        }
    }
    sizes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn long(lines: usize) -> String {
        format!("fn long() {{\n{}}}\n", "f();\n".repeat(lines - 2))
    }

    #[test]
    fn a_long_function_and_a_long_file_are_found() {
        let count = |text: &str| breaches(&Repository::of(&[("a.rs", text)])).len();
        assert_eq!(count(&long(70)), 0);
        assert_eq!(count(&long(71)), 1);
        assert_eq!(count(&"//\n".repeat(500)), 0);
        assert_eq!(count(&"//\n".repeat(501)), 1);
    }

    #[test]
    fn a_ratchet_holds_both_ways_and_only_falls() {
        let list = "\"a.rs::long\" = 80\n";
        let with = |lines| Repository::of(&[("a.rs", &long(lines)), (LIST, list)]);
        assert_eq!(breaches(&with(80)).len(), 0);
        assert_eq!(breaches(&with(81)).len(), 1);
        assert_eq!(breaches(&with(75)).len(), 1);

        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("xtask")).expect("a folder");
        for (lines, expected) in [(75, Some(75)), (90, Some(80)), (60, None)] {
            lower(&with(lines), folder.path()).expect("lowers");
            let text = std::fs::read_to_string(folder.path().join(LIST)).expect("the list");
            let after = Repository::of(&[(LIST, &text)]);
            assert_eq!(read(&after).get("a.rs::long").copied(), expected);
        }
    }
}
