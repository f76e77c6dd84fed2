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
mod unused;
mod wording;
mod words;

use crate::repository::Repository;
use crate::rust_file::{Module, RustFile};

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
        unused::breaches,
        wording::breaches,
        words::breaches,
    ];
    rules.iter().flat_map(|rule| rule(repository)).collect()
}

/// Whether people write and read this file as source; scripts have no ending.
fn is_source(path: &str) -> bool {
    const ENDINGS: &[&str] = &[".rs", ".ts", ".mjs", ".sql"];
    const SCRIPTS: &[&str] = &["script/", ".ci/"];
    ENDINGS.iter().any(|ending| path.ends_with(ending))
        || SCRIPTS.iter().any(|folder| path.starts_with(folder))
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
/// a file around it declares under `#[cfg(test)]`.
fn is_test_file(repository: &Repository, path: &str) -> bool {
    path.contains("/tests/")
        || path.contains("/benches/")
        || declaring_files(path).iter().any(|parent| {
            repository
                .text(parent)
                .and_then(RustFile::parse)
                .is_some_and(|file| {
                    let mut modules = file.modules.iter();
                    modules.any(|module| {
                        module.in_test && files_of(parent, module).iter().any(|file| file == path)
                    })
                })
        })
}

/// Files that may declare the module in this one.
fn declaring_files(path: &str) -> Vec<String> {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let above = folder.rsplit_once('/').map_or("", |(above, _)| above);
    let stem = file.trim_end_matches(".rs").trim_end_matches("_tests");
    let mut files: Vec<String> = [folder, above]
        .iter()
        .flat_map(|folder| ["mod.rs", "lib.rs", "main.rs"].map(|f| format!("{folder}/{f}")))
        .collect();
    files.push(format!("{folder}.rs"));
    files.push(format!("{folder}/{stem}.rs"));
    files
}

/// Where a module lies that `parent` declares: the place named, or one of the two usual ones.
fn files_of(parent: &str, module: &Module) -> Vec<String> {
    let (folder, file) = parent.rsplit_once('/').unwrap_or(("", parent));
    if let Some(path) = &module.path {
        return vec![format!("{folder}/{path}")];
    }
    let name = &module.name;
    let folder = if dead_files::is_root(parent) || file == "mod.rs" {
        folder
    } else {
        parent.trim_end_matches(".rs")
    };
    vec![
        format!("{folder}/{name}.rs"),
        format!("{folder}/{name}/mod.rs"),
    ]
}
