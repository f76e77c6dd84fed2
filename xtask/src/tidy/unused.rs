//! Dependencies that a manifest names and no code of its crate uses; each costs everyone's build.

use super::rust_files;
use crate::repository::Repository;
use std::collections::BTreeSet;

pub fn breaches(repository: &Repository) -> Vec<String> {
    let mut found = Vec::new();
    let mut named_by_crates = BTreeSet::new();
    for (path, text) in repository.files("", "Cargo.toml") {
        let (Ok(manifest), Some(folder)) =
            (text.parse::<toml::Table>(), path.strip_suffix("Cargo.toml"))
        else {
            continue;
        };
        if folder.is_empty() {
            continue;
        }
        let words = words_below(repository, folder);
        for name in dependencies(&manifest) {
            named_by_crates.insert(name.to_owned());
            if !words.contains(&name.replace('-', "_")) {
                found.push(format!("{path}: `{name}` is used nowhere in {folder}"));
            }
        }
    }
    let workspace: toml::Table = repository
        .text("Cargo.toml")
        .and_then(|text| text.parse().ok())
        .unwrap_or_default();
    let shared = workspace
        .get("workspace")
        .and_then(|workspace| workspace.get("dependencies")?.as_table());
    for name in shared.into_iter().flat_map(|table| table.keys()) {
        if !named_by_crates.contains(name) {
            found.push(format!("Cargo.toml: no crate depends on `{name}`"));
        }
    }
    found
}

fn words_below(repository: &Repository, folder: &str) -> BTreeSet<String> {
    rust_files(repository, folder)
        .flat_map(|(_, file)| file.tokens)
        .map(|token| token.text)
        .collect()
}

fn dependencies(manifest: &toml::Table) -> impl Iterator<Item = &str> {
    ["dependencies", "dev-dependencies", "build-dependencies"]
        .into_iter()
        .filter_map(|kind| manifest.get(kind)?.as_table())
        .flat_map(|table| table.keys())
        .map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_that_nobody_uses_is_found() {
        let repository = Repository::of(&[
            (
                "Cargo.toml",
                "[workspace.dependencies]\nused-one = \"1\"\nlost = \"1\"\n",
            ),
            (
                "crates/a/Cargo.toml",
                "[dependencies]\nused-one = \"1\"\nidle = \"1\"\n",
            ),
            ("crates/a/src/lib.rs", "// idle\nuse used_one::Thing;"),
        ]);
        let found = breaches(&repository);
        assert_eq!(found.len(), 2, "{found:?}");
    }
}
