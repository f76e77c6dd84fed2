//! Commands that need no database, as others use them to test us: JSON in, JSON out. The forms are
//! in `docs/gate-command.md` and `docs/pass-command.md`.

use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a command said.
pub struct Said {
    pub is_content: bool,
    lines: Vec<String>,
    errors: String,
}

impl Said {
    pub fn json(&self) -> Vec<Value> {
        let lines = self.lines.iter();
        lines
            .map(|line| serde_json::from_str(line).expect("a line of JSON"))
            .collect()
    }
}

pub fn run(arguments: &[&str], input: &[u8]) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gatehouse"));
    command.args(arguments).stdin(Stdio::piped());
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("runs");
    let mut stdin = child.stdin.take().expect("piped");
    let input = input.to_vec();
    // A command that does not read its input is not to be waited for.
    let writing = std::thread::spawn(move || {
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().expect("ends");
    writing.join().expect("written");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
    let said = Said {
        is_content: output.status.success(),
        lines: text(&output.stdout).lines().map(str::to_owned).collect(),
        errors: text(&output.stderr),
    };
    assert!(
        !said.errors.contains("panicked"),
        "{arguments:?}: {}",
        said.errors
    );
    said
}

fn policies() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies")
}

fn henan() -> String {
    policies().join("henan-2020-02").display().to_string()
}

#[test]
fn notices_above_one_another_are_told_where_they_say_the_opposite() {
    let above = policies().join("zhongxiang-2020-02").display().to_string();
    let said = run(&["policy", "check", &above, &henan()], b"");
    assert!(said.is_content, "{:?} {}", said.lines, said.errors);
    let is_note = |line: &&String| line.contains("P029") && line.contains("ZX/");
    assert!(
        said.lines.iter().any(|line| is_note(&line)),
        "{:?}",
        said.lines
    );
    let said = run(&["policy", "check", "--json", &above, &henan()], b"");
    let answer = &said.json()[0];
    assert_eq!(answer["complaints"].as_array().map(Vec::len), Some(0));
    assert_eq!(answer["notes"][0]["code"], "P029");
}

#[test]
fn every_shipped_folder_is_checked_and_a_breach_is_told_with_its_place() {
    for folder in std::fs::read_dir(policies()).expect("listed").flatten() {
        let said = run(
            &["policy", "check", &folder.path().display().to_string()],
            b"",
        );
        assert!(said.is_content, "{:?} {}", said.lines, said.errors);
    }
    let folder = tempfile::tempdir().expect("a folder");
    let source = Path::new(&henan()).to_owned();
    let text = std::fs::read_to_string(source.join("policy.toml")).expect("reads");
    let cases = std::fs::read_to_string(source.join("cases.toml")).expect("reads");
    let twice = "[[row]]\nid = \"HN/resident\"\neffect = \"duty\"\nsource = \"deployment\"\n";
    let table = [
        (format!("colour = 1\n{text}"), "policy.toml:1:"),
        (format!("{text}\n{twice}"), "P0"),
        (
            text.replacen("effect = \"grant\"", "effect = 3", 1),
            "policy.toml:",
        ),
    ];
    for (text, place) in table {
        std::fs::write(folder.path().join("policy.toml"), text).expect("writes");
        std::fs::write(folder.path().join("cases.toml"), &cases).expect("writes");
        let name = folder.path().display().to_string();
        let said = run(&["policy", "check", &name], b"");
        assert!(
            !said.is_content && said.lines[0].contains(place),
            "{:?}",
            said.lines
        );
        assert!(
            !said.lines.iter().any(|line| line.contains(":0:")),
            "{:?}",
            said.lines
        );
        let said = run(&["policy", "check", "--json", &name], b"");
        let complaint = &said.json()[0]["complaints"][0];
        assert!(
            !said.is_content && complaint["code"].is_string(),
            "{complaint}"
        );
    }
    // A row less: what no reader can see is proved, with a situation.
    let (head, tail) = text
        .split_once("[[row]]\nid = \"HN/visitor-out\"")
        .expect("the row");
    let rest = tail.split_once("\n[[row]]").map_or("", |(_, rest)| rest);
    let less = format!("{head}[[row]]{rest}");
    std::fs::write(folder.path().join("policy.toml"), less).expect("writes");
    let name = folder.path().display().to_string();
    for (lang, gap) in [
        ("en", "P023 no row covers a visitor going out"),
        ("zh", "P023 访客出门"),
    ] {
        let said = run(&["policy", "check", "--lang", lang, &name], b"");
        let lines = &said.lines;
        assert!(lines.iter().any(|line| line.contains(gap)), "{lines:?}");
    }
    let said = run(&["policy", "check", "nowhere"], b"");
    assert!(
        !said.is_content && said.lines[0].contains("policy.toml: P000"),
        "{:?}",
        said.lines
    );
}

#[test]
fn a_document_is_explained_in_both_languages_and_as_json() {
    let zh = run(&["policy", "explain", &henan()], b"");
    let en = run(&["policy", "explain", &henan(), "--lang", "en"], b"");
    assert!(
        zh.lines.iter().any(|line| line.contains("[准许]")),
        "{:?}",
        zh.lines
    );
    assert!(
        en.lines.iter().any(|line| line.contains("[grant]")),
        "{:?}",
        en.lines
    );
    assert_eq!(zh.lines.len(), en.lines.len());
    let json = &run(&["policy", "explain", &henan(), "--json"], b"").json()[0];
    let policy = json["policy"].as_str().expect("an effective policy");
    let last = format!("现行规则 {policy}");
    assert!(policy.len() == 64 && zh.lines.contains(&last), "{policy}");
    let json = &json["documents"][0];
    let mut parts = json["parts"].as_array().expect("parts").iter();
    let pass = parts.find(|one| one["entry"] == "HN/pass-resident");
    assert_eq!(pass.expect("an entry")["table"], "pass");
    assert!(
        zh.lines.iter().any(|line| line.contains("天数：180 天")),
        "{:?}",
        zh.lines
    );
    let rows = json["rows"].as_array().expect("rows");
    assert!(rows.len() > 20, "{json}");
    for row in rows {
        for key in ["row", "effect", "condition", "source"] {
            assert!(
                row[key].as_str().is_some_and(|text| !text.is_empty()),
                "{row}"
            );
        }
    }
}

#[test]
fn the_vocabulary_is_the_one_that_is_documented() {
    let said = run(&["gate", "facts"], b"");
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/facts.schema.json");
    let kept = std::fs::read_to_string(kept).expect("reads");
    let kept: Value = serde_json::from_str(&kept).expect("JSON");
    let said: Value = serde_json::from_str(&said.lines.join("\n")).expect("JSON");
    assert_eq!(said, kept);
}

/// Lines of cases, with the verdict or the code that answers each.
fn cases() -> Vec<(String, &'static str)> {
    let at = "2020-02-19T07:00:00+08:00";
    let out = json!({"subject_kind": "resident", "registered_resident": true, "way": "out",
        "pass_state": "valid", "temperature": 36.5});
    let need = json!({"subject_kind": "resident", "way": "out", "emergency": true});
    let twice = |facts: &str| format!("{{\"moment\": \"{at}\", {facts}}}");
    vec![
        (
            json!({"id": "a", "moment": at, "facts": out}).to_string(),
            "admit",
        ),
        (
            json!({"id": 2, "moment": at, "facts": need}).to_string(),
            "admit",
        ),
        (json!({"moment": at}).to_string(), "ask"),
        (String::new(), ""),
        ("{".to_owned(), "G001"),
        ("[]".to_owned(), "G001"),
        (json!({"moment": at, "shoe": 1}).to_string(), "G001"),
        (twice(&format!("\"moment\": \"{at}\"")), "G001"),
        (
            twice("\"facts\": {\"way\": \"in\", \"way\": \"out\"}"),
            "G001",
        ),
        (json!({"moment": "tomorrow"}).to_string(), "G002"),
        (
            json!({"moment": at, "facts": {"shoe": 1}}).to_string(),
            "G003",
        ),
        (
            json!({"moment": at, "facts": {"temperature": "warm"}}).to_string(),
            "G003",
        ),
        (
            format!("{{\"moment\": \"{}\"}}", "9".repeat(1 << 20)),
            "G004",
        ),
        (
            json!({"id": "last", "moment": at, "facts": out}).to_string(),
            "admit",
        ),
    ]
}

#[test]
fn cases_are_decided_line_by_line_and_a_bad_one_stops_no_other() {
    let lines = cases();
    let input: Vec<&str> = lines.iter().map(|line| line.0.as_str()).collect();
    let said = run(
        &["gate", "decide", "--policy", &henan()],
        input.join("\n").as_bytes(),
    );
    let wanted = lines.iter().filter(|line| !line.0.is_empty());
    let answers = said.json();
    assert_eq!(answers.len(), wanted.clone().count());
    for ((line, expected), answer) in wanted.zip(&answers) {
        let told = answer["error"]["code"]
            .as_str()
            .or(answer["verdict"].as_str());
        let shown: String = line.chars().take(80).collect();
        assert_eq!(told, Some(*expected), "{shown}: {answer}");
    }
    assert!(
        !said.is_content && said.errors.contains("9 lines"),
        "{}",
        said.errors
    );
    // Without a document nobody is kept, and nothing is asked.
    let said = run(&["gate", "decide"], lines[2].0.as_bytes());
    assert!(said.is_content);
    assert_eq!(said.json()[0]["ground"], "no_policy");
    let said = run(&["gate", "decide", "--policy", "nowhere"], b"");
    assert!(
        !said.is_content && said.errors.contains("P000"),
        "{}",
        said.errors
    );
}

#[test]
fn passes_are_issued_and_verified_from_a_folder_of_keys() {
    let folder = tempfile::tempdir().expect("a folder");
    let keys = folder.path().join("keys").display().to_string();
    let none = run(&["pass", "verify", "--files", &keys], b"");
    assert!(
        !none.is_content && none.errors.contains("K-ROOT"),
        "{}",
        none.errors
    );
    let help = run(&["order", "propose", "--help"], b"");
    assert!(help.is_content && help.lines.join(" ").contains("--password-file"));
    let bad = run(&["order", "--files", &keys, "show", "--order", "x"], b"");
    assert!(!bad.is_content, "{}", bad.errors);
}
