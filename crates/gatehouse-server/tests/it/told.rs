//! What people are told of what was decided about them: once each, and shown on their page; and
//! the landlord's yes, which is given there.

use crate::gate::cookie;
use crate::passes::{approved, community};
use crate::resident::{Somebody, gate, hidden, holder, opened, somebody, staff};
use crate::support::{TestApp, demo_on_both, percent};
use axum::http::StatusCode;
use gatehouse_core::id::{ApplicationId, PersonId};
use gatehouse_core::pass::PassKind;
use gatehouse_core::person::PersonDraft;
use gatehouse_server::auth::role::Role;
use gatehouse_server::ops::apply_for_pass::{
    Applicant, Application, Applied, Photo, apply_for_pass,
};
use gatehouse_server::ops::demo::make::Demo;
use gatehouse_server::ops::pass_rules::Source;
use gatehouse_store::application::ApplicationRow;
use gatehouse_store::{Shard, StoreError};

const SHARD: Shard = Shard(1);

/// Kinds of what somebody was told, in order.
pub fn told(app: &TestApp, person: PersonId) -> Vec<String> {
    let read = move |tx: &gatehouse_store::ReadTx<'_>| tx.messages_of_person(SHARD, person, 50);
    let read = app.app.store.read_blocking::<_, StoreError, _>(read);
    let mut kinds: Vec<String> = read
        .expect("reads")
        .into_iter()
        .map(|row| row.kind)
        .collect();
    kinds.sort();
    kinds
}

/// What stands on somebody's own page; every text says whom to ring.
fn own_page(app: &TestApp, cookie: &str) -> String {
    let page = app.get("/my", cookie).body;
    assert!(
        !page.contains("请打 。") && !page.contains("打 告诉"),
        "{page}"
    );
    page
}

fn application(app: &TestApp, id: ApplicationId) -> ApplicationRow {
    let read = app
        .app
        .store
        .read_blocking::<_, StoreError, _>(move |tx| tx.application(SHARD, id));
    read.expect("reads").expect("an application")
}

/// A tenant of the landlord, not in the ledger yet, for whom the office's form applies.
fn tenant(app: &TestApp, demo: &Demo, n: u8, landlord: &Somebody) -> Applied {
    let wanted = Application {
        id: ApplicationId([n; 16]),
        household: landlord.household,
        kind: PassKind::TemporaryResident,
        source: Source::GridWorker,
        asked_by: None,
        asked_staff: Some(staff(demo, Role::GridWorker)),
        holder: Applicant::New {
            draft: PersonDraft {
                name: "乌林静".to_owned(),
                sex: "female".to_owned(),
                birth_on: "1990-03-04".to_owned(),
                ..PersonDraft::default()
            },
            basis: Some("tenant"),
            landlord: Some(landlord.person),
            worker_class: None,
        },
        photo: Photo::Declined,
        delivery: "home",
    };
    let applied = apply_for_pass(&app.app, SHARD, landlord.compound, 480, wanted);
    app.wait(applied).expect("applied")
}

#[test]
fn a_landlord_is_asked_once_and_answers_on_their_page() {
    demo_on_both(|app, demo| {
        let landlord = somebody(demo, 8);
        for _ in 0..2 {
            let applied = tenant(app, demo, 0x51, &landlord);
            assert!(matches!(applied, Applied::Waits(_)), "{applied:?}");
        }
        assert_eq!(told(app, landlord.person), ["landlord_wanted"]);
        let own = opened(app, demo, &landlord);
        let home = app.get("/my", &own);
        assert!(home.body.contains("href=\"/my/tenants\""), "{}", home.body);
        assert!(home.body.contains("有租客用您的房子"), "{}", home.body);
        let page = app.get("/my/tenants", &own);
        let (masked, whole) = (page.body.contains("乌*静"), page.body.contains("乌林静"));
        assert!(masked && !whole, "{}", page.body);
        let id = hidden(&page, "application");
        let yes = format!("application={id}&answer=yes");
        // Somebody else's page neither shows it nor takes an answer.
        let other = opened(app, demo, &somebody(demo, 4));
        assert!(!app.get("/my/tenants", &other).body.contains(&id));
        let refused = app.form("/my/tenants", &other, &yes);
        assert_eq!(refused.status, StatusCode::NOT_FOUND);
        for wrong in ["", "answer=yes", "application=x&answer=yes", "answer=maybe"] {
            let answer = app.form("/my/tenants", &own, wrong);
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{wrong}");
        }
        let row = application(app, ApplicationId([0x51; 16]));
        assert_eq!(row.landlord.answer.as_deref(), Some("wanted"));
        for _ in 0..2 {
            let answer = app.form("/my/tenants", &own, &yes);
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        }
        let row = application(app, ApplicationId([0x51; 16]));
        let said = (row.landlord.answer.as_deref(), row.landlord.way.as_deref());
        assert_eq!(said, (Some("yes"), Some("link")));
        assert!(app.get("/my/tenants", &own).body.contains("没有等您同意"));
        assert!(!app.get("/my", &own).body.contains("href=\"/my/tenants\""));
    });
}

#[test]
fn a_pass_that_is_ready_or_ended_is_told_once() {
    demo_on_both(|app, demo| {
        let office = cookie(app, demo, "office1");
        let pass = approved(app, demo, &office);
        let holder = PersonId(pass.holder.expect("a holder"));
        assert_eq!(told(app, holder), ["pass_ready"]);
        let path = format!("/areas/{}/passes/{}/revoke", community(demo), pass.pass);
        for _ in 0..2 {
            let answer = app.form(&path, &office, "reason=moved_out&replace=&next=");
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        }
        assert_eq!(told(app, holder), ["pass_ended", "pass_ready"]);
    });
}

#[test]
fn a_pass_that_is_lost_and_one_in_its_place_have_words_of_their_own() {
    demo_on_both(|app, demo| {
        let office = cookie(app, demo, "office1");
        let pass = approved(app, demo, &office);
        let holder = PersonId(pass.holder.expect("a holder"));
        let page = format!("/areas/{}/passes/{}", community(demo), pass.pass);
        let next = "0198a1b2-0000-7000-8000-0000000000aa";
        for _ in 0..2 {
            app.form(&format!("{page}/lost"), &office, "way=phone");
            let form = format!("reason=lost&replace=yes&next={next}");
            app.form(&format!("{page}/revoke"), &office, &form);
        }
        assert_eq!(
            told(app, holder),
            ["pass_lost", "pass_ready", "pass_replaced"]
        );
    });
}

#[test]
fn a_rejection_says_what_to_mend() {
    demo_on_both(|app, demo| {
        let landlord = somebody(demo, 8);
        let asked_by = landlord.person;
        tenant(app, demo, 0x52, &landlord);
        let id = ApplicationId([0x52; 16]);
        let row = application(app, id);
        let office = cookie(app, demo, "office1");
        let reject = format!("/areas/{}/passes/applications/{id}/reject", community(demo));
        let body = format!("reason=photo_unclear&version={}", row.version);
        let answer = app.form(&reject, &office, &body);
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        // Nobody of the ledger asked: whoever wrote it down tells them at the door.
        assert_eq!(told(app, asked_by), ["landlord_wanted"]);
        let who = holder(app, demo);
        let own = opened(app, demo, &who);
        let page = app.get("/my/apply", &own);
        let helper = "what=helper&name=%E5%AD%99%E6%98%8E&sex=female&phone=0371-5550103";
        let body = format!("id={}&{helper}&no_photo=yes", hidden(&page, "id"));
        assert_eq!(app.form("/my/apply", &own, &body).status, StatusCode::OK);
        let id = ApplicationId::parse(&hidden(&page, "id")).expect("an id");
        let reject = format!("/areas/{}/passes/applications/{id}/reject", community(demo));
        for _ in 0..2 {
            let answer = app.form(&reject, &office, "reason=differs&version=1");
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        }
        assert_eq!(told(app, who.person), ["application_refused"]);
        assert!(app.get("/my", &own).body.contains("请核对楼栋和房号"));
    });
}

#[test]
fn a_household_is_told_of_a_visitor_and_a_resident_of_an_answer() {
    demo_on_both(|app, demo| {
        let who = somebody(demo, 3);
        let path = format!("/visit/{}", gate(demo));
        let id = hidden(&app.get(&path, ""), "visit");
        let [building, unit, room] = &who.door;
        let body = format!(
            "visit={id}&name=VISITOR&phone=0371-5550101&building={building}&unit={unit}\
             &room={room}&whom={name}&purpose=care",
            name = percent(&who.name)
        );
        for _ in 0..2 {
            assert_eq!(app.form(&path, "", &body).status, StatusCode::SEE_OTHER);
        }
        assert_eq!(told(app, who.person), ["visitor_waits"]);
        let own = opened(app, demo, &who);
        let home = app.get("/my", &own);
        assert!(home.body.contains("有访客在"), "{}", home.body);
        assert!(!home.body.contains("VISITOR"), "a message names nobody");
        let form = app.get("/my/requests", &own);
        let request = hidden(&form, "id");
        let body = format!("id={request}&kind=correction&about=name&text=abc");
        let sent = app.form("/my/requests", &own, &body);
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
        assert!(own_page(app, &own).contains("有访客在"));
        let office = app.session(staff(demo, Role::CommunityOffice));
        let answer = format!("request={request}&result=done&text=ok");
        let path = format!("/areas/{}/complaints", community(demo));
        for _ in 0..2 {
            app.form(&path, &office, &answer);
        }
        assert_eq!(told(app, who.person), ["correction_made", "visitor_waits"]);
        assert!(own_page(app, &own).contains("已经改好"));
        // In part is neither made nor refused.
        let request = hidden(&app.get("/my/requests", &own), "id");
        let body = format!("id={request}&kind=correction&about=door&text=abc");
        app.form("/my/requests", &own, &body);
        app.form(
            &path,
            &office,
            &format!("request={request}&result=partly&text=ok"),
        );
        let kinds = ["correction_made", "request_answered", "visitor_waits"];
        assert_eq!(told(app, who.person), kinds);
        assert!(own_page(app, &own).contains("有答复了"));
    });
}
