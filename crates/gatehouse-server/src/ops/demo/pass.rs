//! Passes of the demo town: every kind, a few of each that no longer hold, and the issuers' keys.
//!
//! The keys come from the seed, so the key list says `demo` and every other database refuses it.
//! Credentials are signed when they are printed; the register needs only what they say.

use super::plan::Town;
use super::random::{Chance, Ids};
use crate::ops::pass_rules::Validity;
use gatehouse_core::area::AreaLevel;
use gatehouse_core::household::Residence;
use gatehouse_core::id::{AreaId, HouseholdId, PassId, PersonId, VehicleId};
use gatehouse_core::key::{Grant, IssuerKey, KeyList, Keys, PublicKey, SigningKey, Term};
use gatehouse_core::moment::Moment;
use gatehouse_core::pass::{
    Belongs, Credential, Hint, ListNumber, PassKind, PassNumber, RevocationReason, ShortId,
    StatusList, StatusLists,
};
use gatehouse_core::person::{Person, Sex, full_years};

const HOUR_MILLIS: i64 = 3_600_000;
const DAY_MILLIS: i64 = 24 * HOUR_MILLIS;
/// Passes that one issuer may put into one list.
const QUOTA: u32 = 200_000;
/// Children below come along with somebody (local choice).
const OWN_PASS_FROM_YEARS: u16 = 12;

/// A community that issues passes, with its key.
#[derive(Clone)]
pub struct DemoIssuer {
    /// The community.
    pub community: AreaId,
    /// Its number in the key list.
    pub number: u16,
    /// Its signing key, from the seed.
    pub key: SigningKey,
}

// A signing key prints its secret half.
impl std::fmt::Debug for DemoIssuer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DemoIssuer({})", self.number)
    }
}

/// Who holds a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// A person of the town, or a worker.
    Person(PersonId),
    /// Whoever of the household goes shopping.
    Household(HouseholdId),
    /// Whoever drives it.
    Vehicle(VehicleId),
    /// Someone from outside, for a household.
    Guest(HouseholdId),
}

/// How a pass stands when the town is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It holds.
    Valid,
    /// Its term is over.
    Expired,
    /// It was ended early.
    Revoked(RevocationReason),
}

/// A pass of the town.
#[derive(Clone, Debug)]
pub struct DemoPass {
    /// The id.
    pub id: PassId,
    /// Position of the issuer.
    pub issuer: usize,
    /// What it says.
    pub credential: Credential,
    /// Who holds it.
    pub holder: Holder,
    /// The compound where it holds.
    pub compound: AreaId,
    /// How it stands.
    pub standing: Standing,
}

/// All passes, with what verifies them.
#[derive(Clone, Debug)]
pub struct Issued {
    /// One for each community.
    pub issuers: Vec<DemoIssuer>,
    /// The passes.
    pub passes: Vec<DemoPass>,
    /// When they were issued.
    made: Moment,
}

impl Issued {
    /// When the keys of the demo may sign: two years before and after it was made.
    pub fn term(&self) -> Term {
        Term {
            from_at: self.made.millis - 730 * DAY_MILLIS,
            until_at: self.made.millis + 730 * DAY_MILLIS,
            revoked_at: None,
        }
    }

    /// The key list of the demo, number 1: the issuers, and the keys given here.
    pub fn key_list(&self, others: Keys) -> KeyList {
        let issuers = self.issuers.iter().map(|issuer| IssuerKey {
            key: PublicKey::from(&issuer.key),
            area: issuer.community,
            community_number: issuer.number,
            quota: QUOTA,
            grants: KINDS
                .iter()
                .map(|kind| Grant {
                    kind: *kind,
                    longest_hours: kind.longest_hours(),
                })
                .collect(),
            term: self.term(),
        });
        let keys = Keys {
            issuers: issuers.collect(),
            ..others
        };
        KeyList::new(1, true, self.made.millis, keys).expect("keys of four bytes' id do not meet")
    }

    /// The status lists: one for each community.
    pub fn status_lists(&self) -> StatusLists {
        let lists = self.issuers.iter().enumerate().filter_map(|(at, _)| {
            let own = || self.passes.iter().filter(|pass| pass.issuer == at);
            let number = own().next()?.credential.number.list();
            let mut list = StatusList::new(number, own().count() as u32)?;
            for pass in own().filter(|pass| matches!(pass.standing, Standing::Revoked(_))) {
                list.revoke(pass.credential.number.index());
            }
            Some(list)
        });
        StatusLists::new(lists.collect())
    }

    /// The signed bytes of a pass.
    pub fn sign(&self, pass: &DemoPass) -> Vec<u8> {
        let signed = pass.credential.sign(&self.issuers[pass.issuer].key);
        signed.expect("the demo issues credentials whose parts fit")
    }
}

const KINDS: [PassKind; 8] = [
    PassKind::Resident,
    PassKind::TemporaryResident,
    PassKind::Worker,
    PassKind::Errand,
    PassKind::Visitor,
    PassKind::Vehicle,
    PassKind::Slip,
    PassKind::Helper,
];

/// What is asked of the desk.
struct Wish {
    kind: PassKind,
    compound: AreaId,
    belongs: Belongs,
    hint: Option<Hint>,
    holder: Holder,
    standing: Standing,
}

struct Desk<'a> {
    issued: Issued,
    next: Vec<u32>,
    ids: Ids,
    chance: Chance,
    town: &'a Town,
}

/// Issues the passes of a town.
pub fn issue(town: &Town) -> Issued {
    let mut chance = Chance::new(town.size.seed, "passes");
    let communities = town.streets.areas.iter();
    let communities = communities.filter(|area| area.area.level() == AreaLevel::Community);
    let issuers: Vec<DemoIssuer> = communities
        .zip(1..)
        .map(|(area, number)| {
            let mut secret = [0; 32];
            secret[..16].copy_from_slice(&chance.bytes());
            secret[16..].copy_from_slice(&chance.bytes());
            DemoIssuer {
                community: area.id,
                number,
                key: SigningKey::from_bytes(&secret),
            }
        })
        .collect();
    let next = vec![0; issuers.len()];
    let issued = Issued {
        issuers,
        passes: Vec::new(),
        made: town.made,
    };
    let ids = Ids::new(town.size.seed ^ 1, town.made.millis);
    let mut desk = Desk {
        issued,
        next,
        ids,
        chance,
        town,
    };
    desk.serve_households();
    desk.serve_workers();
    desk.serve_vehicles();
    desk.issued
}

impl Desk<'_> {
    fn serve_households(&mut self) {
        let town = self.town;
        let mut people = town.people.iter();
        let today = town.made.day();
        for home in &town.households {
            let compound = home.household.compound();
            let belongs = Belongs::Household(ShortId::of(&home.id.0));
            for member in home.household.members() {
                // People stand in the order of households and members.
                let Some(person) = people.next() else { return };
                let age = person
                    .person
                    .birth_on()
                    .and_then(|birth| full_years(birth, today));
                if age.is_none_or(|years| years < OWN_PASS_FROM_YEARS) {
                    continue;
                }
                let kind = match member.residence {
                    Residence::Permanent => PassKind::Resident,
                    _ => PassKind::TemporaryResident,
                };
                // The others have not been to the desk yet: home without a pass, or first time.
                let served = if member.residence.is_temporary() {
                    800
                } else {
                    930
                };
                if self.chance.happens(served) {
                    let holder = Holder::Person(person.id);
                    self.issue_and_replace(kind, compound, belongs, holder);
                }
            }
            let mut also = |kind, permille, hint, holder| {
                if self.chance.happens(permille) {
                    let standing = Standing::Valid;
                    self.write(Wish {
                        kind,
                        compound,
                        belongs,
                        hint,
                        holder,
                        standing,
                    });
                }
            };
            also(PassKind::Errand, 80, None, Holder::Household(home.id));
            let guest = |surname: &str, birth_year| {
                let surname = surname.to_owned();
                Some(Hint::Person {
                    surname,
                    sex: 2,
                    birth_year,
                })
            };
            also(
                PassKind::Visitor,
                20,
                guest("林", 1988),
                Holder::Guest(home.id),
            );
            also(
                PassKind::Slip,
                15,
                guest("何", 1979),
                Holder::Guest(home.id),
            );
        }
    }

    /// One pass in fifty has expired, one in a hundred was lost and has a newer one.
    fn issue_and_replace(
        &mut self,
        kind: PassKind,
        compound: AreaId,
        belongs: Belongs,
        holder: Holder,
    ) {
        let drawn = self.chance.below(1000);
        let mut write = |standing| {
            self.write(Wish {
                kind,
                compound,
                belongs,
                hint: None,
                holder,
                standing,
            });
        };
        match drawn {
            0..20 => write(Standing::Expired),
            20..30 => {
                write(Standing::Revoked(RevocationReason::Lost));
                write(Standing::Valid);
            }
            _ => write(Standing::Valid),
        }
    }

    fn serve_workers(&mut self) {
        for person in &self.town.people {
            let (Some(compound), Some(employment)) = (person.works_in, person.person.employment())
            else {
                continue;
            };
            self.write(Wish {
                kind: PassKind::Worker,
                compound,
                belongs: Belongs::WorkerClass(employment.class() as u8),
                hint: person_hint(&person.person),
                holder: Holder::Person(person.id),
                standing: Standing::Valid,
            });
        }
    }

    fn serve_vehicles(&mut self) {
        for parked in &self.town.vehicles {
            let home = parked.vehicle.household();
            let belongs = home.map_or(Belongs::Nobody, |id| Belongs::Household(ShortId::of(&id.0)));
            self.write(Wish {
                kind: PassKind::Vehicle,
                compound: parked.compound,
                belongs,
                hint: Some(Hint::Plate(parked.vehicle.plate().reveal_text().to_owned())),
                holder: Holder::Vehicle(parked.id),
                standing: Standing::Valid,
            });
        }
    }

    fn write(&mut self, wish: Wish) {
        let community = self.town.streets.parent(wish.compound);
        let issuers = &self.issued.issuers;
        let issuer = issuers
            .iter()
            .position(|issuer| Some(issuer.community) == community)
            .expect("every compound lies in a community that issues");
        let date = self.town.made.day().date();
        let list = ListNumber::of_date(issuers[issuer].number, date.year, date.month)
            .unwrap_or(ListNumber::new(issuers[issuer].number, 0));
        let number = PassNumber::new(list, self.next[issuer])
            .expect("a town of 200 000 has fewer passes than a list has places");
        self.next[issuer] += 1;
        let (valid_from, valid_until) = term(wish.kind, wish.standing, self.town.made);
        let credential = Credential {
            kind: wish.kind,
            band: Validity::unsaid(wish.kind).band,
            number,
            area: ShortId::of(&wish.compound.0),
            belongs: wish.belongs,
            hint: wish.hint,
            valid_from,
            valid_until,
        };
        let Wish {
            compound,
            holder,
            standing,
            ..
        } = wish;
        let id = PassId(self.ids.make());
        self.issued.passes.push(DemoPass {
            id,
            issuer,
            credential,
            holder,
            compound,
            standing,
        });
    }
}

/// Surname, sex and birth year: what a gate that holds no record of the bearer is told.
fn person_hint(person: &Person) -> Option<Hint> {
    let birth_year = person
        .birth_year()
        .and_then(|year| u16::try_from(year).ok())?;
    let sex = match person.sex() {
        Sex::Unknown => 0,
        Sex::Male => 1,
        Sex::Female => 2,
    };
    let surname = person.name().surname_or_first_part().to_owned();
    Some(Hint::Person {
        surname,
        sex,
        birth_year,
    })
}

/// First second and first second after the end.
fn term(kind: PassKind, standing: Standing, made: Moment) -> (u32, u32) {
    let days = Validity::unsaid(kind).days;
    // Slips begin a little ago, cards two days ago; what has expired ended three days ago.
    let from = match (kind, standing) {
        (_, Standing::Expired) => made.millis - (days + 3) * DAY_MILLIS,
        (PassKind::Slip, _) => made.millis - HOUR_MILLIS,
        _ => made.millis - 2 * DAY_MILLIS,
    };
    let seconds = |millis: i64| u32::try_from(millis / 1000).unwrap_or(0);
    (seconds(from), seconds(from + days * DAY_MILLIS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::demo::plan::{DemoSize, plan};
    use gatehouse_core::pass::{CREDENTIAL_BYTES_MOST, PassFinding, PassRefusal, verify_bytes};
    use std::collections::{BTreeMap, HashSet};

    fn made() -> Moment {
        Moment::parse("2020-02-20T12:00:00+08:00").expect("a moment")
    }

    #[test]
    fn every_pass_verifies_as_it_stands() {
        let town = plan(DemoSize::new(1_500, 1).expect("a size"), made());
        let issued = issue(&town);
        let (keys, lists) = (issued.key_list(Keys::default()), issued.status_lists());
        let mut seen: BTreeMap<PassKind, u32> = BTreeMap::new();
        let mut standings = HashSet::new();
        for pass in &issued.passes {
            let community = town.streets.parent(pass.compound).expect("a community");
            let bytes = issued.sign(pass);
            assert!(bytes.len() <= CREDENTIAL_BYTES_MOST);
            let places = [pass.compound, community];
            let found = verify_bytes(&bytes, &keys, &lists, &places, made());
            let as_it_stands = match pass.standing {
                Standing::Valid => matches!(found, PassFinding::Valid { .. }),
                Standing::Expired => matches!(found.refusal(), Some(PassRefusal::Expired { .. })),
                Standing::Revoked(_) => found.refusal() == Some(PassRefusal::Revoked),
            };
            assert!(as_it_stands, "{:?} {found:?}", pass.standing);
            *seen.entry(pass.credential.kind).or_default() += 1;
            standings.insert(std::mem::discriminant(&pass.standing));
        }
        assert_eq!(
            (seen.len(), standings.len()),
            (KINDS.len() - 1, 3),
            "{seen:?}"
        );
        let numbers: HashSet<_> = issued.passes.iter().map(|p| p.credential.number).collect();
        assert_eq!(numbers.len(), issued.passes.len());
    }

    #[test]
    fn a_pass_of_one_compound_is_not_one_of_another() {
        let town = plan(DemoSize::new(1_500, 1).expect("a size"), made());
        let issued = issue(&town);
        let pass = &issued.passes[0];
        let elsewhere = town.streets.gates.iter().map(|gate| gate.compound);
        let elsewhere = elsewhere.filter(|compound| *compound != pass.compound);
        for compound in elsewhere {
            let community = town.streets.parent(compound).expect("a community");
            let (keys, lists) = (issued.key_list(Keys::default()), issued.status_lists());
            let places = [compound, community];
            let found = verify_bytes(&issued.sign(pass), &keys, &lists, &places, made());
            assert!(found.refusal().is_some(), "{found:?}");
        }
    }
}
