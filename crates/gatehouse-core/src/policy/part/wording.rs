//! A lower document's own words for a row from above: `[[wording]]`. Words alone: what the row
//! does stays as it is, and rows that are built in keep theirs.

use super::Parts;
use super::checks::Complain;
use crate::gate::compiled::Text;
use crate::policy::diagnostic::both;
use crate::policy::document::{DocumentRow, PolicyDocument};
use crate::sourced::{Entry, MayBelow};
use serde::Deserialize;

/// Other words for a row.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wording {
    /// `X/words-visitor`.
    pub id: String,
    /// The clause, or "deployment".
    pub source: String,
    /// The row, of this document or of one above.
    pub row: String,
    /// Sentences for the guard in place of the row's.
    pub say: Option<Text>,
    /// Sentences for the poster in place of the row's.
    pub post: Option<Text>,
}

impl Entry for Wording {
    fn id(&self) -> &str {
        &self.id
    }

    fn source(&self) -> &str {
        &self.source
    }

    fn below(&self) -> Option<MayBelow> {
        None
    }

    fn replaces(&self) -> &[String] {
        &[]
    }
}

/// What the guard reads of a row: the words of the lowest document that has some for it. They are
/// words for what the row did: of a suspended one everybody reads that it is suspended.
pub(crate) fn said<'a>(documents: &[&'a PolicyDocument], row: &'a DocumentRow) -> Option<&'a Text> {
    let other = words(documents, &row.id, |wording| wording.say.as_ref());
    other.filter(|_| !row.is_suspended).or(row.say.as_ref())
}

/// What stands on the poster for a row, by the same rule.
pub(crate) fn posted<'a>(documents: &[&'a PolicyDocument], row: &str) -> Option<&'a Text> {
    let mut rows = documents.iter().flat_map(|document| &document.rows);
    let written = rows.find(|written| written.id == row);
    let other = words(documents, row, |wording| wording.post.as_ref());
    other
        .filter(|_| written.is_none_or(|row| !row.is_suspended))
        .or(written.and_then(|row| row.post.as_ref()))
}

fn words<'a>(
    documents: &[&'a PolicyDocument],
    row: &str,
    which: fn(&'a Wording) -> Option<&'a Text>,
) -> Option<&'a Text> {
    let lowest_first = documents.iter().rev();
    let all = lowest_first.flat_map(|document| &document.parts.wording);
    all.filter(|wording| wording.row == row)
        .find_map(|wording| which(&wording.entry))
}

/// The first wording of a row that neither its document nor one above has: who, and which row.
pub(crate) fn of_no_row(documents: &[&PolicyDocument]) -> Option<(String, String)> {
    documents.iter().enumerate().find_map(|(at, document)| {
        let mut wordings = document.parts.wording.iter();
        let is_there = |row: &str| {
            let rows = documents[..=at].iter().flat_map(|document| &document.rows);
            rows.into_iter().any(|one| one.id == row)
        };
        let lost = wordings.find(|wording| !is_there(&wording.row))?;
        Some((lost.id.clone(), lost.row.clone()))
    })
}

/// Complains about what no type can hold.
pub(super) fn complain(parts: &Parts, complain: &mut Complain<'_>) {
    for (at, wording) in parts.wording.iter().enumerate() {
        if wording.say.is_none() && wording.post.is_none() {
            let message = both(
                "要写改成什么话，`say` 或 `post`。",
                "say which words, `say` or `post`",
            );
            complain.say("P005", &wording.span, message);
        }
        if parts.wording[..at]
            .iter()
            .any(|other| other.row == wording.row)
        {
            let message = both(
                "这条规则的话已经改过一次了。",
                "this row has other words already",
            );
            complain.say("P011", &wording.span, message);
        }
    }
}
