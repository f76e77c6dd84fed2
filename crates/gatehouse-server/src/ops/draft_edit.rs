//! Changes that a form asks for, and the texts of a draft with them.

use super::draft_answers::{Answers, CaseChange};
use super::policy_folder::Texts;
use crate::error::OpError;
use gatehouse_core::moment::{CivilDay, Moment};
use gatehouse_core::policy::cases::read_case_file;
use gatehouse_core::policy::edit::{
    Change, EditError, Place, add_case, change, expect, expect_of_part,
};
use gatehouse_core::policy::part::Field;
use gatehouse_core::policy::read;
use gatehouse_core::policy::row_text::RowText;
use gatehouse_store::policy_draft::PolicyDraftRow;

/// Where a value of a part stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartPlace {
    /// Its table, as documents name it.
    pub table: &'static str,
    /// The id of the entry; empty for a table that is there once.
    pub id: String,
    /// Keys and places in lists, parted by dots; empty for the entry itself.
    pub path: String,
}

impl PartPlace {
    fn place(&self) -> Place<'_> {
        Place {
            table: self.table,
            id: &self.id,
            path: &self.path,
        }
    }
}

/// One change that a form asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// A parameter: name, value, source.
    Parameter(String, f64, String),
    /// When it begins to hold.
    From(Moment, String),
    /// When it ends.
    Ends(Moment, String),
    /// When it is looked at again.
    Review(CivilDay, String),
    /// A row, and whether it is off.
    Row(String, bool),
    /// An entry of a part, and whether it is off.
    Entry(PartPlace, bool),
    /// A value of a part.
    Value(PartPlace, Field),
    /// Where a value of a part comes from.
    Source(PartPlace, String),
    /// A case that shall expect what is answered now.
    Accept(String),
    /// A row whose examples, as they were found, shall be cases.
    Try(String),
    /// What a row says.
    Says(RowText),
    /// A row that there is not yet.
    NewRow(RowText),
    /// A row that goes.
    DropRow(String),
    /// `policy.toml`, as somebody has edited it elsewhere.
    Policy(String),
    /// `cases.toml`, the same.
    Cases(String),
}

pub(super) const fn not_taken(code: &'static str) -> OpError {
    let detail = "See the page of the draft for what is wrong with it.";
    OpError::NotTaken { code, detail }
}

pub(super) fn of_edit(error: EditError) -> OpError {
    match error {
        EditError::NotToml => not_taken("D-TEXT"),
        EditError::NoSuch => not_taken("D-ENTRY"),
    }
}

/// The texts of a draft with changes; whether they can be read is not asked.
///
/// # Errors
/// [`OpError::NotTaken`] for a change of something that it has not.
pub(super) fn apply(
    row: &PolicyDraftRow,
    answers: Option<&Answers>,
    edits: &[Edit],
) -> Result<Texts, OpError> {
    let mut texts = Texts {
        policy: row.text.clone(),
        cases: row.cases.clone(),
    };
    let mut changed = None;
    for edit in edits {
        match edit {
            Edit::Accept(id) => {
                // Once for all of them.
                let all = || answers.map_or_else(Vec::new, Answers::changed);
                texts.cases = accepted(&texts.cases, changed.get_or_insert_with(all), id)?;
            }
            Edit::Try(id) => {
                let found = answers.and_then(|answers| answers.trials().remove(id));
                for trial in found.ok_or(not_taken("D-ENTRY"))? {
                    texts.cases = add_case(&texts.cases, &trial).map_err(of_edit)?;
                }
            }
            Edit::Policy(text) => texts.policy = text.clone(),
            Edit::Cases(text) => texts.cases = text.clone(),
            edit => {
                let Some(one) = of_policy(edit) else { continue };
                texts.policy = change(&texts.policy, one).map_err(of_edit)?;
            }
        }
    }
    Ok(texts)
}

/// The change of `policy.toml`; `None` for what changes something else.
fn of_policy(edit: &Edit) -> Option<Change<'_>> {
    Some(match edit {
        Edit::Parameter(name, value, source) => Change::Parameter {
            name,
            value: *value,
            source,
        },
        Edit::From(at, source) => Change::From(*at, source),
        Edit::Ends(at, source) => Change::Ends(*at, source),
        Edit::Review(day, source) => Change::Review(*day, source),
        Edit::Row(id, is_off) => Change::Row {
            id,
            is_off: *is_off,
        },
        Edit::Entry(place, is_off) => Change::Entry {
            table: place.table,
            id: &place.id,
            is_off: *is_off,
        },
        Edit::Value(place, field) => Change::Value(place.place(), field),
        Edit::Source(place, source) => Change::Source(place.place(), source),
        Edit::Says(row) => Change::Says(row),
        Edit::NewRow(row) => Change::NewRow(row),
        Edit::DropRow(id) => Change::DropRow(id),
        Edit::Accept(_) | Edit::Try(_) | Edit::Policy(_) | Edit::Cases(_) => return None,
    })
}

/// The same texts, which can be read.
///
/// # Errors
/// [`OpError::NotTaken`] where one of them cannot.
pub(super) fn readable(texts: Texts) -> Result<Texts, OpError> {
    match (read(&texts.policy), read_case_file(&texts.cases)) {
        (Ok(_), Ok(_)) => Ok(texts),
        (Err(_), _) => Err(not_taken("D-TEXT")),
        (_, Err(_)) => Err(not_taken("D-CASES")),
    }
}

/// The cases, of which one expects what is answered now.
fn accepted(cases: &str, changed: &[CaseChange], id: &str) -> Result<String, OpError> {
    let one = changed.iter().find(|one| one.id() == id);
    let new = match one.ok_or(not_taken("D-ENTRY"))? {
        CaseChange::Gate { answer, .. } => expect(cases, id, answer),
        CaseChange::Part { answer, .. } => expect_of_part(cases, id, answer),
    };
    new.map_err(of_edit)
}
