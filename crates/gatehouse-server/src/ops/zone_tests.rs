//! Zones at a gate (GATE-10, AREA-7): over the compound a fact of the place, inside it a fact of
//! the homes they hold.

use super::key_home::KeyHome;
use super::key_tests::{
    COMPOUND, COUNTY, Fixed, HOUR, NOW, database, everybody, made, order_request,
    orders_at_the_gate, root, signer,
};
use super::sign_order::OrderDesk;
use crate::secrets::Secrets;
use gatehouse_core::gate::fact::zone;
use gatehouse_core::id::{AreaId, HouseholdId};
use gatehouse_core::key::KeyId;
use gatehouse_core::order::{HealthGround, LiftReason, Subject};
use gatehouse_core::wire::StateSpell;
use gatehouse_store::area::AreaRow;
use gatehouse_store::household::HouseholdRow;
use gatehouse_store::{Lane, Shard, Store, StoreError};
use serde_json::json;
use std::sync::Arc;

pub(super) fn home_row(building: &str, unit: &str) -> HouseholdRow {
    HouseholdRow {
        shard: Shard(1),
        household: HouseholdId([8; 16]),
        area: COMPOUND,
        building: building.to_owned(),
        unit: unit.to_owned(),
        room: "302".to_owned(),
        grid: None,
        ended_on: None,
        version: 1,
    }
}

/// GATE-10: a zone over the compound, but for its exceptions, is a fact of the place.
#[test]
fn a_zone_is_a_fact_of_the_place_between_its_exceptions() {
    let store = database();
    let secrets = Arc::new(Secrets::make(&Fixed(NOW)));
    let home = KeyHome::Database(store.clone());
    let summary = made(&home, &secrets, &root(), &everybody());
    let keys: Vec<KeyId> = summary.people.iter().map(|person| person.key).collect();
    let desk = OrderDesk::open(home).expect("opens");
    let mut request = order_request();
    request.ground = HealthGround::Zone;
    request.subject = Subject::Zone(vec![COUNTY]);
    request.exceptions = serde_json::from_value(json!([{
        "from": "2026-11-24T08:00:00+08:00",
        "until": "2026-11-24T10:00:00+08:00",
        "reason": "care",
    }]))
    .expect("an exception");
    let proposed = desk.propose(request, &signer(&keys, 0), &Fixed(NOW));
    let order = proposed.expect("proposes").order;
    assert_eq!(orders_at_the_gate(&store, &secrets, NOW).place_state(), []);
    desk.approve(order, &signer(&keys, 1), &Fixed(NOW))
        .expect("approves");
    let state = orders_at_the_gate(&store, &secrets, NOW).place_state();
    let sealed = |hours: i64| {
        let at = NOW + hours * HOUR;
        state
            .iter()
            .any(|spell| spell.value == 2 && spell.span.contains(at))
    };
    let found = [-1, 0, 23, 24, 25, 26, 335, 336].map(sealed);
    assert_eq!(found, [false, true, true, false, false, true, true, false]);
}

/// A compound with a building and a unit below it.
fn with_building() -> (Store, AreaId, AreaId) {
    let store = database();
    let building = AreaId([21; 16]);
    let unit = AreaId([22; 16]);
    store
        .write_blocking::<_, StoreError, _>(Lane::People, move |tx| {
            let shard = tx.shard_of_county(COUNTY)?;
            for (area, parent, level, name) in [
                (building, COMPOUND, "building", "6 栋"),
                (unit, building, "unit", "2"),
            ] {
                tx.insert_area(&AreaRow {
                    area,
                    parent: Some(parent),
                    shard,
                    level: level.to_owned(),
                    name: name.to_owned(),
                    manager: None,
                    zone_offset_minutes: 480,
                    ended_on: None,
                    version: 1,
                })?;
            }
            Ok(())
        })
        .expect("laid");
    (store, building, unit)
}

/// AREA-7, GATE-10: a zone over one building is a fact of the homes in it, and of nobody else.
#[test]
fn a_zone_inside_the_compound_is_a_fact_of_its_homes() {
    let (store, building, unit) = with_building();
    let secrets = Arc::new(Secrets::make(&Fixed(NOW)));
    let home = KeyHome::Database(store.clone());
    let summary = made(&home, &secrets, &root(), &everybody());
    let keys: Vec<KeyId> = summary.people.iter().map(|person| person.key).collect();
    let desk = OrderDesk::open(home).expect("opens");
    let sealed = |areas: Vec<AreaId>| {
        let mut request = order_request();
        request.ground = HealthGround::Zone;
        request.subject = Subject::Zone(areas);
        let order = desk.propose(request, &signer(&keys, 0), &Fixed(NOW));
        let order = order.expect("proposes").order;
        desk.approve(order, &signer(&keys, 1), &Fixed(NOW))
            .expect("approves");
        let orders = orders_at_the_gate(&store, &secrets, NOW);
        assert_eq!(orders.place_state(), [], "the compound itself is open");
        let zone = |building, unit| {
            let state = orders.state_of(&home_row(building, unit), std::iter::empty());
            state
                .iter()
                .any(|spell| spell.value == 2 && spell.span.contains(NOW))
        };
        [("6栋", "2"), ("6栋", "1"), ("5栋", "2")].map(|(b, u)| zone(b, u))
    };
    assert_eq!(sealed(vec![unit]), [true, false, false]);
    assert_eq!(sealed(vec![building]), [true, true, false]);
}

/// What the fact `zone` is now, in a list of facts of place or home.
fn zones(state: &[StateSpell]) -> Vec<&'static str> {
    let now = state.iter().filter(|spell| spell.span.contains(NOW));
    now.map(|spell| zone::CHOICES[usize::try_from(spell.value).expect("a position")].name)
        .collect()
}

/// GATE-10, AREA-7: an order says which class its zone is; a compound with a spot in it is the
/// rest of that spot's compound.
#[test]
fn an_order_says_which_class_its_zone_is() {
    type Class = fn(Vec<AreaId>) -> Subject;
    let table: [(Class, bool, &[&str], &[&str]); 6] = [
        (Subject::Zone, false, &["sealed"], &[]),
        (Subject::Spot, false, &["spot"], &[]),
        (Subject::HighZone, false, &["high"], &[]),
        (Subject::Zone, true, &[], &["sealed"]),
        (Subject::Spot, true, &["around_spot"], &["spot"]),
        (Subject::HighZone, true, &[], &["high"]),
    ];
    for (class, is_inside, place, home) in table {
        let (store, building, _) = with_building();
        let secrets = Arc::new(Secrets::make(&Fixed(NOW)));
        let keys_at = KeyHome::Database(store.clone());
        let summary = made(&keys_at, &secrets, &root(), &everybody());
        let keys: Vec<KeyId> = summary.people.iter().map(|person| person.key).collect();
        let desk = OrderDesk::open(keys_at).expect("opens");
        let mut request = order_request();
        request.ground = HealthGround::Zone;
        request.subject = class(vec![if is_inside { building } else { COMPOUND }]);
        let order = desk.propose(request, &signer(&keys, 0), &Fixed(NOW));
        let order = order.expect("proposes").order;
        assert_eq!(orders_at_the_gate(&store, &secrets, NOW).place_state(), []);
        desk.approve(order, &signer(&keys, 1), &Fixed(NOW))
            .expect("approves");
        let orders = orders_at_the_gate(&store, &secrets, NOW);
        assert_eq!(zones(&orders.place_state()), place);
        let of_home = |name| orders.state_of(&home_row(name, "2"), std::iter::empty());
        assert_eq!(zones(&of_home("6栋")), home);
        assert_eq!(of_home("5栋"), []);
        desk.lift(
            order,
            LiftReason::ZoneOpened,
            None,
            &signer(&keys, 1),
            &Fixed(NOW),
        )
        .expect("lifts");
        assert_eq!(orders_at_the_gate(&store, &secrets, NOW).place_state(), []);
    }
}
