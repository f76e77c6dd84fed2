//! What somebody writes wrongly in a policy document is found where it stands.

use crate::policies::folders;
use gatehouse_core::policy::read;

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
        ("rest_minutes = {", "rest_minutes_long = {", "P009", ""),
        ("[parameters]", "[parameters", "P001", ""),
    ];
    for (from, to, code, place) in table {
        assert!(right.contains(from), "{from} is in the document");
        let wrong = right.replacen(from, to, 1);
        let complaints = read(&wrong).err().unwrap_or_default();
        let all: Vec<String> = complaints.iter().map(|c| c.to_text("", &wrong)).collect();
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
        .any(|complaint| complaint.code == "P004" && complaint.message.contains("source"));
    assert!(found, "{complaints:?}");
}
