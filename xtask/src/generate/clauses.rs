//! Each clause of each notice with what carries it, and why nothing does (SCOPE-7, POL-1).

use anyhow::{Context, Result, anyhow, ensure};
use gatehouse_core::policy::clauses::{Carried, carried, known, lies_in, meant, part};
use gatehouse_core::policy::{PolicyDocument, read};
use std::fmt::Write;
use std::path::Path;

const CLAUSES: &str = "testdata/clauses.toml";

const HEAD: &str = "\
# Clauses

Each clause of each notice, the rows and entries that carry it, and what is left out on purpose.
What carries only a part of a clause says which; where nothing carries the whole, *in part* stands
before it.
Generated from `policies/` and `testdata/clauses.toml` by `script/generate`; do not edit.

";

/// `docs/clauses.md`.
pub fn files(root: &Path) -> Result<Vec<(String, String)>> {
    let mut text = HEAD.to_owned();
    for (id, document, sources) in documents(root)? {
        let clauses = known()
            .get(&id)
            .with_context(|| format!("{CLAUSES} has no {id}"))?;
        let title = &document.title;
        writeln!(text, "## {id} {} · {}\n", title.zh, title.en)?;
        writeln!(
            text,
            "| clause | carried by | left out |\n| --- | --- | --- |"
        )?;
        for clause in clauses {
            let line = Line::of(clause, &document, &sources);
            let is_answered = !(line.by.is_empty() && line.left_out.is_empty());
            ensure!(
                is_answered,
                "{clause}: no row carries it, and no `outside` says why"
            );
            writeln!(text, "| {clause} | {} | {} |", line.by, line.left_out)?;
        }
        text.push('\n');
    }
    let text = text.trim_end().to_owned() + "\n";
    Ok(vec![("docs/clauses.md".to_owned(), text)])
}

type Document = (String, PolicyDocument, Vec<Carried>);

fn documents(root: &Path) -> Result<Vec<Document>> {
    let mut documents = Vec::new();
    for entry in std::fs::read_dir(root.join("policies"))? {
        let path = entry?.path().join("policy.toml");
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        let complaint = || anyhow!("{}: see `gatehouse policy check`", path.display());
        let document = read(&text).map_err(|_| complaint())?;
        let sources = carried(&text).map_err(|_| complaint())?;
        documents.push((document.id.clone(), document, sources));
    }
    documents.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(documents)
}

/// What is said of a clause.
struct Line {
    by: String,
    left_out: String,
}

impl Line {
    fn of(clause: &str, document: &PolicyDocument, sources: &[Carried]) -> Line {
        let mut by: Vec<(&str, Option<String>)> = Vec::new();
        for source in sources {
            let named = meant(&source.clause);
            let mut inner = named.iter().filter(|one| lies_in(one, clause));
            if named.iter().any(|one| one == clause) {
                add(
                    &mut by,
                    (&source.by, part(&source.clause).map(str::to_owned)),
                );
            } else if let Some(inner) = inner.next().filter(|_| clause != document.id) {
                add(
                    &mut by,
                    (&source.by, Some(inner[clause.len()..].to_owned())),
                );
            }
        }
        // The notice itself: what is said of its clauses stands beside them.
        let is_notice = clause == document.id;
        let says = |one: &String| {
            one == clause || !is_notice && (lies_in(one, clause) || lies_in(clause, one))
        };
        let outside = document.outside.iter().filter(|outside| {
            let names = outside.clause.split(", ");
            names.flat_map(meant).any(|one| says(&one))
        });
        let reasons: Vec<String> = outside
            .map(|outside| format!("{}: {}", outside.clause, outside.why.en))
            .collect();
        let whole = is_notice || by.is_empty() || by.iter().any(|(_, part)| part.is_none());
        let by = by.into_iter().map(|(id, part)| match part {
            Some(part) => format!("`{id}` ({part})"),
            None => format!("`{id}`"),
        });
        let by: Vec<String> = by.collect();
        Line {
            by: [if whole { "" } else { IN_PART }, &by.join(" ")].concat(),
            left_out: reasons.join("; "),
        }
    }
}

/// Before what carries only parts of a clause.
const IN_PART: &str = "*in part:* ";

/// Names an entry once: what carries the whole clause carries its parts.
fn add<'a>(by: &mut Vec<(&'a str, Option<String>)>, (id, part): (&'a str, Option<String>)) {
    match by.iter_mut().find(|(there, _)| *there == id) {
        Some((_, there)) if part.is_none() => *there = None,
        Some(_) => {}
        None => by.push((id, part)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_clause_is_carried_or_left_out_with_a_reason() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let page = &files(&root).expect("a page")[0].1;
        let empty = page.lines().filter(|line| line.ends_with("|  |  |"));
        assert_eq!(empty.collect::<Vec<_>>(), [""; 0]);
        let in_part = page.lines().filter(|line| line.contains(IN_PART));
        let unsaid = in_part.filter(|line| line.ends_with("|  |"));
        assert_eq!(unsaid.collect::<Vec<_>>(), [""; 0], "where is the rest?");
    }

    #[test]
    fn a_notice_has_no_reasons_of_its_clauses() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let page = &files(&root).expect("a page")[0].1;
        let zhongxiang = page.lines().filter(|line| line.starts_with("| ZX |"));
        assert_eq!(
            zhongxiang.collect::<Vec<_>>(),
            ["| ZX | `force` (end) |  |"]
        );
    }
}
