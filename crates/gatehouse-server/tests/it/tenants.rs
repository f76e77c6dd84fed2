//! A landlord applies for a tenant: for a dwelling of theirs only; it waits as the landlord's.
//! Whoever only lives there asks the landlord; nobody is told who stands in the ledger.

use crate::crossings::auditor;
use crate::gate::cookie;
use crate::passes::{community, read};
use crate::resident::{Somebody, hidden, opened, somebody};
use crate::support::{Answer, TestApp, demo_on_both, percent};
use axum::http::StatusCode;
use gatehouse_core::id::{ApplicationId, HouseholdId};
use gatehouse_core::moment::CivilDay;
use gatehouse_server::ops::demo::make::Demo;
use gatehouse_store::Shard;
use gatehouse_store::application::ApplicationRow;
use gatehouse_store::household::ResidenceRow;

/// A landlord of the demo town who lives in the first compound, and the dwelling let.
fn landlord(demo: &Demo) -> (Somebody, HouseholdId) {
    let compound = demo.town.streets.gates[0].compound;
    let lets = demo.town.households.iter().find_map(|home| {
        let members = home.household.members().iter();
        let landlord = members
            .filter_map(|one| one.residence.landlord_or_host())
            .next()?;
        let known = demo.town.people.iter().find(|one| one.id == landlord)?;
        let own = demo.town.households.iter().find(|own| {
            let mut members = own.household.members().iter();
            own.household.compound() == compound && members.any(|one| one.person == landlord)
        })?;
        let who = Somebody {
            person: landlord,
            household: own.id,
            compound,
            door: Default::default(),
            name: known.person.name().reveal_text().to_owned(),
        };
        Some((who, home.id))
    });
    lets.expect("a landlord")
}

#[test]
fn a_landlord_applies_for_a_tenant_of_their_own_dwelling_only() {
    demo_on_both(|app, demo| {
        let (who, room) = landlord(demo);
        let resident = opened(app, demo, &who);
        let path = "/my/tenants/new";
        let page = app.get(path, &resident);
        assert!(page.body.contains(&room.to_string()), "{}", page.body);
        let id = hidden(&page, "id");
        let name = percent("乌林静");
        let body = format!(
            "id={id}&room={room}&basis=tenant&name={name}&sex=female&birth_on=1990-03-04\
             &document_kind=passport&document=E01234567&no_photo=yes"
        );
        let not_theirs = somebody(demo, 5).household;
        assert!(not_theirs != room && not_theirs != who.household);
        for (from, to, status) in [
            (
                room.to_string(),
                not_theirs.to_string(),
                StatusCode::NOT_FOUND,
            ),
            (room.to_string(), "0".repeat(32), StatusCode::NOT_FOUND),
            (
                "basis=tenant".to_owned(),
                "basis=king".to_owned(),
                StatusCode::NOT_FOUND,
            ),
            (
                name.clone(),
                String::new(),
                StatusCode::UNPROCESSABLE_ENTITY,
            ),
            (
                "E01234567".to_owned(),
                "12".to_owned(),
                StatusCode::UNPROCESSABLE_ENTITY,
            ),
        ] {
            let refused = app.form(path, &resident, &body.replacen(&from, &to, 1));
            assert_eq!(refused.status, status, "{from} {to}: {}", refused.body);
        }
        for _ in 0..2 {
            let sent = app.form(path, &resident, &body);
            assert_eq!(
                sent.header("location"),
                "/my/tenants?sent=yes",
                "{}",
                sent.body
            );
        }
        let application = ApplicationId::parse(&id).expect("an id");
        let row = read(app, move |tx| {
            Ok(tx.application(Shard(1), application)?.expect("there"))
        });
        assert_eq!((&*row.source, row.asked_by), ("landlord", Some(who.person)));
        assert_eq!(row.landlord.answer.as_deref(), Some("yes"));
        assert_eq!((row.household, &*row.missing), (room, ""));
        // It stands in the office's queue as the landlord's.
        let office = cookie(app, demo, "office1");
        let queue = format!("/areas/{}/passes?source=landlord", community(demo));
        let queue = app.get(&queue, &office);
        assert!(queue.body.contains("房东替"), "{}", queue.body);
    });
}

const PATH: &str = "/my/tenants/new";

/// What the form sends for somebody who is to live in a room.
fn sent(id: &str, room: HouseholdId, document: &str) -> String {
    let name = percent("乌林静");
    format!(
        "id={id}&room={room}&basis=tenant&name={name}&sex=female&birth_on=1990-03-04\
         &document_kind=passport&document={document}&no_photo=yes"
    )
}

/// Sends the form anew; the application's id with the answer.
fn apply(app: &TestApp, resident: &str, room: HouseholdId, document: &str) -> (String, Answer) {
    let id = hidden(&app.get(PATH, resident), "id");
    let answer = app.form(PATH, resident, &sent(&id, room, document));
    (id, answer)
}

fn application(app: &TestApp, id: &str) -> ApplicationRow {
    let id = ApplicationId::parse(id).expect("an id");
    read(app, move |tx| {
        Ok(tx.application(Shard(1), id)?.expect("there"))
    })
}

/// Somebody who rents in the first compound, and their landlord.
fn tenant(demo: &Demo) -> (Somebody, gatehouse_core::id::PersonId) {
    let compound = demo.town.streets.gates[0].compound;
    let mut homes = demo.town.households.iter();
    let found = homes.find_map(|home| {
        let here = home.household.compound() == compound;
        let mut members = home.household.members().iter().filter(|_| here);
        let found = members.find_map(|one| Some((one, one.residence.landlord_or_host()?)))?;
        let who = Somebody {
            person: found.0.person,
            household: home.id,
            compound,
            door: Default::default(),
            name: String::new(),
        };
        Some((who, found.1))
    });
    found.expect("a tenant")
}

#[test]
fn a_tenant_is_no_landlord_of_the_room_they_rent() {
    demo_on_both(|app, demo| {
        let (who, landlord) = tenant(demo);
        let resident = opened(app, demo, &who);
        let page = app.get(PATH, &resident);
        assert!(page.body.contains("（要问房东）"), "{}", page.body);
        let (id, answer) = apply(app, &resident, who.household, "E01234567");
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        let row = application(app, &id);
        assert_eq!(&*row.source, "family");
        assert_eq!(row.landlord.person, Some(landlord));
        assert_eq!(row.landlord.answer.as_deref(), Some("wanted"));
        assert_eq!(&*row.missing, "landlord");
    });
}

#[test]
fn a_former_landlord_has_no_say() {
    demo_on_both(|app, demo| {
        let (who, room) = landlord(demo);
        let resident = opened(app, demo, &who);
        let shows = |app: &TestApp| app.get(PATH, &resident).body.contains(&room.to_string());
        assert!(shows(app));
        // The tenants leave: the dwelling is empty, and still the landlord's to let.
        let now = app.app.world.now_millis();
        let today = gatehouse_core::moment::Moment::new(now, 480).day();
        app.write(move |tx| {
            let lives = tx.residences_of_household(Shard(1), room)?;
            for row in lives.iter().filter(|row| row.until_on.is_none()) {
                tx.end_residence(row, CivilDay(today.0 - 1))?;
            }
            Ok(())
        });
        assert!(shows(app));
        // Somebody else moves in for good: it was sold.
        let buyer = somebody(demo, 7).person;
        app.write(move |tx| {
            tx.insert_residence(&ResidenceRow {
                shard: Shard(1),
                household: room,
                person: buyer,
                from_on: today,
                until_on: None,
                basis: "permanent".to_owned(),
                landlord: None,
                version: 1,
            })
        });
        assert!(!shows(app));
        let body = sent(&"7".repeat(32), room, "E01234567");
        let refused = app.form(PATH, &resident, &body);
        assert_eq!(refused.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn a_page_does_not_tell_who_is_in_the_ledger_and_the_office_sees_it() {
    demo_on_both(|app, demo| {
        let (who, room) = landlord(demo);
        let resident = opened(app, demo, &who);
        let known = somebody(demo, 3).person;
        let mut people = demo.town.people.iter();
        let known = people.find(|one| one.id == known).expect("a person");
        let number = known.person.document().expect("a document");
        let number = number.reveal_text().to_owned();
        let id = hidden(&app.get(PATH, &resident), "id");
        let body = sent(&id, room, &number).replace("passport", "identity_card");
        let body = body.replace("sex=female&birth_on=1990-03-04", "sex=&birth_on=");
        let answer = app.form(PATH, &resident, &body);
        assert_eq!(
            answer.header("location"),
            "/my/tenants?sent=yes",
            "as for a stranger: {}",
            answer.body
        );
        let office = cookie(app, demo, "office1");
        let base = format!("/areas/{}/passes", community(demo));
        let page = app.get(&format!("{base}?open={id}"), &office);
        assert!(page.body.contains("这个证件已在册"), "{}", page.body);
        assert!(page.body.contains(&format!("/persons/{}", known.id)));
        let one = format!("one={id}.{}", application(app, &id).version);
        let refused = app.form(&format!("{base}/approve"), &office, &one);
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains("不能按新人发证"), "{}", refused.body);
        assert_eq!(&*application(app, &id).state, "waiting");
        // Nobody fills the office's queue.
        let taken = (1..10).take_while(|n| {
            let (_, taken) = apply(app, &resident, room, &format!("E1234567{n}"));
            taken.status == StatusCode::SEE_OTHER
        });
        assert!((5..10).contains(&taken.count()));
        let (_, refused) = apply(app, &resident, room, "E98765432");
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            refused.body.contains("今天申请得太多了"),
            "{}",
            refused.body
        );
        assert!(refused.body.contains("E98765432"), "what was typed stays");
    });
}

/// What an office looked at before somebody stood in the ledger is told to them once they do.
#[test]
fn who_looked_at_an_applicant_is_shown_to_them_once_they_are_here() {
    demo_on_both(|app, demo| {
        let (who, room) = landlord(demo);
        let resident = opened(app, demo, &who);
        let office = cookie(app, demo, "office1");
        let base = format!("/areas/{}/passes", community(demo));
        let (id, _) = apply(app, &resident, room, "E01234567");
        let looked = app.form(
            &format!("{base}/applications/{id}/open"),
            &office,
            "what=holder",
        );
        assert!(looked.body.contains("4567"), "{}", looked.body);
        assert!(!looked.body.contains("E01234567"), "the last four alone");
        let one = format!("one={id}.{}", application(app, &id).version);
        let done = app.form(&format!("{base}/approve"), &office, &one);
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
        let person = application(app, &id).holder.expect("made");
        let views = read(app, move |tx| tx.views_of_person(Shard(1), person, 10));
        let views = views
            .iter()
            .map(|view| (&*view.purpose, &*view.fields, view.organisation));
        let office_of = demo.town.staffing.organisations.iter().map(|one| one.id);
        let views: Vec<_> = views.collect();
        assert_eq!(views.len(), 1, "{views:?}");
        assert_eq!((views[0].0, views[0].1), ("decide_pass", "name document"));
        assert!(office_of.into_iter().any(|one| Some(one) == views[0].2));
        let auditor = app.session(auditor(app, demo, community(demo)));
        let page = app.get(&format!("/areas/{}/views", community(demo)), &auditor);
        assert!(page.body.contains("审批出入证"), "{}", page.body);
    });
}

#[test]
fn two_applications_for_one_stranger_make_one_pass() {
    demo_on_both(|app, demo| {
        let (who, room) = landlord(demo);
        let resident = opened(app, demo, &who);
        let grid = cookie(app, demo, "grid1");
        let office = cookie(app, demo, "office1");
        let (first, _) = apply(app, &resident, room, "E01234567");
        let (_, again) = apply(app, &resident, room, "E01234567");
        assert!(again.body.contains("申请"), "{}", again.body);
        // At the desk it is seen that one waits; where two do, the second is the first one's.
        let base = format!("/areas/{}/passes", community(demo));
        let desk = sent(&"7".repeat(32), room, "E01234567").replace("room=", "household=");
        let desk = format!("{desk}&holder=new&delivery=desk&phone=");
        let seen = app.form(&format!("{base}/apply"), &grid, &desk);
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            seen.body.contains(&format!("open={first}")),
            "{}",
            seen.body
        );
        let other = somebody(demo, 0);
        let id = ApplicationId::parse(&first).expect("an id");
        let second = ApplicationId([9; 16]);
        let keys = app.app.keyring.clone().expect("keys");
        app.write(move |tx| {
            let row = tx.application(Shard(1), id)?.expect("there");
            let draft = tx.application_draft(&keys.vault, Shard(1), id)?;
            let copy = ApplicationRow {
                application: second,
                asked_by: Some(other.person),
                ..row
            };
            tx.insert_application(&copy)?;
            let chance = gatehouse_store::Chance::new([5; 32]);
            let draft = draft.expect("a draft");
            tx.set_application_draft(&keys.vault, Shard(1), second, &draft, &[], &chance)
        });
        let approve = |id: &str| {
            let one = format!("one={id}.{}", application(app, id).version);
            app.form(&format!("{base}/approve"), &office, &one)
        };
        let done = approve(&first);
        assert_eq!(done.header("location"), format!("{base}?done=1&held=0"));
        let refused = approve(&second.to_string());
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            refused.body.contains("他已有一张有效的证"),
            "{}",
            refused.body
        );
    });
}
