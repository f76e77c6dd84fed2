//! Orders at a gate: what their signatures make of them, as "not to cross" and nothing more
//! (GATE-9).

use crate::keyring::Keyring;
use gatehouse_core::area::AreaLevel;
use gatehouse_core::gate::Fact;
use gatehouse_core::gate::fact::zone;
use gatehouse_core::id::{AreaId, HouseholdId, PersonId};
use gatehouse_core::key::KeyId;
use gatehouse_core::moment::Moment;
use gatehouse_core::order::{
    Authority, SignedLift, SignedOrder, Subject, each_stop_ahead, stops_ahead,
};
use gatehouse_core::text::fold_door;
use gatehouse_core::wire::{NotToCross, Span, StateSpell};
use gatehouse_store::area::AreaRow;
use gatehouse_store::gate::GateRow;
use gatehouse_store::household::HouseholdRow;
use gatehouse_store::order::OrderRow;
use gatehouse_store::{ReadTx, StoreError};
use std::collections::BTreeMap;

/// Act of a signature row that lifts: its signature holds the whole signed lift.
pub const LIFT: &str = "lift";
/// Most orders of a county that are looked through.
const ORDERS_MOST: u32 = 20_000;

/// What orders do at one gate.
#[derive(Default)]
pub struct Orders {
    people: BTreeMap<PersonId, Vec<NotToCross>>,
    households: BTreeMap<HouseholdId, Vec<NotToCross>>,
    zones: Vec<ZoneStop>,
    inner_zones: Vec<(InnerPlace, ZoneStop)>,
}

/// What an order about a zone does: which class of zone, and when.
#[derive(Clone)]
struct ZoneStop {
    /// Name of the class in the fact `zone`.
    class: &'static str,
    stop: NotToCross,
}

/// Class of the rest of a spot's compound.
const AROUND_SPOT: &str = "around_spot";

/// A place inside the compound (AREA-7), a building, a unit or a door of it: the names on the way
/// from the compound down; what is not named is all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct InnerPlace {
    building: Option<String>,
    unit: Option<String>,
    room: Option<String>,
}

impl InnerPlace {
    /// The areas below the compound on a path from the root; `None` where it does not lead below.
    fn below(compound: AreaId, path: &[AreaRow]) -> Option<InnerPlace> {
        let at = path.iter().position(|row| row.area == compound)?;
        let inner = path.get(at + 1..).filter(|inner| !inner.is_empty())?;
        let named = |level: AreaLevel| {
            let row = inner.iter().find(|row| row.level == level.code());
            row.map(|row| fold_door(&row.name))
        };
        Some(InnerPlace {
            building: named(AreaLevel::Building),
            unit: named(AreaLevel::Unit),
            room: named(AreaLevel::Household),
        })
    }

    fn holds(&self, home: &HouseholdRow) -> bool {
        let fits = |named: &Option<String>, own: &str| {
            named.as_ref().is_none_or(|named| *named == fold_door(own))
        };
        fits(&self.building, &home.building)
            && fits(&self.unit, &home.unit)
            && fits(&self.room, &home.room)
    }
}

impl Orders {
    /// What stops somebody, now and later.
    pub fn of(&self, person: PersonId, household: HouseholdId) -> Vec<NotToCross> {
        let own = self.people.get(&person);
        let both = own.into_iter().chain(self.households.get(&household));
        let mut stops: Vec<NotToCross> = both.flatten().cloned().collect();
        // A snapshot holds sixteen for each person: those that are soonest.
        stops.sort_by_key(|stop| stop.from_at);
        stops
    }

    /// That somebody of a household, of whom these live there, is under an order: the policy may
    /// ask more of the others; without such a row they come and go as before.
    ///
    /// A zone that the home lies in is a fact of the home (GATE-10), as one over the whole
    /// compound is a fact of the place.
    pub fn state_of(
        &self,
        home: &HouseholdRow,
        people: impl Iterator<Item = PersonId>,
    ) -> Vec<StateSpell> {
        let household = home.household;
        let of_people = people.filter_map(|person| self.people.get(&person));
        let of_household = self.households.get(&household).into_iter();
        let of_household = of_household.chain(of_people).flatten();
        let spell = |order: &NotToCross| StateSpell {
            fact: Fact::HouseholdUnderOrder.spec().number,
            value: 1,
            span: Span {
                from_at: order.from_at,
                until_at: Some(order.until_at),
            },
        };
        let zones = self.inner_zones.iter();
        let zones = zones.filter(|(place, _)| place.holds(home));
        let zones = zones.flat_map(|(_, zone)| spells(zone.class, &zone.stop));
        of_household.map(spell).chain(zones).collect()
    }

    /// When a zone holds the gate's own place or a part of it.
    pub fn zone_spans(&self) -> Vec<Span> {
        let own = self.zones.iter();
        let all = own.chain(self.inner_zones.iter().map(|(_, zone)| zone));
        all.flat_map(|zone| spans_of(&zone.stop)).collect()
    }

    /// Which zone the gate's own place is, and when (GATE-10); a compound with a spot in it is
    /// the rest of that spot's compound. What a class means for whom is the policy's.
    pub fn place_state(&self) -> Vec<StateSpell> {
        let own = self.zones.iter().map(|zone| (zone.class, &zone.stop));
        let spots = self.inner_zones.iter().map(|(_, zone)| zone);
        let spots = spots.filter(|zone| zone.class == "spot");
        let around = spots.map(|zone| (AROUND_SPOT, &zone.stop));
        let all = own.chain(around);
        all.flat_map(|(class, stop)| spells(class, stop)).collect()
    }
}

/// That a place is a zone of this class while an order holds.
fn spells(class: &str, stop: &NotToCross) -> Vec<StateSpell> {
    let mut choices = zone::CHOICES.iter();
    let position = choices.position(|choice| choice.name == class);
    let value = position.and_then(|position| i64::try_from(position).ok());
    let spell = |span| {
        value.map(|value| StateSpell {
            fact: Fact::Zone.spec().number,
            value,
            span,
        })
    };
    spans_of(stop).into_iter().filter_map(spell).collect()
}

/// The stretches of an order between its exceptions.
fn spans_of(stop: &NotToCross) -> Vec<Span> {
    let mut exceptions = stop.exceptions.clone();
    exceptions.sort_by_key(|span| span.from_at);
    let mut spans = Vec::new();
    let mut from_at = stop.from_at;
    let mut close = |from_at: i64, until: i64| {
        let until_at = until.min(stop.until_at);
        if from_at < until_at {
            let until_at = Some(until_at);
            spans.push(Span { from_at, until_at });
        }
    };
    for exception in exceptions {
        close(from_at, exception.from_at);
        from_at = from_at.max(exception.until_at.unwrap_or(i64::MAX));
    }
    close(from_at, stop.until_at);
    spans
}

/// Longest that an order that has ended can still matter: holds count over a day.
const LOOK_BACK_MILLIS: i64 = 86_400_000;

type Signed = Vec<(SignedOrder, Vec<SignedLift>)>;

/// Reads the orders of a county that have not ended and computes what they do now.
pub fn read_orders(
    tx: &ReadTx<'_>,
    keys: &Keyring,
    gate: &GateRow,
    now_millis: i64,
    offset_minutes: i64,
) -> Result<Orders, StoreError> {
    let mut people: BTreeMap<PersonId, Signed> = BTreeMap::new();
    let mut households: BTreeMap<HouseholdId, Signed> = BTreeMap::new();
    let mut zones = Signed::new();
    let mut inner: BTreeMap<AreaId, InnerPlace> = BTreeMap::new();
    let mut paths: BTreeMap<AreaId, Vec<AreaId>> = BTreeMap::new();
    let here = path_of(tx, gate.area)?;
    for row in tx.orders(gate.shard, now_millis - LOOK_BACK_MILLIS, ORDERS_MOST)? {
        let Some(signed) = signed(tx, &row)? else {
            continue;
        };
        paths.insert(row.area, path_of(tx, row.area)?);
        match &signed.0.order().subject {
            Subject::Person(person) => people.entry(*person).or_default().push(signed),
            Subject::Household(household) => {
                households.entry(*household).or_default().push(signed);
            }
            subject => {
                for area in subject.areas() {
                    let path = tx.area_path(*area)?;
                    inner.extend(InnerPlace::below(gate.area, &path).map(|place| (*area, place)));
                    paths.insert(*area, path.iter().map(|row| row.area).collect());
                }
                zones.push(signed);
            }
        }
    }
    let covers = |above: AreaId, area: AreaId| {
        above == area || paths.get(&area).is_some_and(|path| path.contains(&above))
    };
    let authority = Authority {
        keys: &keys.list,
        covers: &covers,
    };
    let offset = i16::try_from(offset_minutes).unwrap_or(480);
    let moment = Moment::new(now_millis, offset);
    // What begins or opens while the gate is alone is told ahead.
    let stops = |orders: &Signed| stops_ahead(orders, authority, moment);
    let people = people.into_iter().map(|(id, orders)| (id, stops(&orders)));
    let of_doors = (households.into_iter()).map(|(id, orders)| (id, stops(&orders)));
    let mut orders = Orders {
        people: people.collect(),
        households: of_doors.collect(),
        ..Orders::default()
    };
    // One zone may take the place of another that lies elsewhere in the tree, so all together.
    for (order, stop) in each_stop_ahead(&zones, authority, moment) {
        let Some(class) = order.subject.zone() else {
            continue;
        };
        let zone = ZoneStop { class, stop };
        let areas = order.subject.areas();
        if areas.iter().any(|area| here.contains(area)) {
            orders.zones.push(zone);
        } else {
            let places = areas.iter().filter_map(|area| inner.get(area));
            let inside = places.map(|place| (place.clone(), zone.clone()));
            orders.inner_zones.extend(inside);
        }
    }
    Ok(orders)
}

/// An area and all above it.
fn path_of(tx: &ReadTx<'_>, area: AreaId) -> Result<Vec<AreaId>, StoreError> {
    Ok(tx.area_path(area)?.iter().map(|row| row.area).collect())
}

/// The order as its payload and the signatures on it; `None` where they do not belong together:
/// such an order does nothing.
///
/// # Errors
/// The database cannot be read.
pub fn signed(
    tx: &ReadTx<'_>,
    row: &OrderRow,
) -> Result<Option<(SignedOrder, Vec<SignedLift>)>, StoreError> {
    let (mut signatures, mut lifts) = (Vec::new(), Vec::new());
    for signature in tx.signatures_of_order(row.shard, row.order)? {
        if signature.act == LIFT {
            lifts.extend(SignedLift::from_bytes(&signature.signature));
        } else if let Ok(bytes) = signature.signature.try_into() {
            signatures.push((KeyId(signature.key_id), bytes));
        }
    }
    let order = SignedOrder::from_parts(row.payload.clone(), signatures);
    if order.is_none() {
        tracing::error!("an order in the database cannot be read");
    }
    Ok(order.map(|order| (order, lifts)))
}
