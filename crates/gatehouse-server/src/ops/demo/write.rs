//! Puts a demo into a new database, in steps of at most 500 rows.

use super::make::Demo;
use super::random::Ids;
use super::staff::DemoStaff;
use crate::auth::password::hash_with_salt;
use crate::world::World;
use gatehouse_core::area::AreaLevel;
use gatehouse_core::id::MembershipId;
use gatehouse_store::area::AreaRow;
use gatehouse_store::gate::{GateRow, OpeningRow};
use gatehouse_store::membership::MembershipRow;
use gatehouse_store::organisation::OrganisationRow;
use gatehouse_store::staff::StaffRow;
use gatehouse_store::{Lane, Shard, Store, StoreError};

/// The desk of the demo's gates. Like every number of the demo, nobody has it.
const DESK_PHONE: &str = "15400000120";

/// Why a demo is not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// There is something in it already.
    #[error("H-DEMO: the database is not new; a demo is never mixed with people who exist")]
    NotEmpty,
    /// A password could not be hashed (no memory).
    #[error("a password could not be hashed")]
    Password,
    /// The database refused.
    #[error("the database of the demo")]
    Store(#[from] StoreError),
}

/// Writes everything, reference tables first.
pub fn write(demo: &Demo, store: &Store, world: &dyn World) -> Result<(), WriteError> {
    let empty = store.read_blocking::<_, StoreError, _>(|tx| {
        Ok(tx.area_roots()?.is_empty() && tx.count_staff()? == 0)
    })?;
    if !empty {
        return Err(WriteError::NotEmpty);
    }
    let shard = areas(demo, store)?;
    gates(demo, store, shard)?;
    staff(demo, store, world)?;
    Ok(())
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
            opening: ids.next(),
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
            }
            openings
                .iter()
                .try_for_each(|opening| tx.insert_opening(opening))
        })?,
    )
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
            membership: MembershipId(ids.next()),
            staff: account.id,
            organisation: staffing.organisations[account.organisation].id,
            role: account.role.name().to_owned(),
            area: account.area,
            state: "active".to_owned(),
            // Yesterday's crossings were recorded by people on duty.
            from_at: made_at - 30 * 86_400_000,
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
mod tests {
    use super::*;
    use crate::ops::demo::make::{DemoWish, plan_demo, write_demo};
    use crate::ops::demo::plan::DemoSize;
    use crate::world::Computer;
    use gatehouse_core::moment::Moment;

    fn demo() -> Demo {
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
        let (demo, store) = (demo(), Store::open_memory().expect("a database"));
        write_demo(&demo, &store, &Computer).expect("a new database");
        let gates = demo.town.streets.gates.clone();
        let found = store.read_blocking::<_, StoreError, _>(move |tx| {
            let first = tx.gate_anywhere(gates[0].id)?;
            Ok((
                tx.area_roots()?.len(),
                tx.count_staff()?,
                first.map(|gate| gate.name),
            ))
        });
        let staff = demo.town.staffing.staff.len() as i64;
        let name = Some(demo.town.streets.gates[0].name.to_owned());
        assert_eq!(found.expect("reads"), (1, staff, name));
        let again = write_demo(&demo, &store, &Computer).expect_err("not new any more");
        assert!(again.to_string().starts_with("H-DEMO"), "{again}");
    }
}
