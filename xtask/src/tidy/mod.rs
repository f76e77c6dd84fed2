//! The rules of the house that no compiler holds (docs/adr/0001-layers.md). A rule is a function
//! from the repository to its breaches; its test plants one and finds it.

mod arrows;
mod core_purity;
mod dead_files;
mod facts;
mod layers;
mod links;
mod lock_files;
pub mod shipped;
pub mod size;
mod tables;
mod templates;
mod words;

use crate::repository::Repository;
use crate::rust_file::RustFile;

/// Every breach of every rule, one line each.
pub fn breaches(repository: &Repository) -> Vec<String> {
    let rules: &[fn(&Repository) -> Vec<String>] = &[
        arrows::breaches,
        core_purity::breaches,
        dead_files::breaches,
        facts::breaches,
        layers::breaches,
        links::breaches,
        lock_files::breaches,
        shipped::breaches,
        size::breaches,
        tables::breaches,
        templates::breaches,
        words::breaches,
    ];
    rules.iter().flat_map(|rule| rule(repository)).collect()
}

/// The Rust files below a folder, parsed. A file that is no Rust is for the compiler to name.
fn rust_files<'a>(
    repository: &'a Repository,
    folder: &'a str,
) -> impl Iterator<Item = (&'a str, RustFile)> {
    repository
        .files(folder, ".rs")
        .filter_map(|(path, text)| Some((path, RustFile::parse(text)?)))
}

/// Whether a whole file is there for tests only: below a `tests` folder, or a module that
/// its parent declares under `#[cfg(test)]`.
fn is_test_file(repository: &Repository, path: &str) -> bool {
    if path.contains("/tests/") || path.contains("/benches/") {
        return true;
    }
    let Some((folder, file)) = path.rsplit_once('/') else {
        return false;
    };
    let name = file.trim_end_matches(".rs");
    let above = folder.rsplit_once('/').map(|(above, _)| above);
    let mut parents = vec![
        format!("{folder}/mod.rs"),
        format!("{folder}/lib.rs"),
        format!("{folder}/main.rs"),
        format!("{folder}.rs"),
    ];
    if name == "mod" {
        parents = above
            .map(|above| ["mod.rs", "lib.rs", "main.rs"].map(|file| format!("{above}/{file}")))
            .into_iter()
            .flatten()
            .collect();
    }
    let module = if name == "mod" {
        folder.rsplit('/').next().unwrap_or(folder)
    } else {
        name
    };
    parents.iter().any(|parent| {
        repository
            .text(parent)
            .and_then(RustFile::parse)
            .is_some_and(|file| file.modules.iter().any(|(m, test)| m == module && *test))
    })
}
