//! Puts the people of a demo into its database: doors, people, residences, vehicles, passes.

use super::household::DemoHousehold;
use super::make::Demo;
use super::pass::{DemoPass, Holder, Issued, Standing};
use super::person::DemoPerson;
use super::write::{WriteError, in_steps};
use crate::world::World;
use gatehouse_core::gate::fact::{pass_band, pass_kind};
use gatehouse_core::household::Residence;
use gatehouse_core::id::{AreaId, HouseholdId, PersonId};
use gatehouse_core::key::KeyId;
use gatehouse_core::moment::Moment;
use gatehouse_core::person::GateName;
use gatehouse_core::person::search::terms_of;
use gatehouse_store::household::{HouseholdRow, ResidenceRow};
use gatehouse_store::pass::{PassRow, Revocation};
use gatehouse_store::person::{PersonPlain, PersonRow};
use gatehouse_store::vehicle::VehicleRow;
use gatehouse_store::{Chance, Lane, Shard, Store, StoreError, Vault};
use std::collections::HashMap;
use std::sync::Arc;

/// People in one step: each is a row and up to two dozen tokens, and a step stays within the
/// store's budget of statements and time.
const PEOPLE_A_STEP: usize = 60;
/// Other rows in one step (design §5: at most 500).
const ROWS_A_STEP: usize = 250;

/// Who lives where on what basis.
type Homes = HashMap<PersonId, (HouseholdId, AreaId, Residence)>;

/// Writes all of them.
pub fn write_people(
    demo: &Demo,
    store: &Store,
    shard: Shard,
    vault: &Arc<Vault>,
    world: &dyn World,
) -> Result<(), WriteError> {
    let homes: Homes = demo
        .town
        .households
        .iter()
        .flat_map(|home| {
            let area = home.household.compound();
            let members = home.household.members().iter();
            members.map(move |m| (m.person, (home.id, area, m.residence)))
        })
        .collect();
    in_steps(&demo.town.households, ROWS_A_STEP, |step| {
        households(step, store, shard)
    })?;
    in_steps(&demo.town.people, PEOPLE_A_STEP, |step| {
        people(step, &homes, demo.town.made, store, shard, vault, world)
    })?;
    for step in demo.town.vehicles.chunks(ROWS_A_STEP) {
        let rows: Vec<VehicleRow> = step
            .iter()
            .map(|parked| VehicleRow {
                shard,
                vehicle: parked.id,
                plate: parked.vehicle.plate().reveal_text().to_owned(),
                kind: parked.vehicle.kind().code().to_owned(),
                household: parked.vehicle.household(),
                area: parked.compound,
                ended_on: None,
                version: 1,
            })
            .collect();
        store.write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| {
            rows.iter().try_for_each(|row| tx.insert_vehicle(row))
        })?;
    }
    passes(demo, &homes, store, shard)
}

fn households(step: &[DemoHousehold], store: &Store, shard: Shard) -> Result<(), WriteError> {
    let doors: Vec<HouseholdRow> = step
        .iter()
        .map(|home| {
            let address = home.household.address();
            HouseholdRow {
                shard,
                household: home.id,
                area: home.household.compound(),
                building: address.building().to_owned(),
                unit: address.unit().to_owned(),
                room: address.room().to_owned(),
                grid: None,
                ended_on: None,
                version: 1,
            }
        })
        .collect();
    let residences: Vec<ResidenceRow> = step
        .iter()
        .flat_map(|home| home.household.members().iter().map(move |m| (home.id, m)))
        .map(|(household, member)| ResidenceRow {
            shard,
            household,
            person: member.person,
            from_on: member.from_on,
            until_on: member.until_on,
            basis: member.residence.code().to_owned(),
            landlord: member.residence.landlord_or_host(),
            version: 1,
        })
        .collect();
    Ok(
        store.write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| {
            doors.iter().try_for_each(|row| tx.insert_household(row))?;
            residences
                .iter()
                .try_for_each(|row| tx.insert_residence(row))
        })?,
    )
}

fn people(
    step: &[DemoPerson],
    homes: &Homes,
    made: Moment,
    store: &Store,
    shard: Shard,
    vault: &Arc<Vault>,
    world: &dyn World,
) -> Result<(), WriteError> {
    let chance = Chance::new(world.bytes());
    let pinyin = |c: char| crate::pinyin::initial(c);
    let rows: Vec<_> = step
        .iter()
        .map(|person| {
            let terms = terms_of(&person.person, Some(&pinyin));
            (person_row(person, homes, made, shard), plain(person), terms)
        })
        .collect();
    let vault = Arc::clone(vault);
    Ok(
        store.write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| {
            for (at, (row, plain, terms)) in (0..).zip(&rows) {
                tx.insert_person(&vault, row, plain, terms, &chance.part(at))?;
            }
            Ok(())
        })?,
    )
}

fn person_row(person: &DemoPerson, homes: &Homes, made: Moment, shard: Shard) -> PersonRow {
    let home = homes.get(&person.id);
    let kind = match home {
        Some((_, _, basis)) if basis.is_temporary() => "temporary_resident",
        Some(_) => "resident",
        None => "exempt_worker",
    };
    let area = home.map(|(_, area, _)| *area).or(person.works_in);
    PersonRow {
        shard,
        person: person.id,
        kind: kind.to_owned(),
        household: home.map(|(household, _, _)| *household),
        area: area.expect("whoever has no door in the town works at one of its gates"),
        sex: person.person.sex().code().to_owned(),
        birth_year: person.person.birth_year().map(i64::from),
        worker_class: person
            .person
            .employment()
            .map(|e| e.class().code().to_owned()),
        state: "active".to_owned(),
        merged_into: None,
        created_at: made.millis,
        version: 1,
    }
}

fn plain(person: &DemoPerson) -> PersonPlain {
    let person = &person.person;
    let document = person.document();
    PersonPlain {
        masked: Some(GateName::of(person.name()).to_stored()),
        name: Some(person.name().reveal_text().to_owned()),
        birth_on: person.birth_on(),
        document: document.map(|d| (d.kind().code().to_owned(), d.reveal_text().to_owned())),
        phone: person.phone().map(|phone| phone.reveal_text().to_owned()),
        employer: person.employment().map(|e| e.employer().to_owned()),
        photo: None,
        note: None,
        email: None,
    }
}

/// The status list of each community, then its passes in order of their numbers.
fn passes(demo: &Demo, homes: &Homes, store: &Store, shard: Shard) -> Result<(), WriteError> {
    let made = demo.town.made;
    let date = made.day().date();
    let quarter = format!("{:04}-Q{}", date.year, (date.month - 1) / 3 + 1);
    for (at, issuer) in demo.issued.issuers.iter().enumerate() {
        let own: Vec<&DemoPass> = demo
            .issued
            .passes
            .iter()
            .filter(|pass| pass.issuer == at)
            .collect();
        let Some(list) = own.first().map(|pass| pass.credential.number.list()) else {
            continue;
        };
        let (community, quarter) = (issuer.community, quarter.clone());
        let places = own.len() as u32;
        store.write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| {
            tx.take_pass_numbers(shard, community, list, &quarter, places)
        })?;
        in_steps(&own, ROWS_A_STEP, |step| {
            let rows = step
                .iter()
                .map(|pass| pass_row(&demo.issued, pass, homes, made, shard));
            let rows: Vec<PassRow> = rows.collect();
            Ok(
                store.write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| {
                    for row in &rows {
                        tx.insert_pass(row)?;
                        if let Some(revocation) = &row.revocation {
                            tx.revoke_pass(shard, row.pass, revocation, None)?;
                        }
                    }
                    Ok(())
                })?,
            )
        })?;
    }
    Ok(())
}

fn pass_row(
    issued: &Issued,
    pass: &DemoPass,
    homes: &Homes,
    made: Moment,
    shard: Shard,
) -> PassRow {
    let (household, holder) = match pass.holder {
        Holder::Person(id) => (
            homes.get(&id).map(|(household, _, _)| *household),
            Some(id.0),
        ),
        Holder::Vehicle(id) => (None, Some(id.0)),
        Holder::Household(id) | Holder::Guest(id) => (Some(id), None),
    };
    let KeyId(key_id) = KeyId::of(&issued.issuers[pass.issuer].key.verifying_key());
    let credential = &pass.credential;
    PassRow {
        shard,
        pass: pass.id,
        number: credential.number,
        // Pass kinds are numbered as in the gate's list, where 0 is "none".
        kind: pass_kind::CHOICES[credential.kind as usize + 1]
            .name
            .to_owned(),
        band: pass_band::CHOICES[credential.band as usize].name.to_owned(),
        area: pass.compound,
        household,
        holder,
        key_id,
        from_at: credential.from_millis(),
        expires_at: credential.until_millis(),
        credential: issued.sign(pass),
        issued_at: made.millis.min(credential.from_millis()),
        issued_by: None,
        revocation: match pass.standing {
            Standing::Revoked(reason) => Some(Revocation {
                at: made.millis,
                reason: serde_json::to_value(reason)
                    .ok()
                    .and_then(|reason| reason.as_str().map(str::to_owned))
                    .expect("a reason is written as one word"),
            }),
            Standing::Valid | Standing::Expired => None,
        },
        replaced_by: None,
    }
}
