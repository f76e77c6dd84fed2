//! The text files of the repository: what git tracks or would track. Rules get this value and
//! nothing else, so that their tests can plant a breach without touching the disk.

use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// Paths from the root of the repository, with `/`, and the text of each file.
pub struct Repository {
    files: BTreeMap<String, String>,
    other_paths: Vec<String>,
}

impl Repository {
    /// Reads every text file that git tracks or would track.
    pub fn read(root: &Path) -> Result<Repository> {
        let listing = Command::new("git")
            .args([
                "ls-files",
                "-z",
                "--cached",
                "--others",
                "--exclude-standard",
            ])
            .current_dir(root)
            .output()
            .context("git ls-files")?;
        if !listing.status.success() {
            bail!("git ls-files: {}", String::from_utf8_lossy(&listing.stderr));
        }
        let mut repository = Repository {
            files: BTreeMap::new(),
            other_paths: Vec::new(),
        };
        for path in String::from_utf8(listing.stdout)?.split_terminator('\0') {
            // A file that git still lists and somebody has deleted is not there.
            let Ok(bytes) = std::fs::read(root.join(path)) else {
                continue;
            };
            match String::from_utf8(bytes) {
                Ok(text) => drop(repository.files.insert(path.to_owned(), text)),
                Err(_) => repository.other_paths.push(path.to_owned()),
            }
        }
        Ok(repository)
    }

    /// A repository out of paths and texts, for tests of rules.
    #[cfg(test)]
    pub fn of(files: &[(&str, &str)]) -> Repository {
        Repository {
            files: files
                .iter()
                .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
                .collect(),
            other_paths: Vec::new(),
        }
    }

    /// Text files whose path begins with `folder` and ends with `ending`.
    pub fn files<'a>(
        &'a self,
        folder: &'a str,
        ending: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.files
            .iter()
            .filter(move |(path, _)| path.starts_with(folder) && path.ends_with(ending))
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The text of one file.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// Whether there is a file or a folder of this path.
    pub fn has(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        let folder = format!("{path}/");
        path.is_empty()
            || self
                .files
                .keys()
                .chain(&self.other_paths)
                .any(|known| known == path || known.starts_with(&folder))
    }
}
