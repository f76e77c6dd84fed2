//! What is printed is read by people without training: no sentence of a poster or a guard's card
//! denies something twice, in the fixed words and in what any delivered document makes of them.

use crate::paper::board_with;
use crate::support::START;
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::measure::{Stage, StageSpell};
use gatehouse_server::paper::board::Board;
use std::collections::BTreeSet;

/// Where a sentence or a part of one ends.
const ENDS: &[char] = &[
    '，', '。', '；', '：', '、', '？', '！', '“', '”', '（', '）', '·', ',', '.', ';', ':', '?',
    '!', '"', '(', ')', '\n',
];
/// What denies in Chinese.
const DENIES: &[char] = &['不', '没', '无', '未', '非', '勿', '莫'];
/// What denies in English.
const DENY: [&str; 10] = [
    "no", "not", "never", "nobody", "none", "nothing", "neither", "nor", "without", "cannot",
];
/// Fixed phrases in which nothing is denied, or the same thing only once.
const FIXED: [&str; 1] = ["非常"];
/// English words that begin like one that denies.
const UNLIKE: [&str; 5] = ["under", "understand", "unit", "until", "unless"];

/// What can hold in a place.
const STAGES: [Option<Stage>; 9] = [
    None,
    Some(Stage::Routine),
    Some(Stage::Low),
    Some(Stage::Medium),
    Some(Stage::High),
    Some(Stage::NoCase),
    Some(Stage::Case),
    Some(Stage::Outbreak),
    Some(Stage::CommunitySpread),
];

/// How often a part of a sentence denies.
fn denials(part: &str, lang: Lang) -> usize {
    match lang {
        Lang::Zh => {
            let rest = FIXED
                .iter()
                .fold(part.to_owned(), |rest, fixed| rest.replace(fixed, ""));
            rest.matches(DENIES).count()
        }
        Lang::En => {
            let lower = part.to_lowercase();
            let words = lower.split(|c: char| !c.is_alphabetic() && c != '\'');
            let words = words.filter(|word| {
                let is_un = word.starts_with("un") && !UNLIKE.contains(word);
                DENY.contains(word) || word.ends_with("n't") || is_un
            });
            words.count()
        }
    }
}

/// The parts of a text that deny twice.
fn twice(text: &str, lang: Lang) -> Vec<String> {
    let parts = text.split(ENDS).filter(|part| denials(part, lang) > 1);
    parts.map(|part| part.trim().to_owned()).collect()
}

#[test]
fn a_part_of_a_sentence_that_denies_twice_is_found() {
    for (text, lang, found) in [
        ("住户不得不登记。", Lang::Zh, "住户不得不登记"),
        ("没有证不能进，请登记。", Lang::Zh, "没有证不能进"),
        ("不串门，不聚集。没带证，查房号。", Lang::Zh, ""),
        ("Nobody may not leave.", Lang::En, "Nobody may not leave"),
        ("It is not unusual; come in.", Lang::En, "It is not unusual"),
        (
            "You don't go without a pass.",
            Lang::En,
            "You don't go without a pass",
        ),
        ("No pass until noon: no entry.", Lang::En, ""),
    ] {
        let wanted: Vec<&str> = Some(found)
            .filter(|found| !found.is_empty())
            .into_iter()
            .collect();
        assert_eq!(twice(text, lang), wanted, "{text}");
    }
}

/// All sentences of a board.
fn sentences(board: &Board) -> Vec<&str> {
    let lines = board.lines.iter();
    let lines = lines.flat_map(|line| {
        [
            &line.title,
            &line.chip,
            &line.text,
            &line.needs,
            &line.duties,
        ]
    });
    let others = [&board.span, &board.appeal, &board.sources];
    lines.chain(others).map(String::as_str).collect()
}

/// What stands in a catalogue of the papers' own words.
fn catalogue(lang: &str) -> String {
    let path = format!(
        "{}/src/locales/{lang}/paper.ftl",
        env!("CARGO_MANIFEST_DIR")
    );
    std::fs::read_to_string(path).expect("a catalogue")
}

fn folders() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../policies");
    let folders = std::fs::read_dir(folder).expect("the delivered documents");
    let name = |entry: std::io::Result<std::fs::DirEntry>| entry.expect("a folder").file_name();
    folders
        .map(|entry| name(entry).into_string().expect("a name"))
        .collect()
}

#[test]
fn no_paper_denies_twice_in_one_breath() {
    let mut found = BTreeSet::new();
    for (lang, code) in [(Lang::Zh, "zh"), (Lang::En, "en")] {
        for line in catalogue(code).lines() {
            found.extend(twice(
                line.split_once(" = ").map_or(line, |(_, words)| words),
                lang,
            ));
        }
        for folder in folders() {
            for stage in STAGES {
                let spell = stage.map(|stage| StageSpell {
                    stage,
                    from_at: START,
                    until_at: START + 86_400_000,
                });
                let board = board_with(&folder, lang, Vec::new(), Vec::from_iter(spell));
                for text in sentences(&board) {
                    found.extend(
                        twice(text, lang)
                            .into_iter()
                            .map(|part| format!("{folder}: {part}")),
                    );
                }
            }
        }
    }
    assert_eq!(found, BTreeSet::new());
}
