//! From the office to the printer: a printed sheet is scanned and its passes verify; who was
//! opened for it can see so.

use crate::rendered::{self, Shade};
use crate::support::{
    COMMUNITY, COMPOUND, NEXT_COMPOUND, START, TestApp, demo_on_both, membership_row, on_both,
    percent, staff_row,
};
use axum::http::StatusCode;
use gatehouse_core::id::{AreaId, PassId, PersonId};
use gatehouse_core::moment::Moment;
use gatehouse_core::pass::{PassFinding, StatusLists, verify};
use gatehouse_server::ops::demo::make::Demo;
use gatehouse_server::ops::print_passes::{Listed, PURPOSE, Wanted, list_passes};
use gatehouse_server::paper::card::{HEIGHT, WIDTH};
use gatehouse_server::paper::sheet::corner;
use gatehouse_store::pass::StatusListRow;
use gatehouse_store::{Shard, StoreError};

/// The compound of the demo's first gate, with its county and passes in the order of printing.
fn place(app: &TestApp, demo: &Demo) -> (AreaId, Shard, Vec<Listed>) {
    let area = demo.town.streets.gates[0].compound;
    let found = app.app.store.read_blocking::<_, StoreError, _>(move |tx| {
        let path = tx.area_path(area)?;
        let shard = path.iter().find_map(|row| row.shard).expect("a county");
        let wanted = Wanted::Of { building: None };
        Ok((shard, list_passes(tx, shard, area, &wanted, START)?))
    });
    let (shard, listed) = found.expect("reads");
    (area, shard, listed)
}

/// Somebody of an office of the demo, signed in.
fn signed_in(app: &TestApp, demo: &Demo, role: &str, area: AreaId) -> String {
    let staff = staff_row(&format!("{role}-{area}"), "no password");
    let mut membership = membership_row(staff.staff, role, area);
    membership.organisation = demo.town.staffing.organisations[0].id;
    let id = staff.staff;
    app.write(move |tx| {
        tx.insert_staff(&staff)?;
        tx.insert_membership(&membership)
    });
    app.session(id)
}

fn has_font(app: &TestApp) -> bool {
    let is_there = app.app.press.fonts().is_ok();
    if !is_there {
        eprintln!("SKIPPED: no font with Chinese characters; install fonts-noto-cjk");
    }
    is_there
}

#[test]
fn a_printed_sheet_is_scanned_and_its_passes_verify() {
    demo_on_both(|app, demo| {
        if !has_font(app) {
            return;
        }
        let (area, shard, listed) = place(app, demo);
        let door = listed
            .iter()
            .find_map(|one| one.door.as_ref())
            .expect("a door");
        let building = door.building.clone();
        let of_building = |one: &&Listed| {
            one.door
                .as_ref()
                .is_some_and(|door| door.building == building)
        };
        let printed: Vec<&Listed> = listed.iter().filter(of_building).collect();
        let cookie = signed_in(app, demo, "community_office", area);
        let page = app.get(
            &format!("/areas/{area}/passes/print?building={building}"),
            &cookie,
        );
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        assert!(
            page.body.contains(&format!("{} 张证", printed.len())),
            "{}",
            page.body
        );
        let answer = app.get(
            &format!("/areas/{area}/passes/sheets.pdf?building={building}"),
            &cookie,
        );
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        assert_eq!(answer.header("content-type"), "application/pdf");
        seen_by_their_bearers(app, shard, &printed);
        let Some(pages) = rendered::pages(&answer.bytes, 150, Shade::Grey) else {
            return;
        };
        assert_eq!(pages.len(), printed.len().div_ceil(10));
        let read = app.app.store.read_blocking::<_, StoreError, _>(move |tx| {
            let rows = tx.status_lists(shard)?;
            let lists = rows.iter().filter_map(StatusListRow::status_list).collect();
            let path = tx.area_path(area)?;
            let places: Vec<AreaId> = path.iter().rev().map(|row| row.area).collect();
            Ok((StatusLists::new(lists), places))
        });
        let (lists, places) = read.expect("reads");
        let keys = app.app.keyring.as_ref().expect("keys");
        let mut verified = 0;
        for (place, one) in printed.iter().enumerate() {
            let (x, y) = corner(place % 2, place % 10 / 2);
            let codes = pages[place / 10].codes_in(x, y, WIDTH, HEIGHT);
            // What one reader cannot see at 150 dots is seen at 300 in the test of the sheet.
            let Some(code) = codes.first() else { continue };
            let moment = Moment::new(START, 480);
            let found = verify(&code.text, &keys.list, &lists, &places, moment);
            assert!(matches!(found, PassFinding::Valid { .. }), "{found:?}");
            let credential = found.credential().expect("valid");
            assert_eq!(credential.number, one.pass.number);
            verified += 1;
        }
        assert!(
            verified * 10 >= printed.len() * 9,
            "{verified} of {}",
            printed.len()
        );
    });
}

/// Each pass was printed once, and each bearer finds one look of the office, for printing.
fn seen_by_their_bearers(app: &TestApp, shard: Shard, printed: &[&Listed]) {
    let passes: Vec<PassId> = printed.iter().map(|one| one.pass.pass).collect();
    let printed_once = app.app.store.read_blocking::<_, StoreError, _>(move |tx| {
        let mut once = true;
        for pass in &passes {
            let events = tx.events_of_pass(shard, *pass)?;
            // The demo has printed some before.
            let now = events.iter().filter(|event| event.at == START);
            once &= now.filter(|event| event.kind == "printed").count() == 1;
        }
        Ok(once)
    });
    assert!(printed_once.expect("reads"));
    let bearers: Vec<PersonId> = printed
        .iter()
        .filter(|one| one.pass.kind != "vehicle")
        .filter_map(|one| one.pass.holder.map(PersonId))
        .collect();
    assert!(!bearers.is_empty());
    let looked = app.app.store.read_blocking::<_, StoreError, _>(move |tx| {
        let mut looks = Vec::new();
        for person in &bearers {
            looks.push(tx.views_of_person(shard, *person, 9)?);
        }
        Ok(looks)
    });
    for looks in looked.expect("reads") {
        let for_print = looks.iter().filter(|look| look.purpose == PURPOSE);
        let fields: Vec<&str> = for_print.map(|look| look.fields.as_str()).collect();
        assert_eq!(fields, ["name document photo"]);
    }
}

/// No font of Debian has this character (Unicode 15, block H).
const UNPRINTABLE: &str = "王\u{323B0}";

#[test]
fn a_name_that_the_font_lacks_is_named_before_anything_is_printed() {
    demo_on_both(|app, demo| {
        if !has_font(app) {
            return;
        }
        let (area, shard, listed) = place(app, demo);
        let cookie = signed_in(app, demo, "community_office", area);
        let of_resident = |one: &&Listed| one.door.is_some() && one.pass.kind == "resident";
        let one = listed.iter().find(of_resident).expect("a resident's pass");
        let (pass, holder) = (one.pass.pass, PersonId(one.pass.holder.expect("a holder")));
        let version = app
            .app
            .store
            .read_blocking::<_, StoreError, _>(move |tx| tx.person(shard, holder));
        let version = version.expect("reads").expect("somebody").version;
        let edit = format!("key={version}&name={}", percent(UNPRINTABLE));
        let path = format!("/areas/{area}/persons/{holder}/edit");
        let edited = app.form(&path, &cookie, &edit);
        assert_eq!(edited.status, StatusCode::SEE_OTHER, "{}", edited.body);
        for paper in [
            format!("/areas/{area}/passes/{pass}/card.pdf?"),
            format!("/areas/{area}/passes/sheets.pdf?passes={pass}&"),
        ] {
            let printed = || {
                let events = app
                    .app
                    .store
                    .read_blocking::<_, StoreError, _>(move |tx| tx.events_of_pass(shard, pass));
                let events = events.expect("reads").into_iter();
                events.filter(|event| event.kind == "printed").count()
            };
            app.later(1_000);
            let before = printed();
            let warned = app.get(&paper, &cookie);
            assert_eq!(warned.status, StatusCode::UNPROCESSABLE_ENTITY, "{paper}");
            for word in ["有的字印不出来", "U+323B0", "anyway=1"] {
                assert!(warned.body.contains(word), "{word}: {}", warned.body);
            }
            assert_eq!(printed(), before, "{paper}: nothing was printed");
            let anyway = app.get(&format!("{paper}anyway=1"), &cookie);
            assert_eq!(anyway.status, StatusCode::OK, "{}", anyway.body);
            assert_eq!(anyway.header("content-type"), "application/pdf");
            assert_eq!(printed(), before + 1, "{paper}");
        }
    });
}

#[test]
fn one_card_is_printed_and_what_is_not_here_is_not() {
    let (app, demo) = TestApp::demo();
    if !has_font(&app) {
        return;
    }
    let (area, _, listed) = place(&app, demo);
    let cookie = signed_in(&app, demo, "community_office", area);
    let pass = listed[0].pass.pass;
    let card = app.get(&format!("/areas/{area}/passes/{pass}/card.pdf"), &cookie);
    assert_eq!(card.status, StatusCode::OK, "{}", card.body);
    let pages = rendered::pages(&card.bytes, 150, Shade::Grey);
    assert!(pages.is_none_or(|pages| pages.len() == 2));
    let nobody = PassId([9; 16]);
    let other = demo
        .town
        .streets
        .gates
        .iter()
        .find(|gate| gate.compound != area);
    let other = other.expect("two compounds").compound;
    let elsewhere = signed_in(&app, demo, "community_office", other);
    let many = vec![pass.to_string(); 201].join(",");
    let table = [
        (
            format!("/areas/{area}/passes/{nobody}/card.pdf"),
            &cookie,
            422,
        ),
        (
            format!("/areas/{area}/passes/nonsense/card.pdf"),
            &cookie,
            400,
        ),
        (
            format!("/areas/{area}/passes/sheets.pdf?passes={nobody}"),
            &cookie,
            422,
        ),
        (
            format!("/areas/{area}/passes/sheets.pdf?passes={many}"),
            &cookie,
            413,
        ),
        (
            format!("/areas/{area}/passes/sheets.pdf?building=%E2%80%AE"),
            &cookie,
            422,
        ),
        // Another compound's pass under one's own address, and the other way round.
        (
            format!("/areas/{other}/passes/{pass}/card.pdf"),
            &elsewhere,
            422,
        ),
        (
            format!("/areas/{area}/passes/{pass}/card.pdf"),
            &elsewhere,
            404,
        ),
    ];
    for (path, cookie, status) in table {
        let answer = app.get(&path, cookie);
        assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.body);
    }
    let guard = signed_in(&app, demo, "guard", area);
    let refused = app.get(&format!("/areas/{area}/passes/print"), &guard);
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[test]
fn a_community_is_led_to_the_posters_of_its_compounds() {
    on_both(|app| {
        let office = app.session(app.staff("office", "community_office", COMMUNITY));
        let page = app.get(&format!("/areas/{COMMUNITY}/policy"), &office).body;
        for compound in [COMPOUND, NEXT_COMPOUND] {
            let link = format!("href=\"/areas/{compound}/policy\"");
            assert!(page.contains(&link), "{page}");
        }
    });
}

#[test]
fn the_rules_in_force_are_told_with_their_clauses_and_hang_at_the_gate() {
    let (app, demo) = TestApp::demo();
    let (area, ..) = place(&app, demo);
    let cookie = signed_in(&app, demo, "guard", area);
    let page = app.get(&format!("/areas/{area}/policy"), &cookie);
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    for words in [
        "住户回家",
        "HN 三(三)四",
        "本地自定",
        "海报",
        "不能关",
        "2027年2月5日",
        // Beyond the gate: how long passes hold.
        "天数：180 天",
    ] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    if !has_font(&app) {
        return;
    }
    for paper in ["poster", "guard-card"] {
        for lang in ["zh", "en"] {
            let path = format!("/areas/{area}/policy/{paper}.pdf?lang={lang}");
            let answer = app.get(&path, &cookie);
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            assert!(answer.bytes.starts_with(b"%PDF-"), "{path}");
        }
        let elsewhere = format!("/areas/{area}/policy/{paper}.pdf?gate={}", PassId([9; 16]));
        assert_eq!(app.get(&elsewhere, &cookie).status, StatusCode::NOT_FOUND);
    }
}

#[test]
fn where_nothing_is_in_force_the_poster_says_so() {
    on_both(|app| {
        let cookie = app.session(app.staff("office", "community_office", COMMUNITY));
        for area in [COMPOUND, NEXT_COMPOUND, COMMUNITY] {
            let page = app.get(&format!("/areas/{area}/policy"), &cookie);
            assert_eq!(page.status, StatusCode::OK, "{}", page.body);
            assert!(page.body.contains("现在没有限制"), "{}", page.body);
        }
        if !has_font(app) {
            return;
        }
        let poster = app.get(&format!("/areas/{COMPOUND}/policy/poster.pdf"), &cookie);
        let Some(text) = rendered::text(&poster.bytes) else {
            return;
        };
        assert!(
            text.contains("现在没有限制") && text.contains("马上走"),
            "{text}"
        );
    });
}
