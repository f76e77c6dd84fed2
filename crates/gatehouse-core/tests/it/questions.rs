//! Questions that are mistyped have an error and no milder answer.

use crate::policies::{all_folders, load_document};
use gatehouse_core::policy::part::{Kind, Layers, answer_line};
use gatehouse_core::policy::read;

/// The code of the answer to a question of a delivered document, empty where it has one.
fn code(folder: &str, kind: Kind, question: &str) -> String {
    let folders = all_folders();
    let found = folders.iter().find(|one| one.ends_with(folder));
    let document = load_document(found.expect("is delivered"));
    let documents = [&document];
    let layers = Layers::new(&documents).expect("alone");
    let line = format!("{{\"moment\": \"2020-11-20T10:00:00+08:00\", {question}}}");
    let answer = answer_line(kind, &layers, line.as_bytes());
    let code = answer["error"]["code"].as_str();
    code.unwrap_or_default().to_owned()
}

#[test]
fn a_country_has_two_capital_letters_and_a_stay_ends_by_the_moment() {
    let stays = [
        (r#""country": "RU", "until": "2020-11-19""#, ""),
        (r#""country": "RU", "until": "2020-11-20""#, ""),
        (r#""until": "2020-11-19""#, ""),
        (r#""country": "ru", "until": "2020-11-19""#, "L002"),
        (r#""country": "Russia", "until": "2020-11-19""#, "L002"),
        (r#""country": "", "until": "2020-11-19""#, "L002"),
        (r#""country": "RU", "until": "2020-11-21""#, "L002"),
    ];
    for (stay, expected) in stays {
        let question = format!(r#""person": {{"stays": [{{"kinds": ["abroad"], {stay}}}]}}"#);
        let found = code("p9-street-contingency", Kind::Propose, &question);
        assert_eq!(found, expected, "{stay}");
    }
    let root = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../policies/p9-street-contingency"
    );
    let text = std::fs::read_to_string(format!("{root}/policy.toml")).expect("delivered");
    for key in ["countries", "countries_except"] {
        for other in ["ru", "Russia", ""] {
            let written = format!("{key} = [\"RU\"]");
            assert!(text.contains(&written));
            let text = text.replace(&written, &format!("{key} = [\"{other}\"]"));
            let found = read(&text).expect_err("is refused");
            assert!(found.iter().any(|one| one.code == "P005"), "{found:?}");
        }
    }
}

#[test]
fn what_no_document_names_and_an_end_before_the_begin_are_errors() {
    let measures = [
        (r#""stages": ["high"]"#, ""),
        (r#""stages": ["outbreak", "high"]"#, ""),
        (r#""stages": ["outbreak"]"#, "L003"),
        (r#""before": ["outbreak"]"#, "L003"),
        (r#""decided": ["P7/test-around"]"#, ""),
        (r#""decided": ["P7/test-arround"]"#, "L003"),
    ];
    for (question, expected) in measures {
        let found = code("p7-city-autumn-winter", Kind::Measures, question);
        assert_eq!(found, expected, "{question}");
    }
    let plans = [
        (r#""contact_released": "2020-11-12T09:00:00+08:00""#, ""),
        (r#""contact_released": "2020-11-09T09:00:00+08:00""#, "L002"),
        (r#""case_excluded": "2020-11-09T09:00:00+08:00""#, "L002"),
    ];
    for (end, expected) in plans {
        let order = format!(r#""entered": "2020-11-10T09:00:00+08:00", {end}"#);
        let question = format!(r#""plan": "P9/observed", "order": {{{order}}}"#);
        let found = code("p9-street-contingency", Kind::Plan, &question);
        assert_eq!(found, expected, "{end}");
    }
}
