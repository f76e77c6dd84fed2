//! Lock files name no host besides the one that cargo writes itself, so that everyone installs
//! from the registry that their own machine is set up for.

use crate::repository::Repository;

/// What cargo writes for its own registry, whichever mirror served the files.
const CARGO_SOURCE: &str = "registry+https://github.com/rust-lang/crates.io-index";

pub fn breaches(repository: &Repository) -> Vec<String> {
    let mut found = Vec::new();
    for (path, text) in repository.files("", "Cargo.lock") {
        for (number, line) in text.lines().enumerate() {
            let source = line.strip_prefix("source = ");
            if source.is_some_and(|source| source.trim_matches('"') != CARGO_SOURCE) {
                found.push(format!("{path}:{}: {line}", number + 1));
            }
        }
    }
    for (path, text) in repository.files("", "package-lock.json") {
        for (number, line) in text.lines().enumerate() {
            if line.contains("\"resolved\"") && line.contains("://") {
                let line = line.trim();
                found.push(format!(
                    "{path}:{}: {line}: set omit-lockfile-registry-resolved",
                    number + 1
                ));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_in_a_lock_file_is_found() {
        let cargo =
            format!("source = \"{CARGO_SOURCE}\"\nsource = \"git+https://example.org/a\"\n");
        let npm = "\"resolved\": \"https://registry.example.org/a.tgz\"\n\"version\": \"1\"\n";
        let repository = Repository::of(&[("Cargo.lock", &cargo), ("a/package-lock.json", npm)]);
        assert_eq!(breaches(&repository).len(), 2);
    }
}
