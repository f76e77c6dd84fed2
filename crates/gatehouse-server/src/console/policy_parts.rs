//! What documents say beyond the gate, entry by entry, each line with its clause.

use crate::console::policy::{Source, source};
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::policy::PolicyDocument;
use gatehouse_core::policy::part::{Told, explain_parts};
use gatehouse_store::policy::PolicyForceRow;
use std::collections::BTreeSet;

/// An entry as a page shows it.
pub struct Part {
    /// Its id; empty for a table that is there once.
    pub id: String,
    /// What its table is called.
    pub kind: &'static str,
    /// What is to be done, or what it is called.
    pub title: String,
    /// In words, each with its clause where that is not the entry's.
    pub lines: Vec<(String, Source)>,
    /// Its clause.
    pub source: Source,
}

/// Ids of entries that a document below takes out of force.
pub fn replaced(in_force: &[(PolicyForceRow, PolicyDocument)]) -> BTreeSet<String> {
    let documents = in_force.iter().map(|(_, document)| document);
    let entries = documents.flat_map(|document| document.parts.entries());
    entries
        .flat_map(|(entry, _)| entry.replaces().to_vec())
        .collect()
}

/// The entries of a document that are in force.
pub fn parts(document: &PolicyDocument, replaced: &BTreeSet<String>, lang: Lang) -> Vec<Part> {
    let told = explain_parts(document, lang).into_iter();
    told.filter(|one| !one.is_off && !replaced.contains(&one.id))
        .map(|one| part(one, lang))
        .collect()
}

fn part(told: Told, lang: Lang) -> Part {
    let lines = told.lines.into_iter();
    let lines = lines.map(|line| {
        let own = source(&line.written_source, lang);
        (line.text, own)
    });
    Part {
        kind: told.part,
        title: told.title,
        lines: lines.collect(),
        source: source(&told.written_source, lang),
        id: told.id,
    }
}
