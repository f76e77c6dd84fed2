//! What the form of a draft says, and the changes that it asks for.

use crate::console::policy_draft::local_moment;
use crate::console::policy_draft_parts::part_edits;
use crate::console::policy_row_form::source_of;
use crate::error::OpError;
use crate::ops::check_policy_draft::Draft;
use crate::ops::draft_edit::Edit;
use gatehouse_core::moment::{CivilDay, Moment};
use gatehouse_core::policy::PolicyDocument;
use gatehouse_core::policy::document::LOCAL_CHOICE;
use std::collections::BTreeMap;

/// Fields as they were typed, by name: `p-NAME` a parameter, `s-NAME` where it comes from, `from`,
/// `ends`, `review` with their sources, `version`; of the parts `v:`, `s:`, `off:` with table, id
/// and path.
#[derive(Clone, Debug, Default)]
pub struct Typed(BTreeMap<String, String>);

impl Typed {
    /// Fields of a form; of two of one name the last.
    pub fn of(fields: Vec<(String, String)>) -> Typed {
        Typed(fields.into_iter().collect())
    }

    /// A field as it was typed.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|text| text.trim())
    }

    /// Of which version of the draft the page was; 0 where it does not say.
    pub fn version(&self) -> i64 {
        let version = self.get("version").and_then(|text| text.parse().ok());
        version.unwrap_or(0)
    }
}

/// Fields that were not taken.
pub fn not_taken(code: &'static str) -> OpError {
    OpError::NotTaken {
        code,
        detail: "A number of zero or more; a time as 2026-11-30T07:00.",
    }
}

/// A moment as a field for date and time holds it.
pub fn local_text(at: Moment, offset_minutes: i16) -> String {
    let there = Moment::new(at.millis, offset_minutes).to_text();
    there.chars().take(16).collect()
}

/// A number as a field holds it.
pub fn number_text(value: f64) -> String {
    value.to_string()
}

/// What differs between the fields and the draft. A value that changes while its source stays the
/// clause is a local choice from then on: the clause does not say it (POL-5).
///
/// # Errors
/// [`OpError::NotTaken`] for a number (`D-NUMBER`) or time (`D-TIME`) that is none.
pub fn edits(typed: &Typed, draft: &Draft, offset_minutes: i16) -> Result<Vec<Edit>, OpError> {
    let document = draft.document.as_ref().ok_or(not_taken("D-TEXT"))?;
    let mut edits = parameters(typed, document)?;
    let force = &document.force;
    let moments = [("from", &force.from), ("ends", &force.ends)];
    for (name, kept) in moments {
        let Some(text) = typed.get(name) else {
            continue;
        };
        let at = local_moment(text, offset_minutes).ok_or(not_taken("D-TIME"))?;
        // The field holds no seconds.
        let is_new = at.millis.div_euclid(60_000) != kept.value.millis.div_euclid(60_000);
        if let Some(source) = changed(typed, name, &kept.source, is_new) {
            edits.push(match name {
                "from" => Edit::From(at, source),
                _ => Edit::Ends(at, source),
            });
        }
    }
    if let Some(text) = typed.get("review") {
        let day = CivilDay::parse(text).ok_or(not_taken("D-TIME"))?;
        let is_new = day != force.review.value;
        if let Some(source) = changed(typed, "review", &force.review.source, is_new) {
            edits.push(Edit::Review(day, source));
        }
    }
    edits.extend(part_edits(typed, document)?);
    Ok(edits)
}

fn parameters(typed: &Typed, document: &PolicyDocument) -> Result<Vec<Edit>, OpError> {
    let mut edits = Vec::new();
    for (name, kept) in &document.parameters {
        let Some(text) = typed.get(&format!("p-{name}")) else {
            continue;
        };
        let value: Option<f64> = text.parse().ok();
        let value = value.filter(|value| (0.0..=1e9).contains(value));
        let value = value.ok_or(not_taken("D-NUMBER"))?;
        #[expect(clippy::float_cmp, reason = "both are what was written")]
        let is_new = value != kept.value;
        if let Some(source) = changed(typed, name, &kept.source, is_new) {
            edits.push(Edit::Parameter(name.clone(), value, source));
        }
    }
    Ok(edits)
}

/// The source of something that changed; `None` where neither it nor its source did.
fn changed(typed: &Typed, name: &str, kept: &str, is_new: bool) -> Option<String> {
    let source = typed.get(&format!("s-{name}")).unwrap_or(kept);
    let source = source_of(source);
    match (is_new, source == kept) {
        (false, true) => None,
        (true, true) => Some(LOCAL_CHOICE.to_owned()),
        (_, false) => Some(source),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_value_is_a_local_choice_unless_somebody_names_its_clause() {
        let typed = |source: &str| Typed::of(vec![("s-x".to_owned(), source.to_owned())]);
        let cases = [
            ("ZX 4", false, None),
            ("ZX 4", true, Some(LOCAL_CHOICE)),
            ("ZX 5", true, Some("ZX 5")),
            ("ZX 5 , 本地自定", false, Some("ZX 5, deployment")),
            ("", true, Some(LOCAL_CHOICE)),
        ];
        for (source, is_new, expected) in cases {
            let found = changed(&typed(source), "x", "ZX 4", is_new);
            assert_eq!(found.as_deref(), expected, "{source} {is_new}");
        }
    }
}
