//! What somebody writes wrongly in a policy document is found where it stands.

use crate::policies::{all_folders, folders};
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::policy::diagnostic::COMPLAINTS_MOST;
use gatehouse_core::policy::{check, read};

fn henan() -> String {
    let folder = folders()
        .into_iter()
        .find(|folder| folder.ends_with("henan-2020-02"))
        .expect("the document is delivered");
    std::fs::read_to_string(folder.join("policy.toml")).expect("a text file")
}

#[test]
fn a_planted_mistake_is_found_with_its_line_and_column() {
    let right = henan();
    assert!(read(&right).is_ok(), "the document as delivered");
    let table = [
        // What is written instead of what; the code; what the complaint's place reads.
        ("way = \"in\"", "way = 3", "P005", "3"),
        ("effect = \"duty\"", "effekt = \"duty\"", "P003", "effekt"),
        (
            "below = \"may tighten\"",
            "below = \"perhaps\"",
            "P005",
            "\"perhaps\"",
        ),
        ("{ value = 37.3,", "{ value = \"x\",", "P005", "\"x\""),
        (
            "from = { value = \"2020-02-06T00:00:00+08:00\"",
            "from = { value = \"2020-02-31T00:00:00+08:00\"",
            "P005",
            "\"2020-02-31",
        ),
        (
            "id = \"HN/resident-by-room\"",
            "id = \"HN/resident\"",
            "P011",
            "\"HN/resident\"",
        ),
        (
            "subject_kind = \"resident\"",
            "subject_kind = \"king\"",
            "P008",
            "\"king\"",
        ),
        (
            "subject_kind = \"resident\"",
            "native_place = \"x\"",
            "P007",
            "native_place",
        ),
        ("{ value = \"2026-12", "{ value = \"2036-12", "P012", ""),
        ("rest_minutes = {", "rest_minutes_long = {", "P009", ""),
        ("[parameters]", "[parameters", "P001", ""),
    ];
    for (from, to, code, place) in table {
        assert!(right.contains(from), "{from} is in the document");
        let wrong = right.replacen(from, to, 1);
        let complaints = read(&wrong).err().unwrap_or_default();
        let all: Vec<String> = complaints
            .iter()
            .map(|c| c.to_text("", &wrong, Lang::En))
            .collect();
        let found = complaints.iter().find(|complaint| {
            complaint.code == code && wrong[complaint.span.start..].starts_with(place)
        });
        let found = found.unwrap_or_else(|| panic!("{from} -> {to}: {all:?}"));
        let (line, column) = found.line_and_column(&wrong);
        let text = wrong.lines().nth(line - 1).unwrap_or_default();
        let at: String = text.chars().skip(column - 1).collect();
        assert!(at.starts_with(place), "{line}:{column} of {to}: {at}");
    }
    // Without its source, a row says so at the row.
    let wrong = right.replacen("source = \"HN 三(三)一\"\n", "", 1);
    let complaints = read(&wrong).err().unwrap_or_default();
    let found = complaints
        .iter()
        .any(|complaint| complaint.code == "P004" && complaint.message.en.contains("source"));
    assert!(found, "{complaints:?}");
}

/// Words that are not a document's own: two of them side by side are an English sentence.
fn speaks_english(zh: &str) -> bool {
    let outside: String = zh.split('`').step_by(2).collect::<Vec<_>>().join("，");
    let words: Vec<&str> = outside.split(' ').collect();
    let is_word = |word: &str| word.len() > 1 && word.chars().all(|c| c.is_ascii_alphabetic());
    let side_by_side = words
        .windows(2)
        .any(|two| two.iter().all(|one| is_word(one)));
    side_by_side || !zh.chars().any(|c| ('\u{4E00}'..='\u{9FFF}').contains(&c))
}

#[test]
fn complaints_are_in_chinese_too() {
    let (mut texts, mut told) = (Vec::new(), 0);
    for folder in all_folders() {
        let text = std::fs::read_to_string(folder.join("policy.toml")).expect("a text file");
        for (word, other) in SPOILED {
            texts.extend(text.contains(word).then(|| text.replace(word, other)));
        }
    }
    for text in texts {
        for complaint in read(&text).err().unwrap_or_default() {
            let zh = &complaint.message.zh;
            assert!(!speaks_english(zh), "{}: {zh}", complaint.code);
            told += 1;
        }
    }
    assert!(told > 500, "{told}");
}

/// What is spoiled everywhere in a document, and by what.
const SPOILED: [(&str, &str); 26] = [
    ("\nsource = ", "\nsuorce = "),
    ("id = \"", "id = \"x"),
    ("days = { value = ", "days = { value = 1000"),
    ("days = { value = ", "days = { value = \"x\", was = "),
    ("effect = \"bar\"", "effect = \"duty\""),
    ("way = \"in\"", "way = \"up\""),
    ("need = {", "need = { native_place = 1,"),
    ("when = {", "when = { temperature = \"hot\","),
    ("when = {", "when = { stays = 3,"),
    ("when = {", "when = { outings = { per = \"street\" },"),
    ("unless = {", "unless = [{}, {"),
    ("say = {", "say = { fr = \"x\","),
    ("value = \"2020-", "value = \"2020:"),
    ("health_ground = \"", "health_ground = \"not_"),
    ("[parameters]", "[parameter]"),
    ("[counting]", "[counts]"),
    ("from_day = ", "from_day = 9"),
    ("to_day = ", "to_day = 9"),
    ("from = \"low\"", "from = \"lowest\""),
    ("kind = \"within\"", "kind = \"standing\""),
    ("at_least = ", "at_least = 99"),
    ("owner = {", "owner = { who = 1,"),
    ("duty = [{", "duty = [{ how = 1,"),
    ("\"08:00\"", "\"08:00:99\""),
    ("[[", "["),
    ("= ", "- "),
];

#[test]
fn of_one_mistake_made_everywhere_the_first_are_told_and_how_many_there_are() {
    let wrong = henan().replace("\nsource = ", "\nsuorce = ");
    let complaints = read(&wrong).err().unwrap_or_default();
    let of_keys: Vec<_> = complaints.iter().filter(|one| one.code == "P003").collect();
    assert_eq!(of_keys.len(), COMPLAINTS_MOST + 1);
    let last = &of_keys[COMPLAINTS_MOST].message;
    assert!(last.en.contains("more of these"), "{last:?}");
    assert!(last.zh.contains("处同样的问题"), "{last:?}");
}

/// No gate learns how many people are inside: such a row would be approved and never apply.
#[test]
fn a_row_that_asks_for_what_nobody_says_at_a_gate_is_told() {
    let row = "\n[[row]]\nid = \"HN/crowd\"\neffect = \"duty\"\nsource = \"deployment\"\n\
               who = { subject_kind = \"visitor\" }\nway = \"in\"\n\
               when = { people_inside = { at_least = 300 } }\n\
               duty = [{ do = \"measure_temperature\" }]\n";
    let text = henan() + row;
    let document = read(&text).expect("reads");
    let notes = check::notes(&document, &[]);
    let [note] = &notes[..] else {
        panic!("one note: {notes:?}");
    };
    assert_eq!(
        (note.code, note.about.as_deref()),
        ("P037", Some("HN/crowd"))
    );
    let span = note.span.clone().expect("a place");
    assert!(text[span].contains("300"), "{note:?}");
    for folder in all_folders() {
        let text = std::fs::read_to_string(folder.join("policy.toml")).expect("a text file");
        let notes = check::notes(&read(&text).expect("reads"), &[]);
        assert!(notes.is_empty(), "{}: {notes:?}", folder.display());
    }
}
