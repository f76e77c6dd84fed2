//! What a document says beyond the gate, changed in the form of its draft: numbers, days and times
//! with their clauses, entries off and on; cases that are answered otherwise are agreed to.

use crate::policy_draft_pages::{Desk, between, desks};
use crate::support::demo_on_both;
use axum::http::StatusCode;

fn file(document: &str, name: &str) -> String {
    let root = env!("CARGO_MANIFEST_DIR");
    let path = format!("{root}/../../policies/{document}/{name}.toml");
    std::fs::read_to_string(path).expect("a policy")
}

fn begin(desk: &Desk<'_>, document: &str) -> String {
    let [policy, cases] = ["policy", "cases"].map(|name| file(document, name));
    desk.begin(&[("policy", &policy), ("cases", &cases)])
}

/// Saves fields, of which all are taken.
fn save(desk: &Desk<'_>, draft: &str, fields: &str) {
    let saved = desk.change(draft, "", fields);
    assert_eq!(
        saved.status,
        StatusCode::SEE_OTHER,
        "{fields}: {}",
        saved.body
    );
}

#[test]
fn a_city_moves_a_threshold_and_agrees_to_what_follows() {
    demo_on_both(|app, demo| {
        let [street, _] = desks(app, demo);
        let draft = begin(&street, "p7-city-autumn-winter");
        let page = street.get(&draft);
        assert!(page.contains("没有问题"), "as delivered: {page}");
        assert!(page.contains("name=\"v:risk:P7/medium-imported:at_least\" value=\"5\""));

        // 5 is low now, 6 medium: the clause does not say so.
        let wanted = "v:risk:P7/low-imported:at_most=５&v:risk:P7/medium-imported:at_least=6";
        let look = street.change(&draft, "", &format!("{wanted}&act=look"));
        assert_eq!(look.status, StatusCode::OK);
        for words in [
            "答案变了的例子",
            "风险等级",
            "<del>中风险</del> → <ins>低风险</ins>",
        ] {
            assert!(look.body.contains(words), "{words}: {}", look.body);
        }
        save(&street, &draft, wanted);
        let text = street.get(&format!("{draft}/policy.toml"));
        assert!(text.contains("at_least = 6"), "{text}");
        assert!(
            text.contains("source = \"P7 五(一), deployment\""),
            "{text}"
        );

        // What was agreed to is what is asked from then on.
        let page = street.get(&draft);
        let case = between(&page, "name=\"case\" value=\"", "\"");
        let agreed = street.change(&draft, "/case", &format!("case={case}"));
        assert_eq!(agreed.status, StatusCode::SEE_OTHER, "{}", agreed.body);
        let page = street.get(&draft);
        assert!(!page.contains("答案变了的例子"), "{page}");
        let cases = street.get(&format!("{draft}/cases.toml"));
        let five = between(&cases, "id = \"five-imported\"", "[[case]]");
        assert!(five.contains("level = \"low\""), "{five}");
    });
}

#[test]
fn an_entry_that_is_off_answers_nothing_and_comes_back() {
    demo_on_both(|app, demo| {
        let [street, _] = desks(app, demo);
        let draft = begin(&street, "p8-street-closed-loop");
        // Something else speaks of it: why nothing is saved is said, and what was chosen stays.
        let plan = "off:observation:P8/recovered:";
        let refused = street.change(&draft, "", &format!("{plan}=true"));
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        for words in ["D-TEXT", "没有叫 `P8/recovered`", "value=\"true\" checked"] {
            assert!(refused.body.contains(words), "{words}: {}", refused.body);
        }
        let both = |off| format!("{plan}={off}&off:elsewhere:P8/not-fit-for-home:={off}");
        save(&street, &draft, &both(true));
        let page = street.get(&draft);
        for words in ["答案变了的例子", "没有一条说到这件事"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        let text = street.get(&format!("{draft}/policy.toml"));
        assert!(text.contains("off = true"), "{text}");
        save(&street, &draft, &both(false));
        assert!(street.get(&draft).contains("没有问题"));
        assert_eq!(
            street.get(&format!("{draft}/policy.toml")),
            file("p8-street-closed-loop", "policy")
        );
    });
}

#[test]
fn what_is_not_of_the_shape_of_its_field_is_marked_and_changes_nothing() {
    demo_on_both(|app, demo| {
        let [street, _] = desks(app, demo);
        let draft = begin(&street, "p8-street-closed-loop");
        let before = street.get(&format!("{draft}/policy.toml"));
        let days = "v:observation:P8/filled-up:stage.0.days.value";
        let windows = "v:observation:P8/filled-up:stage.0.visit.0.windows.value";
        for fields in [
            format!("{days}=many"),
            format!("{days}=-1"),
            format!("{windows}=25:00-26:00"),
        ] {
            let refused = street.change(&draft, "", &fields);
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields}");
            for words in ["D-VALUE", "aria-invalid=\"true\""] {
                assert!(refused.body.contains(words), "{words}: {}", refused.body);
            }
        }
        // Of the right shape, and no document any more.
        let refused = street.change(&draft, "", &format!("{days}=0"));
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(street.get(&format!("{draft}/policy.toml")), before);

        // Times as they are typed in Chinese; a clause that somebody names.
        let source = "s:observation:P8/filled-up:stage.0.visit.0.windows.source=P8+五";
        let twice = "v:observation:P8/filled-up:stage.0.visit.0.a_day.value=2";
        let fields = format!("{windows}=8:00至11:00、14:00至18:00&{source}&{twice}");
        save(&street, &draft, &fields);
        let text = street.get(&format!("{draft}/policy.toml"));
        let line = "windows = { value = [[\"08:00\", \"11:00\"], [\"14:00\", \"18:00\"]], \
                    gap_minutes = 0, source = \"P8 五\" }";
        assert!(text.contains(line), "{text}");
    });
}
