//! The list of decisions in docs/adr, from the first line of each page.

use anyhow::{Context, Result};
use std::fmt::Write;
use std::path::Path;

const HEAD: &str = "\
# Decisions

One page each: what stood in front of us, what we chose, what it costs. A decision is changed by a
further page that names the one it replaces, never by editing. This list is written by
`script/generate`.

";

/// The page.
pub fn page(root: &Path) -> Result<String> {
    let mut pages = Vec::new();
    let folder = root.join("docs/adr");
    for entry in std::fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if name.starts_with(|c: char| c.is_ascii_digit()) && name.ends_with(".md") {
            let text = std::fs::read_to_string(&path)?;
            let title = text.lines().next().unwrap_or_default();
            pages.push((name, title.trim_start_matches('#').trim().to_owned()));
        }
    }
    pages.sort();
    let mut text = HEAD.to_owned();
    for (name, title) in pages {
        writeln!(text, "- [{title}]({name})")?;
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decisions_are_listed_in_order_with_their_titles() {
        let root = tempfile::tempdir().expect("a folder");
        let folder = root.path().join("docs/adr");
        std::fs::create_dir_all(&folder).expect("a folder");
        for (name, text) in [
            ("0002-b.md", "# 2. Second\n\nText"),
            ("0001-a.md", "# 1. First\n"),
            ("README.md", "# Not one"),
        ] {
            std::fs::write(folder.join(name), text).expect("writes");
        }
        let page = page(root.path()).expect("a page");
        assert!(page.ends_with("- [1. First](0001-a.md)\n- [2. Second](0002-b.md)\n"));
    }
}
