//! The delivered documents: they read, compile, answer their cases, and every row is tried.

use gatehouse_core::gate::wording::Lang;
use gatehouse_core::gate::{Policy, decide};
use gatehouse_core::policy::cases::{Case, read_cases, run_case};
use gatehouse_core::policy::difference::differences;
use gatehouse_core::policy::{PolicyDocument, compile, coverage, read};
use std::path::{Path, PathBuf};

const CASES_LEAST: usize = 25;

/// The delivered documents that have a say at the gate.
pub(crate) fn folders() -> Vec<PathBuf> {
    let mut folders = all_folders();
    folders.retain(|folder| {
        let text = std::fs::read_to_string(folder.join("policy.toml")).expect("a text file");
        text.contains("\n[[row]]")
    });
    folders
}

/// Every delivered document.
pub(crate) fn all_folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    let mut folders: Vec<PathBuf> = std::fs::read_dir(root)
        .expect("the folder of policies")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.join("policy.toml").is_file())
        .collect();
    folders.sort();
    folders
}

/// The document of a folder, read.
pub(crate) fn load_document(folder: &Path) -> PolicyDocument {
    let source = std::fs::read_to_string(folder.join("policy.toml")).expect("a text file");
    let name = folder.display().to_string();
    read(&source).unwrap_or_else(|complaints| {
        let lines: Vec<String> = complaints
            .iter()
            .map(|c| c.to_text(&name, &source, Lang::En))
            .collect();
        panic!("{}", lines.join("\n"))
    })
}

pub(crate) fn load(folder: &Path) -> (PolicyDocument, Policy, Vec<Case>) {
    let text = |name: &str| std::fs::read_to_string(folder.join(name)).expect("a text file");
    let name = folder.display().to_string();
    let document = load_document(folder);
    let source = text("cases.toml");
    let cases = read_cases(&source).unwrap_or_else(|complaints| {
        let lines: Vec<String> = complaints
            .iter()
            .map(|c| c.to_text(&name, &source, Lang::En))
            .collect();
        panic!("{}", lines.join("\n"))
    });
    let policy = compile(&[&document]).unwrap_or_else(|error| panic!("{name}: {error}"));
    (document, policy, cases)
}

/// A document of these rows and nothing else to speak of.
pub(crate) fn small_document(id: &str, rows: &str) -> PolicyDocument {
    let text = format!(
        r#"id = "{id}"
version = 1
title = {{ zh = "例子", en = "Example" }}
notice = "example"

[force]
from = {{ value = "2020-02-06T00:00:00+08:00", source = "deployment" }}
ends = {{ value = "2020-05-06T00:00:00+08:00", source = "deployment" }}
review = {{ value = "2020-03-06", source = "deployment" }}

[basis]
health_ground = "zone_order"
legal_basis = {{ zh = "法", en = "Law" }}
authority = {{ zh = "指挥部", en = "the command" }}
appeal = {{ zh = "申诉", en = "appeal" }}
source = "deployment"

[parameters]
fever_threshold_celsius = {{ value = 37.3, unit = "℃", source = "deployment" }}
rest_minutes = {{ value = 15, unit = "分钟", source = "deployment" }}
entrances_most = {{ value = 1, unit = "个", source = "deployment" }}

{rows}"#
    );
    read(&text).unwrap_or_else(|complaints| {
        let lines: Vec<String> = complaints
            .iter()
            .map(|c| c.to_text(id, &text, Lang::En))
            .collect();
        panic!("{}", lines.join("\n"))
    })
}

#[test]
fn cases_are_answered_as_expected() {
    for folder in folders() {
        let (document, policy, cases) = load(&folder);
        let failures: Vec<String> = cases
            .iter()
            .filter_map(|case| Some(run_case(case, &policy).err()?.en))
            .collect();
        assert!(
            failures.is_empty(),
            "{}:\n{}",
            document.id,
            failures.join("\n")
        );
        assert!(
            cases.len() >= CASES_LEAST,
            "{} has {} cases",
            document.id,
            cases.len()
        );
    }
}

#[test]
fn every_row_decides_once_and_just_fails_once() {
    for folder in folders() {
        let (document, policy, cases) = load(&folder);
        let untried = coverage::untried(&cases, &policy);
        assert!(untried.is_empty(), "{}: {untried:#?}", document.id);
    }
}

#[test]
fn the_compiled_form_reads_back_and_keeps_its_id() {
    for folder in folders() {
        let (_, policy, _) = load(&folder);
        let bytes = policy.compiled().to_bytes();
        let again = Policy::read(&bytes).expect("reads back");
        assert_eq!(again.id(), policy.id());
        assert_eq!(again.compiled(), policy.compiled());
    }
}

#[test]
fn a_suspended_row_only_ever_lets_people_through() {
    for folder in folders() {
        let (document, before, cases) = load(&folder);
        let mut milder = 0;
        for row in &document.rows {
            let mut suspended = document.clone();
            assert!(suspended.suspend(&row.id));
            let after = compile(&[&suspended]).expect("it still goes together");
            for case in &cases {
                let [was, is] = [&before, &after]
                    .map(|policy| decide(&case.situation, Some(policy)).verdict.gravity());
                assert!(
                    is <= was,
                    "{}: {} with {} suspended",
                    document.id,
                    case.id,
                    row.id
                );
                milder += usize::from(is < was);
            }
        }
        assert!(
            milder > 5,
            "{}: {milder} cases come out milder",
            document.id
        );
        assert!(!document.clone().suspend("X/nothing"));
    }
}

#[test]
fn what_differs_between_two_versions_is_said_in_words() {
    let folders = folders();
    let folder = folders.iter().find(|one| one.ends_with("henan-2020-02"));
    let text = std::fs::read_to_string(folder.expect("delivered").join("policy.toml"));
    let text = text.expect("a text file");
    let document = |text: &str| read(text).expect("it reads");
    let before = document(&text);
    /// What is edited, what is told of it, and the words before and after.
    type Edit = (
        [&'static str; 2],
        [&'static str; 2],
        [Option<&'static str>; 2],
    );
    let table: [Edit; 5] = [
        (
            ["value = 15, unit", "value = 10, unit"],
            ["rest_minutes", ""],
            [Some("15 分钟"), Some("10 分钟")],
        ),
        (
            [
                "vehicle_outside = true, special_reason = true }",
                "vehicle_outside = true }",
            ],
            ["HN/vehicle-special", "对谁、何时"],
            [Some("有特殊情况"), Some("车辆")],
        ),
        (
            [
                "need = { plate_recorded = true, host_consent = true, registered_now = true }",
                "need = { plate_recorded = true, registered_now = true }",
            ],
            ["HN/vehicle-special", "要什么"],
            [Some("住户说明并同意"), Some("登记")],
        ),
        (
            ["id = \"HN/vehicle-out\"", "id = \"HN/vehicle-away\""],
            ["HN/vehicle-away", ""],
            [None, Some("准许：")],
        ),
        (
            ["days = { value = 180", "days = { value = 90"],
            ["HN/pass-resident", "天数"],
            [Some("180 天"), Some("90 天")],
        ),
    ];
    for ([old, new], [about, what], words) in table {
        assert!(text.contains(old), "{old}");
        let found = differences(&before, &document(&text.replacen(old, new, 1)), Lang::Zh);
        let told = found
            .iter()
            .find(|one| one.about == about && one.what == what);
        let told = told.unwrap_or_else(|| panic!("{about} {what}: {found:#?}"));
        for (side, word) in [&told.before, &told.after].into_iter().zip(words) {
            match (side, word) {
                (Some(text), Some(word)) => assert!(text.contains(word), "{about}: {text}"),
                (side, word) => assert_eq!(side.as_deref(), word, "{about}"),
            }
        }
    }
    assert_eq!(differences(&before, &document(&text), Lang::Zh), []);
}
