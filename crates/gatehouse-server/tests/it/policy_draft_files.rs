//! Files that somebody edited elsewhere and that cannot be read: the console says where and why, as
//! `gatehouse policy check` does (POL-4).

use crate::policy_draft_pages::{Desk, between, desks, shipped};
use crate::support::{Answer, demo_on_both};
use axum::http::StatusCode;

/// Files that are none, or not both; the code of the answer, and what it says of them.
fn bad_files(policy: &str, cases: &str) -> Vec<([String; 2], &'static str, Vec<String>)> {
    let misspelt = policy.replacen("\nhealth_ground =", "\nhealth_grounds =", 1);
    assert_ne!(misspelt, policy);
    let line = misspelt.split("health_grounds").next().unwrap_or_default();
    let line = line.matches('\n').count() + 1;
    let at = |file: &str, line: usize| format!("{file} 第 {line} 行：");
    let both = |policy: &str, cases: &str| [policy.to_owned(), cases.to_owned()];
    vec![
        (
            both(&misspelt, cases),
            "D-TEXT",
            vec![at("policy.toml", line), "health_grounds".to_owned()],
        ),
        (both("= 1", cases), "D-TEXT", vec![at("policy.toml", 1)]),
        (
            both(policy, "\n[[case]]"),
            "D-CASES",
            vec![at("cases.toml", 2)],
        ),
    ]
}

fn told(refused: &Answer, code: &str, words: &[String]) {
    let body = &refused.body;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
    for words in words.iter().map(String::as_str).chain([code]) {
        assert!(body.contains(words), "{code}: {words}: {body}");
    }
    // Nobody guesses beside what was found.
    assert!(!body.contains("结束是不是早于开始"), "{body}");
}

/// The draft's files put back at the version that its page shows.
fn put_back(street: &Desk<'_>, draft: &str, policy: &str, cases: &str) -> Answer {
    let page = street.get(draft);
    let version = between(&page, "name=\"version\" value=\"", "\"");
    let files = [("version", version), ("policy", policy), ("cases", cases)];
    street.bring_to(&format!("{draft}/files"), &files)
}

#[test]
fn what_is_wrong_with_files_is_told_with_file_line_and_code() {
    demo_on_both(|app, demo| {
        let [street, _] = desks(app, demo);
        let (policy, cases) = (shipped("policy"), shipped("cases"));
        for files in [vec![("policy", &*policy)], vec![]] {
            let refused = street.bring(&files);
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let draft = street.begin(&[("policy", &policy), ("cases", &cases)]);
        for ([bad_policy, bad_cases], code, words) in bad_files(&policy, &cases) {
            let files = [("policy", &*bad_policy), ("cases", &*bad_cases)];
            told(&street.bring(&files), code, &words);
            told(
                &put_back(&street, &draft, &bad_policy, &bad_cases),
                code,
                &words,
            );
            assert_eq!(street.get(&format!("{draft}/policy.toml")), policy);
        }
        let done = put_back(&street, &draft, &policy, &cases);
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    });
}
