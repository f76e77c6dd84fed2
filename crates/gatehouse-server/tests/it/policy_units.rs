//! A document's named values with their units, on each page in its own language.

use crate::policy_draft_pages::{desks, shipped};
use crate::support::demo_on_both;

#[test]
fn values_have_their_units_in_the_language_of_the_page() {
    demo_on_both(|app, demo| {
        let [street, _] = desks(app, demo);
        let draft = street.begin(&[("policy", &shipped("policy")), ("cases", &shipped("cases"))]);
        let row = format!("{draft}/sentence?row=ZX/rest");
        let shown = |rest: &str, lang: &str, wanted: &[&str], unwanted: &[&str]| {
            let page = app.page_in(street.staff, &street.path(rest), lang);
            for words in wanted {
                assert!(page.contains(words), "{rest}, {lang}: {words}: {page}");
            }
            for words in unwanted {
                assert!(!page.contains(words), "{rest}, {lang}: {words}: {page}");
            }
        };
        let zh = [
            "<em>℃</em>",
            "<em>分钟</em>",
            "<em>小时</em>",
            "<em>个</em>",
        ];
        let en = ["<em>°C</em>", "<em>minutes</em>", "<em>hours</em>"];
        shown(&draft, "zh", &zh, &en);
        shown(&draft, "en", &en, &zh);
        shown("", "zh", &["15 分钟", "37.3 ℃"], &["15 minutes"]);
        shown("", "en", &["15 minutes", "37.3 °C"], &["分钟", "℃"]);
        shown(&row, "zh", &["复测前休息 15 分钟"], &["15 minutes"]);
        let rest = "Rest before the second reading 15 minutes";
        shown(&row, "en", &[rest], &["分钟"]);
    });
}
