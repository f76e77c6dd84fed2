//! What is held about somebody, on their own page; a pass that they report lost themselves.

use crate::gate::{Phone, cookie};
use crate::passes::{community, pass, read, scan};
use crate::resident::{holder, opened, somebody};
use crate::support::{START, TestApp, demo_on_both};
use axum::http::StatusCode;
use gatehouse_store::Shard;
use gatehouse_store::policy::PolicyForceRow;
use serde_json::json;

#[test]
fn one_s_own_page_shows_what_is_held_and_how_long() {
    demo_on_both(|app, demo| {
        let who = holder(app, demo);
        let person = who.person;
        let own = read(app, move |tx| {
            let now = crate::support::START;
            let mut rows = tx.passes_of_holder(Shard(1), &person.0)?;
            rows.retain(|row| row.revocation.is_none() && row.expires_at > now);
            Ok(rows.pop().expect("a pass"))
        });
        let mut phone = Phone::enrolled(app, demo, "guard1a");
        scan(&mut phone, &own);
        phone.step(json!({"input": "fact", "fact": "temperature", "value": 36.5}));
        phone.step(json!({"input": "finish", "outcome": "crossed"}));
        phone.send_all();
        let resident = opened(app, demo, &who);
        let page = app.get("/my/data", &resident).body;
        let [building, unit, room] = &who.door;
        let door = format!("{building} 栋 {unit} 单元 {room}");
        for said in [
            door.as_str(),
            &own.number.to_string(),
            "我的进出",
            "已通过",
            "留 30 天",
            "照片",
        ] {
            assert!(page.contains(said), "{said}: {page}");
        }
        let all = app.get("/my/crossings", &resident).body;
        assert!(all.contains("已通过"), "{all}");
        // All of them, by pages, however much the others of the home cross.
        let mut seen = 0;
        let mut link = Some("/my/crossings".to_owned());
        for _ in 0..60 {
            scan(&mut phone, &own);
            phone.step(json!({"input": "finish", "outcome": "turned_back"}));
        }
        phone.send_all();
        while let Some(page) = link.take() {
            let page = app.get(&page, &resident).body;
            let (_, list) = page.split_once("looks-list").expect("a list");
            let list = list.split("</ul>").next().unwrap_or_default();
            seen += list.matches("<li>").count();
            let next = page.split_once("rel=\"next\"");
            let next = next.and_then(|(before, _)| before.rsplit_once("href=\""));
            link = next.map(|(_, next)| next.trim_end_matches("\" ").to_owned());
        }
        let mine = read(app, move |tx| {
            let all = tx.crossings_of_household(Shard(1), who.household, 0, 9_999)?;
            let mine = Some(gatehouse_core::wire::Subject::Person(person));
            Ok(all.iter().filter(|row| row.subject == mine).count())
        });
        assert!(mine > 60);
        assert_eq!(seen, mine);
        // Nothing of it on the page of somebody else.
        let other = opened(app, demo, &somebody(demo, 59));
        let page = app.get("/my/data", &other).body;
        assert!(!page.contains(&own.number.to_string()), "{page}");
        let mine = |cookie: &str| app.get("/my/crossings", cookie).body;
        assert_ne!(mine(&other), mine(&resident));
    });
}

#[test]
fn who_lost_a_pass_says_so_and_the_office_makes_a_new_one() {
    demo_on_both(|app, demo| {
        let who = holder(app, demo);
        let resident = opened(app, demo, &who);
        let page = app.get("/my", &resident).body;
        let mark = "name=\"pass\" value=\"";
        let rest = page.split_once(mark).expect("a pass").1;
        let id = rest.split('"').next().unwrap_or_default().to_owned();
        let say = |cookie: &str, word: &str| {
            app.form("/my/lost", cookie, &format!("pass={id}&say={word}"))
        };
        let other = opened(app, demo, &somebody(demo, 59));
        assert_eq!(say(&other, "lost").status, StatusCode::NOT_FOUND);
        assert_eq!(say(&resident, "replace").status, StatusCode::SEE_OTHER);
        assert_eq!(say(&resident, "replace").status, StatusCode::SEE_OTHER);
        assert!(app.get("/my", &resident).body.contains("已挂失"));
        let office = cookie(app, demo, "office1");
        let base = format!("/areas/{}/passes", community(demo));
        assert!(app.get(&base, &office).body.contains("挂失了"));
        let life = app.get(&format!("{base}/{id}"), &office).body;
        assert!(life.contains("要补办"), "{life}");
        let next = "fedcba9876543210fedcba9876543210";
        let form = format!("reason=lost&replace=yes&next={next}");
        let done = app.form(&format!("{base}/{id}/revoke"), &office, &form);
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
        let next = gatehouse_core::id::PassId::parse(next).expect("an id");
        assert!(pass(app, next).revocation.is_none());
        assert_eq!(say(&resident, "found").status, StatusCode::CONFLICT);
    });
}

/// What they are promised is what is done where they live: the fewer days of a document in force
/// there (SCOPE-5).
#[test]
fn one_s_own_page_says_the_days_of_the_documents_in_force() {
    demo_on_both(|app, demo| {
        let who = holder(app, demo);
        let resident = opened(app, demo, &who);
        let said = |app: &TestApp| {
            let page = app.get("/my/data", &resident).body;
            let crossings = app.get("/my/crossings", &resident).body;
            [page, crossings].map(|page| [30, 7].map(|days| page.contains(&format!("{days} 天"))))
        };
        let before = said(app);
        let mut text = crate::gate::delivered("p5-village-control");
        for record in ["crossings", "people"] {
            let told = format!("record = \"{record}\"\ndays = {{ value = ");
            assert!(text.contains(&format!("{told}30")), "{record}");
            text = text.replace(&format!("{told}30"), &format!("{told}7"));
        }
        let area = who.compound;
        app.write(move |tx| {
            let texts = (text.as_str(), None);
            let version = tx.load_policy_document("p5", texts, &[1; 32], START, None)?;
            tx.insert_policy_force(&PolicyForceRow {
                area,
                document: "p5".to_owned(),
                version,
                from_at: START,
                to_at: Some(START + 86_400_000),
                decided_by: None,
                approved_by: None,
            })
        });
        let after = said(app);
        assert_eq!(before[1], [true, false], "the settings");
        assert_eq!(after[1], [false, true], "the document");
        assert!(after[0][1], "what is held of them says so too");
    });
}
