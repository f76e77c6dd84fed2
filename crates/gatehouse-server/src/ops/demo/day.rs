//! Days at the gates of the demo town: residents going out and coming back, visitors, couriers,
//! vehicles, workers, on the last day two fevers and an emergency. Each is decided by the policy in
//! force. The days before the last are smaller: enough to try a draft on.

use super::attempt::{Settled, Truth, settle};
use super::order::DemoOrders;
use super::pass::{Holder, Issued, Standing};
use super::plan::Town;
use super::random::Chance;
use gatehouse_core::gate::{Policy, Verdict};
use gatehouse_core::household::Residence;
use gatehouse_core::id::{HouseholdId, PersonId, VehicleId};
use gatehouse_core::moment::Moment;
use serde_json::json;
use std::collections::HashMap;

const MINUTE_MILLIS: i64 = 60_000;
const DAY_MINUTES: i64 = 24 * 60;
/// Most attempts of a day, so that a large town stays quick to make: the register is what a large
/// demo is for.
pub const ATTEMPTS_MOST: usize = 20_000;
/// Of those who cross on the last day, one in so many crosses on each day before.
const EARLIER_SHARE: u32 = 4;

/// Who came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Someone in the register.
    Person(PersonId),
    /// A vehicle in the register.
    Vehicle(VehicleId),
    /// Someone from outside.
    Unknown,
}

/// An attempt of the day.
#[derive(Clone, Debug)]
pub struct DemoCrossing {
    /// When.
    pub at: Moment,
    /// Position of the gate.
    pub gate: usize,
    /// Who.
    pub subject: Subject,
    /// The household that it is about.
    pub household: Option<HouseholdId>,
    /// Position of the pass that was shown.
    pub pass: Option<usize>,
    /// How it went.
    pub settled: Settled,
}

struct Visit {
    minute: i64,
    gate: usize,
    subject: Subject,
    household: Option<HouseholdId>,
    pass: Option<usize>,
    truth: Truth,
}

struct Diary<'a> {
    town: &'a Town,
    issued: &'a Issued,
    orders: &'a DemoOrders,
    /// The newest pass of each person or vehicle.
    passes: HashMap<[u8; 16], usize>,
    gates: HashMap<[u8; 16], usize>,
    chance: Chance,
    /// One in so many goes out.
    share: u32,
    visits: Vec<Visit>,
}

/// The attempts of the days before the town was made, in order of time.
pub fn days(
    town: &Town,
    issued: &Issued,
    orders: &DemoOrders,
    policy: &Policy,
) -> Vec<DemoCrossing> {
    let days = (0..town.size.days).rev();
    days.flat_map(|ago| day(town, issued, orders, policy, ago))
        .collect()
}

/// The attempts of the 24 hours that ended so many days before the town was made.
fn day(
    town: &Town,
    issued: &Issued,
    orders: &DemoOrders,
    policy: &Policy,
    ago: u32,
) -> Vec<DemoCrossing> {
    // The last day stays the same however many come before it.
    let (word, share) = match ago {
        0 => ("day".to_owned(), 1),
        ago => (format!("day {ago}"), EARLIER_SHARE),
    };
    let mut diary = Diary {
        town,
        issued,
        orders,
        passes: HashMap::new(),
        gates: HashMap::new(),
        chance: Chance::new(town.size.seed, &word),
        share,
        visits: Vec::new(),
    };
    for (at, pass) in issued.passes.iter().enumerate() {
        match pass.holder {
            Holder::Person(PersonId(id)) | Holder::Vehicle(VehicleId(id)) => {
                diary.passes.insert(id, at);
            }
            Holder::Household(_) | Holder::Guest(_) => {}
        }
    }
    for (at, gate) in town.streets.gates.iter().enumerate() {
        diary.gates.insert(gate.compound.0, at);
    }
    diary.residents();
    diary.workers();
    diary.vehicles();
    if ago == 0 {
        diary.rare_events();
    }
    diary.visits.sort_by_key(|visit| (visit.minute, visit.gate));
    diary.visits.truncate(ATTEMPTS_MOST / share as usize);
    let begin = -(i64::from(ago) + 1) * DAY_MINUTES * MINUTE_MILLIS;
    let begin = town.made.plus_millis(begin);
    let visits = diary.visits.into_iter();
    visits
        .map(|visit| {
            let at = begin.plus_millis(visit.minute * MINUTE_MILLIS);
            let settled = settle(&visit.truth, policy, at);
            let Visit {
                gate,
                subject,
                household,
                pass,
                ..
            } = visit;
            DemoCrossing {
                at,
                gate,
                subject,
                household,
                pass,
                settled,
            }
        })
        .collect()
}

impl Diary<'_> {
    /// A minute of the 24 hours, fewer of them at night: the better of two draws.
    fn minute(&mut self, span: i64) -> i64 {
        let night = |minute: i64| {
            let at = self
                .town
                .made
                .plus_millis((minute - DAY_MINUTES) * MINUTE_MILLIS);
            !(6 * 60..22 * 60).contains(&i64::from(at.minute_of_day()))
        };
        let first = i64::from(self.chance.below(span as u32));
        let second = i64::from(self.chance.below(span as u32));
        if night(first) { second } else { first }
    }

    fn residents(&mut self) {
        // In a large town fewer of them go out, so that a day stays within its limit.
        let most = (ATTEMPTS_MOST as u32 / 4).saturating_mul(1000) / self.town.people.len() as u32;
        let out_permille = most.min(420) / self.share;
        let mut people = self.town.people.iter();
        for home in &self.town.households {
            let gate = self.gates[&home.household.compound().0];
            for member in home.household.members() {
                let Some(person) = people.next() else { return };
                if self.chance.happens(out_permille) && person.id != self.orders.person {
                    self.outing(gate, person.id, home.id, member.residence);
                }
            }
            if self.chance.happens(out_permille / 2) {
                self.courier(gate, home.id);
            }
            if self.chance.happens(out_permille / 8) {
                self.visitor(gate, home.id);
            }
        }
    }

    /// Out and, for most, back before the day ends.
    fn outing(&mut self, gate: usize, person: PersonId, home: HouseholdId, basis: Residence) {
        let pass = self.passes.get(&person.0).copied();
        let kind = if basis.is_temporary() {
            "temporary_resident"
        } else {
            "resident"
        };
        let purpose = self
            .chance
            .pick(&["shopping", "work", "medical", "walk", "shopping"]);
        let leaves = self.minute(DAY_MINUTES - 60);
        let back = leaves + i64::from(self.chance.between(20, 600));
        for (minute, way) in [(leaves, "out"), (back, "in")] {
            if minute >= DAY_MINUTES {
                continue;
            }
            // One in thirty forgets the pass and is found by room.
            let pass = pass.filter(|_| !self.chance.happens(33));
            let tenths = self.chance.between(361, 368);
            let mut truth = Truth::of(kind, way)
                .with("registered_resident", json!(true))
                .with("first_time", json!(false))
                .with("purpose", json!(purpose))
                .with("temperature", json!(f64::from(tenths) / 10.0));
            if basis.is_temporary() && pass.is_none() {
                truth = self.first_time(truth);
            }
            if let Some(at) = pass {
                // Residents of both kinds hold the pass of that name.
                truth = truth.with_pass(kind, state(self.issued, at));
            }
            let (subject, household) = (Subject::Person(person), Some(home));
            self.visits.push(Visit {
                minute,
                gate,
                subject,
                household,
                pass,
                truth,
            });
        }
    }

    /// Not at the desk yet: with the landlord and papers in two of three cases.
    fn first_time(&mut self, truth: Truth) -> Truth {
        let truth = truth
            .with("first_time", json!(true))
            .with("registered_resident", json!(false))
            .with("papers", json!(["lease", "id_card"]));
        if self.chance.happens(667) {
            truth.with("landlord_present", json!(true))
        } else {
            truth
        }
    }

    fn courier(&mut self, gate: usize, home: HouseholdId) {
        let minute = self.minute(DAY_MINUTES);
        let truth = Truth::of("courier", "in")
            .with("purpose", json!("delivery"))
            .with("goods_left", json!(true));
        self.outsider(minute, gate, home, truth);
    }

    fn visitor(&mut self, gate: usize, home: HouseholdId) {
        let minute = self.minute(DAY_MINUTES - 90);
        let special = self.chance.happens(400);
        let mut truth = Truth::of("visitor", "in")
            .with("purpose", json!("visit"))
            .with("special_reason", json!(special));
        // Of those with a reason most find the resident at home.
        let welcome = special && self.chance.happens(850);
        if welcome {
            truth = truth
                .with("host_consent", json!(true))
                .with("host_escort", json!(true));
        } else {
            truth = truth.with("host_consent", json!(false));
        }
        self.outsider(minute, gate, home, truth);
        if welcome {
            let later = minute + i64::from(self.chance.between(20, 85));
            self.outsider(later, gate, home, Truth::of("visitor", "out"));
        }
    }

    fn outsider(&mut self, minute: i64, gate: usize, home: HouseholdId, truth: Truth) {
        let household = Some(home);
        let (subject, pass) = (Subject::Unknown, None);
        self.visits.push(Visit {
            minute,
            gate,
            subject,
            household,
            pass,
            truth,
        });
    }

    fn workers(&mut self) {
        let (town, issued) = (self.town, self.issued);
        for person in &town.people {
            let (Some(compound), Some(employment)) = (person.works_in, person.person.employment())
            else {
                continue;
            };
            let gate = self.gates[&compound.0];
            let comes = self.minute(DAY_MINUTES - 500);
            let goes = comes + i64::from(self.chance.between(200, 490));
            let pass = self.passes.get(&person.id.0).copied();
            for (minute, way) in [(comes, "in"), (goes, "out")] {
                let truth = Truth::of("exempt_worker", way)
                    .with("worker_class", json!(employment.class().code()))
                    .with("papers", json!(["work_proof"]))
                    .with("purpose", json!("duty"));
                let truth = match pass {
                    Some(at) => truth.with_pass("worker", state(issued, at)),
                    None => truth,
                };
                let subject = Subject::Person(person.id);
                self.visits.push(Visit {
                    minute,
                    gate,
                    subject,
                    household: None,
                    pass,
                    truth,
                });
            }
        }
    }

    fn vehicles(&mut self) {
        let town = self.town;
        let out_permille = (2_000_000 / town.vehicles.len().max(1) as u32).min(350) / self.share;
        for parked in &town.vehicles {
            if !self.chance.happens(out_permille) {
                continue;
            }
            let gate = self.gates[&parked.compound.0];
            let leaves = self.minute(DAY_MINUTES - 60);
            let back = leaves + i64::from(self.chance.between(30, 500));
            let pass = self.passes.get(&parked.id.0).copied();
            for (minute, way) in [(leaves, "out"), (back, "in")] {
                if minute >= DAY_MINUTES {
                    continue;
                }
                let truth = Truth::of("vehicle", way)
                    .with("vehicle_kind", json!(parked.vehicle.kind().code()))
                    .with("vehicle_outside", json!(false))
                    .with("plate_recorded", json!(true))
                    .with_pass("vehicle", "valid");
                let subject = Subject::Vehicle(parked.id);
                let household = parked.vehicle.household();
                self.visits.push(Visit {
                    minute,
                    gate,
                    subject,
                    household,
                    pass,
                    truth,
                });
            }
        }
    }

    /// What a demo must show whatever the seed: two fevers, symptoms, an emergency, an order, a
    /// vehicle from elsewhere, a pass of another compound.
    fn rare_events(&mut self) {
        let homes: Vec<_> = self.town.homes().collect();
        let at = |minutes_ago: i64| DAY_MINUTES - minutes_ago;
        let resident =
            |way: &str| Truth::of("resident", way).with("registered_resident", json!(true));
        let warm = |first: f64, second: f64| {
            resident("in")
                .with("temperature", json!(first))
                .with("second_temperature", json!(second))
        };
        let events = [
            (190, warm(37.8, 37.6)),
            (340, warm(37.4, 36.7)),
            (
                75,
                resident("in").with("symptoms", json!(["cough", "fatigue"])),
            ),
            (130, resident("out").with("emergency", json!(true))),
            (265, resident("in").with_pass("resident", "other_compound")),
        ];
        for (at_home, (minutes_ago, truth)) in homes.iter().step_by(37).zip(events) {
            let (person, home, compound) = *at_home;
            let gate = self.gates[&compound.0];
            let (subject, household) = (Subject::Person(person), Some(home));
            let minute = at(minutes_ago);
            self.visits.push(Visit {
                minute,
                gate,
                subject,
                household,
                pass: None,
                truth,
            });
        }
        let person = self.orders.person;
        if let Some((_, home, compound)) = homes.iter().find(|(id, ..)| *id == person) {
            let gate = self.gates[&compound.0];
            let truth = resident("out").with("order", json!("not_to_cross"));
            let (subject, household) = (Subject::Person(person), Some(*home));
            let minute = at(100);
            self.visits.push(Visit {
                minute,
                gate,
                subject,
                household,
                pass: None,
                truth,
            });
        }
        let truth = Truth::of("vehicle", "in")
            .with("vehicle_kind", json!("van"))
            .with("vehicle_outside", json!(true))
            .with("plate_recorded", json!(true))
            .with("special_reason", json!(false));
        let (subject, household, pass) = (Subject::Unknown, None, None);
        self.visits.push(Visit {
            minute: at(40),
            gate: 0,
            subject,
            household,
            pass,
            truth,
        });
    }
}

fn state(issued: &Issued, pass: usize) -> &'static str {
    match issued.passes[pass].standing {
        Standing::Valid => "valid",
        Standing::Expired => "expired",
        Standing::Revoked(_) => "revoked",
    }
}

/// Attempts by verdict: admit, ask, refuse, refer.
pub fn by_verdict(crossings: &[DemoCrossing]) -> [usize; 4] {
    let mut counts = [0; 4];
    for crossing in crossings {
        counts[match crossing.settled.decision.verdict {
            Verdict::Admit => 0,
            Verdict::Ask => 1,
            Verdict::Refuse => 2,
            Verdict::Refer => 3,
        }] += 1;
    }
    counts
}

#[cfg(test)]
#[path = "day_tests.rs"]
mod tests;
