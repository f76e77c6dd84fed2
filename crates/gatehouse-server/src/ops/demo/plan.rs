//! The whole town as plain data, from a size, a seed and a moment.

use super::household::{DemoHousehold, Doors, outside_workers};
use super::identity::Numbers;
use super::person::{DemoPerson, People};
use super::random::{Chance, Ids};
use super::staff::{self, Staffing};
use super::town::{self, COMPOUNDS, Streets};
use gatehouse_core::id::{AreaId, HouseholdId, PersonId, VehicleId};
use gatehouse_core::moment::Moment;
use gatehouse_core::vehicle::{Vehicle, VehicleDraft, VehicleKind};

/// Fewest people: below, some kind of household or worker would be missing.
pub const PEOPLE_LEAST: u32 = 1_500;
/// Most people: a street has no more, and the plan is held in memory (about 1 kB each).
pub const PEOPLE_MOST: u32 = 200_000;

/// Households with a car, in thousandths.
const CARS_PERMILLE: u32 = 330;

/// What the same town comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DemoSize {
    /// People who live in the town; the last household may bring a few more.
    pub people: u32,
    /// Other seeds give other people.
    pub seed: u64,
    /// Days of crossings up to the moment at which the town stands.
    pub days: u32,
}

/// Most days of crossings: a week to try a draft on.
pub const DAYS_MOST: u32 = 7;

impl DemoSize {
    /// `None` outside [`PEOPLE_LEAST`] to [`PEOPLE_MOST`].
    pub fn new(people: u32, seed: u64) -> Option<DemoSize> {
        (PEOPLE_LEAST..=PEOPLE_MOST)
            .contains(&people)
            .then_some(DemoSize {
                people,
                seed,
                days: 1,
            })
    }

    /// The same with so many days of crossings; `None` for none and for more than a week.
    pub fn with_days(self, days: u32) -> Option<DemoSize> {
        (1..=DAYS_MOST)
            .contains(&days)
            .then_some(DemoSize { days, ..self })
    }
}

/// A vehicle of the town.
#[derive(Clone, Debug)]
pub struct DemoVehicle {
    /// The id.
    pub id: VehicleId,
    /// Plate, kind, household.
    pub vehicle: Vehicle,
    /// The compound where it is registered.
    pub compound: AreaId,
}

/// Everything in the town but passes and crossings.
#[derive(Clone, Debug)]
pub struct Town {
    /// The size it was made from.
    pub size: DemoSize,
    /// When it was made; ages and terms count from here.
    pub made: Moment,
    /// Areas, gates, openings.
    pub streets: Streets,
    /// Organisations and accounts.
    pub staffing: Staffing,
    /// Doors and who lives there.
    pub households: Vec<DemoHousehold>,
    /// Everyone who lives in a household, in the order of households and members; then workers
    /// from elsewhere.
    pub people: Vec<DemoPerson>,
    /// Cars of households and lorries that bring supplies.
    pub vehicles: Vec<DemoVehicle>,
}

impl Town {
    /// The household where a person lives, with the compound.
    pub fn homes(&self) -> impl Iterator<Item = (PersonId, HouseholdId, AreaId)> + '_ {
        self.households.iter().flat_map(|home| {
            let members = home.household.members().iter();
            members.map(move |m| (m.person, home.id, home.household.compound()))
        })
    }
}

/// Makes the town.
pub fn plan(size: DemoSize, made: Moment) -> Town {
    let mut ids = Ids::new(size.seed, made.millis);
    let today = made.day();
    let streets = town::lay(&mut ids, today);
    let staffing = staff::hire(&streets, &mut ids, &mut Chance::new(size.seed, "staff"));
    let mut chance = Chance::new(size.seed, "people");
    let mut numbers = Numbers::new(&mut chance);
    let mut households = Vec::new();
    let mut people = Vec::with_capacity(size.people as usize + 64);
    let makers = People {
        chance: &mut chance,
        numbers: &mut numbers,
        today,
    };
    let mut doors = Doors {
        people: makers,
        ids: &mut ids,
        landlords: Vec::new(),
    };
    // The next door is always in the compound that is furthest behind its share.
    let mut filled = vec![0u32; COMPOUNDS.len()];
    while people.len() < size.people as usize {
        let at = furthest_behind(&filled);
        let compound = streets.gates[at].compound;
        let (household, members) = doors.fill(compound, COMPOUNDS[at].shape, filled[at]);
        households.push(household);
        people.extend(members);
        filled[at] += 1;
    }
    let mut makers = People {
        chance: &mut chance,
        numbers: &mut numbers,
        today,
    };
    let workers = 10 + size.people / 100;
    people.extend(outside_workers(&streets, &mut makers, &mut ids, workers));
    let mut chance = Chance::new(size.seed, "vehicles");
    let vehicles = vehicles(&streets, &households, &mut numbers, &mut ids, &mut chance);
    Town {
        size,
        made,
        streets,
        staffing,
        households,
        people,
        vehicles,
    }
}

fn furthest_behind(filled: &[u32]) -> usize {
    let behind = |at: &usize| {
        let share = u64::from(COMPOUNDS[*at].shape.share_permille);
        (u64::from(filled[*at]) * 1_000_000) / share
    };
    (0..filled.len()).min_by_key(behind).unwrap_or(0)
}

fn vehicles(
    streets: &Streets,
    households: &[DemoHousehold],
    numbers: &mut Numbers,
    ids: &mut Ids,
    chance: &mut Chance,
) -> Vec<DemoVehicle> {
    let mut vehicles = Vec::new();
    let mut park = |compound, household, kind: VehicleKind| {
        let plate = numbers.plate().reveal_text().to_owned();
        let draft = VehicleDraft {
            plate,
            kind: kind.code().to_owned(),
            household,
        };
        let vehicle = draft
            .check()
            .expect("plate and kind come from their own types");
        vehicles.push(DemoVehicle {
            id: VehicleId(ids.make()),
            vehicle,
            compound,
        });
    };
    for home in households {
        if chance.happens(CARS_PERMILLE) {
            let kind = chance.pick(&[VehicleKind::Car, VehicleKind::Car, VehicleKind::Motorcycle]);
            park(home.household.compound(), Some(home.id), kind);
        }
    }
    for gate in &streets.gates {
        park(gate.compound, None, VehicleKind::Truck);
    }
    vehicles
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatehouse_core::household::Residence;
    use gatehouse_core::person::{Document, full_years};
    use std::collections::{BTreeMap, HashSet};

    fn town(people: u32, seed: u64) -> Town {
        let made = Moment::parse("2020-02-20T12:00:00+08:00").expect("a moment");
        plan(DemoSize::new(people, seed).expect("a size"), made)
    }

    #[test]
    fn one_seed_gives_one_town() {
        let names = |town: &Town| -> Vec<_> {
            let people = town.people.iter();
            people
                .map(|p| (p.id, p.person.name().reveal_text().to_owned()))
                .collect()
        };
        let (one, again, other) = (town(1_500, 7), town(1_500, 7), town(1_500, 8));
        assert_eq!(names(&one), names(&again));
        assert_ne!(names(&one), names(&other));
        assert_eq!(format!("{one:?}"), format!("{again:?}"));
    }

    #[test]
    fn the_town_holds_every_kind_of_person() {
        let town = town(1_600, 1);
        assert!(town.people.len() >= 1_600);
        let mut bases: BTreeMap<&str, u32> = BTreeMap::new();
        let (mut with_landlord_here, mut workers) = (0, HashSet::new());
        let here: HashSet<PersonId> = town.people.iter().map(|p| p.id).collect();
        for home in &town.households {
            for member in home.household.members() {
                *bases.entry(member.residence.label_en()).or_default() += 1;
                if let Residence::Tenant { landlord } = member.residence {
                    with_landlord_here += u32::from(here.contains(&landlord));
                }
            }
        }
        for person in &town.people {
            workers.extend(person.person.employment().map(|e| e.class()));
        }
        assert_eq!(bases.len(), 3, "{bases:?}");
        assert!(with_landlord_here > 50, "{with_landlord_here}");
        assert_eq!(workers.len(), 5);
        assert!(town.vehicles.len() > 100);
        let doors: HashSet<_> = town
            .households
            .iter()
            .map(|h| (h.household.compound(), h.household.address().clone()))
            .collect();
        assert_eq!(doors.len(), town.households.len());
    }

    #[test]
    fn people_fit_their_numbers_and_every_name_prints_masked() {
        let town = town(1_500, 3);
        let today = town.made.day();
        let mut numbers = HashSet::new();
        for person in &town.people {
            let birth = person.person.birth_on().expect("everyone has one");
            assert!(full_years(birth, today).is_some_and(|years| years < 100));
            if let Some(Document::Identity(id)) = person.person.document() {
                assert_eq!(
                    (id.sex(), id.birth_on()),
                    (person.person.sex(), Some(birth))
                );
                assert!(numbers.insert(id.reveal_text().to_owned()));
                assert!(id.reveal_text().starts_with("4199"));
            }
            let printed = format!("{person:?}");
            assert!(
                !printed.contains(person.person.name().reveal_text()),
                "a name printed"
            );
        }
    }

    #[test]
    fn sizes_have_limits() {
        assert_eq!(DemoSize::new(PEOPLE_LEAST - 1, 1), None);
        assert_eq!(DemoSize::new(PEOPLE_MOST + 1, 1), None);
    }
}
