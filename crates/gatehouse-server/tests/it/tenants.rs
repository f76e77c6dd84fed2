//! A landlord applies for a tenant: for a dwelling of theirs only; it waits as the landlord's.

use crate::gate::cookie;
use crate::passes::{community, read};
use crate::resident::{Somebody, hidden, opened, somebody};
use crate::support::{demo_on_both, percent};
use axum::http::StatusCode;
use gatehouse_core::id::{ApplicationId, HouseholdId};
use gatehouse_server::ops::demo::make::Demo;
use gatehouse_store::Shard;

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
