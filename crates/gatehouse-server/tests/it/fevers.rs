//! A fever from the guard's phone, or reported at a desk, to its outcome: every step written down,
//! nothing closing by itself, handed over item by item.

use crate::emergencies::entries;
use crate::gate::{Phone, compound_of, cookie};
use crate::passes::read;
use crate::streams::main_of;
use crate::support::{COMMUNITY, COMPOUND, NEXT_COMPOUND, START, TestApp, demo_on_both, on_both};
use axum::http::StatusCode;
use gatehouse_core::id::{AreaId, HouseholdId};
use gatehouse_core::person::GateName;
use gatehouse_server::ops::demo::make::Demo;
use gatehouse_store::Shard;
use serde_json::json;

const DAY: i64 = 86_400_000;

/// The mark in a step's part of the form.
fn mark(page: &str, part: &str) -> String {
    let value = page.split(&format!("name=\"{part}-mark\" value=\"")).nth(1);
    let value = value.unwrap_or_else(|| panic!("no part for {part}: {page}"));
    value.split('"').next().expect("a value").to_owned()
}

/// The form with the key of a part pressed; its fields are named after it.
fn sent(part: &str, mark: &str, fields: &str) -> String {
    let fields = fields.split('&').filter(|field| !field.is_empty());
    let fields: String = fields.map(|field| format!("&{part}-{field}")).collect();
    format!("step={part}&{part}-mark={mark}{fields}")
}

/// Links to fevers on a board.
pub(crate) fn fevers(page: &str, area: AreaId) -> Vec<String> {
    let cards = page.split("<h2 id=\"f").skip(1);
    cards
        .map(|card| {
            let link = card.split("href=\"").nth(1).expect("a link");
            let link = link.split('"').next().expect("its end").to_owned();
            assert!(
                link.starts_with(&format!("/areas/{area}/fevers/")),
                "{link}"
            );
            link
        })
        .collect()
}

struct Desk<'a> {
    app: &'a TestApp,
    cookie: String,
    path: String,
}

impl Desk<'_> {
    fn page(&self) -> String {
        let answer = self.app.get(&self.path, &self.cookie);
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.body
    }

    fn send(&self, step: &str, fields: &str) -> StatusCode {
        let mark = mark(&self.page(), step);
        let body = sent(step, &mark, fields);
        self.app.form(&self.path, &self.cookie, &body).status
    }

    fn done(&self, step: &str, fields: &str) {
        assert_eq!(
            self.send(step, fields),
            StatusCode::SEE_OTHER,
            "{step} {fields}"
        );
    }

    /// Classes of the six steps.
    fn classes(&self) -> Vec<String> {
        let page = self.page();
        let steps = page.split("<ol class=\"steps\">").nth(1).expect("steps");
        let steps = steps.split("</ol>").next().expect("their end");
        let items = steps.split("<li class=\"").skip(1);
        items
            .map(|item| item.split('"').next().expect("a class").to_owned())
            .collect()
    }
}

/// A feverish person at the first gate of the demo, reported by the phone's own code.
fn from_the_phone(app: &TestApp, demo: &Demo) -> (AreaId, String) {
    let mut phone = Phone::enrolled(app, demo, "guard1a");
    let area = compound_of(app, &phone.gate);
    let lead = cookie(app, demo, "lead1");
    let board = format!("/areas/{area}/fevers");
    let before = fevers(&app.get(&board, &lead).body, area);
    phone.step(json!({"input": "begin", "way": "in", "subject_kind": "resident"}));
    phone.step(json!({"input": "fact", "fact": "temperature", "value": 38.2}));
    phone.step(json!({"input": "thermometer", "way": "ear"}));
    phone.step(json!({"input": "fact", "fact": "second_temperature", "value": 38.1}));
    phone.step(json!({"input": "fever"}));
    phone.send_all();
    let after = fevers(&app.get(&board, &lead).body, area);
    let new: Vec<String> = after
        .into_iter()
        .filter(|one| !before.contains(one))
        .collect();
    assert_eq!(new.len(), 1, "one more: {new:?}");
    (area, new[0].clone())
}

#[test]
fn a_fever_goes_from_the_phone_to_its_outcome() {
    demo_on_both(|app, demo| {
        let (area, path) = from_the_phone(app, demo);
        let desk = Desk {
            app,
            cookie: cookie(app, demo, "office1"),
            path: path.clone(),
        };
        let page = desk.page();
        assert!(
            page.contains("初测 38.2") && page.contains("复测 38.1"),
            "{page}"
        );
        assert!(page.contains("HN 三(四)"), "the clause: {page}");
        // The first was taken before anybody said with what, the second with an ear thermometer.
        let in_order = ["没说怎么量的", "耳温"].map(|way| page.find(way));
        assert!(
            in_order[0].is_some() && in_order.is_sorted(),
            "{in_order:?} {page}"
        );
        assert!(!page.contains("额温 ·"), "nothing is made up: {page}");
        let classes = ["s-ok", "s-ok", "s-due", "s-due", "s-due", "s-no"];
        assert_eq!(desk.classes(), classes);
        // Told without a name is not told.
        let nobody = desk.send("told", "word=community&ago=0");
        assert_eq!(nobody, StatusCode::UNPROCESSABLE_ENTITY);
        desk.done("apart", "word=tent&mask=on&ago=0&words=2+号棚");
        for to in ["community", "property", "health_department"] {
            desk.done("told", &format!("word={to}&ago=0&words=值班室"));
        }
        desk.done("hospital", "word=ambulance&ago=0&words=区人民医院");
        let page = desk.page();
        assert!(
            page.contains("2 号棚") && page.contains("值班室 接"),
            "{page}"
        );
        assert!(page.contains("谁也不拦"), "{page}");
        assert_eq!(
            desk.classes(),
            ["s-ok", "s-ok", "s-ok", "s-ok", "s-ok", "s-due"]
        );
        // Days later it is still there, and late.
        app.later(3 * DAY);
        let desk = Desk {
            cookie: cookie(app, demo, "office1"),
            ..desk
        };
        assert_eq!(desk.classes()[5], "s-late");
        let board = app.get(&format!("/areas/{area}/fevers"), &desk.cookie).body;
        assert!(
            fevers(&board, area).contains(&path),
            "nothing closes by itself"
        );
        desk.done("outcome", "word=hospital_keeps&ago=0");
        assert_eq!(desk.classes(), ["s-ok"; 6]);
        let board = app.get(&format!("/areas/{area}/fevers"), &desk.cookie).body;
        assert!(
            !fevers(&board, area).contains(&path) && board.contains("医院留观"),
            "{board}"
        );
    });
}

#[test]
fn a_double_click_writes_once_and_a_correction_stays_visible() {
    on_both(|app| {
        let cookie = app.session(app.staff("office", "community_office", COMMUNITY));
        let path = report(app, &cookie, COMPOUND);
        let desk = Desk { app, cookie, path };
        let given = mark(&desk.page(), "reading");
        let body = sent("reading", &given, "whole=37&tenth=9&way=ear&ago=0");
        for _ in 0..2 {
            let answer = app.form(&desk.path, &desk.cookie, &body);
            assert_eq!(answer.status, StatusCode::SEE_OTHER);
        }
        assert_eq!(
            desk.page().matches("体温 37.9 ℃").count(),
            2,
            "the log and one choice"
        );
        // Entry 1 came with the report; entry 2 was read wrongly.
        desk.done("reading", "whole=37&tenth=6&way=ear&ago=0&corrects=2");
        let page = desk.page();
        assert!(
            page.contains("更正第 2 条") && page.contains("已更正"),
            "{page}"
        );
        assert!(page.contains("复测 37.6"), "{page}");
        let twice = desk.send("reading", "whole=37&tenth=5&way=ear&ago=0&corrects=2");
        assert_eq!(twice, StatusCode::UNPROCESSABLE_ENTITY, "it holds no more");
        desk.done("undo-3", "");
        let page = desk.page();
        assert!(
            page.contains("复测 37.9"),
            "what was corrected holds again: {page}"
        );
    });
}

#[test]
fn what_was_typed_for_another_step_is_kept_whatever_is_sent() {
    on_both(|app| {
        let cookie = app.session(app.staff("office", "community_office", COMMUNITY));
        let path = report(app, &cookie, COMPOUND);
        let desk = Desk { app, cookie, path };
        let draft = "&told-word=community&told-words=DRAFT&told-ago=10&apart-mask=off";
        let is_kept = |page: &str| {
            for field in [
                "name=\"told-words\" maxlength=\"200\" autocomplete=\"off\" value=\"DRAFT\"",
                "name=\"told-word\" value=\"community\" checked",
                "name=\"told-ago\" value=\"10\" checked",
                "name=\"apart-mask\" value=\"off\" checked",
            ] {
                assert!(page.contains(field), "{field}: {page}");
            }
        };
        let send = |part: &str, fields: &str| {
            let body = sent(part, &mark(&desk.page(), part), fields) + draft;
            app.form(&desk.path, &desk.cookie, &body)
        };
        // Refused, written down, taken back: what was typed elsewhere stands.
        let refused = send("reading", "whole=37");
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        is_kept(&refused.body);
        let written = send("reading", "whole=37&tenth=9&way=ear&ago=0");
        assert_eq!(written.status, StatusCode::OK, "{}", written.body);
        assert!(written.body.contains("复测 37.9"), "{}", written.body);
        assert!(written.body.contains("都留在下面"), "{}", written.body);
        is_kept(&written.body);
        let undone = send("undo-2", "");
        assert!(!undone.body.contains("复测 37.9"), "{}", undone.body);
        is_kept(&undone.body);
        // Also where a colleague closed it meanwhile.
        desk.done("outcome", "word=home_rest&ago=0");
        let body = sent("reading", &"9".repeat(32), "whole=37&tenth=9&way=ear") + draft;
        let late = app.form(&desk.path, &desk.cookie, &body);
        assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.body);
        is_kept(&late.body);
    });
}

/// Reports a fever at a desk; the path of its page.
fn report(app: &TestApp, cookie: &str, compound: AreaId) -> String {
    let form = app
        .get(&format!("/areas/{COMMUNITY}/fevers/new"), cookie)
        .body;
    assert!(!form.contains("checked><span>38"), "never filled in");
    let item = form.split("name=\"item\" value=\"").nth(1).expect("an id");
    let item = item.split('"').next().expect("its end");
    let body = format!(
        "item={item}&compound={compound}&place=home&reporter=family&person=unknown\
         &whole=38&tenth=4&way=armpit&cough=cough"
    );
    let path = format!("/areas/{COMMUNITY}/fevers");
    let answer = app.form(&path, cookie, &body);
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    // The back button and the same key again.
    let again = app.form(&path, cookie, &body);
    assert_eq!(again.header("location"), answer.header("location"));
    // Gone back, said otherwise: what is there stays, what was typed stands in a form of its own.
    for other in [
        body.replace("whole=38", "whole=39"),
        body.replace("tenth=4", "tenth=5"),
    ] {
        let told = app.form(&path, cookie, &other);
        assert_eq!(told.status, StatusCode::CONFLICT, "{}", told.body);
        assert!(told.body.contains(answer.header("location")), "a way there");
        assert!(
            !told.body.contains(&format!("value=\"{item}\"")),
            "another form"
        );
        assert!(told.body.contains("value=\"family\" checked"), "typed");
    }
    answer.header("location").to_owned()
}

#[test]
fn a_resident_rings_and_the_first_outcome_stands() {
    on_both(|app| {
        let cookie = app.session(app.staff("office", "community_office", COMMUNITY));
        let path = report(app, &cookie, COMPOUND);
        let board = app.get(&format!("/areas/{COMMUNITY}/fevers"), &cookie).body;
        assert_eq!(fevers(&board, COMMUNITY), std::slice::from_ref(&path));
        assert!(board.contains("幸福里 家中 · 38.4 ℃"), "{board}");
        assert!(
            board.contains("不清楚是谁") && board.contains("家人报来"),
            "{board}"
        );
        // Two colleagues have the page open and record different outcomes.
        let other = app.session(app.staff("nurse", "health_worker", COMMUNITY));
        let desks = [&cookie, &other].map(|cookie| Desk {
            app,
            cookie: cookie.clone(),
            path: path.clone(),
        });
        let marks = desks.each_ref().map(|desk| mark(&desk.page(), "outcome"));
        let send = |at: usize, word: &str| {
            let body = sent("outcome", &marks[at], &format!("word={word}&ago=0"));
            app.form(&path, &desks[at].cookie, &body)
        };
        assert_eq!(send(0, "home_rest").status, StatusCode::SEE_OTHER);
        let late = send(1, "hospital_keeps");
        assert_eq!(late.status, StatusCode::CONFLICT);
        assert!(
            late.body.contains("看过医生，在家休息"),
            "what is there: {}",
            late.body
        );
        let typed = "value=\"hospital_keeps\" checked";
        assert!(late.body.contains(typed), "what was typed: {}", late.body);
        // A correction names the entry; once it is taken back the first outcome stands again.
        desks[1].done("outcome", "word=hospital_keeps&ago=0&corrects=2");
        assert!(desks[0].page().contains("医院留观"));
        desks[1].done("undo-3", "");
        assert!(
            desks[0].page().contains("看过医生"),
            "the first holds again"
        );
        let board = app.get(&format!("/areas/{COMMUNITY}/fevers"), &cookie).body;
        assert!(
            fevers(&board, COMMUNITY).is_empty(),
            "and closes it: {board}"
        );
        assert!(board.contains("看过医生，在家休息"), "{board}");
        // Each writer has a chain of its own: the order across them is none.
        let mut kinds: Vec<String> = entries(app).into_iter().map(|(kind, _)| kind).collect();
        kinds.sort();
        let expected = [
            "fever.outcome",
            "fever.outcome",
            "fever.report",
            "fever.undo",
        ];
        assert_eq!(kinds, expected);
    });
}

/// Who moved away meanwhile has no door here any more, but a name.
#[test]
fn whoever_has_no_door_is_named_on_the_board() {
    demo_on_both(|app, demo| {
        let area = demo.town.streets.gates[0].compound;
        let all = read(app, move |tx| tx.fevers_of_area(Shard(1), area, 0, 200));
        let person = all.iter().find_map(|row| row.fever.person);
        let person = person.expect("somebody");
        let keys = app.app.keyring.clone().expect("keys");
        let masked = read(app, move |tx| {
            let found = tx.masked_person(&keys.vault, Shard(1), person)?;
            Ok(found.expect("there").1.expect("a name"))
        });
        let mask = GateName::from_stored(&masked).expect("a mask").mask;
        let lead = cookie(app, demo, "lead1");
        let board = || app.get(&format!("/areas/{area}/fevers"), &lead).body;
        let named = |board: &str| board.matches(&*mask).count();
        let before = named(&board());
        assert!(before > 0);
        app.write(move |tx| {
            let mut row = tx.person(Shard(1), person)?.expect("there");
            row.household = None;
            tx.update_person(&row)
        });
        assert_eq!(named(&board()), before);
    });
}

/// A visitor without a pass: nobody knows who, but where they were going.
#[test]
fn of_a_visitor_the_board_says_which_door_it_is_about() {
    demo_on_both(|app, demo| {
        let mut phone = Phone::enrolled(app, demo, "guard1a");
        let area = compound_of(app, &phone.gate);
        let households = read(app, move |tx| {
            tx.households_of_area(Shard(1), area, HouseholdId([0; 16]), 1)
        });
        let door = &households[0];
        let room = format!("{}-{}-{}", door.building, door.unit, door.room);
        phone.step(json!({
            "input": "begin", "way": "in", "subject_kind": "visitor", "room": room,
        }));
        phone.step(json!({"input": "fact", "fact": "temperature", "value": 38.2}));
        phone.step(json!({"input": "fever"}));
        phone.send_all();
        let board = format!("/areas/{area}/fevers");
        let page = app.get(&board, &cookie(app, demo, "lead1")).body;
        let says = format!("不清楚是谁 · 和 {}", door.building);
        assert!(page.contains(&says), "{says}: {page}");
    });
}

#[test]
fn two_who_close_at_the_same_time_leave_one_outcome() {
    demo_on_both(|app, demo| {
        let (_, path) = from_the_phone(app, demo);
        let office = cookie(app, demo, "office1");
        let page = app.get(&path, &office).body;
        let given = mark(&page, "outcome");
        let bodies = ["home_rest", "health_department"].map(|word| {
            let mut mark = given.clone();
            mark.replace_range(0..1, if word == "home_rest" { "a" } else { "b" });
            sent("outcome", &mark, &format!("word={word}&ago=0"))
        });
        let mut answers = app.both_at_once(&path, &office, &bodies);
        answers.sort();
        assert_eq!(answers, [StatusCode::SEE_OTHER, StatusCode::CONFLICT]);
    });
}

#[test]
fn a_fever_of_another_compound_is_not_there() {
    let app = TestApp::new();
    let office = app.session(app.staff("office", "community_office", COMMUNITY));
    let path = report(&app, &office, COMPOUND);
    let item = path.rsplit('/').next().expect("an id").to_owned();
    let next = app.session(app.staff("lead", "shift_lead", NEXT_COMPOUND));
    let elsewhere = format!("/areas/{NEXT_COMPOUND}/fevers/{item}");
    assert_eq!(app.get(&elsewhere, &next).status, StatusCode::NOT_FOUND);
    let body = sent("outcome", item.as_str(), "word=home_rest&ago=0");
    assert_eq!(
        app.form(&elsewhere, &next, &body).status,
        StatusCode::NOT_FOUND
    );
    let own = format!("/areas/{COMPOUND}/fevers/{item}");
    assert_eq!(app.get(&own, &office).status, StatusCode::OK);
}

#[test]
fn whoever_comes_takes_item_by_item_and_the_rest_stays() {
    demo_on_both(|app, demo| {
        let (area, path) = from_the_phone(app, demo);
        let item = path.rsplit('/').next().expect("an id");
        let (leaves, comes) = (cookie(app, demo, "lead1"), cookie(app, demo, "office1"));
        let handover = format!("/areas/{area}/handover");
        let page = app.get(&handover, &leaves).body;
        let id = page
            .split("name=\"handover\" value=\"")
            .nth(1)
            .expect("an id");
        let id = id.split('"').next().expect("its end").to_owned();
        let body = format!("do=begin&handover={id}&note=电热扇下午跳闸");
        for _ in 0..2 {
            assert_eq!(
                app.form(&handover, &leaves, &body).status,
                StatusCode::SEE_OTHER
            );
        }
        let mine = app.get(&handover, &leaves).body;
        assert_eq!(mine.matches("电热扇").count(), 1, "once: {mine}");
        assert!(mine.contains("还在您手里"), "{mine}");
        let take = format!("do=take&handover={id}&item={item}");
        let own = app.form(&handover, &leaves, &take);
        assert_eq!(
            own.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "not by the same person"
        );
        let nothing = app.form(&handover, &comes, &format!("do=take&handover={id}"));
        assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
        let strange = format!("do=take&handover={id}&item=00000000000000000000000000000001");
        assert_eq!(
            app.form(&handover, &comes, &strange).status,
            StatusCode::NOT_FOUND
        );
        assert_eq!(
            app.form(&handover, &comes, &take).status,
            StatusCode::SEE_OTHER
        );
        let page = app.get(&path, &comes).body;
        assert!(page.contains("手里"), "{page}");
        let mine = app.get(&handover, &leaves).body;
        assert!(mine.contains("接了 · "), "{mine}");
    });
}

#[test]
fn the_board_is_as_it_was_looked_at() {
    let app = TestApp::new();
    let office = app.session(app.staff("office", "community_office", COMMUNITY));
    let path = report(&app, &office, COMPOUND);
    app.later(12 * 60_000);
    assert!(app.app.world.now_millis() > START);
    let board = app.get(&format!("/areas/{COMMUNITY}/fevers"), &office).body;
    let item = path.rsplit('/').next().expect("an id");
    insta::assert_snapshot!("fevers-zh", main_of(&board).replace(item, "ITEM"));
}
