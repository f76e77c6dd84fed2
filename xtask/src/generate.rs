//! What is derived from the sources and committed, so that a reader need not build anything:
//! the vocabulary of facts as a page and as a JSON schema, documents and their parts beyond the
//! gate as two, the list of decisions, the policies' cases with their answers.

mod clauses;
mod decisions;
mod facts;
mod grading;
pub mod vectors;

use anyhow::{Context, Result, bail};
use std::path::Path;

/// Writes every generated file; with `check` compares instead and fails where one differs.
pub fn run(root: &Path, check: bool) -> Result<()> {
    let mut files = vec![
        ("docs/adr/README.md".to_owned(), decisions::page(root)?),
        ("docs/facts.md".to_owned(), facts::page()),
        ("docs/facts.schema.json".to_owned(), facts::schema()?),
        ("docs/policy.schema.json".to_owned(), document()?),
        ("docs/policy-parts.schema.json".to_owned(), parts()?),
    ];
    files.extend(vectors::files(root)?);
    files.extend(grading::files(root)?);
    files.extend(clauses::files(root)?);
    let mutations = crate::mutate::page(root)?;
    files.push(("docs/policy-mutations.md".to_owned(), mutations));
    let mut stale = Vec::new();
    for (path, text) in files {
        let place = root.join(&path);
        if std::fs::read_to_string(&place).ok().as_deref() == Some(text.as_str()) {
            continue;
        }
        if check {
            stale.push(path);
        } else {
            if let Some(folder) = place.parent() {
                std::fs::create_dir_all(folder).with_context(|| path.clone())?;
            }
            std::fs::write(&place, text).with_context(|| path.clone())?;
            println!("wrote {path}");
        }
    }
    if !stale.is_empty() {
        bail!("not up to date: {} (run script/generate)", stale.join(", "));
    }
    Ok(())
}

/// A whole document, for whoever writes one in an editor.
fn document() -> Result<String> {
    let schema = gatehouse_core::policy::schema::document_schema();
    Ok(format!("{}\n", serde_json::to_string_pretty(&schema)?))
}

/// What documents say beyond the gate, and what their functions take and give.
fn parts() -> Result<String> {
    let schema = gatehouse_core::policy::part::schema();
    Ok(format!("{}\n", serde_json::to_string_pretty(&schema)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stale_file_is_found_and_generating_mends_it() {
        let folder = tempfile::tempdir().expect("a folder");
        for needed in ["docs/adr", "policies"] {
            std::fs::create_dir_all(folder.path().join(needed)).expect("a folder");
        }
        assert!(run(folder.path(), true).is_err());
        run(folder.path(), false).expect("writes");
        run(folder.path(), true).expect("is up to date");
        let page = folder.path().join("docs/facts.md");
        std::fs::write(&page, "edited by hand").expect("writes");
        assert!(run(folder.path(), true).is_err());
    }
}
