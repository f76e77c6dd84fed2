//! The parts of a document beside those of documents above it: where two say one thing differently,
//! and what nobody says any more since an entry below took the place of one above. Nothing of it is
//! wrong, and each document is whole by itself; whoever signs shall know what holds in effect
//! (POL-2).
//!
//! What holds is asked of the functions that answer (`propose`, `classify`, `level_of`, …), never
//! worked out a second time.

mod lost;
mod people;
mod risk;
mod twice;

use super::layers::{InForce, LayerError, Layers, Part, in_force};
use super::tables;
use super::values::value_words;
use super::{Parts, Spanned};
use crate::gate::compiled::Text;
use crate::policy::diagnostic::both;
use crate::policy::document::PolicyDocument;
use crate::sourced::Entry;
use serde::Serialize;

/// Notes on one document (local choice).
const NOTES_MOST: usize = 20;

/// What an entry of the lowest document does beside one above it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartBeside {
    /// The entry.
    pub own: String,
    /// The entry above.
    pub above: String,
    /// In words, with an example.
    pub message: Text,
}

/// What the parts of the lowest of these documents do beside those above it, upper areas first; at
/// most [`NOTES_MOST`].
///
/// # Errors
/// Documents that do not go together.
pub fn parts_beside(documents: &[&PolicyDocument]) -> Result<Vec<PartBeside>, LayerError> {
    let Some((own, above)) = documents
        .split_last()
        .filter(|(_, above)| !above.is_empty())
    else {
        return Ok(Vec::new());
    };
    let stack = Stack {
        all: Layers::new(documents)?,
        above: Layers::new(above)?,
        own: &own.parts,
    };
    let mut notes = people::notes(stack);
    notes.extend(risk::notes(stack));
    notes.extend(twice::notes(stack));
    notes.extend(lost::notes(stack));
    notes.truncate(NOTES_MOST);
    Ok(notes)
}

/// A document upon those above it.
#[derive(Clone, Copy)]
struct Stack<'a> {
    /// All of them.
    all: Layers<'a>,
    /// Those above.
    above: Layers<'a>,
    /// Of the lowest.
    own: &'a Parts,
}

impl<'a> Stack<'a> {
    /// The lowest document's own entries.
    fn own<T: Entry>(self, part: Part<T>) -> Vec<InForce<'a, T>> {
        in_force([self.own], part)
    }

    /// What is in force of which one entry is above and one its own, the one above first.
    fn twice<T: Entry>(
        self,
        part: Part<T>,
        is_same: impl Fn(&T, &T) -> bool,
    ) -> Vec<[InForce<'a, T>; 2]> {
        let mut found = tables::twice(&self.all.of(part), is_same);
        found.retain(|[above, own]| self.is_own(own) && !self.is_own(above));
        found
    }

    fn is_own<T>(self, one: &InForce<'_, T>) -> bool {
        std::ptr::eq(one.parts, self.own)
    }

    /// Entries of documents above that the lowest takes out of force, each with what stands in its
    /// place.
    fn replaced<T: Entry>(self, part: Part<T>) -> Vec<Replaced<'a, T>> {
        let above = self.above.of(part).into_iter();
        let replaced = above.filter_map(|above| {
            let replaces = |own: &&Spanned<T>| {
                let mut replaces = own.replaces().iter();
                replaces.any(|id| id == above.entry.id())
            };
            let by: Vec<&T> = part(self.own)
                .iter()
                .filter(replaces)
                .map(|own| &own.entry)
                .collect();
            (!by.is_empty()).then_some(Replaced { above, by })
        });
        replaced.collect()
    }
}

/// An entry that is out of force.
struct Replaced<'a, T> {
    /// The entry.
    above: InForce<'a, T>,
    /// What stands in its place: at least one.
    by: Vec<&'a T>,
}

impl<T: Entry> Replaced<'_, T> {
    fn note(&self, rest: Text) -> PartBeside {
        let [own, above] = [self.by[0].id(), self.above.entry.id()];
        let Text { zh, en } = rest;
        PartBeside {
            message: both(
                format!("{own} 代替了 {above}：{zh}"),
                format!("{own} takes the place of {above}: {en}"),
            ),
            own: own.to_owned(),
            above: above.to_owned(),
        }
    }
}

/// Two entries that say one thing differently.
fn note([above, own]: [&str; 2], message: Text) -> PartBeside {
    PartBeside {
        own: own.to_owned(),
        above: above.to_owned(),
        message,
    }
}

/// What a word of a closed list is called under a key of documents.
fn word(key: &str, value: impl Serialize) -> Text {
    let name = serde_json::to_value(value).unwrap_or_default();
    let name = name.as_str().unwrap_or_default();
    match value_words(key, name) {
        Some(words) => words.into(),
        None => both(name, name),
    }
}
