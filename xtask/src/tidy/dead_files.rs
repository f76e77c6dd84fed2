//! Files that nothing leads to: Rust modules that nobody declares, templates that nobody renders,
//! modules of the gate app that nobody imports.

use super::files_of;
use crate::repository::Repository;
use crate::rust_file::{Module, RustFile, Token, find_sequence};
use std::collections::BTreeSet;

const TEMPLATES: &str = "crates/gatehouse-server/templates/";

pub fn breaches(repository: &Repository) -> Vec<String> {
    let mut found = rust_modules(repository);
    found.extend(templates(repository));
    found.extend(scripts_of_the_page(repository));
    found
}

pub fn is_root(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    let in_sources = parts.iter().rev().skip(2).any(|part| *part == "src");
    !in_sources
        && matches!(
            parts.as_slice(),
            [.., "src", "lib.rs" | "main.rs"]
                | [.., "build.rs"]
                | [.., "tests", "it", "main.rs"]
                | [.., "tests" | "examples" | "benches" | "fuzz_targets", _]
        )
}

fn rust_modules(repository: &Repository) -> Vec<String> {
    let all: BTreeSet<&str> = repository.files("", ".rs").map(|(path, _)| path).collect();
    let mut alive = BTreeSet::new();
    let mut next: Vec<String> = all
        .iter()
        .filter(|path| is_root(path))
        .map(|path| (*path).to_owned())
        .collect();
    while let Some(path) = next.pop() {
        let Some(file) = repository.text(&path).and_then(RustFile::parse) else {
            continue;
        };
        next.extend(
            modules(&file)
                .iter()
                .flat_map(|module| files_of(&path, module)),
        );
        alive.insert(path);
    }
    let dead = all.iter().filter(|path| !alive.contains(**path));
    dead.map(|path| format!("{path}:1: no `mod` leads to this file"))
        .collect()
}

/// What a file declares. Where a macro of its own writes `mod`, any of its words may be a module.
fn modules(file: &RustFile) -> Vec<Module> {
    let tokens: Vec<&Token> = file.tokens.iter().collect();
    if find_sequence(&tokens, &["mod", "$"]).is_empty() {
        return file.modules.clone();
    }
    let names = tokens.iter().map(|token| token.text.clone());
    names
        .map(|name| Module {
            name,
            path: None,
            in_test: false,
        })
        .collect()
}

fn templates(repository: &Repository) -> Vec<String> {
    let dead = repository.files(TEMPLATES, "").filter(|(path, _)| {
        let name = path.trim_start_matches(TEMPLATES);
        let mentioned_as = format!("\"{name}\"");
        !repository
            .files("crates/gatehouse-server/", "")
            .any(|(other, text)| other != *path && text.contains(&mentioned_as))
    });
    dead.map(|(path, _)| format!("{path}:1: nothing renders or includes this template"))
        .collect()
}

fn scripts_of_the_page(repository: &Repository) -> Vec<String> {
    let dead = repository
        .files("web/gate/src/", ".ts")
        .filter(|(path, _)| {
            let file = path.rsplit('/').next().unwrap_or(path);
            let name = file.trim_end_matches(".ts").trim_end_matches(".d");
            let mentions = [".ts", ".js", "\"", "'"].map(|ending| format!("/{name}{ending}"));
            // Samples are there for the compiler of types alone.
            !file.ends_with(".d.ts")
                && !file.ends_with(".samples.ts")
                && !repository.files("web/", "").any(|(other, text)| {
                    other != *path && mentions.iter().any(|m| text.contains(m))
                })
        });
    dead.map(|(path, _)| format!("{path}:1: nothing imports this file"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_that_nobody_declares_is_found() {
        let repository = Repository::of(&[
            ("crates/a/src/lib.rs", "pub mod one;\nmod two;"),
            (
                "crates/a/src/one.rs",
                "mod inner;\n#[path = \"one_tests.rs\"]\nmod tests;",
            ),
            ("crates/a/src/one_tests.rs", ""),
            ("crates/a/src/tests/lost.rs", ""),
            ("crates/a/src/one/inner.rs", ""),
            ("crates/a/src/two/mod.rs", "mod leaf;"),
            ("crates/a/src/two/leaf.rs", ""),
            ("crates/a/src/lost.rs", ""),
            ("crates/a/src/two/lost.rs", ""),
            ("crates/a/tests/it/main.rs", "mod story;"),
            ("crates/a/tests/it/story.rs", ""),
        ]);
        let found = breaches(&repository);
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found.iter().all(|line| line.contains("lost.rs")));
    }

    #[test]
    fn modules_that_a_macro_declares_are_alive() {
        let text = "macro_rules! nouns { ($($n:ident),*) => { $(pub mod $n;)* } } nouns!(area);";
        let repository = Repository::of(&[
            ("crates/a/src/lib.rs", text),
            ("crates/a/src/area.rs", ""),
            ("crates/a/src/lost.rs", ""),
        ]);
        assert_eq!(breaches(&repository).len(), 1);
    }

    #[test]
    fn a_template_that_nobody_renders_is_found() {
        let page = "crates/gatehouse-server/templates/login.html";
        let text = "#[template(path = \"login.html\")] struct Login;";
        let source = ("crates/gatehouse-server/src/main.rs", text);
        assert_eq!(breaches(&Repository::of(&[(page, ""), source])).len(), 0);
        assert_eq!(breaches(&Repository::of(&[(page, "")])).len(), 1);
    }

    #[test]
    fn a_script_that_nobody_imports_is_found() {
        let repository = Repository::of(&[
            ("web/gate/build.mjs", "entryPoints: ['src/app.ts']"),
            ("web/gate/src/app.ts", "import './camera.ts';"),
            ("web/gate/src/camera.ts", ""),
            ("web/gate/src/lost.ts", ""),
        ]);
        assert_eq!(breaches(&repository).len(), 1);
    }
}
