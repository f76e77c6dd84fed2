//! What has shipped is never edited: migrations, policy versions, wire vectors. `shipped.txt`
//! holds their checksums, written by `cargo xtask ship` when a version is released.

use crate::repository::Repository;
use anyhow::{Result, bail};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

const LIST: &str = "xtask/shipped.txt";
const HEADING: &str = "# SHA-256 and path of what has shipped and may not change; \
                       written by `cargo xtask ship`.\n";

pub fn breaches(repository: &Repository) -> Vec<String> {
    let list = repository.text(LIST).unwrap_or_default();
    let changed = read(list)
        .into_iter()
        .filter_map(|(path, sum)| match repository.text(&path) {
            None => Some(format!("{path}: has shipped and is gone")),
            Some(text) if checksum(text) != sum => Some(format!(
                "{path}: has shipped and was edited; add a new version instead"
            )),
            Some(_) => None,
        });
    changed.collect()
}

/// Adds what is not yet on the list. What is on it stays as it is.
pub fn ship(repository: &Repository, root: &Path) -> Result<()> {
    let found = breaches(repository);
    if let Some(first) = found.first() {
        bail!("{first}");
    }
    let mut list = read(repository.text(LIST).unwrap_or_default());
    for (path, text) in repository.files("", "").filter(|(path, _)| ships(path)) {
        list.insert(path.to_owned(), checksum(text));
    }
    let mut text = HEADING.to_owned();
    for (path, sum) in list {
        writeln!(text, "{sum}  {path}")?;
    }
    std::fs::write(root.join(LIST), text)?;
    Ok(())
}

fn ships(path: &str) -> bool {
    path.starts_with("crates/gatehouse-store/migrations/")
        || (path.starts_with("policies/") && path.ends_with("/policy.toml"))
        || ["testdata/audit/", "testdata/pass/", "testdata/wire/"]
            .iter()
            .any(|folder| path.starts_with(folder))
}

fn read(list: &str) -> BTreeMap<String, String> {
    list.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once("  "))
        .map(|(sum, path)| (path.to_owned(), sum.to_owned()))
        .collect()
}

fn checksum(text: &str) -> String {
    Sha256::digest(text.as_bytes())
        .iter()
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIGRATION: &str = "crates/gatehouse-store/migrations/sqlite/0001_areas.sql";

    #[test]
    fn an_edited_or_lost_migration_is_found() {
        let list = format!("{HEADING}{}  {MIGRATION}\n", checksum("create"));
        let with = |text| Repository::of(&[(LIST, &list), (MIGRATION, text)]);
        assert_eq!(breaches(&with("create")).len(), 0);
        assert_eq!(breaches(&with("create more")).len(), 1);
        assert_eq!(breaches(&Repository::of(&[(LIST, &list)])).len(), 1);
    }

    #[test]
    fn shipping_lists_what_is_new_and_refuses_what_was_edited() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("xtask")).expect("a folder");
        let files = [
            (MIGRATION, "create"),
            ("policies/a/policy.toml", "rows"),
            ("README.md", "words"),
        ];
        ship(&Repository::of(&files), folder.path()).expect("ships");
        let list = std::fs::read_to_string(folder.path().join(LIST)).expect("the list");
        assert_eq!(read(&list).len(), 2);
        let edited = Repository::of(&[(LIST, &list), (MIGRATION, "create more")]);
        assert!(ship(&edited, folder.path()).is_err());
    }
}
