//! What the rows of a report say, as they stood in the policies that it met: a document may be
//! another one by the time somebody reads the report.

use super::report::{Report, RowsRow};
use gatehouse_core::gate::Policy;
use gatehouse_core::gate::compiled::{Row, Text};
use gatehouse_core::gate::wording::{Lang, clause_text};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A row in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowNamed {
    /// `HN/visitor`.
    pub row: String,
    /// As it stands under the draft; else as it stood then.
    pub under_draft: bool,
    /// The clause it carries out, or that it is a local choice.
    pub clause: Text,
    /// What the guard says; slots in braces.
    pub say: Option<Text>,
}

/// The words of every row that decided then, and of every one that decides under the draft.
pub(super) fn row_words(rows: &[RowsRow], before: &[&Policy], after: &[&Policy]) -> Vec<RowNamed> {
    let sides = [
        (false, before, ids(rows, |row| &row.before)),
        (true, after, ids(rows, |row| &row.after)),
    ];
    let named = sides.into_iter().flat_map(|(under_draft, policies, ids)| {
        ids.into_iter()
            .filter_map(move |id| named(id, under_draft, policies))
    });
    named.collect()
}

fn ids<'r>(rows: &'r [RowsRow], id: impl Fn(&'r RowsRow) -> &'r String) -> BTreeSet<&'r str> {
    rows.iter().map(|row| id(row).as_str()).collect()
}

fn named(id: &str, under_draft: bool, policies: &[&Policy]) -> Option<RowNamed> {
    let (policy, row) = policies.iter().find_map(|policy| {
        let row = policy.rows().iter().find(|row| row.id == id)?;
        Some((policy, row))
    })?;
    Some(RowNamed {
        row: row.id.clone(),
        under_draft,
        clause: clause(policy, row),
        say: row.say.clone(),
    })
}

fn clause(policy: &Policy, row: &Row) -> Text {
    Text {
        zh: clause_text(policy, row, Lang::Zh),
        en: clause_text(policy, row, Lang::En),
    }
}

impl Report {
    /// The words of a row.
    pub fn words_of(&self, row: &str, under_draft: bool) -> Option<&RowNamed> {
        let mut words = self.row_words.iter();
        words.find(|one| one.row == row && one.under_draft == under_draft)
    }

    /// Its id with its clause.
    pub fn row_name(&self, row: &str, under_draft: bool, lang: Lang) -> String {
        match self.words_of(row, under_draft) {
            Some(words) => format!("{row} · {}", lang.of(&words.clause)),
            None => row.to_owned(),
        }
    }
}
