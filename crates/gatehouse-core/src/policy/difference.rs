//! What differs between two versions of a document, in plain words (POL-3): for whoever approves
//! the newer one.

use super::document::{DocumentRow, PolicyDocument};
use super::explain::{Line, explain, source_words};
use crate::gate::compiled::Effect;
use crate::gate::wording::Lang;
use crate::sourced::Entry;
use std::collections::{BTreeMap, BTreeSet};

/// Something that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// A row's or entry's id, a parameter's name, or `document`.
    pub about: String,
    /// What of it, in words; empty where all of it came or went.
    pub what: &'static str,
    /// As it was, in words; `None`: it was not there.
    pub before: Option<String>,
    /// As it is; `None`: it is gone.
    pub after: Option<String>,
}

/// What differs, rows first, in the order of the newer document; what is gone comes last.
pub fn differences(before: &PolicyDocument, after: &PolicyDocument, lang: Lang) -> Vec<Difference> {
    let mut found = of_document(before, after, lang);
    found.extend(of_parameters(before, after, lang));
    found.extend(of_rows(before, after, lang));
    found.extend(of_parts(before, after));
    found
}

/// One value beside another; nothing where they are the same.
fn differs(
    about: &str,
    what: &'static str,
    before: Option<String>,
    after: Option<String>,
) -> Option<Difference> {
    (before != after).then(|| Difference {
        about: about.to_owned(),
        what,
        before: before.filter(|text| !text.is_empty()),
        after: after.filter(|text| !text.is_empty()),
    })
}

fn of_document(before: &PolicyDocument, after: &PolicyDocument, lang: Lang) -> Vec<Difference> {
    let facts = |document: &PolicyDocument| -> Vec<String> {
        let (force, basis) = (&document.force, &document.basis);
        vec![
            document.version.to_string(),
            lang.of(&document.title).to_owned(),
            force.from.value.to_text(),
            force.ends.value.to_text(),
            force.review.value.to_text(),
            lang.of(&basis.legal_basis).to_owned(),
            lang.of(&basis.authority).to_owned(),
            lang.of(&basis.appeal).to_owned(),
        ]
    };
    let words: [[&str; 2]; 8] = [
        ["版本", "version"],
        ["名称", "title"],
        ["从何时起", "from"],
        ["到何时止", "until"],
        ["复核日", "reviewed on"],
        ["法律依据", "legal basis"],
        ["谁定的", "decided by"],
        ["怎么申诉", "how to object"],
    ];
    let pairs = facts(before).into_iter().zip(facts(after));
    let named = words.into_iter().zip(pairs);
    named
        .filter_map(|(word, (was, is))| differs("document", pick(word, lang), Some(was), Some(is)))
        .collect()
}

fn of_parameters(before: &PolicyDocument, after: &PolicyDocument, lang: Lang) -> Vec<Difference> {
    let text = |document: &PolicyDocument, name: &str| {
        let parameter = document.parameters.get(name)?;
        let source = source_words(&parameter.source, lang);
        Some(format!("{} {} ({source})", parameter.value, parameter.unit))
    };
    let names: BTreeSet<&String> = before
        .parameters
        .keys()
        .chain(after.parameters.keys())
        .collect();
    names
        .into_iter()
        .filter_map(|name| differs(name, "", text(before, name), text(after, name)))
        .collect()
}

fn of_rows(before: &PolicyDocument, after: &PolicyDocument, lang: Lang) -> Vec<Difference> {
    let lines = |document: &PolicyDocument| -> BTreeMap<String, (Line, DocumentRow)> {
        let lines = explain(document, lang)
            .into_iter()
            .zip(document.rows.clone());
        lines
            .map(|(line, row)| (line.row.clone(), (line, row)))
            .collect()
    };
    let (was, is) = (lines(before), lines(after));
    let mut found = Vec::new();
    for row in &after.rows {
        match (was.get(&row.id), is.get(&row.id)) {
            (Some(was), Some(is)) => found.extend(of_row(was, is, lang)),
            (None, Some((line, _))) => {
                found.extend(differs(&row.id, "", None, Some(sentence(line, lang))));
            }
            _ => {}
        }
    }
    let gone = before.rows.iter().filter(|row| !is.contains_key(&row.id));
    found.extend(gone.filter_map(|row| {
        let line = was.get(&row.id).map(|(line, _)| sentence(line, lang));
        differs(&row.id, "", line, None)
    }));
    found
}

fn of_row(
    (was, row_before): &(Line, DocumentRow),
    (is, row_after): &(Line, DocumentRow),
    lang: Lang,
) -> Vec<Difference> {
    let post = |row: &DocumentRow| {
        let post = row.post.as_ref().map(|post| lang.of(post).to_owned());
        post.unwrap_or_default()
    };
    let below = |row: &DocumentRow| format!("{:?} {}", row.below, row.replaces.join(", "));
    let parts: [([&str; 2], String, String); 7] = [
        (
            ["做法", "what it does"],
            effect(was.effect, lang).to_owned(),
            effect(is.effect, lang).to_owned(),
        ),
        (
            ["对谁、何时", "for whom, when"],
            was.condition.clone(),
            is.condition.clone(),
        ),
        (
            ["要什么", "what is needed"],
            was.demand.clone(),
            is.demand.clone(),
        ),
        (
            ["门岗屏上", "on the guard's screen"],
            was.say.clone(),
            is.say.clone(),
        ),
        (
            ["海报上", "on the poster"],
            post(row_before),
            post(row_after),
        ),
        (["依据", "source"], was.source.clone(), is.source.clone()),
        (
            ["下级可否改", "what lower documents may"],
            below(row_before),
            below(row_after),
        ),
    ];
    parts
        .into_iter()
        .filter_map(|(word, was, is)| differs(&row_after.id, pick(word, lang), Some(was), Some(is)))
        .collect()
}

/// Entries beyond the gate: they have no sentences, so their fields are told that differ.
fn of_parts(before: &PolicyDocument, after: &PolicyDocument) -> Vec<Difference> {
    let entries = |document: &PolicyDocument| -> BTreeMap<String, Vec<String>> {
        let entries = document.parts.entries();
        let written = |entry: &dyn Entry| -> Vec<String> {
            let fields = format!("{entry:#?}");
            fields
                .lines()
                .map(|line| line.trim().trim_end_matches(',').to_owned())
                .collect()
        };
        entries
            .map(|(entry, _)| (entry.id().to_owned(), written(entry)))
            .collect()
    };
    let (was, is) = (entries(before), entries(after));
    let ids: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    let told = |lines: Option<&Vec<String>>, other: Option<&Vec<String>>| {
        let own = |line: &&String| other.is_none_or(|other| !other.contains(line));
        Some(
            lines?
                .iter()
                .filter(own)
                .cloned()
                .collect::<Vec<_>>()
                .join(" "),
        )
    };
    ids.into_iter()
        .filter(|id| was.get(*id) != is.get(*id))
        .map(|id| Difference {
            about: id.clone(),
            what: "",
            before: told(was.get(id), is.get(id)),
            after: told(is.get(id), was.get(id)),
        })
        .collect()
}

/// A row in one line.
fn sentence(line: &Line, lang: Lang) -> String {
    let mut text = format!(
        "{}{}{}",
        effect(line.effect, lang),
        pick(["：", ": "], lang),
        line.condition
    );
    if !line.demand.is_empty() {
        text.push_str(" → ");
        text.push_str(&line.demand);
    }
    text
}

/// What an effect is called.
pub fn effect(effect: Effect, lang: Lang) -> &'static str {
    let words = match effect {
        Effect::Grant => ["准许", "grant"],
        Effect::Bar => ["不准", "bar"],
        Effect::Refer => ["转办", "refer"],
        Effect::Duty => ["要做的事", "duty"],
    };
    pick(words, lang)
}

const fn pick(words: [&'static str; 2], lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => words[0],
        Lang::En => words[1],
    }
}
