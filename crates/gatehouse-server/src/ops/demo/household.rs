//! Who lives behind which door: families, couples, old people alone, tenants and lodgers.

use super::name;
use super::person::{DemoPerson, People, employment};
use super::random::{Chance, Ids};
use super::town::{Shape, Streets};
use gatehouse_core::household::{AddressDraft, Household, HouseholdDraft, MemberDraft, Residence};
use gatehouse_core::id::{AreaId, HouseholdId, PersonId};
use gatehouse_core::moment::CivilDay;
use gatehouse_core::person::{Person, PersonName, Sex, WorkerClass};

/// A household of the town.
#[derive(Clone, Debug)]
pub struct DemoHousehold {
    /// The id.
    pub id: HouseholdId,
    /// Door and members.
    pub household: Household,
}

/// What kind of household lives behind a door.
#[derive(Clone, Copy)]
enum Living {
    Family,
    ThreeGenerations,
    Couple,
    Alone,
    OldAlone,
    Tenants,
    FamilyWithLodger,
}

/// Share of each kind in thousandths, together 1000 (local choice: enough of each to be met on
/// any demo page).
const LIVING: &[(Living, u32)] = &[
    (Living::Family, 390),
    (Living::ThreeGenerations, 140),
    (Living::Couple, 160),
    (Living::Alone, 80),
    (Living::OldAlone, 70),
    (Living::Tenants, 120),
    (Living::FamilyWithLodger, 40),
];

/// Exempt workers among people of working age, in thousandths.
const WORKERS_PERMILLE: u32 = 45;

/// Fills doors one by one.
pub struct Doors<'a> {
    /// Makes the people.
    pub people: People<'a>,
    /// Gives the ids.
    pub ids: &'a mut Ids,
    /// Landlords who live elsewhere in the town; tenants name one of them.
    pub landlords: Vec<PersonId>,
}

impl Doors<'_> {
    /// The next household of a compound: door number `index` and who lives there.
    pub fn fill(
        &mut self,
        compound: AreaId,
        shape: Shape,
        index: u32,
    ) -> (DemoHousehold, Vec<DemoPerson>) {
        let (people, members) = self.live_together();
        let draft = HouseholdDraft {
            compound,
            address: address(shape, index),
            members,
        };
        let household = draft
            .check()
            .expect("the demo makes doors and members that fit");
        let id = HouseholdId(self.ids.make());
        (DemoHousehold { id, household }, people)
    }

    fn live_together(&mut self) -> (Vec<DemoPerson>, Vec<MemberDraft>) {
        let mut group = Group {
            people: Vec::new(),
            members: Vec::new(),
        };
        let surname = name::surname(self.people.chance);
        match draw(LIVING, self.people.chance) {
            Living::Family => self.family(&mut group, surname),
            Living::ThreeGenerations => {
                self.family(&mut group, surname);
                let age = self.people.chance.between(58, 88);
                self.add(
                    &mut group,
                    Some(surname),
                    Sex::Male,
                    age,
                    Residence::Permanent,
                );
                self.add(&mut group, None, Sex::Female, age - 2, Residence::Permanent);
            }
            Living::Couple => self.couple(&mut group, surname),
            Living::Alone => {
                let (sex, age) = (self.sex(), self.people.chance.between(22, 64));
                self.add(&mut group, Some(surname), sex, age, Residence::Permanent);
            }
            Living::OldAlone => {
                let (sex, age) = (self.sex(), self.people.chance.between(68, 93));
                self.add(&mut group, Some(surname), sex, age, Residence::Permanent);
            }
            Living::Tenants => self.tenants(&mut group),
            Living::FamilyWithLodger => {
                self.family(&mut group, surname);
                let host = group.people[0].id;
                let (sex, age) = (self.sex(), self.people.chance.between(18, 70));
                self.add(&mut group, None, sex, age, Residence::Lodger { host });
            }
        }
        (group.people, group.members)
    }

    fn couple(&mut self, group: &mut Group, surname: &str) {
        let age = self.people.chance.between(26, 72);
        self.add(group, Some(surname), Sex::Male, age, Residence::Permanent);
        self.add(
            group,
            None,
            Sex::Female,
            age.max(25) - 2,
            Residence::Permanent,
        );
        // One in eight lets another dwelling.
        if self.people.chance.happens(125) {
            self.landlords.push(group.people[0].id);
        }
    }

    fn family(&mut self, group: &mut Group, surname: &str) {
        let age = self.people.chance.between(26, 55);
        self.add(group, Some(surname), Sex::Male, age, Residence::Permanent);
        self.add(group, None, Sex::Female, age - 2, Residence::Permanent);
        let children = if self.people.chance.happens(300) {
            2
        } else {
            1
        };
        for _ in 0..children {
            let (sex, child) = (self.sex(), self.people.chance.below(age - 23));
            self.add(group, Some(surname), sex, child, Residence::Permanent);
        }
    }

    fn tenants(&mut self, group: &mut Group) {
        let landlord = match self.landlords.as_slice() {
            [] => PersonId(self.ids.make()), // lives elsewhere, not in the register
            landlords => self.people.chance.pick(landlords),
        };
        for _ in 0..self.people.chance.between(1, 4) {
            let (sex, age) = (self.sex(), self.people.chance.between(19, 45));
            self.add(group, None, sex, age, Residence::Tenant { landlord });
        }
    }

    fn add(
        &mut self,
        group: &mut Group,
        surname: Option<&str>,
        sex: Sex,
        age_years: u32,
        residence: Residence,
    ) {
        let name = self.name(surname, sex);
        let mut person = self.people.person(name, sex, age_years);
        if (20..60).contains(&age_years) && self.people.chance.happens(WORKERS_PERMILLE) {
            let class = self.people.chance.pick(&WorkerClass::ALL);
            person = with_employment(&person, class);
        }
        let id = PersonId(self.ids.make());
        let days = if residence.is_temporary() {
            self.people.chance.between(5, 400)
        } else {
            // Longer than any lodger, and nobody lives at a door before birth.
            self.people.chance.between(401, 4000).min(age_years * 365)
        };
        let from_on = CivilDay(self.people.today.0 - days as i32);
        group.members.push(MemberDraft {
            person: id,
            residence,
            from_on,
            until_on: None,
        });
        group.people.push(DemoPerson {
            id,
            person,
            works_in: None,
        });
    }

    fn name(&mut self, surname: Option<&str>, sex: Sex) -> PersonName {
        let chance = &mut *self.people.chance;
        match surname {
            None if chance.happens(20) => name::unusual(chance),
            None => name::full(name::surname(chance), sex, chance),
            Some(surname) => name::full(surname, sex, chance),
        }
    }

    fn sex(&mut self) -> Sex {
        if self.people.chance.happens(500) {
            Sex::Male
        } else {
            Sex::Female
        }
    }
}

struct Group {
    people: Vec<DemoPerson>,
    members: Vec<MemberDraft>,
}

/// Workers from elsewhere: they have passes but no door in the town.
pub fn outside_workers(
    streets: &Streets,
    people: &mut People<'_>,
    ids: &mut Ids,
    count: u32,
) -> Vec<DemoPerson> {
    let mut workers = Vec::new();
    for at in 0..count {
        let gate = &streets.gates[at as usize % streets.gates.len()];
        let sex = if people.chance.happens(500) {
            Sex::Male
        } else {
            Sex::Female
        };
        let name = name::full(name::surname(people.chance), sex, people.chance);
        let age_years = people.chance.between(21, 59);
        let person = people.person(name, sex, age_years);
        let class = WorkerClass::ALL[at as usize % WorkerClass::ALL.len()];
        workers.push(DemoPerson {
            id: PersonId(ids.make()),
            person: with_employment(&person, class),
            works_in: Some(gate.compound),
        });
    }
    workers
}

fn with_employment(person: &Person, class: WorkerClass) -> Person {
    let mut parts = person.to_parts();
    parts.employment = Some(employment(class));
    Person::from_kept(parts)
}

/// Doors are numbered as they are built: floor by floor, unit by unit, building by building.
fn address(shape: Shape, index: u32) -> AddressDraft {
    if shape.units == 0 {
        let room = (index + 1).to_string();
        return AddressDraft {
            room,
            ..AddressDraft::default()
        };
    }
    let a_unit = shape.floors * shape.doors;
    let (unit_at, door_at) = (index / a_unit, index % a_unit);
    AddressDraft {
        building: (unit_at / shape.units + 1).to_string(),
        unit: (unit_at % shape.units + 1).to_string(),
        room: format!(
            "{}{:02}",
            door_at / shape.doors + 1,
            door_at % shape.doors + 1
        ),
    }
}

fn draw<T: Copy>(shares: &[(T, u32)], chance: &mut Chance) -> T {
    let mut drawn = chance.below(shares.iter().map(|(_, share)| share).sum());
    for (what, share) in shares {
        match drawn.checked_sub(*share) {
            Some(rest) => drawn = rest,
            None => return *what,
        }
    }
    shares[0].0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doors_are_numbered_floor_by_floor() {
        let shape = Shape {
            share_permille: 0,
            units: 3,
            floors: 6,
            doors: 2,
        };
        let label = |index| address(shape, index).check().expect("a door").label_zh();
        assert_eq!(label(0), "1 栋 1 单元 101");
        assert_eq!(label(11), "1 栋 1 单元 602");
        assert_eq!(label(12), "1 栋 2 单元 101");
        assert_eq!(label(36), "2 栋 1 单元 101");
        let village = Shape { units: 0, ..shape };
        assert_eq!(
            address(village, 4).check().expect("a door").label_zh(),
            "5 号"
        );
    }

    #[test]
    fn shares_add_up() {
        assert_eq!(LIVING.iter().map(|(_, share)| share).sum::<u32>(), 1000);
    }
}
