//! The resident's own page, visitors, corrections and complaints (SELF-1, SCOPE-5).

use crate::support::{Answer, TestApp, demo_on_both};
use axum::http::StatusCode;
use gatehouse_core::id::{AreaId, GateId, HouseholdId, PersonId, StaffId};
use gatehouse_server::auth::role::Role;
use gatehouse_server::ops::demo::make::Demo;
use gatehouse_server::ops::resident::read_own_data::OWN;
use gatehouse_store::person::PersonField;
use gatehouse_store::person_view::Viewer;
use gatehouse_store::{Shard, StoreError};

pub struct Somebody {
    pub person: PersonId,
    pub household: HouseholdId,
    pub compound: AreaId,
    pub door: [String; 3],
    pub name: String,
}

/// The n-th person of the first compound who has a door.
pub fn somebody(demo: &Demo, n: usize) -> Somebody {
    let compound = demo.town.streets.gates[0].compound;
    let homes = demo.town.households.iter();
    let home = homes
        .filter(|home| home.household.compound() == compound)
        .nth(40 + n)
        .expect("a home");
    let person = home.household.members()[0].person;
    let known = demo
        .town
        .people
        .iter()
        .find(|one| one.id == person)
        .expect("a person");
    let address = home.household.address();
    Somebody {
        person,
        household: home.id,
        compound,
        door: [address.building(), address.unit(), address.room()].map(str::to_owned),
        name: known.person.name().reveal_text().to_owned(),
    }
}

/// Somebody with a pass that is valid now.
pub fn holder(app: &TestApp, demo: &Demo) -> Somebody {
    let now = app.app.world.now_millis();
    let has_pass = |who: &Somebody| {
        let person = who.person;
        let passes = app
            .app
            .store
            .read_blocking::<_, StoreError, _>(move |tx| tx.passes_of_holder(Shard(1), &person.0));
        let mut passes = passes.expect("reads").into_iter();
        passes.any(|row| row.revocation.is_none() && row.from_at <= now && now < row.expires_at)
    };
    let found = (0..60).map(|n| somebody(demo, n)).find(has_pass);
    found.expect("most people have a pass")
}

pub fn staff(demo: &Demo, role: Role) -> StaffId {
    let found = demo.town.staffing.staff.iter().find(|one| one.role == role);
    found.expect("someone for every role").id
}

pub fn gate(demo: &Demo) -> GateId {
    demo.town.streets.gates[0].id
}

/// A code for somebody, made by the community's office.
fn code(app: &TestApp, demo: &Demo, who: &Somebody) -> String {
    let office = app.session(staff(demo, Role::CommunityOffice));
    let path = format!("/areas/{}/people/{}/code", who.compound, who.person);
    let slip = app.form(&path, &office, "");
    assert_eq!(slip.status, StatusCode::OK, "{}", slip.body);
    let (_, rest) = slip.body.split_once("fingerprint\"><b>").expect("a code");
    rest.split('<').next().unwrap_or_default().to_owned()
}

/// The cookie with which the page opens.
pub fn opened(app: &TestApp, demo: &Demo, who: &Somebody) -> String {
    let code = code(app, demo, who);
    let answer = app.form("/my/code", "", &format!("code={code}"));
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    crate::support::cookie_of(&answer)
}

pub fn hidden(page: &Answer, name: &str) -> String {
    let mark = format!("name=\"{name}\" value=\"");
    let (_, rest) = page
        .body
        .split_once(&mark)
        .unwrap_or_else(|| panic!("{name}: {}", page.body));
    rest.split('"').next().unwrap_or_default().to_owned()
}

#[test]
fn a_code_opens_ones_own_page_and_nothing_else_does() {
    demo_on_both(|app, demo| {
        let who = holder(app, demo);
        for path in ["/my", "/my/data", "/my/requests", "/my/visits"] {
            assert_eq!(app.get(path, "").header("location"), "/my/code", "{path}");
            let wrong = app.get(path, "resident=abcdefghjkmn");
            assert_eq!(wrong.header("location"), "/my/code", "{path}");
        }
        let wrong = app.form("/my/code", "", "code=abcd-efgh-jkmn");
        assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
        let first = opened(app, demo, &who);
        let page = app.get("/my", &first);
        assert!(
            page.body.contains("<svg") && page.body.contains("有效到"),
            "{}",
            page.body
        );
        assert!(!page.body.contains(&who.name), "the first page is masked");
        // What was typed outlives the cookie.
        let body = "kind=complaint&about=gate&text=abc";
        let kept = app.form("/my/requests", "", body);
        assert_eq!(kept.status, StatusCode::UNAUTHORIZED);
        assert!(
            kept.body.contains("/my/code") && kept.body.contains("abc"),
            "{}",
            kept.body
        );
        // A new slip ends the old one.
        let second = opened(app, demo, &who);
        assert_eq!(app.get("/my", &first).header("location"), "/my/code");
        assert_eq!(app.get("/my", &second).status, StatusCode::OK);
        // Nobody of another community makes one.
        let office = app.session(staff(demo, Role::CommunityOffice));
        let other = demo.town.streets.gates.last().expect("a gate").compound;
        let path = format!("/areas/{other}/people/{}/code", who.person);
        assert_eq!(app.form(&path, &office, "").status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn who_looked_is_shown_as_office_and_purpose() {
    demo_on_both(|app, demo| {
        let who = somebody(demo, 1);
        let cookie = opened(app, demo, &who);
        let page = app.get("/my/data", &cookie);
        assert!(page.body.contains(&who.name), "their own name");
        assert!(page.body.contains("还没有人看过"), "{}", page.body);
        let office = &demo.town.staffing.organisations[0];
        let (person, organisation) = (who.person, office.id);
        let keys = app.app.keyring.clone().expect("keys");
        let at = app.app.world.now_millis();
        app.write(move |tx| {
            let viewer = Viewer {
                staff: None,
                organisation: Some(organisation),
                purpose: "follow_up".to_owned(),
                at,
                salt: [7; 16],
            };
            tx.reveal(
                &keys.vault,
                Shard(1),
                person,
                &[PersonField::Phone],
                &viewer,
            )?;
            Ok(())
        });
        let page = app.get("/my/data", &cookie);
        assert!(
            page.body.contains(&office.name) && page.body.contains("电话"),
            "{}",
            page.body
        );
    });
}

/// However often somebody looks at their own page, and however many others looked.
#[test]
fn every_look_is_shown_page_by_page_whatever_one_looked_oneself() {
    demo_on_both(|app, demo| {
        let who = somebody(demo, 1);
        let cookie = opened(app, demo, &who);
        let (person, office) = (who.person, demo.town.staffing.organisations[0].id);
        let at = app.app.world.now_millis();
        app.write(move |tx| {
            // A page and a half by an office, all at one instant, then more of one's own.
            let looks = (0..75).map(|_| ("follow_up", Some(office), at - 1));
            for (purpose, organisation, at) in looks.chain((0..120).map(|_| (OWN, None, at))) {
                let viewer = Viewer {
                    staff: None,
                    organisation,
                    purpose: purpose.to_owned(),
                    at,
                    salt: [7; 16],
                };
                tx.record_person_view(Shard(1), person, &viewer, "phone")?;
            }
            Ok(())
        });
        let count = |page: &Answer| page.body.matches("<li><b>").count();
        let page = app.get("/my/data", &cookie);
        assert_eq!(count(&page), 50, "{}", page.body);
        let (_, older) = page.body.split_once("/my/data/looks?").expect("older ones");
        let older = older.split('"').next().expect("a link");
        let page = app.get(&format!("/my/data/looks?{older}"), &cookie);
        assert_eq!(count(&page), 25, "{}", page.body);
        assert!(!page.body.contains("/my/data/looks?"), "the end");
        assert!(!page.body.contains(&who.name), "nothing is opened");
        for wrong in ["", "after=x", "after=1-2-3", "after=-1-00-9"] {
            let page = app.get(&format!("/my/data/looks?{wrong}"), &cookie);
            assert_eq!(count(&page), 50, "{wrong}: from the first");
        }
        // The office, too, sees others than themselves.
        let staff = app.session(staff(demo, Role::CommunityOffice));
        let path = format!("/areas/{}/persons/{}", who.compound, who.person);
        let page = app.get(&path, &staff);
        assert!(
            page.body
                .contains(&demo.town.staffing.organisations[0].name),
            "{}",
            page.body
        );
    });
}

#[test]
fn a_complaint_about_an_office_goes_above_it_and_is_answered_once() {
    demo_on_both(|app, demo| {
        let who = somebody(demo, 2);
        let cookie = opened(app, demo, &who);
        let send = |kind: &str, about: &str, text: &str| {
            let id = hidden(&app.get("/my/requests", &cookie), "id");
            let body = format!("id={id}&kind={kind}&about={about}&text={text}");
            let answer = app.form("/my/requests", &cookie, &body);
            app.form("/my/requests", &cookie, &body);
            answer
        };
        for (kind, about, text) in [
            ("complaint", "", "abc"),
            ("complaint", "gate", ""),
            ("complaint", "gate", "%E2%80%AEabc"),
            ("king", "gate", "abc"),
        ] {
            let answer = send(kind, about, text);
            assert_eq!(
                answer.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{kind} {about} {text}"
            );
        }
        assert_eq!(
            send("complaint", "community", "LATE").status,
            StatusCode::SEE_OTHER
        );
        assert_eq!(
            send("correction", "phone", "WRONG").status,
            StatusCode::SEE_OTHER
        );
        let street = demo
            .town
            .streets
            .at_level(gatehouse_core::area::AreaLevel::Township);
        let street = street.expect("a street");
        let command = app.session(staff(demo, Role::StreetCommand));
        let office = staff(demo, Role::CommunityOffice);
        let account = demo.town.staffing.staff.iter().find(|one| one.id == office);
        let community = account.expect("an account").area;
        let office = app.session(office);
        let above = app.get(&format!("/areas/{street}/complaints"), &command);
        assert!(
            above.body.contains("LATE") && !above.body.contains("WRONG"),
            "{}",
            above.body
        );
        let own = app.get(&format!("/areas/{community}/complaints"), &office);
        assert!(
            own.body.contains("WRONG") && !own.body.contains("LATE"),
            "{}",
            own.body
        );
        assert!(!own.body.contains(&who.name), "masked");
        let body = format!(
            "request={}&result=done&text=MENDED",
            hidden(&own, "request")
        );
        let elsewhere = app.form(&format!("/areas/{street}/complaints"), &command, &body);
        assert_eq!(elsewhere.status, StatusCode::NOT_FOUND);
        let path = format!("/areas/{community}/complaints");
        assert_eq!(
            app.form(&path, &office, &body).status,
            StatusCode::SEE_OTHER
        );
        assert_eq!(app.form(&path, &office, &body).status, StatusCode::CONFLICT);
        let page = app.get("/my/requests", &cookie);
        assert!(
            page.body.contains("MENDED") && page.body.contains("已办"),
            "{}",
            page.body
        );
        assert_eq!(
            page.body.matches("LATE").count(),
            1,
            "a double click sends once"
        );
    });
}

#[test]
fn a_pass_is_applied_for_on_the_page_once() {
    demo_on_both(|app, demo| {
        let who = somebody(demo, 6);
        let cookie = opened(app, demo, &who);
        let apply = |more: &str| {
            let id = hidden(&app.get("/my/apply", &cookie), "id");
            app.form("/my/apply", &cookie, &format!("id={id}&{more}"))
        };
        let nothing = apply("what=");
        assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
        let nameless = apply("what=helper&name=&sex=female&phone=12");
        assert_eq!(nameless.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            nameless.body.contains("role=\"alert\""),
            "{}",
            nameless.body
        );
        let helper =
            "what=helper&name=%E5%AD%99%E6%98%8E&sex=female&phone=0371-5550103&no_photo=yes";
        let sent = apply(helper);
        assert_eq!(sent.status, StatusCode::OK, "{}", sent.body);
        let office = app.session(staff(demo, Role::CommunityOffice));
        let queue = app.get(&format!("/areas/{}/passes", who.compound), &office);
        assert!(
            queue.body.contains("孙*") && !queue.body.contains("孙明"),
            "{}",
            queue.body
        );
    });
}
