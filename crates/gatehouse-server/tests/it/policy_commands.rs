//! The examples of `docs/policy-commands.md`, run as they stand there.

use crate::command_lines::run;
use serde_json::Value;
use std::path::Path;

/// The text between a fence of this kind and its end, each in turn.
fn fenced<'a>(text: &'a str, kind: &str) -> Vec<&'a str> {
    let fence = format!("```{kind}\n");
    let blocks = text.split(&fence).skip(1);
    blocks
        .filter_map(|block| block.split("\n```").next())
        .collect()
}

#[test]
fn every_example_is_answered_as_the_page_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = std::fs::read_to_string(root.join("docs/policy-commands.md")).expect("the page");
    let commands = fenced(&page, "sh");
    let (questions, answers) = (fenced(&page, "json question"), fenced(&page, "json answer"));
    assert!(!commands.is_empty());
    assert_eq!(commands.len(), questions.len());
    assert_eq!(commands.len(), answers.len());
    for ((command, question), answer) in commands.iter().zip(questions).zip(answers) {
        let words = command
            .trim_end_matches(" < lines.jsonl")
            .split(' ')
            .skip(1);
        let arguments: Vec<String> = words
            .map(|word| match word.starts_with("policies/") {
                true => root.join(word).display().to_string(),
                false => word.to_owned(),
            })
            .collect();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let question: Value = serde_json::from_str(question).expect("a question");
        let said = run(&arguments, format!("{question}\n\n{{\n").as_bytes());
        let expected: Value = serde_json::from_str(answer).expect("an answer");
        let said = said.json();
        assert_eq!(said[0], expected, "{command}");
        // A line that cannot be used says which it is, and the others go on.
        assert_eq!(said[1]["error"]["code"], "L001", "{command}");
        assert_eq!(said[1]["error"]["line"], 3, "{command}");
    }
}
