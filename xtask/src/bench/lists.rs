//! What stands in the lists of an office after a busy season: visitors of the day, messages,
//! helpers, vehicles, looks at one person. Written once into the town that is kept.

use anyhow::{Context, Result};
use gatehouse_core::id::{ApplicationId, AreaId, GateId, HouseholdId, PassId, PersonId, VehicleId};
use gatehouse_core::moment::CivilDay;
use gatehouse_store::helper::{Agreement, Comes, HelperRow};
use gatehouse_store::message::{MessageRow, MessageState};
use gatehouse_store::person_view::Viewer;
use gatehouse_store::vehicle::VehicleRow;
use gatehouse_store::visit::{VisitPlain, VisitRow};
use gatehouse_store::{Chance, Lane, Shard, Store, StoreError, Tx, Vault};
use std::sync::Arc;

/// Rows of one closure.
const STEP: u32 = 200;
/// Visitors of one gate and day; a form takes no more.
const VISITS: u32 = 500;
/// Messages of the compound that is looked at.
const MESSAGES: u32 = 20_000;
/// Helpers who come there.
const HELPERS: u32 = 2_000;
/// Vehicles of one household, ended ones too.
const VEHICLES: u32 = 40;
/// Looks at one person.
const VIEWS: u32 = 5_000;
/// Where the program looks itself.
const PURPOSE: &str = "follow_up";

/// Whose lists they are.
#[derive(Clone, Copy, Debug)]
pub struct Whose {
    /// The compound.
    pub compound: AreaId,
    /// Its gate.
    pub gate: GateId,
    /// A household there.
    pub household: HouseholdId,
    /// Somebody of it.
    pub person: PersonId,
    /// The day on which the town is looked at.
    pub day: CivilDay,
    /// Its moment, milliseconds UTC.
    pub now: i64,
}

/// Writes them.
pub fn fill(store: &Store, vault: &Arc<Vault>, whose: Whose) -> Result<()> {
    let shard = store.read_blocking::<_, StoreError, _>(|tx| Ok(tx.shards()?.first().copied()))?;
    let shard = shard.context("no county")?;
    let vault = Arc::clone(vault);
    steps(store, VISITS, move |tx, number| {
        let (row, plain) = visit(shard, whose, number);
        tx.insert_visit(&vault, &row, &plain, &Chance::new([number as u8; 32]))
    })?;
    steps(store, MESSAGES, move |tx, number| {
        tx.insert_message(&message(shard, whose, number)).map(drop)
    })?;
    steps(store, HELPERS, move |tx, number| {
        let row = helper(shard, whose, number);
        tx.insert_helper(&row)?;
        let from_at = whose.now;
        let comes = Comes {
            person: whose.person,
            pass: PassId(id(6, number)),
            from_at,
        };
        tx.update_helper(&HelperRow {
            comes: Some(comes),
            ..row
        })
    })?;
    steps(store, VEHICLES, move |tx, number| {
        tx.insert_vehicle(&vehicle(shard, whose, number))
    })?;
    steps(store, VIEWS, move |tx, number| {
        let viewer = Viewer {
            staff: None,
            organisation: None,
            purpose: PURPOSE.to_owned(),
            at: whose.now - i64::from(number),
            salt: id(4, number),
        };
        tx.record_person_view(shard, whose.person, &viewer, "phone")
    })
}

/// Each of so many, a few in one transaction.
fn steps(
    store: &Store,
    rows: u32,
    write: impl Fn(&Tx<'_>, u32) -> Result<(), StoreError> + Clone + Send + Sync + 'static,
) -> Result<()> {
    for begin in (1..=rows).step_by(STEP as usize) {
        let write = write.clone();
        let end = rows.min(begin + STEP - 1);
        let step = move |tx: &Tx<'_>| (begin..=end).try_for_each(|number| write(tx, number));
        store.write_blocking::<_, StoreError, _>(Lane::Jobs, step)?;
    }
    Ok(())
}

/// An id that says which list it is of.
fn id(list: u8, number: u32) -> [u8; 16] {
    let mut id = [list; 16];
    id[12..].copy_from_slice(&number.to_be_bytes());
    id
}

fn visit(shard: Shard, whose: Whose, number: u32) -> (VisitRow, VisitPlain) {
    let row = VisitRow {
        shard,
        visit: id(1, number),
        gate: whose.gate,
        area: whose.compound,
        number: i64::from(number),
        day: whose.day,
        household: Some(whose.household),
        registered_by: "visitor".to_owned(),
        purpose: "family".to_owned(),
        registered_at: whose.now,
        language: "zh".to_owned(),
        answer: None,
    };
    let plain = VisitPlain {
        name: format!("VISITOR {number}"),
        phone: "0371-5550101".to_owned(),
        door: "1-1-101".to_owned(),
        whom: String::new(),
    };
    (row, plain)
}

fn message(shard: Shard, whose: Whose, number: u32) -> MessageRow {
    let at = whose.now - i64::from(number) * 60_000;
    MessageRow {
        shard,
        message: id(2, number),
        area: whose.compound,
        person: whose.person,
        visit: None,
        kind: "pass_ready".to_owned(),
        slots: "{}".to_owned(),
        language: "zh".to_owned(),
        state: MessageState {
            word: "sent".to_owned(),
            channel: Some("slip".to_owned()),
            failure: None,
        },
        made_at: at,
        changed_at: at,
    }
}

fn helper(shard: Shard, whose: Whose, number: u32) -> HelperRow {
    HelperRow {
        shard,
        helper: ApplicationId(id(3, number)),
        area: whose.compound,
        household: whose.household,
        work: "cleaner".to_owned(),
        agreed: Agreement {
            by: Some(whose.person),
            way: "phone".to_owned(),
            at: whose.now,
            staff: None,
        },
        comes: None,
        end: None,
        version: 1,
    }
}

fn vehicle(shard: Shard, whose: Whose, number: u32) -> VehicleRow {
    VehicleRow {
        shard,
        vehicle: VehicleId(id(5, number)),
        plate: format!("豫K{number:05}"),
        kind: "car".to_owned(),
        household: Some(whose.household),
        area: whose.compound,
        ended_on: (number > 5).then_some(whose.day),
        version: 1,
    }
}
