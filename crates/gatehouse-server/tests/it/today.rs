//! Figures of the day, and the events that bring them up to date.

use crate::gate::{Phone, compound_of, cookie};
use crate::support::{COMMUNITY, COMPOUND, GATE, NEXT_COMPOUND, TestApp, demo_on_both, on_both};
use axum::http::{Method, StatusCode};
use gatehouse_server::auth::role::Role;
use gatehouse_server::changes;
use gatehouse_store::Shard;
use serde_json::json;

#[test]
fn a_crossing_is_counted_at_once_and_told_within_two_seconds() {
    demo_on_both(|app, demo| {
        let mut phone = Phone::enrolled(app, demo, "guard1a");
        let area = compound_of(app, &phone.gate);
        let office = cookie(app, demo, "office1");
        let page = format!("/areas/{area}/today");
        let before = app.get(&page, &office).body;
        phone.step(json!({"input": "emergency", "way": "out"}));
        let told = app.listen(&format!("{page}/live"), &office, 2, || {
            phone.send_all();
        });
        assert!(told.contains("event: crossings"), "{told}");
        assert!(
            told.contains("event: items"),
            "an emergency is an open item: {told}"
        );
        let after = app.get(&page, &office).body;
        let emergencies = |body: &str| {
            let line = body.split("紧急放行 ").nth(1).expect("the figure");
            let digits: String = line.chars().take_while(char::is_ascii_digit).collect();
            digits.parse::<i64>().expect("a number")
        };
        assert_eq!(emergencies(&after), emergencies(&before) + 1);
    });
}

#[test]
fn a_stream_ends_with_the_session_and_is_no_page() {
    on_both(|app| {
        let staff = app.staff("office", "community_office", COMMUNITY);
        let office = app.session(staff);
        let path = format!("/areas/{COMPOUND}/today/live");
        let plain = app.get(&path, &office);
        assert_eq!(
            plain.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "it would never end"
        );
        let headers = [
            ("cookie", office.as_str()),
            ("accept", "text/event-stream"),
            ("accept-encoding", "gzip, br"),
        ];
        let answer = app.head_of(Method::GET, &path, &headers);
        assert_eq!(answer.header("content-type"), "text/event-stream");
        assert_eq!(
            answer.header("content-encoding"),
            "",
            "a packed stream waits"
        );
        assert_eq!(answer.header("cache-control"), "no-cache");
        // Nobody else's changes, and none after signing out.
        let told = app.listen(&path, &office, 3, || {
            app.write(|tx| tx.note_change(Shard(1), "gate/of-somebody-else", 1));
        });
        assert!(!told.contains("event:"), "{told}");
        let told = app.listen(&path, &office, 3, || {
            app.form("/logout", &office, "");
            app.later(6_000);
            let topic = format!("gate/{GATE}");
            app.write(move |tx| tx.note_change(Shard(1), &topic, 1_582_066_806_000));
        });
        assert!(!told.contains("event:"), "{told}");
    });
}

#[test]
fn a_compound_shows_its_own_figures_only() {
    on_both(|app| {
        let lead = app.session(app.staff("lead", "shift_lead", COMPOUND));
        let own = app.get(&format!("/areas/{COMPOUND}"), &lead);
        assert_eq!(own.header("location"), format!("/areas/{COMPOUND}/today"));
        let page = app.get(&format!("/areas/{COMPOUND}/today"), &lead).body;
        assert!(
            page.contains("幸福里 东门") && !page.contains("河畔家园"),
            "{page}"
        );
        let next = format!("/areas/{NEXT_COMPOUND}/today");
        assert_eq!(app.get(&next, &lead).status, StatusCode::NOT_FOUND);
        let office = app.session(app.staff("office", "community_office", COMMUNITY));
        let page = app.get(&format!("/areas/{COMMUNITY}/today"), &office).body;
        assert!(
            page.contains("幸福里") && page.contains("河畔家园"),
            "{page}"
        );
        assert!(page.contains("没开班"), "{page}");
    });
}

#[test]
fn the_picture_has_its_numbers_in_words() {
    demo_on_both(|app, demo| {
        let street = cookie(app, demo, "street");
        let home = app.get("/", &street).body;
        let area = home.split("href=\"/areas/").nth(1).expect("an area");
        let area = area.split('"').next().expect("its id");
        let page = app.get(&format!("/areas/{area}/today"), &street).body;
        let picture = page.split("<svg class=\"bars\"").nth(1).expect("a picture");
        let picture = picture.split("</svg>").next().expect("its end");
        assert!(
            picture.contains("role=\"img\" aria-label=\"今天进 "),
            "{picture}"
        );
        assert!(picture.contains("<rect class=\"in\"") && picture.contains("<rect class=\"out\""));
        assert!(page.contains("看成表格"), "and as a table");
        assert!(
            page.contains("HN 三(三)"),
            "a reason has its clause: {page}"
        );
    });
}

#[test]
fn the_longest_wait_is_the_same_here_and_on_the_board_of_fevers() {
    demo_on_both(|app, demo| {
        let office = cookie(app, demo, "office1");
        let area = demo.town.streets.gates.first().expect("a gate").compound;
        let today = app.get(&format!("/areas/{area}/today"), &office).body;
        let wait = today.split("最久已等 ").nth(1).expect("a fever waits");
        let wait = wait.split('<').next().expect("how long");
        let board = app.get(&format!("/areas/{area}/fevers"), &office).body;
        assert!(board.contains(&format!("最久 {wait}<")), "{wait}: {board}");
    });
}

#[test]
fn an_alarm_waits_until_somebody_has_looked() {
    on_both(|app| {
        let about = format!("gate {GATE}");
        let raised = about.clone();
        app.write(move |tx| {
            tx.raise_alarm_once(Shard(1), "gate_state", &raised, 1_582_066_000_000)
        });
        let lead = app.session(app.staff("lead", "shift_lead", COMPOUND));
        let next = app.session(app.staff("next", "shift_lead", NEXT_COMPOUND));
        let path = format!("/areas/{COMPOUND}/alarms");
        assert!(app.get(&path, &lead).body.contains("幸福里 东门"));
        let elsewhere = format!("/areas/{NEXT_COMPOUND}/alarms");
        assert!(app.get(&elsewhere, &next).body.contains("现在没有要看的"));
        let body = format!("kind=gate_state&about={}", about.replace(' ', "+"));
        let wrong = app.form(&elsewhere, &next, &body);
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(app.form(&path, &lead, &body).status, StatusCode::SEE_OTHER);
        assert!(app.get(&path, &lead).body.contains("现在没有要看的"));
        let twice = app.form(&path, &lead, &body);
        assert!(twice.body.contains("刚有人看过了"), "{}", twice.body);
    });
}

#[test]
fn there_is_room_for_so_many_pages_and_no_more() {
    let app = TestApp::new();
    let office = app.session(app.staff("office", "community_office", COMMUNITY));
    let path = format!("/areas/{COMPOUND}/today/live");
    let headers = [("cookie", office.as_str()), ("accept", "text/event-stream")];
    let places: Vec<_> = (0..changes::LISTENERS_MOST)
        .map(|_| app.app.changes.listen().expect("a place"))
        .collect();
    let answer = app.head_of(Method::GET, &path, &headers);
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    drop(places);
    assert_eq!(
        app.head_of(Method::GET, &path, &headers).status,
        StatusCode::OK
    );
}

#[test]
fn the_number_of_passes_opens_the_passes_that_it_counts() {
    demo_on_both(|app, demo| {
        let mut staff = demo.town.staffing.staff.iter();
        let office = staff.find(|one| one.role == Role::CommunityOffice);
        let office = office.expect("one");
        let cookie = app.session(office.id);
        let today = app
            .get(&format!("/areas/{}/today", office.area), &cookie)
            .body;
        let base = format!("/areas/{}/passes", office.area);
        let link = format!("href=\"{base}?valid=1\"");
        let (before, after) = today.split_once(&link).expect("the passes' own key");
        assert!(!before.contains(&link));
        let number: String = after
            .split("<b>")
            .nth(1)
            .expect("a number")
            .chars()
            .take_while(|c| *c != '<')
            .filter(char::is_ascii_digit)
            .collect();
        let (mut found, mut next) = (0, Some(format!("{base}?valid=1")));
        while let Some(path) = next {
            let page = app.get(&path, &cookie).body;
            assert!(
                page.contains(&format!("现在有效的证 {number} 张")),
                "{page}"
            );
            found += page.matches("class=\"st go\"").count();
            let more = format!("{base}?valid=1&#38;after=");
            next = page.split_once(&more).map(|(_, rest)| {
                let id: String = rest.chars().take_while(|c| *c != '"').collect();
                format!("{base}?valid=1&after={id}")
            });
        }
        assert_eq!(found.to_string(), number);
    });
}

/// How many crossings a list holds over all its pages.
fn listed(app: &TestApp, cookie: &str, base: &str, filter: &str) -> usize {
    let (mut found, mut next) = (0, Some(format!("{base}?{filter}")));
    while let Some(path) = next {
        let page = app.get(&path, cookie);
        assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.body);
        let row = format!("href=\"{base}/");
        found += page.body.matches(&row).count();
        let links = page.body.split("href=\"").skip(1);
        let links = links.filter_map(|part| part.split('"').next());
        let more = links.filter(|link| link.contains("after=")).last();
        next = more.map(|link| link.replace("&#38;", "&"));
    }
    found
}

/// The filter and the number of every link of a page to a list of crossings.
fn numbers(page: &str, base: &str) -> Vec<(String, usize)> {
    let mark = format!("href=\"{base}?");
    let parts = page.split(&mark).skip(1);
    let parts = parts.map(|part| {
        let (filter, rest) = part.split_once('"').expect("a link ends");
        let shown = match rest.split_once("<b>") {
            // A figure has its label first.
            Some((before, after)) if !before.contains("</a>") => after,
            _ => rest.split_once('>').expect("a tag ends").1,
        };
        let shown = shown.split('<').next().expect("a text");
        let digits: String = shown.chars().filter(char::is_ascii_digit).collect();
        (filter.replace("&#38;", "&"), digits.parse().expect(shown))
    });
    parts.collect()
}

#[test]
fn a_number_of_crossings_opens_exactly_the_crossings_that_it_counts() {
    demo_on_both(|app, demo| {
        let mut staff = demo.town.staffing.staff.iter();
        let office = staff.find(|one| one.role == Role::CommunityOffice);
        let office = office.expect("one");
        let cookie = app.session(office.id);
        // One that was refused and taken back counts nowhere.
        let mut phone = Phone::enrolled(app, demo, "guard1a");
        phone.step(json!({"input": "begin", "way": "in", "subject_kind": "visitor"}));
        phone.step(json!({"input": "fact", "fact": "special_reason", "value": false}));
        phone.step(json!({"input": "finish", "outcome": "turned_back"}));
        phone.send_all();
        let today = app.get(&format!("/areas/{}/today", office.area), &cookie);
        let base = format!("/areas/{}/crossings", office.area);
        let figures = numbers(&today.body, &base);
        assert!(
            figures
                .iter()
                .any(|(filter, _)| filter == "outcome=crossed"),
            "{figures:?}"
        );
        let refused = |filter: &String| filter.starts_with("verdict=refuse&outcome=stands");
        let totals = figures.iter().filter(|(filter, _)| refused(filter));
        assert!(totals.count() > 1, "the sum and a reason: {figures:?}");
        for (filter, number) in figures {
            assert_eq!(listed(app, &cookie, &base, &filter), number, "{filter}");
        }
    });
}
