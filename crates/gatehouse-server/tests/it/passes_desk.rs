//! A morning at the desk: many at one stroke, a building at a time, a closer look, a copy.

use crate::gate::{Phone, compound_of, cookie, delivered, hold_alone};
use crate::passes::{approved, community, read, scan};
use crate::support::{START, TestApp, demo_on_both};
use crate::told::told;
use axum::http::StatusCode;
use gatehouse_core::id::{ApplicationId, AreaId, PersonId};
use gatehouse_core::moment::Moment;
use gatehouse_server::ops::demo::household::DemoHousehold;
use gatehouse_server::ops::demo::make::Demo;
use gatehouse_server::ops::demo::person::DemoPerson;
use gatehouse_store::Shard;
use serde_json::json;
use std::collections::BTreeSet;

#[test]
fn a_complete_queue_is_approved_at_one_stroke_and_nobody_twice() {
    demo_on_both(|app, demo| {
        let office = cookie(app, demo, "office1");
        let base = format!("/areas/{}/passes", community(demo));
        let count = |body: &str| body.matches("name=\"application\"").count();
        let page = app.get(&base, &office).body;
        let (waiting, disabled) = (count(&page), page.matches("不批 ").count());
        assert!(waiting > 5 && disabled >= waiting, "{page}");
        let form = format!("until={START}");
        let answer = app.form(&format!("{base}/complete"), &office, &form);
        let to = answer.header("location").to_owned();
        assert!(to.contains("done=") && to.ends_with("held=0"), "{to}");
        let after = app.get(&to, &office).body;
        assert!(
            count(&after) < waiting && count(&after) > 0,
            "what lacks something stays"
        );
        // What was issued is offered to the printer by compound, and no more once printed.
        let prints = after.split("<a class=\"b\" href=\"").skip(1);
        let prints = prints.filter_map(|part| part.split('"').next());
        let prints: Vec<&str> = prints
            .filter(|href| href.contains("print?passes="))
            .collect();
        assert!(!prints.is_empty(), "{after}");
        for href in prints {
            let sheets = app.get(&href.replace("/print?", "/sheets.pdf?"), &office);
            assert_eq!(sheets.status, StatusCode::OK, "{href}: {}", sheets.body);
        }
        assert!(!app.get(&base, &office).body.contains("print?passes="));
        let again = app.form(&format!("{base}/complete"), &office, &form);
        assert!(
            again.header("location").contains("done=0"),
            "{}",
            again.header("location")
        );
    });
}

#[test]
fn a_building_is_served_once() {
    demo_on_both(|app, demo| {
        let office = cookie(app, demo, "office1");
        let path = format!("/areas/{}/passes/building", community(demo));
        let people = |body: &str| -> Vec<String> {
            let parts = body.split("name=\"person\" value=\"").skip(1);
            parts
                .map(|part| part.split('"').next().expect("an id").to_owned())
                .collect()
        };
        let address = |home: &DemoHousehold| {
            let building = home.household.address().building().to_owned();
            (home.household.compound(), building)
        };
        let all: BTreeSet<_> = demo.town.households.iter().map(address).collect();
        let mut found = all.into_iter().filter_map(|(compound, building)| {
            let shown = format!("{path}?compound={compound}&building={building}");
            let page = app.get(&shown, &office);
            let ready = people(&page.body);
            (page.status == StatusCode::OK && !ready.is_empty())
                .then_some((compound, building, shown, ready))
        });
        let (compound, building, shown, ready) = found.next().expect("somebody without a pass");
        let chosen: String = ready.iter().map(|id| format!("&person={id}")).collect();
        let form = format!("compound={compound}&building={building}{chosen}");
        let answer = app.form(&path, &office, &form);
        let done = format!("done={}&had=0&aside=0&gone=0", ready.len());
        assert!(
            answer.header("location").ends_with(&done),
            "{}",
            answer.header("location")
        );
        for person in ready.iter().filter_map(|id| PersonId::parse(id)) {
            assert_eq!(told(app, person), ["pass_ready"]);
        }
        let again = app.form(&path, &office, &form);
        let done = format!("done=0&had={}&aside=0&gone=0", ready.len());
        assert!(
            again.header("location").ends_with(&done),
            "{}",
            again.header("location")
        );
        let to = again.header("location").to_owned();
        let said = format!("发了 0 张。{} 人已经有证，没有再发。", ready.len());
        let page = app.get(&to, &office).body;
        assert!(page.contains(&said), "{page}");
        assert!(people(&app.get(&shown, &office).body).is_empty());
        left_out(app, demo, (&path, &office), (compound, building));
    });
}

/// A child of the building comes along with somebody; one of another does not live there.
fn left_out(
    app: &TestApp,
    demo: &Demo,
    (path, office): (&str, &str),
    (compound, building): (AreaId, String),
) {
    let lives_here = |person: PersonId| {
        read(app, move |tx| {
            let row = tx.person(Shard(1), person)?.expect("a person");
            let home = row.household.expect("a home");
            let home = tx.household(Shard(1), home)?.expect("kept");
            Ok((home.area, home.building))
        }) == (compound, building.clone())
    };
    let is_child = |one: &&DemoPerson| {
        one.works_in.is_none() && one.person.birth_year().is_some_and(|year| year >= 2010)
    };
    let (here, away): (Vec<PersonId>, Vec<PersonId>) = demo
        .town
        .people
        .iter()
        .filter(is_child)
        .map(|one| one.id)
        .partition(|one| lives_here(*one));
    let chosen = format!("&person={}&person={}", here[0], away[0]);
    let form = format!("compound={compound}&building={building}{chosen}");
    let sent = app.form(path, office, &form);
    let to = sent.header("location").to_owned();
    assert!(to.ends_with("done=0&had=0&aside=1&gone=1"), "{to}");
    let page = app.get(&to, office).body;
    assert!(page.contains("1 人没发，原因在下面名单里。1 人已经不住这栋，没发。"));
}

#[test]
fn the_same_pass_twice_at_two_phones_reaches_the_shift_lead_and_stops_nobody() {
    demo_on_both(|app, demo| {
        let office = cookie(app, demo, "office1");
        let lead = cookie(app, demo, "lead1");
        let row = approved(app, demo, &office);
        let mut phones = [
            Phone::enrolled(app, demo, "guard1a"),
            Phone::enrolled(app, demo, "guard1b"),
        ];
        let compound = compound_of(app, &phones[0].gate);
        let items = format!("/areas/{compound}/emergencies");
        for phone in &mut phones {
            scan(phone, &row);
            let screen = phone.step(json!({"input": "fact", "fact": "temperature", "value": 36.5}));
            assert_eq!(screen["verdict"], "admit", "{screen}");
            phone.step(json!({"input": "finish", "outcome": "crossed"}));
        }
        phones[1].send_all();
        assert!(
            !app.get(&items, &lead).body.contains("同一张证"),
            "once is no copy"
        );
        phones[0].send_all();
        phones[0].send_all();
        let body = app.get(&items, &lead).body;
        assert_eq!(
            body.matches("· 同一张证几分钟里进了两次 ·").count(),
            1,
            "{body}"
        );
        assert!(body.contains("请到门口看照片和姓名"), "what to do: {body}");
        let life = app.get(
            &format!("/areas/{}/passes/{}", community(demo), row.pass),
            &office,
        );
        assert!(life.body.contains("分钟里两次扫了"), "{}", life.body);
    });
}

#[test]
fn looking_closer_takes_a_right_and_leaves_a_trace() {
    demo_on_both(|app, demo| {
        let office = cookie(app, demo, "office1");
        let base = format!("/areas/{}/passes", community(demo));
        let page = app.get(&base, &office).body;
        let id = page
            .split("?open=")
            .nth(1)
            .and_then(|part| part.split('#').next());
        let id = id.expect("somebody waits").to_owned();
        let detail = app.get(&format!("{base}?open={id}"), &office).body;
        assert!(
            !detail.contains("证件后四位 ") && !detail.contains("data:image"),
            "{detail}"
        );
        let opened = app.form(
            &format!("{base}/applications/{id}/open"),
            &office,
            "what=holder",
        );
        assert!(opened.body.contains("证件后四位 "), "{}", opened.body);
        let wanted = ApplicationId::parse(&id).expect("an id");
        let views = read(app, move |tx| {
            let shard = tx.shards()?[0];
            let row = tx.application(shard, wanted)?.expect("there");
            tx.views_of_person(shard, row.holder.expect("of the ledger"), 10)
        });
        assert_eq!((views.len(), &*views[0].purpose), (1, "decide_pass"));
    });
}

#[test]
fn a_pass_holds_as_long_as_the_document_in_force_says() {
    const HENAN: &str = "henan-2020-02";
    const SAID: &str = "band = { value = \"blue\", source = \"deployment\" }\n\
        days = { value = 90, source = \"deployment\" }";
    let shorter = "band = { value = \"yellow\", source = \"X 1\" }\n\
        days = { value = 3, source = \"X 1\" }";
    let table = [
        (Some(shorter), ("yellow", "2020-02-22T00:00:00+08:00")),
        // Where no document speaks of passes the program's own days hold.
        (None, ("blue", "2020-05-19T00:00:00+08:00")),
    ];
    for (said, (band, end)) in table {
        demo_on_both(|app, demo| {
            let text = delivered(HENAN);
            let text = match said {
                Some(said) => text.replace(SAID, said),
                None => text
                    .split("# --- passes:")
                    .next()
                    .expect("a part")
                    .to_owned(),
            };
            hold_alone(app, demo, HENAN, text);
            let office = cookie(app, demo, "office1");
            let row = approved(app, demo, &office);
            let until = Moment::new(row.expires_at, 480).to_text();
            assert_eq!((row.band.as_str(), until.as_str()), (band, end));
        });
    }
}
