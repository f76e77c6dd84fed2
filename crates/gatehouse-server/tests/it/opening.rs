//! What restricted has ended: the gates are open, and whoever lives there, visits or works there
//! is told (SCOPE-1).

use crate::gate::{Phone, compound_of, cookie, delivered, hold_alone};
use crate::passes::community;
use crate::policy_draft_pages::{between, desks};
use crate::resident::{gate, holder, opened};
use crate::support::{START, demo_on_both};
use axum::http::StatusCode;
use gatehouse_core::area::AreaLevel;
use gatehouse_store::policy::PolicyForceRow;
use serde_json::json;

const DAY: i64 = 86_400_000;
const VERSIONS: &str = "versions";

#[test]
fn an_end_opens_the_gates_and_everybody_is_told() {
    demo_on_both(|app, demo| {
        let [street, _] = desks(app, demo);
        let (office, resident) = (
            cookie(app, demo, "office1"),
            opened(app, demo, &holder(app, demo)),
        );
        let pages = [
            (
                format!("/areas/{}/today", community(demo)),
                office,
                "进出限制 ",
            ),
            ("/my".to_owned(), resident, "现在正常进出，不看证，不登记"),
            (
                format!("/visit/{}", gate(demo)),
                String::new(),
                "现在不限制进出",
            ),
        ];
        let told = |expected: bool| {
            for (path, cookie, words) in &pages {
                let page = app.get(path, cookie).body;
                assert_eq!(page.contains(words), expected, "{path}: {page}");
            }
        };
        told(false);
        // Whatever holds at the street; documents above and below it there are none.
        loop {
            let page = street.get(VERSIONS);
            if !page.contains("value=\"end\"") {
                break;
            }
            let (_, rest) = page.split_once("value=\"end\"").expect("a form");
            let [document, from_at] = ["document", "from_at"]
                .map(|name| between(rest, &format!("name=\"{name}\" value=\""), "\""));
            let body = format!(
                "act=end&document={document}&from_at={from_at}&password={}",
                street.password
            );
            let ended = street.form(VERSIONS, &body);
            assert_eq!(ended.status, StatusCode::SEE_OTHER, "{}", ended.body);
        }
        told(true);
        let mut phone = Phone::enrolled(app, demo, "guard1a");
        let shown = phone.step(json!({"input": "begin", "subject_kind": "visitor", "way": "in"}));
        assert!(shown.to_string().contains("现在没有限制"), "{shown}");
    });
}

/// Documents lie one over the other: the street's ends, and the county's still holds.
#[test]
fn an_end_of_one_of_several_is_told_with_what_still_holds() {
    demo_on_both(|app, demo| {
        let [street, _] = desks(app, demo);
        let county = demo.town.streets.at_level(AreaLevel::County);
        let county = county.expect("a county");
        let upper = "henan-2020-02";
        hold_alone(
            app,
            demo,
            "zhongxiang-2020-02",
            delivered("zhongxiang-2020-02"),
        );
        let text = delivered(upper);
        app.write(move |tx| {
            let version = tx.load_policy_document(upper, (&text, None), &[2; 32], START, None)?;
            tx.insert_policy_force(&PolicyForceRow {
                area: county,
                document: upper.to_owned(),
                version,
                from_at: START,
                to_at: None,
                decided_by: None,
                approved_by: None,
            })
        });
        app.later(15 * DAY);
        let (office, resident) = (
            cookie(app, demo, "office1"),
            opened(app, demo, &holder(app, demo)),
        );
        let today = format!("/areas/{}/today", community(demo));
        let pages = [
            (today, office, "还在执行："),
            ("/my".to_owned(), resident, "现在进出照："),
            (
                format!("/visit/{}", gate(demo)),
                String::new(),
                "现在来，照：",
            ),
        ];
        let told = |expected: bool| {
            for (path, cookie, words) in &pages {
                let page = app.get(path, cookie).body;
                assert_eq!(page.contains(words), expected, "{path}: {page}");
                if expected {
                    let (_, still) = page.split_once(words).expect("found before");
                    assert!(still.starts_with("河南指南"), "{path}: {page}");
                    let ended =
                        page.contains("有些进出规定") && page.contains("不再执行：钟祥通知");
                    assert!(ended, "{path}: {page}");
                }
                // Neither is true while the county's holds.
                for words in ["现在正常进出", "现在不限制进出", "不用在这里登记"]
                {
                    assert!(!page.contains(words), "{path}: {page}");
                }
            }
        };
        told(false);
        let (area, now) = (street.area, app.app.world.now_millis());
        app.write(move |tx| {
            assert!(tx.end_policy_force(area, "zhongxiang-2020-02", START, now)?);
            Ok(())
        });
        told(true);
    });
}

#[test]
fn an_end_without_a_successor_is_told_beforehand_with_what_no_longer_holds() {
    demo_on_both(|app, demo| {
        let [street, _] = desks(app, demo);
        let (ends, words) = (START + 2 * DAY, "原来的规则到期，之后没有限制");
        let area = street.area;
        let end = |at| {
            app.write(move |tx| {
                for row in tx.policy_forces_of(area, 10)? {
                    tx.end_policy_force(area, &row.document, row.from_at, at)?;
                }
                Ok(())
            });
        };
        let resident = opened(app, demo, &holder(app, demo));
        let beforehand = |expected: bool| {
            for (path, cookie) in [
                ("/my".to_owned(), resident.as_str()),
                (format!("/visit/{}", gate(demo)), ""),
            ] {
                let page = app.get(&path, cookie).body;
                let told = page.contains("进出限制到") && page.contains("要是延长，会写在这里");
                assert_eq!(told, expected, "{path}: {page}");
            }
        };
        // Weeks ahead the day is enough; what changes is told in the last one.
        end(START + 20 * DAY);
        let page = street.get("");
        assert!(!page.contains(words), "{page}");
        beforehand(false);
        end(ends);
        beforehand(true);
        let page = street.get("");
        assert!(page.contains(words), "{page}");
        let told = between(&page, &format!("id=\"next-{ends}\""), "</section>");
        // What is asked of somebody now, and that nobody asks for it then.
        for words in ["<del>", "<ins>"] {
            assert!(told.contains(words), "{words}: {told}");
        }
        let gate = cookie(app, demo, "office1");
        let compound = format!("/areas/{}/policy", demo.town.streets.gates[0].compound);
        let page = app.get(&compound, &gate).body;
        assert!(page.contains(&format!("&amp;at={ends}")), "{page}");
    });
}

/// Rules that people carry out and no gate asks for: nothing may say that there are none.
#[test]
fn where_only_measures_hold_pages_and_posters_say_which() {
    demo_on_both(|app, demo| {
        let [street, _] = desks(app, demo);
        let resident = opened(app, demo, &holder(app, demo));
        let phone = Phone::enrolled(app, demo, "guard1a");
        let path = format!("/areas/{}/policy", compound_of(app, &phone.gate));
        let title = "边境街道闭环防控";
        assert!(!app.get("/my", &resident).body.contains(title));

        let document = "p8-street-closed-loop";
        hold_alone(app, demo, document, delivered(document));
        let board = app.get(&path, &street.cookie).body;
        let seen = between(&board, "<ul class=\"answers\">", "</ul>");
        assert!(seen.contains(title), "{seen}");
        assert!(seen.contains("下面这些由社区和单位落实"), "{seen}");
        assert!(!seen.contains("现在没有限制"), "{seen}");
        let poster = app.get(&format!("{path}/poster.pdf?lang=zh"), &street.cookie);
        assert_eq!(poster.status, StatusCode::OK);
        let own = app.get("/my", &resident).body;
        assert!(own.contains(title), "{own}");
        assert!(own.contains("这里还有这些规定"), "{own}");
    });
}
