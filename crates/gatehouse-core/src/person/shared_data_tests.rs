//! Tests over data that may not be copied into this repository: lists of codes, numbers of other
//! libraries' tests, hostile strings. They read `GATEHOUSE_SHARED_DATA` or `../shared/data`
//! beside the workspace and say so where neither is there.

use super::*;
use crate::complaint::ComplaintCode;
use crate::moment::CivilDay;
use crate::text;
use crate::vehicle::Plate;
use std::path::PathBuf;

/// The file's text, or `None` after saying that the test is skipped.
#[expect(
    clippy::disallowed_methods,
    reason = "where the data lies is for the machine to say"
)]
fn shared(path: &str) -> Option<String> {
    let workspace = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folders = [
        std::env::var_os("GATEHOUSE_SHARED_DATA").map(PathBuf::from),
        Some(workspace.join("../shared/data")),
        Some(workspace.join("../../shared/data")),
    ];
    let found = folders
        .into_iter()
        .flatten()
        .find_map(|folder| std::fs::read_to_string(folder.join(path)).ok());
    if found.is_none() {
        eprintln!("skipped: {path} is not here; set GATEHOUSE_SHARED_DATA to its folder");
    }
    found
}

/// Fields of a line of CSV; a comma inside quotes does not part them.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    for c in line.trim_end().chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            c => fields.last_mut().expect("never empty").push(c),
        }
    }
    fields
}

fn codes(csv: &str) -> Vec<u32> {
    csv.lines()
        .skip(1)
        .filter_map(|line| line.split(',').next()?.parse().ok())
        .collect()
}

#[test]
fn id_numbers_of_other_libraries_get_the_same_verdicts() {
    let (Some(numbers), Some(current), Some(old)) = (
        shared("admin-codes/id-numbers.csv"),
        shared("admin-codes/areas.csv"),
        shared("admin-codes/abandoned-or-old-codes.csv"),
    ) else {
        return;
    };
    let table = AreaCodeTable::new(codes(&current), codes(&old));
    let today = CivilDay::parse("2020-02-19").expect("a day");
    let mut seen = 0;
    for line in numbers.lines().skip(1) {
        let row = fields(line);
        let (number, verdict, why) = (&row[0], row[1].as_str(), &row[2]);
        let found = IdNumber::parse(number, &table, today);
        let standing = found.as_ref().map(|(_, standing)| *standing);
        match verdict {
            "invalid" => assert!(found.is_err(), "{why}"),
            "valid" if why.contains("abandoned") => {
                assert_eq!(standing, Ok(AreaStanding::Old), "{why}");
            }
            // Neither list has every code there ever was: 440524 of the standard's own example.
            "valid" | "valid-unless-strict" => assert!(found.is_ok(), "{why}"),
            "valid-form" => assert_eq!(standing, Ok(AreaStanding::NotListed), "{why}"),
            other => panic!("a verdict nobody explained: {other}"),
        }
        if let Some((_, upgraded)) = why.split_once("upgrades to ") {
            let (id, _) = found.as_ref().expect("valid");
            assert_eq!(id.reveal_text(), upgraded);
        }
        if let Ok((id, _)) = &found {
            for (word, sex) in [("; male", Sex::Male), ("female", Sex::Female)] {
                assert!(!why.contains(word) || id.sex() == sex, "{why}");
            }
        }
        seen += 1;
    }
    assert_eq!(seen, 23);
}

#[test]
fn an_abandoned_code_is_shown_as_old() {
    let (Some(current), Some(old)) = (
        shared("admin-codes/areas.csv"),
        shared("admin-codes/abandoned-or-old-codes.csv"),
    ) else {
        return;
    };
    let (current, old) = (codes(&current), codes(&old));
    let table = AreaCodeTable::new(current.clone(), old.clone());
    let today = CivilDay::parse("2020-02-19").expect("a day");
    let birth = CivilDay::parse("1962-09-27").expect("a day");
    for code in &old {
        let id = IdNumber::compose(*code, birth, 121).expect("composes");
        let (_, standing) = IdNumber::parse(id.reveal_text(), &table, today).expect("accepted");
        let expected = if current.contains(code) {
            AreaStanding::Current
        } else {
            AreaStanding::Old
        };
        assert_eq!(standing, expected, "{code}");
    }
    assert!(old.len() > 1000);
}

#[test]
fn phone_formats_agree() {
    let Some(csv) = shared("admin-codes/phone-formats.csv") else {
        return;
    };
    for line in csv.lines().skip(1).filter(|line| line.contains("strict")) {
        let row = fields(line);
        let prefix = &row[1][..2];
        for third in '0'..='9' {
            let number = format!("{prefix}{third}00001111");
            let allowed = row[2].split('(').next().expect("text").trim();
            let expected = allowed.contains("any") || allows(allowed, third);
            let found = Phone::parse(&number);
            if expected {
                assert!(found.is_ok(), "{number}");
            } else if !matches!(&number[..2], "19" | "16") {
                assert_eq!(found, Err(ComplaintCode::PhoneSegment), "{number}");
            }
        }
    }
}

/// `0-3 5-9` or `5 7 8 9`.
fn allows(allowed: &str, digit: char) -> bool {
    allowed
        .split_whitespace()
        .any(|part| match part.split_once('-') {
            Some((low, high)) => (low..=high).contains(&digit.to_string().as_str()),
            None => part == digit.to_string(),
        })
}

#[test]
fn plates_and_names_agree() {
    let (Some(plates), Some(names)) = (
        shared("admin-codes/plates.csv"),
        shared("admin-codes/name-formats.csv"),
    ) else {
        return;
    };
    for row in plates.lines().skip(1).map(fields) {
        assert_eq!(Plate::parse(&row[0]).is_ok(), row[1] == "valid", "{row:?}");
    }
    for row in names.lines().skip(1).map(fields) {
        let name = PersonName::parse(&row[0]).expect("valid");
        assert_eq!(name.reveal_text(), row[0]);
    }
}

/// Kept unchanged but for blanks and dots, or refused with a reason; never a crash.
#[test]
fn hostile_strings_are_kept_or_refused() {
    let Some(json) = shared("adversarial/naughty-strings.json") else {
        return;
    };
    let strings: Vec<String> = serde_json::from_str(&json).expect("a list of strings");
    let today = CivilDay::parse("2020-02-19").expect("a day");
    let (mut kept, mut refused) = (0, 0);
    for string in &strings {
        match PersonName::parse(string) {
            Ok(name) => {
                let tidy = |text: &str| text::fold_for_lookup(text);
                assert_eq!(tidy(name.reveal_text()), tidy(string));
                assert!(
                    !name
                        .reveal_text()
                        .contains(['<', '>', '"', '=', '\\', '/', '{'])
                );
                kept += 1;
            }
            Err(code) => {
                assert!(code.text_key().starts_with("complaint-"));
                refused += 1;
            }
        }
        for kind in DocumentKind::ALL {
            let _ = Document::parse(kind, string, &NoAreaTable, today);
        }
        assert!(
            IdNumber::parse(string, &NoAreaTable, today).is_err(),
            "{string:?}"
        );
        let _ = (
            Phone::parse(string),
            Plate::parse(string),
            search::terms_for_query(string),
        );
        let _ = (Sex::parse(string), text::clean_line(string, 40));
    }
    assert_eq!(kept + refused, strings.len());
    assert!(kept > 20 && refused > 200, "{kept} kept, {refused} refused");
}
