//! What differs between two versions of a document, in plain words (POL-3): for whoever approves
//! the newer one. Nothing that is written in either is left out: texts in the other language,
//! clauses, rows that are switched off, every key of every part, the cases.

mod case;
mod document;
mod part;
mod row;

pub use case::{answer_differences, case_differences, question_in_words};

use super::document::PolicyDocument;
use crate::gate::compiled::{Effect, Text};
use crate::gate::fact::{Words, words};
use crate::gate::wording::Lang;

/// Something that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// A row's, entry's, case's id, a parameter's name, a clause, or what a table is called.
    pub about: String,
    /// What of it, in words; empty where all of it came or went.
    pub what: String,
    /// As it was, in words; `None`: it was not there.
    pub before: Option<String>,
    /// As it is; `None`: it is gone.
    pub after: Option<String>,
    /// Whether it is about a parameter: pages have words for some.
    pub is_parameter: bool,
}

/// What differs, in the order of the newer document; what is gone comes last.
pub fn differences(before: &PolicyDocument, after: &PolicyDocument, lang: Lang) -> Vec<Difference> {
    let mut found = document::of_document(before, after, lang);
    found.extend(document::of_parameters(before, after, lang));
    found.extend(row::of_rows(before, after, lang));
    found.extend(part::of_parts(before, after, lang));
    found.extend(document::of_outside(before, after, lang));
    found
}

/// One value beside another; nothing where they are the same.
fn differs(
    about: &str,
    what: &str,
    before: Option<String>,
    after: Option<String>,
) -> Option<Difference> {
    (before != after).then(|| Difference {
        about: about.to_owned(),
        what: what.to_owned(),
        before: before.filter(|text| !text.is_empty()),
        after: after.filter(|text| !text.is_empty()),
        is_parameter: false,
    })
}

/// Something with a name of its own, as it is told, and the same in each of its values.
struct Thing {
    id: String,
    /// All of it in one line, for where it came or went.
    whole: String,
    /// What each value is called, and the value.
    values: Vec<(String, String)>,
}

/// What differs of things by their ids, and whether they stand in another order.
fn of_things(kind: &str, was: &[Thing], is: &[Thing], lang: Lang) -> Vec<Difference> {
    let by_id = |all: &[Thing], id: &str| all.iter().position(|one| one.id == id);
    let mut found = Vec::new();
    for one in is {
        match by_id(was, &one.id) {
            Some(at) => found.extend(of_values(&was[at], one)),
            None => found.extend(differs(&one.id, "", None, Some(one.whole.clone()))),
        }
    }
    let gone = was.iter().filter(|one| by_id(is, &one.id).is_none());
    found.extend(gone.filter_map(|one| differs(&one.id, "", Some(one.whole.clone()), None)));
    let order = |all: &[Thing], others: &[Thing]| {
        let both = all.iter().filter(|one| by_id(others, &one.id).is_some());
        both.map(|one| one.id.clone())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let (was, is) = (order(was, is), order(is, was));
    let what = lang.pick(words("先后次序", "order"));
    found.extend(differs(kind, what, Some(was), Some(is)));
    found
}

fn of_values(was: &Thing, is: &Thing) -> Vec<Difference> {
    let value = |thing: &Thing, name: &str| {
        let mut values = thing.values.iter();
        values
            .find(|(one, _)| one == name)
            .map(|(_, text)| text.clone())
    };
    let mut names: Vec<&str> = is.values.iter().map(|(name, _)| &**name).collect();
    for (name, _) in &was.values {
        if !names.contains(&&**name) {
            names.push(name);
        }
    }
    let found = names.into_iter().filter_map(|name| {
        let [before, after] = [was, is].map(|thing| value(thing, name));
        differs(&is.id, name, before, after)
    });
    found.collect()
}

/// A text in both languages, by what it is called: the reader's first.
fn in_both(name: Words, text: Option<&Text>, lang: Lang) -> [(String, String); 2] {
    let other = match lang {
        Lang::Zh => Lang::En,
        Lang::En => Lang::Zh,
    };
    let said = |lang: Lang| text.map(|text| lang.of(text).to_owned());
    [
        (lang.pick(name).to_owned(), said(lang).unwrap_or_default()),
        (
            other_name(lang.pick(name), lang),
            said(other).unwrap_or_default(),
        ),
    ]
}

/// What a text in the other language is called.
fn other_name(name: &str, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{name}（英文）"),
        Lang::En => format!("{name} (Chinese)"),
    }
}

/// A value with the clause that it comes from.
pub(super) fn with_source(text: &str, source: &str, lang: Lang) -> String {
    match (source.is_empty(), lang) {
        (true, _) => text.to_owned(),
        (false, Lang::Zh) => format!("{text}（{source}）"),
        (false, Lang::En) => format!("{text} ({source})"),
    }
}

const SOURCE: Words = words("依据", "source");

/// What an effect is called.
pub fn effect(effect: Effect, lang: Lang) -> &'static str {
    lang.pick(match effect {
        Effect::Grant => words("准许", "grant"),
        Effect::Bar => words("不准", "bar"),
        Effect::Refer => words("转办", "refer"),
        Effect::Duty => words("要做的事", "duty"),
    })
}
