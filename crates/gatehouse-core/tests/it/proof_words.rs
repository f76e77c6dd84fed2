//! A finding is told by the plainest situation that is in it, in the words of a rule.

use crate::policies::small_document;
use crate::proof::{found, row};

/// Rows that leave a gap, and how a visitor's is told, from "for example" on.
fn gaps_in_words() -> Vec<(String, &'static str, &'static str)> {
    let when = |id: &str, effect: &str, condition: &str| {
        row(id, effect, "deployment", &format!("when = {condition}"))
    };
    let grant = |condition: &str| when("X/some", "grant", condition);
    let key_area = r#"["key_area", "abroad"], within_days = 14"#;
    vec![
        (
            grant(&format!("{{ stays = {{ any = {key_area} }} }}")),
            "，最近 14 天没去过境外、重点地区",
            ", was not in abroad or a key area within 14 days",
        ),
        (
            grant(&format!("{{ stays = {{ none = {key_area} }} }}")),
            "，最近 14 天去过境外、重点地区",
            ", was in abroad or a key area within 14 days",
        ),
        (
            grant(r#"{ time_of_day = { from = "07:00", to = "24:00" } }"#),
            "，07:00 以前",
            ", before 07:00",
        ),
        (
            grant(r#"{ time_of_day = { from = "22:00", to = "07:00" } }"#),
            "，07:00 到 22:00",
            ", from 07:00 to 22:00",
        ),
        (
            grant(r#"{ date = { to = "2020-02-19" } }"#),
            "，2020-02-20 起",
            ", from 2020-02-20 on",
        ),
        (
            grant("{ temperature = { at_least = 30.0, below = 37.3 } }"),
            "，体温 37.3 ℃及以上",
            ", temperature 37.3 °C or more",
        ),
        // Where it may be anything else, it is ordinary: warm, masked, of no zone, a green code.
        (
            when("X/cold", "refer", "{ temperature = { below = 35.0 } }")
                + &when("X/hot", "refer", "{ temperature = { at_least = 37.3 } }")
                + &when("X/bare", "bar", "{ mask = false }")
                + &when("X/code", "refer", r#"{ health_code = ["yellow", "red"] }"#)
                + &when("X/zone", "grant", r#"{ zone = "sealed", mask = true }"#),
            "，健康码：绿码",
            ", health code: green",
        ),
        (
            grant(r#"{ pass_state = ["valid", "expired"] }"#),
            "，证的状态：没有证",
            ", pass state: no pass",
        ),
    ]
}

#[test]
fn a_gap_is_told_by_the_plainest_situation_that_is_in_it() {
    for (rows, zh, en) in gaps_in_words() {
        let findings = found(&small_document("X", &rows));
        let visitor = findings
            .iter()
            .find(|finding| finding.code == "P023" && finding.crossing == Some(["visitor", "in"]));
        let message = &visitor.expect(&rows).message;
        let (_, told) = message.zh.split_once("例如：").expect("an example");
        assert_eq!(told, format!("来人类别：访客，方向：进{zh}"), "{rows}");
        let (_, told) = message.en.split_once("for example: ").expect("an example");
        assert_eq!(
            told,
            format!("subject kind: visitor, way: in{en}"),
            "{rows}"
        );
    }
}
