//! What the list and this device's own records say about the one who stands there, as facts.

use super::case::{Case, Finding, choose};
use super::list::{Holds, List};
use super::outings::{LocalOutings, lives_here};
use super::screen::Stage;
use crate::gate::fact::{Kind, Source, zone};
use crate::gate::value::{Outing, Outings};
use crate::gate::{Fact, Known, SubjectKind, Value};
use crate::id::{HouseholdId, PersonId};
use crate::moment::Moment;
use crate::pass::Credential;
use crate::wire::{HouseholdEntry, NotToCross, OutingEntry, StateSpell};

impl List {
    /// Whom a pass of this number belongs to.
    pub fn know_holder(&self, case: &mut Case) {
        let Some(pass) = case.pass.filter(|_| case.finding.identifies()) else {
            return;
        };
        match self.holder(pass) {
            Some(Holds::Person(household, resident, entry)) => {
                case.person = Some(resident.id);
                case.household = Some(household.id);
                case.kind_of_pass(entry.kind, entry.band);
                // Who they are is the register's word, what the pass is for the pass's.
                case.subject(resident.kind);
            }
            Some(Holds::Vehicle(vehicle, entry)) => {
                case.vehicle = Some(vehicle.id);
                case.household = vehicle.household;
                case.kind_of_pass(entry.kind, entry.band);
            }
            None => {}
        }
    }

    /// What a believed pass says of somebody whom the list may not hold.
    pub fn believe(&self, case: &mut Case, said: &Credential) {
        case.believe(said);
        case.household = self.household_of(&said.belongs);
        if said.kind.is_of_household() {
            // The community issued it to somebody on its register; the list may be older.
            case.situation
                .set(Fact::RegisteredResident, Value::Flag(true));
        }
    }

    /// The guard has found this resident by the door and the surname.
    pub fn is_person(&self, case: &mut Case, person: PersonId) -> bool {
        case.candidates.clear();
        let Some((household, resident)) = self.resident(person) else {
            return false;
        };
        case.person = Some(person);
        case.household = Some(household.id);
        if !case.finding.identifies() {
            case.without_pass();
        }
        case.subject(resident.kind);
        true
    }

    /// A vehicle by its plate.
    pub fn know_plate(&self, case: &mut Case, plate: &str) {
        case.plate(plate);
        if let Some(vehicle) = self.vehicle(plate) {
            case.vehicle = Some(vehicle.id);
            case.household = vehicle.household;
            case.situation.set(Fact::VehicleOutside, Value::Flag(false));
        }
    }

    /// The order that stops this person now, if one does. Past the hard life an order may have
    /// been lifted long ago, so nobody is held by an old list.
    pub fn stopping_order(&self, case: &Case, now: Moment) -> Option<&NotToCross> {
        if self.stage(now) == Stage::Past {
            return None;
        }
        let (_, resident) = self.resident(case.person?)?;
        let mut orders = resident.not_to_cross.iter();
        orders.find(|order| order.stops(now.millis))
    }

    /// Sets the facts of place, register, orders and history.
    pub fn fill(&self, case: &mut Case, local: &LocalOutings, now: Moment) {
        self.fill_known(case, now);
        if let Some(household) = case.household.and_then(|id| self.household(id)) {
            self.fill_outings(case, &household.outings, local, now);
        }
    }

    /// Sets the facts of place, register and orders.
    pub(super) fn fill_known(&self, case: &mut Case, now: Moment) {
        // What the place is now is said below; of what it was nothing stays in the case.
        for fact in [Fact::Zone, Fact::RiskLevel, Fact::Phase] {
            case.situation.clear(fact);
        }
        let is_old = self.stage(now) == Stage::Past;
        let is_zone = |spell: &&StateSpell| spell.fact == Fact::Zone.spec().number;
        let state = self.snapshot().state.iter();
        // By now a zone may be open and a level lowered: what has no end still counts.
        for spell in state.filter(|spell| !(is_old && spell.span.until_at.is_some())) {
            fill_state(case, spell, now);
        }
        // A zone that holds the home holds whoever comes to it, resident or guest (GATE-10).
        let home = case.household.and_then(|id| self.household(id));
        let zones = home.into_iter().flat_map(|home| &home.state);
        for spell in zones.filter(|spell| !is_old && is_zone(spell)) {
            fill_state(case, spell, now);
        }
        if let Some((household, resident)) = case.person.and_then(|id| self.resident(id)) {
            let situation = &mut case.situation;
            situation.set(Fact::RegisteredResident, Value::Flag(true));
            if resident.kind == SubjectKind::TemporaryResident {
                situation.set(Fact::FirstTime, Value::Flag(false));
            }
            for spell in household.state.iter().filter(|_| !is_old) {
                fill_state(case, spell, now);
            }
            let excepted = |order: &NotToCross| {
                (order.from_at..order.until_at).contains(&now.millis) && !order.stops(now.millis)
            };
            let effect = match self.stopping_order(case, now) {
                Some(_) => "not_to_cross",
                None if resident.not_to_cross.iter().any(excepted) => "exception",
                None => "none",
            };
            choose(&mut case.situation, Fact::Order, effect);
        }
        // A scan, or a room found, is the registration: nobody writes down what is on record.
        if on_record(case) && case.situation.given(Fact::RegisteredNow).is_none() {
            let situation = &mut case.situation;
            situation.set(Fact::RegisteredNow, Value::Flag(true));
        }
    }

    fn household(&self, id: HouseholdId) -> Option<&HouseholdEntry> {
        HouseholdEntry::find(&self.snapshot().households, id)
    }

    /// Sets the facts of history: outings of the household that are on record, and seen here.
    pub(super) fn fill_outings(
        &self,
        case: &mut Case,
        recorded: &[OutingEntry],
        local: &LocalOutings,
        now: Moment,
    ) {
        let Some(household) = case
            .household
            .filter(|_| case.kind().is_some_and(lives_here))
        else {
            return;
        };
        let mut outings = Outings {
            taken: vec![],
            unsent: self.unsent(now),
        };
        let own = |person: Option<PersonId>| person.is_some() && person == case.person;
        outings.taken.extend(recorded.iter().map(|outing| Outing {
            at: Moment::new(outing.at, now.offset_minutes),
            purpose: outing.purpose,
            own: own(outing.person),
        }));
        local.add_to(&mut outings, household, case.person);
        outings.cut_to_record();
        case.situation.set(Fact::Outings, Value::Outings(outings));
        let mut before = recorded.iter().rev();
        let last = before.find(|outing| own(outing.person));
        let out_since = local.out_since(household, case.person).or_else(|| {
            last.filter(|outing| !outing.returned)
                .map(|outing| outing.at)
        });
        if let Some(since) = out_since {
            let minutes = now.millis.saturating_sub(since) / 60_000;
            let minutes = minutes.clamp(0, MINUTES_OUTSIDE_MOST);
            case.situation
                .set(Fact::MinutesOutside, Value::Number(minutes));
        }
    }
}

/// Largest value of the fact.
const MINUTES_OUTSIDE_MOST: i64 = 525_600;

/// Whether the record of this crossing says by itself who crosses: somebody of the register, a
/// vehicle of it, or a pass that holds for living or working here (HL 二, ZX 6). Visitors are
/// registered by the guard each time.
fn on_record(case: &Case) -> bool {
    let holds = matches!(case.finding, Finding::Valid | Finding::Grace(_));
    let belongs = matches!(
        case.kind(),
        Some(SubjectKind::Resident | SubjectKind::TemporaryResident | SubjectKind::ExemptWorker)
    );
    case.person.is_some() || case.vehicle.is_some() || holds && belongs
}

/// A fact of the gate state, if it holds now. Only what is the state's to say is taken: a list
/// cannot say what a guard has to see.
fn fill_state(case: &mut Case, spell: &StateSpell, now: Moment) {
    if !spell.span.contains(now.millis) {
        return;
    }
    let Some(fact) = Fact::numbered(spell.fact) else {
        return;
    };
    let spec = fact.spec();
    if !matches!(
        spec.source,
        Source::GateState | Source::Register | Source::Clock | Source::History
    ) {
        return;
    }
    let value = match spec.kind {
        Kind::Flag { .. } => Value::Flag(spell.value != 0),
        Kind::Choice(choices) => match u8::try_from(spell.value) {
            Ok(position) if usize::from(position) < choices.len() => Value::Choice(position),
            _ => return,
        },
        Kind::Number { least, most, .. } => {
            let number = match fact {
                // Days since a civil day, counted at the gate.
                Fact::HouseholdReturnedDays => i64::from(now.day().0).saturating_sub(spell.value),
                _ => spell.value,
            };
            if !(least..=most).contains(&number) {
                return;
            }
            Value::Number(number)
        }
        Kind::Set(_) | Kind::Stays | Kind::Outings => return,
    };
    if fact == Fact::Zone && !is_graver_zone(case, &value) {
        return;
    }
    case.situation.set(fact, value);
}

/// Where zones lie in one another the gravest counts.
fn is_graver_zone(case: &Case, value: &Value) -> bool {
    match (case.situation.given(Fact::Zone), value) {
        (Some(Known::Is(Value::Choice(held))), Value::Choice(new)) => {
            zone::gravity(*new) > zone::gravity(*held)
        }
        _ => true,
    }
}
