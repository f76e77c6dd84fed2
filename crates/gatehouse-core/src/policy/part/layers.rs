//! Documents in force at one place, upper areas first, and what is left of each part: an entry of
//! a lower document takes one from above out of force where that one lets it (POL-2).

use super::{Parts, Spanned};
use crate::counting::Counting;
use crate::gate::compiled::Text;
use crate::policy::diagnostic::both;
use crate::policy::document::PolicyDocument;
use crate::sourced::{Entry, MayBelow};

/// Documents in force at one place.
#[derive(Clone, Copy, Debug)]
pub struct Layers<'a> {
    documents: &'a [&'a PolicyDocument],
}

/// An entry in force.
#[derive(Debug)]
pub struct InForce<'a, T> {
    /// The document that says it.
    pub document: &'a PolicyDocument,
    /// The entry.
    pub entry: &'a T,
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
        self.document.parts.counting.as_ref()
    }
}

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
    pub(super) fn of<T: Entry>(self, part: fn(&Parts) -> &[Spanned<T>]) -> Vec<InForce<'a, T>> {
        let mut found: Vec<InForce<'_, T>> = Vec::new();
        for document in self.documents {
            let entries = part(&document.parts);
            for replaced in entries.iter().flat_map(|entry| entry.replaces()) {
                found.retain(|above| above.entry.id() != replaced);
            }
            found.extend(entries.iter().map(|one| InForce {
                document,
                entry: &one.entry,
            }));
        }
        found
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
