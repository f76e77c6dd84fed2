//! What people will be told by a document is read before anybody signs it, beside the draft and on
//! the page of a version: answers, what changes, papers, how far it is.

use crate::policy_draft_pages::{Desk, VERSIONS, between, desks, shipped};
use crate::rendered;
use crate::support::demo_on_both;
use axum::http::StatusCode;
use gatehouse_server::ops::demo::make::Demo;

/// When ZX is put in force, on the clock of the place.
const BEGINS: &str = "2020-02-21T07:00";
const WARNING: &str = "还没批准，不要贴";

/// The part of a page below an id.
fn part<'a>(page: &'a str, id: &str) -> &'a str {
    between(page, &format!("id=\"{id}\""), "</section>")
}

fn has(text: &str, words: &[&str]) {
    for words in words {
        assert!(text.contains(words), "{words}: {text}");
    }
}

/// A paper below an address of the area, in words; `None` where the machine cannot read it.
fn paper(desk: &Desk<'_>, rest: &str) -> Option<String> {
    let answer = desk.app.get(&desk.path(rest), &desk.cookie);
    assert_eq!(answer.status, StatusCode::OK, "{rest}");
    rendered::text(&answer.bytes).map(|text| text.replace(['\n', ' '], ""))
}

fn says(desk: &Desk<'_>, rest: &str, expected: bool) {
    if let Some(text) = paper(desk, rest) {
        assert_eq!(text.contains(WARNING), expected, "{rest}: {text}");
        assert!(text.contains("先不出"), "{rest}: {text}");
    }
}

#[test]
fn what_people_will_be_told_is_read_before_anybody_signs() {
    demo_on_both(|app, demo| {
        let [street, county] = desks(app, demo);
        let (policy, cases) = (shipped("policy"), shipped("cases"));
        let draft = street.begin(&[("policy", &policy), ("cases", &cases)]);
        beside_a_draft(&street, &draft);
        let submitted = street.change(
            &draft,
            "/submit",
            &format!("from={BEGINS}&password={}", street.password),
        );
        assert_eq!(submitted.status, StatusCode::SEE_OTHER);
        let version = before_the_second_signature(&street, &county, demo);
        once_it_is_approved(&county, &version);
    });
}

fn beside_a_draft(street: &Desk<'_>, draft: &str) {
    let page = street.get(draft);
    has(
        part(&page, "words"),
        &["出去买东西", "先不出", "37.3", "poster.pdf?lang=zh"],
    );
    // As the guide of the province, which holds there, has it, and as the draft has it.
    has(
        part(&page, "turn"),
        &["访客", "<del>先不进 · ", "<ins>先不进 · "],
    );
    has(
        part(&page, "steps"),
        &["没有问题", "没试过", "送的时候定", "s-due"],
    );
    let proved = part(&page, "problems");
    has(proved, &["每一条限制都有结束的日子", "什么人进、什么人出"]);
    assert!(!proved.contains("还不成立"), "{proved}");
    says(street, &format!("{draft}/poster.pdf"), true);
    says(street, &format!("{draft}/guard-card.pdf"), true);

    // What nobody has saved is read as well.
    let tried = street.change(draft, "", "act=look&p-fever_threshold_celsius=37.0");
    has(part(&tried.body, "words"), &["37.0"]);
    assert!(!street.get(draft).contains("37.0"));
    // A higher one leaves that of the guide above, which goes on holding.
    let tried = street.change(draft, "", "act=look&p-fever_threshold_celsius=37.6");
    has(part(&tried.body, "words"), &["37.3"]);

    // A gap: the proof does not hold, the answers stand.
    street.change(draft, "/row", "row=ZX/courier&off=true");
    let page = street.get(draft);
    has(part(&page, "steps"), &["要改 2 处"]);
    has(part(&page, "problems"), &["还不成立", "对 55 个"]);
    street.change(draft, "/row", "row=ZX/courier&off=false");
    assert!(street.get(draft).contains("没有问题"));
}

/// Its version.
fn before_the_second_signature(street: &Desk<'_>, county: &Desk<'_>, demo: &Demo) -> String {
    let list = county.get(VERSIONS);
    let version = between(&list, "name=\"version\" value=\"", "\"").to_owned();
    let words = format!("/versions/zhongxiang-2020-02/{version}#words");
    has(&list, &[&words]);
    let one = format!("{VERSIONS}/zhongxiang-2020-02/{version}");
    let page = county.get(&one);
    has(
        part(&page, "words"),
        &[
            "2月21日 周五 07:00 起",
            "先不出",
            &format!("{version}/poster.pdf"),
        ],
    );
    has(part(&page, "steps"), &["还差另一个", "2月21日", "07:00"]);
    says(street, &format!("{one}/poster.pdf"), true);
    // At a compound below it hangs at its own gate.
    let below = Desk {
        cookie: street.cookie.clone(),
        password: String::new(),
        area: demo.town.streets.areas.last().expect("a place").id,
        ..*street
    };
    says(&below, &format!("{one}/poster.pdf"), true);
    has(part(&below.get(&one), "words"), &["先不出"]);
    let other = street.path(&format!("{VERSIONS}/zhongxiang-2020-02/99/poster.pdf"));
    let other = street.app.get(&other, &street.cookie);
    assert_eq!(other.status, StatusCode::NOT_FOUND);
    let body = format!(
        "act=approve&document=zhongxiang-2020-02&version={version}&from_at={}&password={}",
        between(&list, "name=\"from_at\" value=\"", "\""),
        county.password
    );
    let approved = county.form(VERSIONS, &body);
    assert_eq!(approved.status, StatusCode::SEE_OTHER, "{}", approved.body);
    version
}

fn once_it_is_approved(county: &Desk<'_>, version: &str) {
    let one = format!("{VERSIONS}/zhongxiang-2020-02/{version}");
    let page = county.get(&one);
    has(part(&page, "steps"), &["都签了"]);
    says(county, &format!("{one}/poster.pdf"), false);
    // The page of rules row by row as it will be then.
    let now = county.get("");
    assert!(!now.contains("ZX/stay-in"), "{now}");
    let at = |at: &str| {
        let path = format!("{}?at={at}", county.path(""));
        county.app.get(&path, &county.cookie)
    };
    let then = at(between(&now, "/policy?at=", "\""));
    has(
        &then.body,
        &["现在还不是这样", "ZX/stay-in", "2月21日 周五 07:00 起"],
    );
    assert_eq!(at("1").status, StatusCode::NOT_FOUND);
}
