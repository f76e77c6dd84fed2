//! Puts a demo into a new database, in steps of at most 500 rows.

use super::keys::{DemoKeys, make_keys};
use super::make::{Demo, POLICY_CASES, POLICY_FOLDER, POLICY_TEXT};
use super::random::Ids;
use super::staff::DemoStaff;
use super::town::{DESK_PHONE, DemoGate, HEALTH_PHONE, LEAD_PHONE, OFFICE_PHONE};
use super::write_applications::write_applications;
use super::write_day::write_day;
use super::write_fevers::write_fevers;
use super::write_people::write_people;
use crate::auth::password::hash_with_salt;
use crate::keyring::{DEMO, ROOT_KEY};
use crate::ops::order_note::{key_of, note_order};
use crate::ops::sign_order::signed_rows;
use crate::secrets::Secrets;
use crate::world::World;
use gatehouse_core::area::AreaLevel;
use gatehouse_core::id::MembershipId;
use gatehouse_core::key::{PublicKey, SigningKey};
use gatehouse_store::area::AreaRow;
use gatehouse_store::gate::{GateRow, OpeningRow};
use gatehouse_store::gate_place::GatePlaceRow;
use gatehouse_store::membership::MembershipRow;
use gatehouse_store::organisation::OrganisationRow;
use gatehouse_store::policy::PolicyForceRow;
use gatehouse_store::staff::StaffRow;
use gatehouse_store::{Lane, ReadTx, Shard, Store, StoreError, Vault};
use sha2::{Digest, Sha256};
use std::sync::{Arc, Mutex, PoisonError};

/// People were on duty, and the rules held, before the day that the demo shows.
const IN_FORCE_SINCE_MILLIS: i64 = 30 * 86_400_000;

/// Events in one step: each is a handful of statements, and a step stays within the store's
/// budget of time.
pub(super) const STEP_EVENTS: usize = 50;
/// Steps that wait for the database at one time, so that it can put several into one commit.
const STEPS_AT_ONCE: usize = 8;

/// Facts of the installation: a demo was begun, and brought to its end.
const DEMO_BEGUN: &str = "demo_begun";
const DEMO_WHOLE: &str = "demo_whole";
/// What to do about half a town.
pub const HALF_A_TOWN: &str = "H-HALF: the demo town was not finished: remove the database and the \
    data folder, then make it again";

/// Why a demo is not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// There is something in it already.
    #[error("H-DEMO: the database is not new; a demo is never mixed with people who exist")]
    NotEmpty,
    /// An earlier try stopped on the way.
    #[error("{HALF_A_TOWN}")]
    Half,
    /// The file of secrets holds no key.
    #[error("H-SECRETS: the file of secrets holds no key to seal people with")]
    Secrets,
    /// The database does not take the day in: a mistake of ours.
    #[error("the day of the demo does not fit its chains")]
    Chain,
    /// A password could not be hashed (no memory).
    #[error("a password could not be hashed")]
    Password,
    /// The database refused.
    #[error("the step that failed")]
    Store(#[from] StoreError),
}

/// Writes everything, reference tables first. Returns the root key.
pub fn write(
    demo: &Demo,
    store: &Store,
    secrets: &Secrets,
    world: &dyn World,
) -> Result<SigningKey, WriteError> {
    let (half, empty) = store.read_blocking::<_, StoreError, _>(|tx| {
        let empty = tx.area_roots()?.is_empty() && tx.count_staff()? == 0;
        Ok((is_half_a_town(tx)?, empty))
    })?;
    if half {
        return Err(WriteError::Half);
    }
    if !empty {
        return Err(WriteError::NotEmpty);
    }
    let vault = Vault::new(secrets.epochs(), secrets.index_key()).ok_or(WriteError::Secrets)?;
    mark(store, DEMO_BEGUN)?;
    let shard = areas(demo, store)?;
    gates(demo, store, shard)?;
    staff(demo, store, world)?;
    let keys = make_keys(&demo.town, &demo.issued, &demo.orders, secrets, world);
    let root = keys.root.clone();
    installation(keys, store)?;
    policy(demo, store)?;
    let vault = Arc::new(vault);
    write_people(demo, store, shard, &vault, world)?;
    write_applications(demo, store, shard, &vault, world)?;
    order(demo, store, shard)?;
    write_day(demo, store, shard, &vault, world)?;
    write_fevers(demo, store, shard, &vault, world)?;
    mark(store, DEMO_WHOLE)?;
    Ok(root)
}

/// A town takes many transactions: what stands between these marks is half of one, and no
/// program serves it.
fn mark(store: &Store, fact: &'static str) -> Result<(), WriteError> {
    store.write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| {
        tx.set_installation_fact(fact, &[1])?;
        Ok(())
    })?;
    Ok(())
}

/// Whether a demo was begun here and not brought to its end.
///
/// # Errors
/// Where the database cannot be read.
pub fn is_half_a_town(tx: &ReadTx<'_>) -> Result<bool, StoreError> {
    let begun = tx.installation_fact(DEMO_BEGUN)?.is_some();
    Ok(begun && tx.installation_fact(DEMO_WHOLE)?.is_none())
}

/// Root key, key list, server keys, and that this is a demo.
fn installation(keys: DemoKeys, store: &Store) -> Result<(), WriteError> {
    Ok(
        store.write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| {
            let root = PublicKey::from(&keys.root);
            tx.set_installation_fact(ROOT_KEY, root.key().as_bytes())?;
            tx.set_installation_fact(DEMO, &[1])?;
            tx.insert_key_list(&keys.key_list)?;
            keys.server_keys
                .iter()
                .try_for_each(|key| tx.insert_server_key(key))?;
            keys.staff_keys
                .iter()
                .try_for_each(|key| tx.insert_staff_key(key))
        })?,
    )
}

/// The order and both signatures on it.
fn order(demo: &Demo, store: &Store, shard: Shard) -> Result<(), WriteError> {
    let keys = demo.orders.order_keys(&demo.town, demo.issued.term());
    let (row, signatures) = signed_rows(shard, &demo.orders.order, &keys);
    let order = key_of(&demo.orders.order);
    Ok(
        store.write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| {
            tx.insert_order(&row)?;
            signatures.iter().try_for_each(|signature| {
                tx.insert_order_signature(signature)?;
                let act = (signature.act.as_str(), signature.staff);
                note_order(tx, (shard, signature.signed_at), act, order)
            })
        })?,
    )
}

/// The shipped document, in force on the street.
fn policy(demo: &Demo, store: &Store) -> Result<(), WriteError> {
    let made_at = demo.town.made.millis;
    let street = demo.town.streets.at_level(AreaLevel::Township);
    let area = street.expect("the tables lay every upper level");
    let sha256: [u8; 32] = Sha256::digest(POLICY_TEXT.as_bytes()).into();
    let (effective, compiled) = (demo.policy.id(), demo.policy.compiled().to_bytes());
    Ok(
        store.write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| {
            let texts = (POLICY_TEXT, Some(POLICY_CASES));
            let version = tx.load_policy_document(POLICY_FOLDER, texts, &sha256, made_at, None)?;
            tx.insert_policy_force(&PolicyForceRow {
                area,
                document: POLICY_FOLDER.to_owned(),
                version,
                from_at: made_at - IN_FORCE_SINCE_MILLIS,
                to_at: None,
                decided_by: None,
                approved_by: None,
            })?;
            // The day's record names it; elsewhere the first list of a gate keeps it.
            tx.keep_effective_policy(&effective, &compiled, made_at)
        })?,
    )
}

/// Writes a list step by step, several steps at a time; their order does not matter.
pub(super) fn in_steps<T: Sync>(
    items: &[T],
    step: usize,
    write: impl Fn(&[T]) -> Result<(), WriteError> + Sync,
) -> Result<(), WriteError> {
    let steps = Mutex::new(items.chunks(step));
    std::thread::scope(|scope| {
        let worker = || loop {
            // Whoever panics with the lock in hand ends the whole of it anyway.
            let next = steps.lock().unwrap_or_else(PoisonError::into_inner).next();
            match next {
                Some(step) => write(step)?,
                None => return Ok(()),
            }
        };
        let workers: Vec<_> = (0..STEPS_AT_ONCE).map(|_| scope.spawn(worker)).collect();
        workers
            .into_iter()
            .try_for_each(|worker| match worker.join() {
                Ok(written) => written,
                Err(panic) => std::panic::resume_unwind(panic),
            })
    })
}

/// The tree and the number of its county.
fn areas(demo: &Demo, store: &Store) -> Result<Shard, WriteError> {
    let streets = demo.town.streets.clone();
    let offset = i64::from(demo.town.made.offset_minutes);
    Ok(
        store.write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| {
            let mut shard = None;
            for area in &streets.areas {
                tx.insert_area(&AreaRow {
                    area: area.id,
                    parent: area.parent,
                    shard,
                    level: area.area.level().code().to_owned(),
                    name: area.area.name().to_owned(),
                    manager: area.area.manager().map(|m| m.kind().code().to_owned()),
                    zone_offset_minutes: offset,
                    ended_on: None,
                    version: 1,
                })?;
                for span in area.area.codes() {
                    tx.insert_area_code(area.id, span.code.as_str(), span.from_on)?;
                }
                // Areas stand parents first: whatever follows the county lies in it.
                if area.area.level() == AreaLevel::County {
                    shard = Some(tx.shard_for_county(area.id)?);
                }
            }
            Ok(shard.expect("the town has a county"))
        })?,
    )
}

fn gates(demo: &Demo, store: &Store, shard: Shard) -> Result<(), WriteError> {
    let streets = demo.town.streets.clone();
    let mut ids = Ids::new(demo.town.size.seed ^ 2, demo.town.made.millis);
    let openings: Vec<OpeningRow> = streets
        .openings
        .iter()
        .map(|opening| OpeningRow {
            shard,
            opening: ids.make(),
            area: opening.compound,
            name: opening.name.to_owned(),
            closed_by: opening.closed_with.to_owned(),
            is_fire_exit: opening.fire_exit,
            checked_at: None,
            version: 1,
        })
        .collect();
    Ok(
        store.write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| {
            for gate in &streets.gates {
                tx.insert_gate(&GateRow {
                    shard,
                    gate: gate.id,
                    area: gate.compound,
                    name: gate.name.to_owned(),
                    phone: DESK_PHONE.to_owned(),
                    state: "open".to_owned(),
                    version: 1,
                })?;
                tx.save_gate_place(&place(shard, gate))?;
            }
            openings
                .iter()
                .try_for_each(|opening| tx.insert_opening(opening))
        })?,
    )
}

/// What the screens of a gate name. The places are invented, the numbers nobody's.
fn place(shard: Shard, gate: &DemoGate) -> GatePlaceRow {
    GatePlaceRow {
        goods_point: "门岗东侧货架".to_owned(),
        parking_place: "门口南侧空地".to_owned(),
        waiting_place: "门岗旁边的帐篷".to_owned(),
        office_place: format!("{}服务站", gate.community),
        shift_lead_phone: LEAD_PHONE.to_owned(),
        office_phone: OFFICE_PHONE.to_owned(),
        health_phone: HEALTH_PHONE.to_owned(),
        ..GatePlaceRow::empty(shard, gate.id)
    }
}

/// Organisations, accounts, memberships. Passwords come from the seed, their salts from the
/// computer: a printed demo password must not let anyone in elsewhere.
fn staff(demo: &Demo, store: &Store, world: &dyn World) -> Result<(), WriteError> {
    let staffing = &demo.town.staffing;
    let made_at = demo.town.made.millis;
    let organisations: Vec<OrganisationRow> = staffing
        .organisations
        .iter()
        .map(|body| OrganisationRow {
            organisation: body.id,
            name: body.name.clone(),
            kind: body.kind.to_owned(),
            area: body.area,
            ended_at: None,
            version: 1,
        })
        .collect();
    let mut ids = Ids::new(demo.town.size.seed ^ 3, made_at);
    let mut accounts = Vec::new();
    for account in &staffing.staff {
        let row = staff_row(account, made_at, world)?;
        let membership = MembershipRow {
            membership: MembershipId(ids.make()),
            staff: account.id,
            organisation: staffing.organisations[account.organisation].id,
            role: account.role.name().to_owned(),
            area: account.area,
            state: "active".to_owned(),
            from_at: made_at - IN_FORCE_SINCE_MILLIS,
            to_at: None,
            version: 1,
        };
        accounts.push((row, membership));
    }
    Ok(
        store.write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| {
            organisations
                .iter()
                .try_for_each(|row| tx.insert_organisation(row))?;
            accounts.iter().try_for_each(|(row, membership)| {
                tx.insert_staff(row)?;
                tx.insert_membership(membership)
            })
        })?,
    )
}

fn staff_row(account: &DemoStaff, made_at: i64, world: &dyn World) -> Result<StaffRow, WriteError> {
    let hash = hash_with_salt(&account.password, &world.bytes());
    Ok(StaffRow {
        staff: account.id,
        login: account.login.clone(),
        // Colleagues know one another by name; the people of the demo are invented.
        name: account.name.reveal_text().to_owned(),
        password_hash: hash.ok_or(WriteError::Password)?,
        must_change_password: false,
        language: "zh".to_owned(),
        created_at: made_at,
        disabled_at: None,
        version: 1,
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::ops::demo::make::{DemoWish, plan_demo, write_demo};
    use crate::ops::demo::plan::DemoSize;
    use crate::world::Computer;
    use gatehouse_core::moment::Moment;
    use gatehouse_core::person::GateName;
    use gatehouse_core::person::search::terms_for_query;
    use gatehouse_store::Limits;
    use std::path::Path;
    use std::time::Duration;

    /// A database of its own writer, as a demo has; unhurried, since tests run beside others.
    fn new_store(folder: &Path) -> Store {
        let limits = Limits {
            processor_time: Duration::from_secs(60),
            ..Limits::default()
        };
        Store::open_sqlite_with(&folder.join("demo.db"), limits).expect("a database")
    }

    pub(crate) fn demo() -> Demo {
        plan_demo(&DemoWish {
            size: DemoSize::new(1_500, 1).expect("a size"),
            made: Moment::parse("2020-02-20T12:00:00+08:00").expect("a moment"),
            address: "http://127.0.0.1:8080".to_owned(),
            host: "localhost:8080".to_owned(),
        })
        .expect("a demo")
    }

    #[test]
    fn a_demo_is_written_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let (demo, store) = (demo(), new_store(folder.path()));
        let secrets = Secrets::make(&Computer);
        let root = write_demo(&demo, &store, &secrets, &Computer).expect("a new database");
        let gates = demo.town.streets.gates.clone();
        let found = store.read_blocking::<_, StoreError, _>(move |tx| {
            let first = tx.gate_anywhere(gates[0].id)?.expect("the first gate");
            let persons = tx.count_persons(first.shard, first.area)?;
            let lists = tx.status_lists(first.shard)?;
            let issued: i64 = lists.iter().map(|list| i64::from(list.next_index)).sum();
            let root = tx.installation_fact(ROOT_KEY)?;
            Ok((tx.count_staff()?, first.name, persons, issued, root))
        });
        let here = demo.town.streets.gates[0].compound;
        let living = demo
            .town
            .homes()
            .filter(|(_, _, compound)| *compound == here)
            .count();
        let working = demo
            .town
            .people
            .iter()
            .filter(|p| p.works_in == Some(here))
            .count();
        let expected = (
            demo.town.staffing.staff.len() as i64,
            demo.town.streets.gates[0].name.to_owned(),
            (living + working) as i64,
            demo.issued.passes.len() as i64,
            Some(root.verifying_key().as_bytes().to_vec()),
        );
        assert_eq!(found.expect("reads"), expected);
        let again = write_demo(&demo, &store, &secrets, &Computer).expect_err("not new any more");
        assert!(again.to_string().starts_with("H-DEMO"), "{again}");
    }

    #[test]
    fn half_a_town_is_not_taken_for_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let (demo, store) = (demo(), new_store(folder.path()));
        mark(&store, DEMO_BEGUN).expect("written");
        let half = |store: &Store| store.read_blocking::<_, StoreError, _>(is_half_a_town);
        assert_eq!(half(&store), Ok(true));
        let again = write_demo(&demo, &store, &Secrets::make(&Computer), &Computer);
        let again = again.map(|_| ()).expect_err("begun before");
        assert!(again.to_string().starts_with("H-HALF"), "{again}");
        mark(&store, DEMO_WHOLE).expect("written");
        assert_eq!(half(&store), Ok(false));
    }

    #[test]
    fn the_day_of_a_demo_is_recorded_and_its_chains_verify() {
        let folder = tempfile::tempdir().expect("a folder");
        let (demo, store) = (demo(), new_store(folder.path()));
        let secrets = Secrets::make(&Computer);
        write_demo(&demo, &store, &secrets, &Computer).expect("a new database");
        let gates = demo.town.streets.gates.clone();
        let made_at = demo.town.made.millis;
        let found = store.read_blocking::<_, StoreError, _>(move |tx| {
            let shard = tx.gate_anywhere(gates[0].id)?.expect("the gate").shard;
            let (mut crossings, mut broken) = (0, 0);
            let open = tx.open_items(shard, 100)?.len();
            for gate in &gates {
                let from = made_at - 2 * 86_400_000;
                let counts = tx.count_crossings(shard, gate.id, from, made_at)?;
                crossings += counts.iter().map(|count| count.crossings).sum::<i64>();
                for device in tx.devices_of_gate(shard, gate.id)? {
                    let report = tx.verify_device(shard, device.device)?;
                    broken += usize::from(report.is_none_or(|r| r.broken_at.is_some()));
                }
            }
            Ok((crossings, open, broken))
        });
        let (crossings, open, broken) = found.expect("reads");
        assert_eq!(crossings, demo.crossings.len() as i64);
        // Four fevers that are not at their end, and the emergency to ask after.
        assert_eq!((open, broken), (5, 0));
    }

    #[test]
    fn the_people_of_a_demo_are_found_and_sealed() {
        let folder = tempfile::tempdir().expect("a folder");
        let (demo, store) = (demo(), new_store(folder.path()));
        let secrets = Secrets::make(&Computer);
        write_demo(&demo, &store, &secrets, &Computer).expect("a new database");
        let vault = Vault::new(secrets.epochs(), secrets.index_key()).expect("a key");
        let someone = demo.town.people[7].clone();
        let name = someone.person.name().reveal_text().to_owned();
        let gate = demo.town.streets.gates[0].id;
        let found = store.read_blocking::<_, StoreError, _>(move |tx| {
            let shard = tx.gate_anywhere(gate)?.expect("the gate").shard;
            let people = tx.persons_by_terms(&vault, shard, &terms_for_query(&name))?;
            let masked = match people.first().and_then(|person| person.household) {
                Some(home) => tx.masked_persons_of_household(&vault, shard, home)?,
                None => Vec::new(),
            };
            Ok((people, masked))
        });
        let (people, masked) = found.expect("reads");
        assert!(people.iter().any(|row| row.person == someone.id));
        let kept = masked.into_iter().find(|(row, _)| row.person == someone.id);
        let kept = kept.and_then(|(_, text)| GateName::from_stored(&text?));
        assert_eq!(kept, Some(GateName::of(someone.person.name())));
    }
}
