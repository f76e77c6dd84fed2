//! What is wrong with the fields of a form, each with its words: shown beside the field.

use crate::page::Frame;
use gatehouse_core::complaint::Complaint;

/// Fields that were not taken, and why, in words.
#[derive(Default)]
pub struct Faults(Vec<(&'static str, String)>);

impl Faults {
    /// One field.
    pub fn one(field: &'static str, words: String) -> Faults {
        Faults(vec![(field, words)])
    }

    /// What core or an operation complains of.
    pub fn of(frame: &Frame, complaints: &[Complaint]) -> Faults {
        let said = complaints.iter();
        Faults(
            said.map(|one| (one.field, frame.t(one.code.text_key())))
                .collect(),
        )
    }

    /// What is wrong with a field.
    pub fn at(&self, field: &str) -> Option<&str> {
        let mut all = self.0.iter();
        let found = all.find(|(name, _)| *name == field);
        found.map(|(_, words)| words.as_str())
    }

    /// Whether nothing is.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
