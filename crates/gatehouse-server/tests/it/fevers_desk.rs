//! A fever reported at a desk, or seen from it: whom it concerns, and what is refused.

use crate::emergencies::entries;
use crate::fevers::fevers;
use crate::gate::{Phone, compound_of, cookie};
use crate::support::{BUILDING, COMMUNITY, COMPOUND, demo_on_both, on_both};
use axum::http::StatusCode;
use serde_json::json;

#[test]
fn what_is_wrong_is_said_and_nothing_is_half_done() {
    on_both(|app| {
        let cookie = app.session(app.staff("office", "community_office", COMMUNITY));
        let path = format!("/areas/{COMMUNITY}/fevers");
        let id = "00000000000000000000000000000099";
        let whole = format!("item={id}&compound={COMPOUND}&place=home&reporter=family");
        for (what, body) in [
            ("nothing", String::new()),
            ("no reading, no symptom", whole.clone()),
            ("half a reading", format!("{whole}&whole=38")),
            (
                "a reading nobody has",
                format!("{whole}&whole=99&tenth=1&way=ear"),
            ),
            (
                "another place",
                whole.replace("home", "prison") + "&cough=cough",
            ),
            (
                "free text as a reporter",
                whole.replace("family", "%F0%9F%98%80") + "&cough=cough",
            ),
            (
                "a right-to-left mark",
                format!("{whole}&cough=cough&words=a%E2%80%AEb"),
            ),
            (
                "a control character",
                format!("{whole}&cough=cough&words=a%07b"),
            ),
            (
                "too long",
                format!("{whole}&cough=cough&words={}", "a".repeat(201)),
            ),
            ("nobody chosen", format!("{whole}&cough=cough&person=")),
            (
                "a door that nobody looked up",
                format!("{whole}&cough=cough&person=unknown&room=101"),
            ),
            (
                "a person that is none",
                format!("{whole}&cough=cough&person=1"),
            ),
        ] {
            let answer = app.form(&path, &cookie, &body);
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{what}");
            assert!(answer.body.contains("role=\"alert\""), "{what}");
        }
        for (what, body) in [
            (
                "a building",
                whole.replace(&COMPOUND.to_string(), &BUILDING.to_string()) + "&person=unknown",
            ),
            (
                "somebody of elsewhere",
                format!("{whole}&person=00000000000000000000000000000042"),
            ),
        ] {
            let answer = app.form(&path, &cookie, &format!("{body}&cough=cough"));
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{what}");
        }
        assert!(entries(app).is_empty());
        let board = app.get(&path, &cookie).body;
        assert!(board.contains("现在没有等着的发热"), "{board}");
    });
}

#[test]
fn a_desk_finds_people_by_door_and_shows_them_masked() {
    demo_on_both(|app, demo| {
        let office = cookie(app, demo, "office1");
        let home = demo.town.households.first().expect("a home");
        let door = home.household.address();
        let compound = home.household.compound();
        let find = format!("/areas/{compound}/fevers/new");
        let id = "00000000000000000000000000000077";
        let body = format!(
            "item={id}&compound={compound}&building={}&unit={}&room={}",
            door.building(),
            door.unit(),
            door.room()
        );
        let views = app.page_views().len();
        let found = app.form(&find, &office, &body);
        assert_eq!(found.status, StatusCode::OK, "{}", found.body);
        assert_eq!(app.page_views().len(), views + 1, "the look is on record");
        let person = &demo.town.people[0];
        let name = person.person.name();
        assert!(found.body.contains(&name.masked()), "{}", found.body);
        assert!(!found.body.contains(name.reveal_text()), "masked");
        // Sent without looking at who lives there: asked first, and nothing typed is lost.
        let list = format!("/areas/{compound}/fevers");
        let rest = "place=home&reporter=grid_worker&cough=cough&words=TYPED";
        for person in ["", "unknown"] {
            let sent = app.form(&list, &office, &format!("{body}&person={person}&{rest}"));
            assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY, "{person}");
            assert!(sent.body.contains(&name.masked()) && sent.body.contains("TYPED"));
        }
        let body = format!(
            "{body}&person={}&place=home&reporter=grid_worker&whole=37&tenth=8&way=armpit",
            person.id
        );
        let made = app.form(&format!("/areas/{compound}/fevers"), &office, &body);
        assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
        let other = app.form(
            &format!("/areas/{compound}/fevers"),
            &office,
            &format!("{body}&words=NEW"),
        );
        assert_eq!(other.status, StatusCode::CONFLICT, "{}", other.body);
        assert!(other.body.contains("NEW") && other.body.contains(&name.masked()));
        let page = app.get(made.header("location"), &office).body;
        assert!(
            page.contains(&name.masked()) && page.contains(&door.label_zh()),
            "{page}"
        );
        let nobody = body.replace(&format!("room={}", door.room()), "room=99999");
        let none = app.form(&find, &office, &nobody);
        assert!(none.body.contains("这一户没有登记的人"), "{}", none.body);
    });
}

/// The guard writes a visitor down, then measures: the report carries the name, sealed; the board
/// shows it masked.
#[test]
fn a_visitor_who_was_written_down_is_named_on_the_board() {
    demo_on_both(|app, demo| {
        let mut phone = Phone::enrolled(app, demo, "guard1a");
        let area = compound_of(app, &phone.gate);
        phone.step(json!({"input": "begin", "way": "in", "subject_kind": "visitor"}));
        let noted =
            json!({"name": "来客人", "phone": "13900000000", "room": "", "approved_by": ""});
        phone.step(json!({"input": "register", "noted": noted}));
        phone.step(json!({"input": "fact", "fact": "temperature", "value": 38.2}));
        phone.step(json!({"input": "fever"}));
        phone.send_all();
        let (lead, board) = (cookie(app, demo, "lead1"), format!("/areas/{area}/fevers"));
        let page = app.get(&board, &lead).body;
        assert!(page.contains("门岗登记的来人 来*人"), "{page}");
        let pages = fevers(&page, area).into_iter();
        let own: Vec<String> = pages
            .map(|path| app.get(&path, &lead).body)
            .filter(|page| page.contains("来*人"))
            .collect();
        assert_eq!(own.len(), 1, "and on its own page");
        for page in own.iter().chain([&page]) {
            assert!(!page.contains("来客人") && !page.contains("13900000000"));
        }
    });
}
