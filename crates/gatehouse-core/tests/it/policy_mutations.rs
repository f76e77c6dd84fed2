//! Single mistakes made by a program in the delivered documents: nearly all are caught, by the
//! reader, by the proof, or by the document's own cases.

use crate::policies::folders;
use gatehouse_core::policy::cases::{read_cases, run_case};
use gatehouse_core::policy::coverage::untried;
use gatehouse_core::policy::proof::prove;
use gatehouse_core::policy::{compile, read};

/// Mistakes tried in each document.
const TRIED: usize = 100;
/// Of a hundred so many at least must be caught.
const CAUGHT_LEAST: usize = 95;

/// A mistake, in words, and the text with it.
struct Mistake {
    what: String,
    text: String,
}

/// Every place at which a word stands, with another in its place.
fn swapped(text: &str, word: &str, other: &str) -> Vec<Mistake> {
    let places = text.match_indices(word);
    places
        .map(|(at, _)| Mistake {
            what: format!("line {}: {word} → {other}", line(text, at)),
            text: [&text[..at], other, &text[at + word.len()..]].concat(),
        })
        .collect()
}

fn line(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

fn rows_removed(text: &str) -> Vec<Mistake> {
    let starts: Vec<usize> = text.match_indices("\n[[row]]").map(|(at, _)| at).collect();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let pairs = starts.iter().copied().zip(ends);
    pairs
        .map(|(from, to)| Mistake {
            what: format!("line {}: a row less", line(text, from)),
            text: [&text[..from], &text[to..]].concat(),
        })
        .collect()
}

/// A number of the table or of a parameter, one more than it was.
fn numbers_changed(text: &str) -> Vec<Mistake> {
    let keys = [
        "at_least = ",
        "at_most = ",
        "below = ",
        "_days = ",
        "minutes = { value = ",
    ];
    let mut mistakes = Vec::new();
    for key in keys {
        for (at, _) in text.match_indices(key) {
            let from = at + key.len();
            let digits: String = text[from..]
                .chars()
                .take_while(char::is_ascii_digit)
                .collect();
            if let Ok(number) = digits.parse::<u32>() {
                let to = from + digits.len();
                mistakes.push(Mistake {
                    what: format!("line {}: {number} + 1", line(text, at)),
                    text: [&text[..from], &(number + 1).to_string(), &text[to..]].concat(),
                });
            }
        }
    }
    mistakes
}

fn mistakes(text: &str) -> Vec<Mistake> {
    let words = [
        ("\nwho = ", "\nhwo = "),
        ("\nsource = ", "\nsuorce = "),
        ("way = \"in\"", "way = \"out\""),
        ("way = \"out\"", "way = \"in\""),
        ("effect = \"bar\"", "effect = \"grant\""),
        ("effect = \"grant\"", "effect = \"bar\""),
        ("effect = \"refer\"", "effect = \"duty\""),
        (" = true", " = false"),
        ("\"visitor\"", "\"courier\""),
        ("\"resident\"", "\"vehicle\""),
        ("T00:00:00+08:00", "T00:00:00"),
    ];
    let swaps = words
        .iter()
        .flat_map(|(word, other)| swapped(text, word, other));
    rows_removed(text)
        .into_iter()
        .chain(numbers_changed(text))
        .chain(swaps)
        .collect()
}

/// Whether the reader, the compiler, the proof or the cases say that something is wrong.
fn is_caught(text: &str, cases: &str) -> bool {
    let Ok(document) = read(text) else {
        return true;
    };
    let (Ok(policy), Ok(cases)) = (compile(&[&document]), read_cases(cases)) else {
        return true;
    };
    !prove(&policy, &[&document]).is_empty()
        || cases.iter().any(|case| run_case(case, &policy).is_err())
        || !untried(&cases, &policy).is_empty()
}

#[test]
fn single_mistakes_in_delivered_documents_are_caught() {
    let (mut tried, mut missed) = (0, Vec::new());
    for folder in folders() {
        let text = std::fs::read_to_string(folder.join("policy.toml")).expect("reads");
        let cases = std::fs::read_to_string(folder.join("cases.toml")).expect("reads");
        assert!(!is_caught(&text, &cases), "{}", folder.display());
        let all = mistakes(&text);
        assert!(all.len() > TRIED, "{}", all.len());
        let name = folder
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        // Spread over the whole list, so that each sort of mistake has its turn.
        for mistake in (0..TRIED).map(|at| &all[at * all.len() / TRIED]) {
            tried += 1;
            if !is_caught(&mistake.text, &cases) {
                missed.push(format!("{name} {}", mistake.what));
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
