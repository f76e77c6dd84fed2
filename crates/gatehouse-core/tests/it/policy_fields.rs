//! Values of the parts as a form changes them: exactly what was meant changes, and cases that are
//! answered otherwise can be agreed to.

use crate::policies::{all_folders, load_document};
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::policy::cases::{CaseFile, read_case_file};
use gatehouse_core::policy::difference::{answer_differences, differences, question_in_words};
use gatehouse_core::policy::edit::{Change, EditError, Place, change, expect_of_part};
use gatehouse_core::policy::part::{
    Field, Layers, Told, answer_part_case, explain_parts, run_part_case,
};
use gatehouse_core::policy::{PolicyDocument, read};
use std::path::Path;

fn text_of(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).expect("a text file")
}

fn cases_of(text: &str) -> CaseFile {
    read_case_file(text).expect("the cases read")
}

fn place<'a>(told: &'a Told, path: &'a str) -> Place<'a> {
    Place {
        table: told.table,
        id: &told.id,
        path,
    }
}

/// Another value of the same shape.
fn another(field: &Field) -> Field {
    match field {
        Field::Number(number) => Field::Number(number + 1),
        Field::Numbers(numbers) => Field::Numbers(numbers.iter().map(|one| one + 1).collect()),
        Field::Time(_) => Field::Time("03:21".to_owned()),
        Field::Windows(_) => Field::Windows(vec![["03:21".to_owned(), "04:56".to_owned()]]),
    }
}

fn lines_changed(before: &str, after: &str) -> usize {
    assert_eq!(before.lines().count(), after.lines().count());
    let pairs = before.lines().zip(after.lines());
    pairs.filter(|(was, is)| was != is).count()
}

#[test]
fn a_value_and_a_clause_change_where_they_stand_and_nowhere_else() {
    let mut changed = 0;
    for folder in all_folders() {
        let text = text_of(&folder, "policy.toml");
        let document = load_document(&folder);
        for told in explain_parts(&document, Lang::Zh) {
            for value in &told.values {
                let Some(field) = &value.field else { continue };
                let at = place(&told, &value.path);
                let same = change(&text, Change::Value(at, field)).expect("it has it");
                assert_eq!(same, text, "{} {}", told.id, value.path);
                let new = another(field);
                let new = change(&text, Change::Value(at, &new)).expect("it has it");
                assert_eq!(lines_changed(&text, &new), 1, "{} {}", told.id, value.path);
                if !value.source_path.is_empty() {
                    let at = place(&told, &value.source_path);
                    let new = change(&text, Change::Source(at, "deployment, X"));
                    let new = new.expect("it has it");
                    assert_eq!(lines_changed(&text, &new), 1, "{} {}", told.id, value.path);
                }
                changed += 1;
            }
        }
    }
    assert!(changed > 300, "{changed} values");
}

#[test]
fn an_entry_is_switched_off_and_on_again() {
    for folder in all_folders() {
        let text = text_of(&folder, "policy.toml");
        let document = load_document(&folder);
        let told = explain_parts(&document, Lang::Zh).into_iter();
        for told in told.filter(|told| !told.id.is_empty()) {
            let switch = |is_off| Change::Entry {
                table: told.table,
                id: &told.id,
                is_off,
            };
            let off = change(&text, switch(true)).expect("it has it");
            assert_ne!(off, text);
            assert_eq!(change(&off, switch(false)).expect("it has it"), text);
        }
    }
}

/// A document with one value of an entry changed, and with the entry switched off, where it still
/// reads; reading it for each of its values would take long.
fn changed(text: &str, told: &Told) -> Vec<PolicyDocument> {
    let some = told.values.iter().skip(told.id.len() % 3).step_by(3);
    let fields = some.filter_map(|value| Some((&value.path, another(value.field.as_ref()?))));
    let fields: Vec<(&String, Field)> = fields.collect();
    let values = fields
        .iter()
        .map(|(path, field)| Change::Value(place(told, path), field));
    let off = (!told.id.is_empty()).then_some(Change::Entry {
        table: told.table,
        id: &told.id,
        is_off: true,
    });
    let texts = values.chain(off).map(|one| change(text, one));
    let texts = texts.map(|text| text.expect("it has it"));
    texts.filter_map(|text| read(&text).ok()).collect()
}

#[test]
fn a_case_that_is_answered_otherwise_can_be_agreed_to() {
    let (mut agreed, mut refused) = (0, 0);
    for folder in all_folders() {
        let (text, cases) = (
            text_of(&folder, "policy.toml"),
            text_of(&folder, "cases.toml"),
        );
        let parts = cases_of(&cases).parts;
        let was = load_document(&folder);
        for told in explain_parts(&was, Lang::Zh).iter().skip(1).step_by(3) {
            for document in changed(&text, told) {
                assert_ne!(differences(&was, &document, Lang::En), []);
                let documents = [&document];
                let layers = Layers::new(&documents).expect("go together");
                let failing = parts.iter();
                let failing = failing.filter(|case| run_part_case(case, &layers).is_err());
                for case in failing.take(2) {
                    let answer = answer_part_case(case, &layers);
                    refused += usize::from(answer.get("error").is_some());
                    assert_ne!(answer_differences(case, &answer, Lang::Zh), []);
                    let new = expect_of_part(&cases, &case.id, &answer).expect("it has it");
                    let again = cases_of(&new).parts;
                    let again = again.iter().find(|one| one.id == case.id);
                    let again = again.expect("it is still there");
                    assert_eq!(again.question, case.question);
                    let run = run_part_case(again, &layers);
                    assert!(run.is_ok(), "{:?}", run.map_err(|text| text.en));
                    agreed += 1;
                }
            }
        }
    }
    let enough = agreed > 60 && refused > 0;
    assert!(enough, "{agreed} cases, {refused} without an answer");
}

#[test]
fn what_is_asked_is_told_in_chinese() {
    let mut english = Vec::new();
    for folder in all_folders() {
        for case in &cases_of(&text_of(&folder, "cases.toml")).parts {
            let told = question_in_words(case, Lang::Zh);
            let lines = told.split('；').filter_map(|line| line.rsplit_once('：'));
            // Entries are named by their ids.
            let keys = lines.flat_map(|(keys, _)| keys.split(" · "));
            let keys = keys.filter(|key| !key.contains('/'));
            let plain = keys.filter(|key| key.contains(|sign: char| sign.is_ascii_alphabetic()));
            english.extend(plain.map(str::to_owned));
        }
    }
    assert_eq!(english, Vec::<String>::new());
}

#[test]
fn what_is_not_there_is_not_changed() {
    let folder = all_folders().remove(0);
    let text = text_of(&folder, "policy.toml");
    let at = |table, id, path| Place { table, id, path };
    let places = [
        at("counting", "", "over.nothing"),
        at("counting", "", ""),
        at("counting", "HN/none", "over.value"),
        at("nothing", "", "value"),
        at("measure", "HN/none", "due.hours"),
    ];
    for place in places {
        let value = change(&text, Change::Value(place, &Field::Number(1)));
        assert_eq!(value, Err(EditError::NoSuch), "{place:?}");
        let source = change(&text, Change::Source(place, "deployment"));
        assert_eq!(source, Err(EditError::NoSuch), "{place:?}");
    }
}
