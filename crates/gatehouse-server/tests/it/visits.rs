//! Visitors: registered from the poster, expected by a household, answered (SELF-1).

use crate::receiver::Receiver;
use crate::resident::{gate, hidden, opened, somebody, staff};
use crate::support::{TestApp, demo_on_both, percent};
use crate::systems::{get, post, staff_with, token};
use axum::http::StatusCode;
use gatehouse_core::id::PersonId;
use gatehouse_server::auth::role::{Permission, Role};
use gatehouse_server::config::Config;
use gatehouse_server::jobs::run_due;
use gatehouse_server::ops::demo::make::Demo;
use gatehouse_store::{ReadTx, Shard, StoreError};

/// Registers a visitor to a door; the address of their own page.
pub fn register(app: &TestApp, demo: &Demo, door: &[String; 3], whom: &str) -> String {
    let path = format!("/visit/{}", gate(demo));
    let id = hidden(&app.get(&path, ""), "visit");
    let [building, unit, room] = door;
    let whom = percent(whom);
    let body = format!(
        "visit={id}&name=VISITOR&phone=0371-5550101&building={building}&unit={unit}\
         &room={room}&whom={whom}&purpose=care"
    );
    let sent = app.form(&path, "", &body);
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    sent.header("location").to_owned()
}

#[test]
fn nothing_of_a_visit_s_code_follows_from_the_time() {
    demo_on_both(|app, demo| {
        let path = format!("/visit/{}", gate(demo));
        // The clock of a test stands still.
        let code = || hidden(&app.get(&path, ""), "visit")[..10].to_owned();
        let codes = [code(), code(), code()];
        assert!(codes[0] != codes[1] && codes[1] != codes[2], "{codes:?}");
    });
}

#[test]
fn a_visitor_registers_and_the_household_says_yes() {
    demo_on_both(|app, demo| {
        let who = somebody(demo, 3);
        let path = format!("/visit/{}", gate(demo));
        let id = hidden(&app.get(&path, ""), "visit");
        let [building, unit, room] = &who.door;
        let body = format!(
            "visit={id}&name=VISITOR&phone=0371-5550101&building={building}&unit={unit}\
             &room={room}&purpose=care"
        );
        for (from, to) in [
            ("name=VISITOR", "name="),
            ("phone=0371-5550101", "phone=12"),
            ("purpose=care", "purpose=king"),
            (&format!("room={room}"), "room="),
        ] {
            let refused = app.form(&path, "", &body.replacen(from, to, 1));
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{from}");
        }
        let sent = app.form(&path, "", &body);
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
        let own = sent.header("location").to_owned();
        assert_eq!(app.form(&path, "", &body).header("location"), own);
        assert!(app.get(&own, "").body.contains("等住户点头"));
        let guard = app.session(staff(demo, Role::Guard));
        let list = format!("/gates/{}/visits", gate(demo));
        let page = app.get(&list, &guard);
        assert_eq!(
            page.body.matches("VISITOR").count(),
            1,
            "once: {}",
            page.body
        );

        // Only the household that is asked answers.
        let other = opened(app, demo, &somebody(demo, 4));
        let yes = format!("visit={id}&answer=yes");
        assert_eq!(
            app.form("/my/visits", &other, &yes).status,
            StatusCode::NOT_FOUND
        );
        let cookie = opened(app, demo, &who);
        assert!(app.get("/my/visits", &cookie).body.contains("VISITOR"));
        assert_eq!(
            app.form("/my/visits", &cookie, &yes).status,
            StatusCode::SEE_OTHER
        );
        assert!(app.get(&own, "").body.contains("住户同意"));
        old_pages_overwrite_nothing(app, (&cookie, &guard), (&own, &list), &id);

        // A door that is none of ours is taken all the same: the form tells nobody who lives where.
        let body = body.replacen(&id, &"e".repeat(32), 1);
        let body = body.replacen(&format!("room={room}"), "room=9999", 1);
        assert_eq!(app.form(&path, "", &body).status, StatusCode::SEE_OTHER);
        assert!(app.get(&list, &guard).body.contains("台账里没有这一户"));
        let kept = app.app.store.read_blocking::<_, StoreError, _>(move |tx| {
            tx.visits_of_household(
                Shard(1),
                who.household,
                gatehouse_core::moment::CivilDay(0),
                9,
            )
        });
        assert_eq!(kept.expect("reads").len(), 1);
    });
}

/// The household has said yes: neither an old page of the gate nor one of its own says otherwise,
/// and whoever has read the word may note another one.
fn old_pages_overwrite_nothing(
    app: &TestApp,
    (cookie, guard): (&str, &str),
    (own, list): (&str, &str),
    id: &str,
) {
    let yes = format!("visit={id}&answer=yes");
    // A page of the gate that is older than the household's word overwrites nothing.
    let old = format!("visit={id}&read=&answer=no");
    let stale = app.form(list, guard, &old);
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(
        stale.body.contains("现在：住户同意") && stale.body.contains("您要记的：住户说先不见"),
        "{}",
        stale.body
    );
    assert!(app.get(own, "").body.contains("住户同意"));
    // Whoever has read it may note another word.
    let no = format!("visit={id}&read=yes&answer=no");
    assert_eq!(app.form(list, guard, &no).status, StatusCode::SEE_OTHER);
    assert!(app.get(own, "").body.contains("先不见"));
    assert_eq!(
        app.form("/my/visits", cookie, &yes).status,
        StatusCode::CONFLICT,
        "nor does an old page of the household"
    );
    assert!(app.get(list, guard).body.contains("住户在电话里说"));
}

#[test]
fn a_household_expects_a_visitor() {
    demo_on_both(|app, demo| {
        let who = somebody(demo, 5);
        let cookie = opened(app, demo, &who);
        let expect = |day: &str| {
            let id = hidden(&app.get("/my/visits", &cookie), "visit");
            let body = format!("visit={id}&name=AUNT&phone=0371-5550102&purpose=family&day={day}");
            let sent = app.form("/my/visits", &cookie, &body);
            app.form("/my/visits", &cookie, &body);
            sent.status
        };
        for day in ["", "2020-02-18", "2020-03-20", "nonsense"] {
            assert_eq!(expect(day), StatusCode::UNPROCESSABLE_ENTITY, "{day}");
        }
        assert_eq!(expect("2020-02-19"), StatusCode::SEE_OTHER);
        let guard = app.session(staff(demo, Role::Guard));
        let page = app.get(&format!("/gates/{}/visits", gate(demo)), &guard);
        assert!(
            page.body.contains("AUNT") && page.body.contains("住户同意"),
            "{}",
            page.body
        );
    });
}

#[test]
fn a_registration_is_found_again_by_its_code() {
    demo_on_both(|app, demo| {
        let who = somebody(demo, 3);
        let path = format!("/visit/{}", gate(demo));
        let own = register(app, demo, &who.door, "");
        // The page is found again by its code, however it is typed.
        let shown = app.get(&own, "").body;
        let (_, code) = shown.split_once("class=\"code\">").expect("a code");
        let code = code.split('<').next().unwrap_or_default();
        let again = |code: &str| app.form(&format!("{path}/code"), "", &format!("code={code}"));
        for typed in [code.to_owned(), code.to_uppercase().replace('-', "+")] {
            assert_eq!(again(&typed).header("location"), own, "{typed}");
        }
        for wrong in ["", "abcd-efgh", "%E2%80%AE", &code.repeat(9)] {
            assert_eq!(
                again(wrong).status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{wrong}"
            );
        }
        assert!(
            !shown.contains(&who.name) && !shown.contains(who.door[2].as_str()),
            "{shown}"
        );
    });
}

#[test]
fn a_registration_opens_nobody_and_says_the_same_whether_or_not_it_fits() {
    demo_on_both(|app, demo| {
        let who = somebody(demo, 3);
        let mut away = who.door.clone();
        away[2] = "9999".to_owned();
        let shown = |door: &[String; 3], whom: &str| {
            let own = register(app, demo, door, whom);
            let page = app.get(&own, "").body.replace(&own, "OWN");
            // Number and code are each visit's own.
            let mut parts: Vec<&str> = page.split(['>', '<']).collect();
            parts.retain(|part| part.parse::<i64>().is_err());
            let code = parts.iter().position(|part| *part == "b class=\"code\"");
            parts.remove(code.expect("a code") + 1);
            parts.concat()
        };
        let fits = shown(&who.door, &who.name);
        for other in [
            shown(&who.door, ""),
            shown(&who.door, "NOBODY"),
            shown(&away, &who.name),
        ] {
            assert_eq!(fits, other);
        }
        let (household, person) = (who.household, who.person);
        let read = move |tx: &ReadTx<'_>| {
            let mut seen = Vec::new();
            for home in tx.residences_of_household(Shard(1), household)? {
                let told = tx.messages_of_person(Shard(1), home.person, 9)?.len();
                let views = tx.views_of_person(Shard(1), home.person, 9)?.len();
                assert_eq!(views, 0, "nothing of anybody was opened");
                assert_eq!(
                    told,
                    usize::from(home.person == person),
                    "only who was named"
                );
                seen.push(home.person);
            }
            Ok::<_, StoreError>(seen)
        };
        let seen = app.app.store.read_blocking(read).expect("reads");
        assert!(
            seen.contains(&person) && seen.len() > 1,
            "others live there: {seen:?}"
        );
        // Somebody who knows a name and a door does not ring there all day.
        for _ in 0..9 {
            register(app, demo, &who.door, &who.name);
        }
        let told = app.app.store.read_blocking::<_, StoreError, _>(move |tx| {
            tx.messages_of_person(Shard(1), person, 50)
        });
        assert!(told.expect("reads").len() <= 5);
    });
}

#[test]
fn another_system_says_whom_a_household_expects() {
    demo_on_both(|app, demo| {
        let who = somebody(demo, 5);
        let maker = staff_with(app, "office", &["community_office"], who.compound);
        let token = token(app, maker, who.compound, &Permission::FOR_SYSTEMS);
        let place = format!("/api/v1/areas/{}/visits", who.compound);
        let body = serde_json::json!({
            "household": who.household.to_string(), "name": "AUNT", "phone": "0371-5550102",
            "purpose": "family", "day": "2020-02-19",
        });
        let changed = |field: &str, value: &str| {
            let mut body = body.clone();
            body[field] = value.into();
            body
        };
        for (field, value, status) in [
            ("household", "00000000000000000000000000000001", 404),
            ("household", "x", 404),
            ("phone", "12", 422),
            ("purpose", "king", 422),
            ("day", "2031-01-01", 422),
            ("day", "x", 400),
        ] {
            let key = format!("key-{field}-{value}");
            let answer = post(app, &place, &token, &key, &changed(field, value));
            assert_eq!(
                answer.status.as_u16(),
                status,
                "{field} {value}: {}",
                answer.body
            );
        }
        let made = post(app, &place, &token, "key-0001", &body);
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
        assert_eq!(post(app, &place, &token, "key-0001", &body).body, made.body);
        let made: serde_json::Value = serde_json::from_str(&made.body).expect("JSON");
        let listed = get(app, &format!("{place}?day=2020-02-19"), &token);
        assert!(!listed.body.contains("AUNT"), "naming nobody");
        let listed: serde_json::Value = serde_json::from_str(&listed.body).expect("JSON");
        let items = listed["items"].as_array().expect("items");
        assert_eq!(items.len(), 1, "{listed}");
        assert_eq!(items[0]["visit"], made["visit"]);
        assert_eq!(items[0]["answer"], "yes");
        // The visitor finds their page by the code, and the guard the visitor.
        let code = made["code"].as_str().expect("a code");
        let path = format!("/visit/{}", items[0]["gate"].as_str().expect("a gate"));
        let found = app.form(&format!("{path}/code"), "", &format!("code={code}"));
        let page = app.get(found.header("location"), "").body;
        assert!(page.contains("住户同意"), "{page}");
        let guard = app.session(staff(demo, Role::Guard));
        let list = app
            .get(&format!("/gates/{}/visits", gate(demo)), &guard)
            .body;
        assert!(list.contains("AUNT") && list.contains("别的系统"), "{list}");
    });
}

/// What a visitor was told: kind, state, channel, why not; the first one first.
fn told(app: &TestApp, own: &str) -> Vec<[String; 4]> {
    let id = own.rsplit('/').next().expect("an id");
    let id = data_encoding::HEXLOWER
        .decode(id.as_bytes())
        .expect("hexadecimal");
    let visit = PersonId(id.try_into().expect("sixteen bytes"));
    let read = move |tx: &ReadTx<'_>| tx.messages_of_person(Shard(1), visit, 50);
    let read = app.app.store.read_blocking::<_, StoreError, _>(read);
    let mut rows = read.expect("reads");
    rows.sort_by_key(|row| row.made_at);
    let line = |row: gatehouse_store::message::MessageRow| {
        assert!(row.visit.is_some());
        let state = row.state;
        [
            row.kind,
            state.word,
            state.channel.unwrap_or_default(),
            state.failure.unwrap_or_default(),
        ]
    };
    rows.into_iter().map(line).collect()
}

fn is(parts: [&str; 4]) -> [String; 4] {
    parts.map(str::to_owned)
}

#[test]
fn a_visitor_is_told_what_the_household_said() {
    demo_on_both(|app, demo| {
        let gateway = Receiver::start();
        let by_sms = app.app.with_config(Config {
            sms_url: Some(gateway.url("/")),
            sms_body: r#"{"to":"{phone}","text":"{text}"}"#.to_owned(),
            ..Config::default()
        });
        let who = somebody(demo, 3);
        let cookie = opened(app, demo, &who);
        let own = register(app, demo, &who.door, "");
        let id = own.rsplit('/').next().expect("an id");
        let answer = |word: &str| {
            let page = app.get("/my/visits", &cookie);
            let read = hidden(&page, "read");
            let body = format!("visit={id}&read={read}&answer={word}");
            let sent = app.form("/my/visits", &cookie, &body);
            assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
            app.later(1_000);
        };
        let came = || {
            app.wait(run_due(&by_sms)).expect("the database");
            let came = gateway.take().into_iter().map(|one| one.json());
            came.collect::<Vec<_>>()
        };
        assert!(told(app, &own).is_empty(), "nobody has said anything");
        // A double click is one answer.
        answer("yes");
        answer("yes");
        let first = came();
        assert_eq!(first.len(), 1, "{first:?}");
        assert_eq!(first[0]["to"], "0371-5550101");
        let text = first[0]["text"].as_str().expect("a text");
        assert!(text.contains("住户同意"), "{text}");
        assert!(text.chars().count() <= 70, "{text}");
        for own in [who.door[2].as_str(), &who.name, "VISITOR"] {
            assert!(!text.contains(own), "{own}: {text}");
        }
        // Another word is told too, but not for ever.
        answer("no");
        let second = came();
        assert!(
            second[0]["text"]
                .as_str()
                .expect("a text")
                .contains("不方便"),
            "{second:?}"
        );
        for word in ["yes", "no", "yes", "no"] {
            answer(word);
        }
        assert_eq!(came().len(), 1, "three in all");
        assert_eq!(told(app, &own)[0], is(["visit_agreed", "sent", "sms", ""]));
        // The office sees to which number at the gate it went, and nothing of the visitor.
        let office = app.session(staff(demo, Role::CommunityOffice));
        let list = app.get(&format!("/areas/{}/messages", who.compound), &office);
        assert!(list.body.contains("访客 1 号"), "{}", list.body);
        assert!(!list.body.contains("VISITOR"), "{}", list.body);
    });
}

#[test]
fn a_visitor_s_answer_waits_on_their_page_or_is_too_late() {
    demo_on_both(|app, demo| {
        let who = somebody(demo, 3);
        let cookie = opened(app, demo, &who);
        let answered = |path: &str, body: &str| {
            let sent = app.form(path, &cookie, body);
            assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
        };
        // No gateway is set up: the page that they have open says it.
        let own = register(app, demo, &who.door, "");
        let id = |own: &str| own.rsplit('/').next().expect("an id").to_owned();
        answered("/my/visits", &format!("visit={}&answer=yes", id(&own)));
        app.wait(run_due(&app.app)).expect("the database");
        assert_eq!(told(app, &own), [is(["visit_agreed", "sent", "page", ""])]);
        // In the language of the page that they filled in.
        let path = format!("/visit/{}", gate(demo));
        let english = [
            ("cookie", "lang=en"),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        let fresh = hidden(&app.get(&path, ""), "visit");
        let [building, unit, room] = &who.door;
        let body = format!(
            "visit={fresh}&name=V&phone=0371-5550103&building={building}&unit={unit}&room={room}\
             &purpose=care"
        );
        let sent = app.send(axum::http::Method::POST, &path, &english, body);
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
        let late = sent.header("location").to_owned();
        answered("/my/visits", &format!("visit={}&answer=no", id(&late)));
        let visit = fresh.clone();
        let language = app.app.store.read_blocking::<_, StoreError, _>(move |tx| {
            let id = data_encoding::HEXLOWER
                .decode(visit.as_bytes())
                .expect("an id");
            let id = PersonId(id.try_into().expect("sixteen"));
            Ok(tx.messages_of_person(Shard(1), id, 9)?[0].language.clone())
        });
        assert_eq!(language.expect("reads"), "en");
        // After the day of the visit an answer is none.
        app.later(24 * 3_600_000);
        app.wait(run_due(&app.app)).expect("the database");
        assert_eq!(
            told(app, &late),
            [is(["visit_declined", "given_up", "", "too_late"])]
        );
        // Whom the household expects hears it from the household.
        let fresh = hidden(&app.get("/my/visits", &cookie), "visit");
        let day = "2020-02-20";
        answered(
            "/my/visits",
            &format!("visit={fresh}&name=AUNT&phone=0371-5550102&purpose=family&day={day}"),
        );
        answered("/my/visits", &format!("visit={fresh}&read=yes&answer=no"));
        assert!(told(app, &format!("/visit/x/{fresh}")).is_empty());
    });
}
