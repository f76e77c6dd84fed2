//! Two people edited one person: what is kept now beside what was just typed, field by field.

use super::person_plain::document_words;
use crate::ops::person_form::{PersonForm, PersonNow};
use crate::page::Frame;
use crate::person_line::mask_of;
use gatehouse_core::person::WorkerClass;

/// Both values of each field that has one: as it is kept now, masked where it identifies, and as
/// it was just typed, which its writer may see.
pub fn both(frame: &Frame, now: &PersonNow, typed: &PersonForm) -> Vec<(String, String, String)> {
    let all = [identity(frame, now, typed), standing(frame, now, typed)];
    let rows = all
        .into_iter()
        .flatten()
        .filter(|(_, now, typed)| !(now.is_empty() && typed.is_empty()));
    let or_dash = |text: String| match text.is_empty() {
        true => "—".to_owned(),
        false => text,
    };
    rows.map(|(key, now, typed)| (frame.t(key), or_dash(now), or_dash(typed)))
        .collect()
}

/// Key of a field's name, what is there now, what was typed.
type Row = (&'static str, String, String);

/// What identifies somebody.
fn identity(frame: &Frame, now: &PersonNow, typed: &PersonForm) -> Vec<Row> {
    let removed = |gone: bool, typed: &str| match gone {
        true => frame.t("person-both-removed"),
        false => typed.to_owned(),
    };
    let document = now.document.as_ref();
    let document = document.map(|(kind, last)| format!("{} {last}", document_words(frame, *kind)));
    let born = now.row.birth_year.map(|year| year.to_string());
    vec![
        (
            "field-name",
            mask_of(now.masked.as_deref()),
            typed.name.clone(),
        ),
        (
            "field-birth_on",
            born.unwrap_or_default(),
            typed.birth_on.clone(),
        ),
        (
            "field-document",
            document.unwrap_or_default(),
            removed(typed.without_document, &typed.document),
        ),
        (
            "field-phone",
            now.phone.clone().unwrap_or_default(),
            removed(typed.without_phone, &typed.phone),
        ),
        (
            "field-email",
            now.email.clone().unwrap_or_default(),
            removed(typed.without_email, &typed.email),
        ),
        (
            "field-employer",
            now.employer.clone().unwrap_or_default(),
            typed.employer.clone(),
        ),
    ]
}

/// What lists show of everybody.
fn standing(frame: &Frame, now: &PersonNow, typed: &PersonForm) -> Vec<Row> {
    let word = |prefix: &str, value: &str| match value {
        "" => String::new(),
        value => frame.t(&format!("{prefix}-{value}")),
    };
    let class = |code: &str| {
        let class = WorkerClass::from_code(code);
        class.map_or_else(String::new, |class| {
            frame.lang.pick(class.label()).to_owned()
        })
    };
    let row = &now.row;
    let known = Some(row.sex.as_str()).filter(|sex| matches!(*sex, "male" | "female"));
    vec![
        (
            "field-sex",
            word("sex", known.unwrap_or_default()),
            word("sex", &typed.sex),
        ),
        (
            "people-kind",
            word("kind", &row.kind),
            word("kind", &typed.kind),
        ),
        (
            "field-worker_class",
            class(row.worker_class.as_deref().unwrap_or_default()),
            class(&typed.worker_class),
        ),
    ]
}
