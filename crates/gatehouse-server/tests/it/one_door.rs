//! What holds for one door and no other: the landlord's yes, and a new card in the place of an old.

use crate::crossings::another;
use crate::gate::cookie;
use crate::moved::{applied, in_use, moves};
use crate::passes::{community, pass, read};
use crate::resident::{Somebody, somebody};
use crate::support::{TestApp, demo_on_both};
use axum::http::StatusCode;
use gatehouse_core::id::PassId;
use gatehouse_core::pass::PassKind;
use gatehouse_server::ops::apply_for_pass::{Applicant, Applied};
use gatehouse_server::ops::demo::make::Demo;
use gatehouse_server::ops::issue_for_building::{Aside, aside};
use gatehouse_store::Shard;
use gatehouse_store::pass::Revocation;

const SHARD: Shard = Shard(1);

/// Somebody of the first compound who rents and holds a pass.
fn tenant_with_pass(app: &TestApp, demo: &Demo) -> Somebody {
    let rents = |who: &Somebody| {
        let (person, has_pass) = (who.person, !in_use(app, who.person).is_empty());
        let row = read(app, move |tx| tx.person(SHARD, person));
        has_pass && row.is_some_and(|row| row.kind == "temporary_resident")
    };
    let homes = demo.town.households.iter();
    let mut all = homes.flat_map(|home| {
        let address = home.household.address();
        let door = [address.building(), address.unit(), address.room()].map(str::to_owned);
        home.household.members().iter().map(move |one| Somebody {
            person: one.person,
            household: home.id,
            compound: home.household.compound(),
            door: door.clone(),
            name: String::new(),
        })
    });
    let compound = demo.town.streets.gates[0].compound;
    all.find(|who| who.compound == compound && rents(who))
        .expect("a tenant with a pass")
}

/// HN 三(三)二: the first time at a door with the landlord or host.
#[test]
fn the_landlords_yes_is_for_one_door() {
    let table = [
        ("lost", false, ""),
        // Nobody was asked for a pass that should not have been made.
        ("issued_in_error", false, "landlord"),
        ("lost", true, "landlord"),
    ];
    for (reason, does_move, lacks) in table {
        demo_on_both(|app, demo| {
            let mut who = tenant_with_pass(app, demo);
            let old = in_use(app, who.person).remove(0).pass;
            app.write(move |tx| {
                let ended = Revocation {
                    at: 1,
                    reason: reason.to_owned(),
                };
                tx.revoke_pass(SHARD, old, &ended, None).map(|_| ())
            });
            if does_move {
                let to = somebody(demo, 4);
                who.household = moves(
                    app,
                    demo,
                    &who,
                    &[("basis", "tenant"), ("landlord", &*to.name)],
                );
                who.door = to.door;
            }
            let keys = app.app.keyring.clone().expect("keys");
            let now = app.app.world.now_millis();
            let (compound, building) = (who.compound, who.door[0].clone());
            let all = read(app, move |tx| {
                let vault = &keys.vault;
                tx.pass_candidates(vault, SHARD, compound, &building, now, 400)
            });
            let mut all = all.into_iter();
            let this = all.find(|one| one.person == who.person).expect("no pass");
            let is_aside = aside(&this, 2020) == Some(Aside::NeedsLandlord);
            assert_eq!(is_aside, !lacks.is_empty(), "{reason} {does_move} {this:?}");
            let holder = Applicant::Person(who.person);
            let waits = applied(app, demo, &who, (1, PassKind::TemporaryResident), holder);
            let expected = Applied::Waits(lacks.to_owned());
            assert_eq!(waits, expected, "{reason} {does_move}");
        });
    }
}

/// "Replaced" means that there is a new one: where nobody can hold it, or no key may issue it, the
/// old one stays; and a second click says what the first one did.
#[test]
fn nothing_is_replaced_by_nothing() {
    demo_on_both(|app, demo| {
        let who = tenant_with_pass(app, demo);
        let old = in_use(app, who.person).remove(0);
        let path = format!("/areas/{}/passes/{}/revoke", community(demo), old.pass);
        let office = cookie(app, demo, "office1");
        let fresh = PassId([0x77; 16]);
        let form = |reason: &str| format!("reason={reason}&next={fresh}&replace=yes");
        let landlord = somebody(demo, 4).name;
        moves(
            app,
            demo,
            &who,
            &[("basis", "tenant"), ("landlord", &*landlord)],
        );
        let refused = app.form(&path, &office, &form("replaced"));
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains("旧证没有动"), "{}", refused.body);
        assert!(pass(app, old.pass).revocation.is_none());
        // Lost is lost, whether or not there can be a new one.
        for _ in 0..2 {
            let done = app.form(&path, &office, &form("lost"));
            assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
        }
        assert!(in_use(app, who.person).is_empty());
        let other = app.session(another(app, demo, "community_office", community(demo)));
        let late = app.form(&path, &other, &form("lost"));
        assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.body);
    });
}

#[test]
fn without_a_key_the_old_pass_stays() {
    demo_on_both(|app, demo| {
        let who = crate::resident::holder(app, demo);
        let old = in_use(app, who.person).remove(0);
        // Beyond the terms of all keys that issue.
        app.later(20 * 365 * 86_400_000);
        let path = format!("/areas/{}/passes/{}/revoke", community(demo), old.pass);
        let office = cookie(app, demo, "office1");
        let fresh = PassId([0x77; 16]);
        let form = |reason: &str| format!("reason={reason}&next={fresh}&replace=yes");
        let refused = app.form(&path, &office, &form("replaced"));
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains("照样能用"), "{}", refused.body);
        assert!(pass(app, old.pass).revocation.is_none());
        let ended = app.form(&path, &office, &form("lost"));
        assert!(ended.body.contains("新的没发成"), "{}", ended.body);
        let again = app.form(&path, &office, &form("lost"));
        assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.body);
    });
}
