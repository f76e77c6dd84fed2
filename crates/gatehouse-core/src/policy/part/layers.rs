//! Documents in force at one place, upper areas first, and what is left of each part: an entry of
//! a lower document takes one from above out of force where that one lets it (POL-2).

use super::{Parts, Spanned, Written};
use crate::counting::Counting;
use crate::gate::compiled::Text;
use crate::measure::Ladder;
use crate::policy::diagnostic::both;
use crate::policy::document::PolicyDocument;
use crate::sourced::{Entry, MayBelow};
use std::collections::BTreeSet;
use std::ops::Range;

/// Documents in force at one place.
#[derive(Clone, Copy, Debug)]
pub struct Layers<'a> {
    documents: &'a [&'a PolicyDocument],
}

/// An entry in force.
#[derive(Debug)]
pub struct InForce<'a, T> {
    /// What its document says beyond the gate.
    pub parts: &'a Parts,
    /// The entry.
    pub entry: &'a T,
    /// Where it stands in its document.
    pub span: &'a Range<usize>,
}

impl<T> Clone for InForce<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for InForce<'_, T> {}

impl<'a, T> InForce<'a, T> {
    /// How its document counts days; the reader demands it beside every part that counts.
    pub(super) fn counting(&self) -> Option<&'a Counting> {
        self.parts.counting.as_ref()
    }

    /// Whether two are of one document.
    pub(super) fn is_beside<U>(&self, other: &InForce<'_, U>) -> bool {
        std::ptr::eq(self.parts, other.parts)
    }
}

/// What is in force of a part of several documents, upper areas first; of one document all of it.
pub(super) fn in_force<'a, T: Entry>(
    layers: impl IntoIterator<Item = &'a Parts>,
    part: Part<T>,
) -> Vec<InForce<'a, T>> {
    let mut found: Vec<InForce<'_, T>> = Vec::new();
    for parts in layers {
        let entries = part(parts);
        for replaced in entries.iter().flat_map(|entry| entry.replaces()) {
            found.retain(|above| above.entry.id() != replaced);
        }
        found.extend(entries.iter().map(|one| InForce {
            parts,
            entry: &one.entry,
            span: &one.span,
        }));
    }
    found
}

/// One of the parts.
pub(super) type Part<T> = fn(&Parts) -> &[Spanned<T>];

/// Why documents do not go together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LayerError {
    /// An entry replaces one that no document above has.
    NoSuchEntry {
        /// The entry that replaces.
        by: String,
        /// The one that it names.
        entry: String,
    },
    /// An entry replaces one that does not let it.
    MayNotReplace {
        /// The entry that replaces.
        by: String,
        /// The one that it names.
        entry: String,
    },
}

impl LayerError {
    /// In both languages.
    pub fn to_words(&self) -> Text {
        match self {
            LayerError::NoSuchEntry { by, entry } => both(
                format!("{by} 代替 {entry}，可是上级的规则文件里没有这一条。"),
                format!("{by} replaces {entry}, but no document above has that entry"),
            ),
            LayerError::MayNotReplace { by, entry } => both(
                format!("{by} 代替 {entry}，可是那一条没有写 `below = \"may replace\"`。"),
                format!(
                    "{by} replaces {entry}, but that entry does not say `below = \"may replace\"`"
                ),
            ),
        }
    }
}

impl std::fmt::Display for LayerError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.to_words().en)
    }
}

impl std::error::Error for LayerError {}

impl<'a> Layers<'a> {
    /// Documents that go together, upper areas first.
    ///
    /// # Errors
    /// One takes out of force what no other above it has, or what may not be.
    pub fn new(documents: &'a [&'a PolicyDocument]) -> Result<Layers<'a>, LayerError> {
        for (at, document) in documents.iter().enumerate() {
            for (by, _) in document.parts.entries() {
                for entry in by.replaces() {
                    may_replace(&documents[..at], by.id(), entry)?;
                }
            }
        }
        Ok(Layers { documents })
    }

    /// What is in force of a part, upper areas first.
    pub(super) fn of<T: Entry>(self, part: Part<T>) -> Vec<InForce<'a, T>> {
        in_force(self.documents.iter().map(|document| &document.parts), part)
    }

    /// The ladders that the documents climb, each its own.
    pub(super) fn ladders(self) -> Vec<&'a Ladder> {
        let documents = self.documents.iter();
        let ladders = documents.filter_map(|document| document.parts.stages.as_ref());
        ladders.collect()
    }

    /// What of one of the documents holds, as it is written: its entries that are in force, and
    /// what is no entry of a part.
    pub(super) fn written_in_force(self, document: &PolicyDocument) -> Vec<&Written> {
        let in_force = self.ids_in_force();
        let holds = |one: &&Written| {
            // Tables that are there once have no id; words stand with the row that they are for.
            let is_entry = !one.id.is_empty() && one.table != "wording";
            !one.is_off && (!is_entry || in_force.contains(one.id.as_str()))
        };
        document.parts.written.iter().filter(holds).collect()
    }

    fn ids_in_force(self) -> BTreeSet<&'a str> {
        fn ids<T: Entry>(all: Vec<InForce<'_, T>>) -> impl Iterator<Item = &str> {
            all.into_iter().map(|one| one.entry.id())
        }
        let first = ids(self.of(|parts| &parts.returnee));
        first
            .chain(ids(self.of(|parts| &parts.observation)))
            .chain(ids(self.of(|parts| &parts.elsewhere)))
            .chain(ids(self.of(|parts| &parts.contact)))
            .chain(ids(self.of(|parts| &parts.risk)))
            .chain(ids(self.of(|parts| &parts.measure)))
            .chain(ids(self.of(|parts| &parts.team)))
            .chain(ids(self.of(|parts| &parts.checklist)))
            .chain(ids(self.of(|parts| &parts.report)))
            .chain(ids(self.of(|parts| &parts.retention)))
            .chain(ids(self.of(|parts| &parts.pass)))
            .chain(ids(self.of(|parts| &parts.visited)))
            .chain(ids(self.of(|parts| &parts.drawn)))
            .chain(ids(self.of(|parts| &parts.lift)))
            .collect()
    }

    /// The entry of a part that an id means: the one of that name, or what a document below has
    /// put in its place.
    pub(super) fn named<T: Entry>(self, part: Part<T>, id: &str) -> Option<InForce<'a, T>> {
        let mut id = id;
        for document in self.documents {
            let mut entries = part(&document.parts).iter();
            let replaces = |entry: &&Spanned<T>| entry.replaces().iter().any(|one| one == id);
            if let Some(instead) = entries.find(replaces) {
                id = instead.entry.id();
            }
        }
        let is_called = |one: &InForce<'_, T>| one.entry.id() == id;
        self.of(part).into_iter().find(is_called)
    }
}

fn may_replace(above: &[&PolicyDocument], by: &str, entry: &str) -> Result<(), LayerError> {
    let (by, name) = (by.to_owned(), entry.to_owned());
    let entries = above.iter().flat_map(|document| document.parts.entries());
    let found = entries.map(|(one, _)| one).find(|one| one.id() == entry);
    match found.map(|one| one.below()) {
        None => Err(LayerError::NoSuchEntry { by, entry: name }),
        Some(None) => Err(LayerError::MayNotReplace { by, entry: name }),
        Some(Some(MayBelow::Replace)) => Ok(()),
    }
}
