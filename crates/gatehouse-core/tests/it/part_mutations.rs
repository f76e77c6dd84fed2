//! Single mistakes made by a program in what documents say beyond the gate: nearly all are
//! caught, by the reader or by the document's own cases.

use crate::policies::all_folders;
use gatehouse_core::policy::cases::read_case_file;
use gatehouse_core::policy::part::{Layers, run_part_case};
use gatehouse_core::policy::read;

/// Of a hundred so many at least must be caught.
const CAUGHT_LEAST: usize = 95;

/// Tables of the gate and of what is no part.
const NOT_PARTS: [&str; 2] = ["row", "outside"];

/// Words that are swapped for another of the same list.
const WORDS: [(&str, &str); 16] = [
    ("from = \"low\"", "from = \"medium\""),
    ("from = \"medium\"", "from = \"high\""),
    ("from = \"high\"", "from = \"medium\""),
    ("from = \"case\"", "from = \"no_case\""),
    ("from = \"outbreak\"", "from = \"community_spread\""),
    ("level = \"medium\"", "level = \"high\""),
    ("on_decision = true", "on_decision = false"),
    ("zero = true", "zero = false"),
    ("kind = \"at_once\"", "kind = \"daily\""),
    ("kind = \"daily\"", "kind = \"standing\""),
    ("after = \"diagnosis\"", "after = \"arrival\""),
    ("after = \"fever_found\"", "after = \"arrival\""),
    ("\nsource = ", "\nsuorce = "),
    ("\nowner = ", "\nonwer = "),
    ("\nfrom = ", "\nform = "),
    ("\ndue = ", "\nude = "),
];

/// A mistake, in words, and the text with it.
struct Mistake {
    what: String,
    text: String,
}

fn mistake(text: &str, at: usize, length: usize, other: &str) -> Mistake {
    let line = text[..at].matches('\n').count() + 1;
    let was = text[at..at + length].lines().find(|line| !line.is_empty());
    let was: String = was.unwrap_or_default().chars().take(40).collect();
    Mistake {
        what: format!("line {line}: {was} → {}", other.trim()),
        text: [&text[..at], other, &text[at + length..]].concat(),
    }
}

/// Where the entries of parts stand, each to the table behind it.
fn entries(text: &str) -> Vec<(usize, usize)> {
    let starts: Vec<usize> = text.match_indices("\n[").map(|(at, _)| at + 1).collect();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let is_part = |at: usize| {
        let name: String = text[at..]
            .chars()
            .filter(|c| *c != '[')
            .take_while(|c| *c != ']')
            .collect();
        text[at..].starts_with("[[") && !name.contains('.') && !NOT_PARTS.contains(&name.as_str())
    };
    starts
        .iter()
        .copied()
        .zip(ends)
        .filter(|(at, _)| is_part(*at))
        .collect()
}

fn numbers(text: &str, from: usize, to: usize) -> Vec<Mistake> {
    let keys = [
        "hours = ",
        "days = ",
        "at_least = ",
        "at_most = ",
        "admit_percent = ",
        "value = ",
    ];
    let mut found = Vec::new();
    for (at, key) in keys
        .iter()
        .flat_map(|key| text[from..to].match_indices(key))
    {
        let at = from + at + key.len();
        let digits: String = text[at..]
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        if let Ok(number) = digits.parse::<u32>() {
            found.push(mistake(text, at, digits.len(), &(number + 1).to_string()));
        }
    }
    found
}

fn mistakes(text: &str) -> Vec<Mistake> {
    let mut found = Vec::new();
    for (from, to) in entries(text) {
        found.push(mistake(text, from, to - from, ""));
        found.extend(numbers(text, from, to));
        for (word, other) in WORDS {
            let places = text[from..to].match_indices(word);
            found.extend(places.map(|(at, _)| mistake(text, from + at, word.len(), other)));
        }
    }
    found
}

/// Whether the reader or the cases of parts say that something is wrong.
fn is_caught(text: &str, cases: &str) -> bool {
    let Ok(document) = read(text) else {
        return true;
    };
    let documents = [&document];
    let (Ok(layers), Ok(cases)) = (Layers::new(&documents), read_case_file(cases)) else {
        return true;
    };
    let answers: Result<Vec<_>, _> = cases
        .parts
        .iter()
        .map(|case| run_part_case(case, &layers))
        .collect();
    answers.map_or(true, |answers| !document.parts.unnamed(&answers).is_empty())
}

#[test]
fn single_mistakes_beyond_the_gate_are_caught() {
    let (mut tried, mut missed) = (0, Vec::new());
    for folder in all_folders() {
        let read_file = |name: &str| std::fs::read_to_string(folder.join(name)).expect("reads");
        let (text, cases) = (read_file("policy.toml"), read_file("cases.toml"));
        assert!(!is_caught(&text, &cases), "{}", folder.display());
        let name = folder.file_name().unwrap_or_default().display().to_string();
        for one in mistakes(&text) {
            tried += 1;
            if !is_caught(&one.text, &cases) {
                missed.push(format!("{name} {}", one.what));
            }
        }
    }
    let caught = tried - missed.len();
    println!("{caught} of {tried} caught; not: {missed:#?}");
    assert!(
        caught * 100 >= tried * CAUGHT_LEAST,
        "{caught} of {tried}: {missed:#?}"
    );
}
