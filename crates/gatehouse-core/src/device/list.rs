//! 名单: the snapshot that the device holds, ready for use: who lives here, which policy is in
//! force when, which keys and passes count, how old it all is.

use super::case::Finding;
use super::list_clock::ListClock;
use super::lookup::{OFFERED_MOST, surname_fits};
use super::screen::{Stage, Who};
use super::{Enrolled, words};
use crate::digits::BASE64;
use crate::gate::Policy;
use crate::gate::compiled::CompiledError;
use crate::gate::reading::Lens;
use crate::gate::wording::Lang;
use crate::household::{Address, AddressDraft};
use crate::id::{HouseholdId, PersonId};
use crate::key::memory::SignatureMemory;
use crate::key::{KeyList, Trust};
use crate::moment::Moment;
use crate::pass::{Belongs, Credential, PassNumber, PassRefusal, PassStatus, verify_remembering};
use crate::person::AgeBand;
use crate::planted::{Planted, is_planted};
use crate::sort::sort_by_key;
use crate::wire::cbor::{Cbor, Read, Reader, Writer};
use crate::wire::{HouseholdEntry, PassEntry, ResidentEntry, Snapshot, Span, VehicleEntry};

/// Hours for which a list is fresh (GATE-11; issue "The gate without a network").
pub const SOFT_LIFE_HOURS: i64 = 24;
/// Hours after which its personal restrictions are no longer enforced.
pub const HARD_LIFE_HOURS: i64 = 72;
/// Days past its end that a pass of the compound's own residents is accepted while the server is
/// out of reach (local choice).
pub const GRACE_DAYS: i64 = 7;

/// For so long after it was made a list knows best which other phones are silent.
const HEARD_MILLIS: i64 = 15 * 60_000;

const MILLIS_AN_HOUR: i64 = 3_600_000;
const MILLIS_A_DAY: i64 = 24 * MILLIS_AN_HOUR;

/// The newest lists seen; older ones are refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Floor {
    snapshot: u64,
    keys: u64,
    /// When the list of that number was made; 0 where that is not known any more.
    made_at: i64,
}

impl Floor {
    /// Whether a list is older than the one seen: made before it and with a lower number. A server
    /// that was restored from a backup counts on from there, one whose clock was set right goes
    /// back in time; each alone does not keep a gate without a list.
    fn is_above(&self, list: &Snapshot) -> bool {
        let since = match self.made_at {
            0 => i64::MAX,
            made_at => made_at,
        };
        list.number < self.snapshot && list.made_at <= since
    }

    /// As the states before the one of now held it.
    pub fn read_before(from: &mut Reader<'_>) -> Read<Floor> {
        from.array_of(2)?;
        Ok(Floor {
            snapshot: from.uint()?,
            keys: from.uint()?,
            made_at: 0,
        })
    }
}

/// The list in use.
#[derive(Clone, Debug)]
pub(crate) struct List {
    /// By which it grows old.
    pub clock: ListClock,
    snapshot: Snapshot,
    keys: KeyList,
    policies: Vec<(Span, Policy)>,
    /// Where each pass is: household and person, sorted by pass.
    passes: Vec<(PassNumber, Holder)>,
    /// Where each person is, sorted by person.
    people: Vec<(PersonId, Place)>,
    /// The door of each household, where it is one.
    doors: Vec<Option<Address>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    household: u32,
    person: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Holder {
    Person(Place, u32),
    Vehicle(u32, u32),
}

/// Whose pass it is.
pub(crate) enum Holds<'a> {
    Person(&'a HouseholdEntry, &'a ResidentEntry, &'a PassEntry),
    Vehicle(&'a VehicleEntry, &'a PassEntry),
}

/// A pass that was read.
pub(crate) struct Shown {
    pub number: Option<PassNumber>,
    pub finding: Finding,
    pub said: Option<Credential>,
}

impl List {
    /// Opens a signed snapshot; `None` where it is not to be used: not signed by the tree of this
    /// device's root, for another gate, older than one seen before, or with a policy that this
    /// program cannot read.
    pub fn open(bytes: &[u8], enrolled: &Enrolled, floor: &Floor) -> Option<(List, Floor)> {
        let trust = Trust {
            root: &enrolled.root,
            newest: floor.keys,
            // The root that the device was enrolled with tells a demo from the real thing.
            demo: true,
        };
        let (snapshot, keys) = Snapshot::open(bytes, trust, 0).ok()?;
        if floor.is_above(&snapshot) {
            return None;
        }
        if snapshot.gate.gate != enrolled.gate {
            return None;
        }
        let floor = Floor {
            snapshot: snapshot.number,
            keys: keys.number,
            made_at: snapshot.made_at,
        };
        Some((List::ready(snapshot, keys).ok()?, floor))
    }

    /// A list that needs no signature: the server's own.
    pub fn ready(snapshot: Snapshot, keys: KeyList) -> Result<List, CompiledError> {
        let read =
            |spell: &crate::wire::PolicySpell| Ok((spell.span, Policy::read(&spell.compiled)?));
        let policies = snapshot
            .policies
            .iter()
            .map(read)
            .collect::<Result<_, _>>()?;
        Ok(List::indexed(snapshot, keys, policies))
    }

    fn indexed(snapshot: Snapshot, keys: KeyList, policies: Vec<(Span, Policy)>) -> List {
        let mut passes = Vec::new();
        let mut people = Vec::new();
        for (h, household) in snapshot.households.iter().enumerate() {
            for (p, resident) in household.people.iter().enumerate() {
                let place = Place {
                    household: h as u32,
                    person: p as u32,
                };
                people.push((resident.id, place));
                let held = resident.passes.iter().enumerate();
                passes
                    .extend(held.map(|(at, pass)| (pass.number, Holder::Person(place, at as u32))));
            }
        }
        for (v, vehicle) in snapshot.vehicles.iter().enumerate() {
            let held = vehicle.passes.iter().enumerate();
            passes
                .extend(held.map(|(at, pass)| (pass.number, Holder::Vehicle(v as u32, at as u32))));
        }
        sort_by_key(&mut passes, |held| *held);
        sort_by_key(&mut people, |held| *held);
        let door = |household: &HouseholdEntry| {
            let draft = AddressDraft {
                building: household.building.clone(),
                unit: household.unit.clone(),
                room: household.room.clone(),
            };
            draft.check().ok()
        };
        let doors = snapshot.households.iter().map(door).collect();
        List {
            clock: ListClock::OWN,
            snapshot,
            keys,
            policies,
            passes,
            people,
            doors,
        }
    }

    /// Number of the snapshot.
    pub fn number(&self) -> u64 {
        self.snapshot.number
    }

    /// When it was made, by the server's clock.
    pub fn made_at(&self) -> i64 {
        self.snapshot.made_at
    }

    /// What it holds.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// 锦绣苑 · 东门.
    pub fn place(&self) -> String {
        let gate = &self.snapshot.gate;
        [gate.compound_name.as_str(), " · ", &gate.gate_name].concat()
    }

    /// Milliseconds since the list was made.
    fn age(&self, now: Moment) -> i64 {
        self.clock.age(self.made_at(), now)
    }

    /// Full minutes since the list was made.
    pub fn age_minutes(&self, now: Moment) -> u32 {
        let minutes = self.age(now).max(0) / 60_000;
        u32::try_from(minutes).unwrap_or(u32::MAX)
    }

    /// 名单新 · 名单旧 · 名单过旧.
    pub fn stage(&self, now: Moment) -> Stage {
        match self.age(now) / MILLIS_AN_HOUR {
            hours if hours >= HARD_LIFE_HOURS && !is_planted(Planted::HardLifeIgnored) => {
                Stage::Past
            }
            hours if hours >= SOFT_LIFE_HOURS => Stage::Stale,
            _ => Stage::Fresh,
        }
    }

    /// How many other phones may know of outings that are not known here (GATE-5): those that were
    /// silent when the list was made; once it is old, all of them.
    pub fn unheard(&self, now: Moment) -> u16 {
        let held = &self.snapshot;
        match self.age(now) {
            ..=HEARD_MILLIS => held.silent_devices,
            _ => held.silent_devices.max(held.other_devices),
        }
    }

    /// How many outings of one household these may be: each phone lets it out until its own count
    /// comes to where a document draws the line.
    pub fn unsent(&self, now: Moment) -> u16 {
        let policy = self.policy_at(now.millis);
        let readings = policy.iter().flat_map(|policy| &policy.compiled().readings);
        let lines = readings.filter_map(|reading| match &reading.lens {
            Lens::OutingCount { cuts, .. } => cuts.last(),
            _ => None,
        });
        let line = lines.max().copied().unwrap_or(1);
        u16::try_from(line * i64::from(self.unheard(now))).unwrap_or(u16::MAX)
    }

    /// The policy in force at an instant.
    pub fn policy_at(&self, millis: i64) -> Option<&Policy> {
        let late = i64::from(is_planted(Planted::PolicyBeginsLate));
        let mut policies = self.policies.iter();
        let found = policies.find(|(span, _)| span.contains(millis - late));
        found.map(|(_, policy)| policy)
    }

    fn at(&self, place: Place) -> Option<(&HouseholdEntry, &ResidentEntry)> {
        let household = self.snapshot.households.get(place.household as usize)?;
        Some((household, household.people.get(place.person as usize)?))
    }

    /// Somebody of the list and their household.
    pub fn resident(&self, person: PersonId) -> Option<(&HouseholdEntry, &ResidentEntry)> {
        let at = self.people.partition_point(|held| held.0 < person);
        let (id, place) = self.people.get(at)?;
        (*id == person).then(|| self.at(*place))?
    }

    /// Whose pass this is.
    pub fn holder(&self, pass: PassNumber) -> Option<Holds<'_>> {
        let at = self.passes.partition_point(|held| held.0 < pass);
        let (number, holder) = self.passes.get(at)?;
        if *number != pass {
            return None;
        }
        match *holder {
            Holder::Person(place, at) => {
                let (household, resident) = self.at(place)?;
                let pass = resident.passes.get(at as usize)?;
                Some(Holds::Person(household, resident, pass))
            }
            Holder::Vehicle(vehicle, at) => {
                let vehicle = self.snapshot.vehicles.get(vehicle as usize)?;
                Some(Holds::Vehicle(vehicle, vehicle.passes.get(at as usize)?))
            }
        }
    }

    fn behind(&self, door: &Address) -> impl Iterator<Item = &HouseholdEntry> {
        let doors = self.doors.iter().zip(&self.snapshot.households);
        doors
            .filter_map(move |(held, household)| (held.as_ref() == Some(door)).then_some(household))
    }

    /// Who lives behind this door and has this surname; at most [`OFFERED_MOST`].
    pub fn lookup(&self, door: &Address, surname: &str) -> Vec<PersonId> {
        let people = self.behind(door).flat_map(|household| &household.people);
        let found = people.filter(|resident| surname_fits(surname, &resident.surname));
        found
            .take(OFFERED_MOST)
            .map(|resident| resident.id)
            .collect()
    }

    /// The household behind a door as a guard hears it: `3-2-302`, `3栋 302`, `302`.
    pub fn household_at(&self, door: &str) -> Option<HouseholdId> {
        let parts: Vec<&str> = door
            .split(['-', '－', '—', '/', '，', ',', ' ', '　'])
            .filter(|part| !part.is_empty())
            .collect();
        let (building, unit, room) = match parts[..] {
            [room] => ("", "", room),
            [building, room] => (building, "", room),
            [building, unit, room] => (building, unit, room),
            _ => return None,
        };
        let draft = AddressDraft {
            building: building.to_owned(),
            unit: unit.to_owned(),
            room: room.to_owned(),
        };
        let door = draft.check().ok()?;
        self.behind(&door).next().map(|household| household.id)
    }

    /// The household that a pass names.
    pub fn household_of(&self, belongs: &Belongs) -> Option<HouseholdId> {
        let Belongs::Household(short) = belongs else {
            return None;
        };
        let mut households = self.snapshot.households.iter();
        let household = households.find(|household| short.is_of(&household.id.0))?;
        Some(household.id)
    }

    /// A vehicle by its plate, in whatever spelling.
    pub fn vehicle(&self, plate: &str) -> Option<&VehicleEntry> {
        let plate = crate::vehicle::Plate::parse(plate).ok()?;
        let mut vehicles = self.snapshot.vehicles.iter();
        vehicles.find(|v| crate::vehicle::Plate::parse(&v.plate).as_ref() == Ok(&plate))
    }

    /// 6 栋 2 单元 302.
    pub fn room_label(&self, household: HouseholdId, lang: Lang) -> Option<String> {
        let households = &self.snapshot.households;
        let at = households
            .binary_search_by_key(&household, |entry| entry.id)
            .ok()?;
        match (self.doors.get(at)?, lang) {
            (Some(door), Lang::Zh) => Some(door.label_zh()),
            (Some(door), Lang::En) => Some(door.label_en()),
            (None, _) => Some(households[at].room.clone()),
        }
    }

    /// Who it is, masked.
    pub fn who(&self, person: PersonId, lang: Lang) -> Option<Who> {
        let (household, resident) = self.resident(person)?;
        let band = resident.age_decade.map(AgeBand::from_decade);
        let (sex, age_band) = match lang {
            Lang::Zh => (resident.sex.label_zh(), band.map(AgeBand::label_zh)),
            Lang::En => (resident.sex.label_en(), band.map(AgeBand::label_en)),
        };
        Some(Who {
            name: resident.masked_name.clone(),
            room: self.room_label(household.id, lang)?,
            sex: sex.to_owned(),
            age_band: age_band.unwrap_or_default(),
            picture_base64: (!resident.picture.is_empty())
                .then(|| BASE64.encode(&resident.picture)),
        })
    }

    /// Verifies what a scanner read; `None` where that is no pass at all.
    pub fn verify(
        &self,
        text: &str,
        now: Moment,
        memory: Option<&dyn SignatureMemory>,
    ) -> Option<Shown> {
        let lists = &self.snapshot.status_lists;
        let places = &self.snapshot.gate.places;
        let found = verify_remembering(text, &self.keys, lists, places, now, memory);
        let said = found.credential().cloned();
        let finding = match found.refusal() {
            None => Finding::Valid,
            Some(PassRefusal::Unreadable) => return None,
            // A key that had no right to sign this makes it a false pass to the guard.
            Some(
                PassRefusal::Malformed | PassRefusal::BadSignature | PassRefusal::KeyNotFor { .. },
            ) => Finding::Altered,
            Some(PassRefusal::UnknownKey { .. } | PassRefusal::UnknownList) => {
                Finding::Unverifiable
            }
            Some(PassRefusal::NotYet { from_at }) => Finding::NotYet(words::day(from_at, now)),
            Some(PassRefusal::Expired { on_at }) => {
                let pass = said
                    .as_ref()
                    .map(|said| (said.number, said.kind.is_of_household()));
                self.expired(pass, on_at, now)
            }
            Some(PassRefusal::Revoked) => Finding::Revoked,
            Some(PassRefusal::OtherCompound { .. }) => Finding::Elsewhere,
        };
        Some(Shown {
            number: said.as_ref().map(|said| said.number),
            finding,
            said,
        })
    }

    /// Past its end: accepted for the compound's own residents while the server is out of reach,
    /// never with a fresh list, never for visitors.
    fn expired(&self, pass: Option<(PassNumber, bool)>, on_at: i64, now: Moment) -> Finding {
        let own = pass.is_some_and(|(number, of_household)| {
            of_household && self.snapshot.status_lists.status(number) != PassStatus::Revoked
        });
        let days = now.millis.saturating_sub(on_at).max(0) / MILLIS_A_DAY + 1;
        if own && self.clock.is_silent(now) && self.stage(now) != Stage::Fresh && days <= GRACE_DAYS
        {
            return Finding::Grace(days as u16);
        }
        // The last day on which it held, not the first after it.
        Finding::Expired(words::day(on_at.saturating_sub(1), now))
    }

    /// What is known of a card number that was typed. It proves nothing; it finds the holder.
    pub fn typed(&self, number: PassNumber, now: Moment) -> Finding {
        let entry = match self.holder(number) {
            Some(Holds::Person(_, _, entry) | Holds::Vehicle(_, entry)) => entry,
            None => return Finding::Unverifiable,
        };
        match self.snapshot.status_lists.status(number) {
            PassStatus::Revoked => Finding::Revoked,
            PassStatus::UnknownList => Finding::Unverifiable,
            PassStatus::Good | PassStatus::NewerThanList => match entry.span.until_at {
                _ if now.millis < entry.span.from_at => {
                    Finding::NotYet(words::day(entry.span.from_at, now))
                }
                Some(until) if now.millis >= until => {
                    let pass = (number, entry.kind.is_of_household());
                    self.expired(Some(pass), until, now)
                }
                _ => Finding::Valid,
            },
        }
    }
}

impl Cbor for Floor {
    fn write(&self, to: &mut Writer) {
        to.array(3)
            .uint(self.snapshot)
            .uint(self.keys)
            .int(self.made_at);
    }
    fn read(from: &mut Reader<'_>) -> Read<Floor> {
        from.array_of(3)?;
        Ok(Floor {
            snapshot: from.uint()?,
            keys: from.uint()?,
            made_at: from.int()?,
        })
    }
}
