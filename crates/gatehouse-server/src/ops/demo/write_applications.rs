//! Applications of the demo: forty that wait in the queue, some of which lack something, and one
//! pass with a life behind it. The same seed gives the same queue.

use super::face::face;
use super::household::DemoHousehold;
use super::identity::Numbers;
use super::make::Demo;
use super::name;
use super::pass::{DemoPass, Holder, Standing};
use super::person::People;
use super::random::{Chance as Drawn, Ids};
use super::write::WriteError;
use crate::auth::role::Role;
use crate::ops::pass_rules::{missing, word_of};
use crate::world::World;
use gatehouse_core::area::AreaLevel;
use gatehouse_core::household::Residence;
use gatehouse_core::id::{ApplicationId, AreaId, PersonId, StaffId};
use gatehouse_core::pass::PassKind;
use gatehouse_core::person::search::{SearchTerm, terms_of};
use gatehouse_core::person::{GateName, Person, Sex, full_years};
use gatehouse_store::application::{ApplicationRow, Landlord};
use gatehouse_store::pass_event::PassEventRow;
use gatehouse_store::person::PersonPlain;
use gatehouse_store::{Chance, Lane, Shard, Store, StoreError, Vault};
use std::collections::HashSet;
use std::sync::Arc;

const MINUTE: i64 = 60_000;
const DAY: i64 = 86_400_000;
/// How many wait, and how many of them are tenants for whom the landlord asks.
const WAITING: usize = 40;
const BY_LANDLORD: usize = 7;
const BY_GRID_WORKER: usize = 11;
/// Of the ledger, waiting for their landlord.
const TEMPORARY: usize = 3;
/// Applications in one step.
const ROWS_A_STEP: usize = 10;

/// An application with what is sealed in it.
type Made = (ApplicationRow, PersonPlain, Vec<SearchTerm>);

/// Writes the queue, and a pass with a life.
pub fn write_applications(
    demo: &Demo,
    store: &Store,
    shard: Shard,
    vault: &Arc<Vault>,
    world: &dyn World,
) -> Result<(), WriteError> {
    let mut desk = Desk::new(demo, shard);
    let mut made = desk.known(WAITING - BY_LANDLORD);
    made.extend(desk.tenants(BY_LANDLORD));
    // From an hour and twenty minutes ago until just now.
    let many = made.len().max(1) as i64;
    for (at, (row, ..)) in (0..).zip(&mut made) {
        // Landlords and others came in between one another.
        let place = at * 7 % many;
        row.applied_at = demo.town.made.millis - (80 - place * 78 / many) * MINUTE;
        row.missing = missing(row);
    }
    for step in made.chunks(ROWS_A_STEP) {
        let (step, vault) = (step.to_vec(), Arc::clone(vault));
        let chance = Chance::new(world.bytes());
        store.write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| {
            for (at, (row, plain, terms)) in (0..).zip(&step) {
                tx.insert_application(row)?;
                let (id, chance) = (row.application, chance.part(at));
                tx.set_application_draft(&vault, shard, id, plain, terms, &chance)?;
            }
            Ok(())
        })?;
    }
    life(demo, &mut desk, store, shard)
}

struct Desk<'a> {
    demo: &'a Demo,
    shard: Shard,
    ids: Ids,
    chance: Drawn,
    homes: Vec<&'a DemoHousehold>,
    grid_worker: Option<StaffId>,
}

impl<'a> Desk<'a> {
    fn new(demo: &'a Demo, shard: Shard) -> Desk<'a> {
        let town = &demo.town;
        let first = town.streets.at_level(AreaLevel::Community);
        let in_first = |compound: AreaId| town.streets.parent(compound) == first;
        let (mut homes, others): (Vec<_>, Vec<_>) = town
            .households
            .iter()
            .partition(|home| in_first(home.household.compound()));
        homes.extend(others);
        let mut staff = town.staffing.staff.iter();
        Desk {
            demo,
            shard,
            ids: Ids::new(town.size.seed ^ 5, town.made.millis),
            chance: Drawn::new(town.size.seed, "applications"),
            homes,
            grid_worker: staff
                .find(|one| one.role == Role::GridWorker)
                .map(|one| one.id),
        }
    }

    fn row(&mut self, home: &DemoHousehold, kind: PassKind, source: &str) -> ApplicationRow {
        let is_grid = source == "grid_worker";
        ApplicationRow {
            shard: self.shard,
            application: ApplicationId(self.ids.make()),
            area: home.household.compound(),
            household: home.id,
            kind: word_of(kind),
            source: source.to_owned(),
            asked_by: None,
            asked_staff: self.grid_worker.filter(|_| is_grid),
            holder: None,
            basis: None,
            sex: String::new(),
            birth_year: None,
            worker_class: None,
            has_document: true,
            photo: "good".to_owned(),
            landlord: Landlord::default(),
            missing: String::new(),
            delivery: if is_grid { "home" } else { "page" }.to_owned(),
            state: "waiting".to_owned(),
            reason: None,
            decided_at: None,
            decided_by: None,
            pass: None,
            applied_at: 0,
            version: 1,
        }
    }

    /// People of the ledger who have no valid pass: themselves, or by a grid worker.
    fn known(&mut self, most: usize) -> Vec<Made> {
        let demo = self.demo;
        let town = &demo.town;
        let holders: HashSet<PersonId> = demo
            .issued
            .passes
            .iter()
            .filter(|pass| pass.standing == Standing::Valid)
            .filter_map(|pass| match pass.holder {
                Holder::Person(id) => Some(id),
                _ => None,
            })
            .collect();
        let today = town.made.day();
        let (mut made, mut temporary) = (Vec::new(), 0);
        for home in self.homes.clone() {
            for member in home.household.members() {
                if made.len() == most || holders.contains(&member.person) {
                    continue;
                }
                let person = town.people.iter().find(|one| one.id == member.person);
                let age = person.and_then(|one| full_years(one.person.birth_on()?, today));
                if age.is_none_or(|years| years < 12) {
                    continue;
                }
                let has_document = person.is_some_and(|one| one.person.document().is_some());
                // Three wait for their landlord; the other tenants are the landlords' own.
                if member.residence.is_temporary() {
                    temporary += 1;
                    if temporary > TEMPORARY {
                        continue;
                    }
                }
                let at = made.len();
                let by_grid = at % 3 == 2 && at / 3 < BY_GRID_WORKER;
                let source = if by_grid { "grid_worker" } else { "self" };
                let (kind, landlord) = stay(member.residence);
                let mut row = self.row(home, kind, source);
                row.holder = Some(member.person);
                row.asked_by = (!by_grid).then_some(member.person);
                row.landlord = landlord;
                row.has_document = has_document;
                row.photo = match at {
                    3 | 16 | 25 => "missing",
                    1 | 20 => "unclear",
                    _ => "good",
                }
                .to_owned();
                let photo = (row.photo != "missing").then(|| face(&mut self.chance));
                let plain = PersonPlain {
                    photo,
                    ..PersonPlain::default()
                };
                made.push((row, plain, Vec::new()));
            }
        }
        made
    }

    /// Tenants who are not in the ledger yet, for whom their landlord asks.
    fn tenants(&mut self, most: usize) -> Vec<Made> {
        let mut numbers = Numbers::new(&mut self.chance);
        let today = self.demo.town.made.day();
        let mut made = Vec::new();
        for home in self.homes.clone().into_iter().skip(5).step_by(9) {
            if made.len() == most {
                break;
            }
            let mut members = home.household.members().iter();
            let landlord = members.find(|one| one.residence == Residence::Permanent);
            let Some(landlord) = landlord.map(|one| one.person) else {
                continue;
            };
            let sex = if self.chance.happens(500) {
                Sex::Male
            } else {
                Sex::Female
            };
            let surname = name::surname(&mut self.chance);
            let name = name::full(surname, sex, &mut self.chance);
            let age = self.chance.between(20, 48);
            let mut chance = Drawn::new(self.chance.draw(), "tenant");
            let mut people = People {
                chance: &mut chance,
                numbers: &mut numbers,
                today,
            };
            let person = people.person(name, sex, age);
            let mut row = self.row(home, PassKind::TemporaryResident, "landlord");
            row.asked_by = Some(landlord);
            row.basis = Some("tenant".to_owned());
            row.sex = sex.code().to_owned();
            row.birth_year = person.birth_year().map(i64::from);
            row.has_document = person.document().is_some();
            row.delivery = "desk".to_owned();
            row.landlord = Landlord {
                person: Some(landlord),
                answer: Some("yes".to_owned()),
                way: Some("applied".to_owned()),
                at: Some(self.demo.town.made.millis - 90 * MINUTE),
                staff: None,
            };
            let pinyin = |c: char| crate::pinyin::initial(c);
            let terms = terms_of(&person, Some(&pinyin));
            made.push((row, plain(&person, face(&mut self.chance)), terms));
        }
        made
    }
}

/// Kind of pass by how somebody lives here, and whose yes that wants.
fn stay(residence: Residence) -> (PassKind, Landlord) {
    match residence {
        Residence::Permanent => (PassKind::Resident, Landlord::default()),
        Residence::Tenant { .. } | Residence::Lodger { .. } => {
            let landlord = Landlord {
                person: residence.landlord_or_host(),
                answer: Some("wanted".to_owned()),
                ..Landlord::default()
            };
            (PassKind::TemporaryResident, landlord)
        }
    }
}

fn plain(person: &Person, photo: Vec<u8>) -> PersonPlain {
    let document = person.document();
    PersonPlain {
        masked: Some(GateName::of(person.name()).to_stored()),
        name: Some(person.name().reveal_text().to_owned()),
        birth_on: person.birth_on(),
        document: document.map(|d| (d.kind().code().to_owned(), d.reveal_text().to_owned())),
        phone: person.phone().map(|phone| phone.reveal_text().to_owned()),
        employer: None,
        photo: Some(photo),
        note: None,
        email: None,
    }
}

/// A temporary resident's pass from the application to the report that it is lost.
fn life(demo: &Demo, desk: &mut Desk<'_>, store: &Store, shard: Shard) -> Result<(), WriteError> {
    let made = demo.town.made.millis;
    let wanted = |pass: &&DemoPass| {
        pass.standing == Standing::Valid && pass.credential.kind == PassKind::TemporaryResident
    };
    // Where the first community sees it.
    let first = desk.homes.first().map(|home| home.household.compound());
    let here = |pass: &&DemoPass| Some(pass.compound) == first;
    let mut passes = demo.issued.passes.iter().filter(wanted);
    let Some(pass) = passes.find(here) else {
        return Ok(());
    };
    let Holder::Person(holder) = pass.holder else {
        return Ok(());
    };
    let lives = |home: &&&DemoHousehold| {
        home.household
            .members()
            .iter()
            .any(|one| one.person == holder)
    };
    let Some(home) = desk.homes.iter().find(lives).copied() else {
        return Ok(());
    };
    let staff = |role: Role| {
        let mut all = demo.town.staffing.staff.iter();
        all.find(|one| one.role == role).map(|one| one.id)
    };
    let office = staff(Role::CommunityOffice);
    let mut row = desk.row(home, PassKind::TemporaryResident, "grid_worker");
    row.holder = Some(holder);
    row.applied_at = made - 3 * DAY;
    row.landlord = Landlord {
        person: None,
        answer: Some("yes".to_owned()),
        way: Some("present".to_owned()),
        at: Some(made - 3 * DAY + 25 * MINUTE),
        staff: staff(Role::Guard),
    };
    let mut decided = row.clone();
    decided.state = "approved".to_owned();
    decided.pass = Some(pass.id);
    decided.decided_at = Some(made - 2 * DAY);
    decided.decided_by = office;
    let event = |at: i64, kind: &str, staff: Option<StaffId>, detail: &str| PassEventRow {
        shard,
        pass: pass.id,
        at,
        kind: kind.to_owned(),
        area: pass.compound,
        staff,
        detail: detail.to_owned(),
    };
    let events = [
        event(made - 2 * DAY, "issued", office, "application"),
        event(made - 2 * DAY + 40 * MINUTE, "printed", office, ""),
        event(made - 20 * MINUTE, "lost", staff(Role::GridWorker), "phone"),
    ];
    Ok(
        store.write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| {
            tx.insert_application(&row)?;
            tx.update_application(&decided)?;
            events
                .iter()
                .try_for_each(|event| tx.insert_pass_event(event))
        })?,
    )
}
