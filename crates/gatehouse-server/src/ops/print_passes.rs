//! Passes for the printer: found, opened with the purpose of printing, put on cards. Each name
//! that is opened is a view that its bearer can see (SCOPE-5); what really left the printer is
//! written down after it did.

use crate::error::OpError;
use crate::keyring::SharedKeyring;
use crate::ops::list_applications::BACK_MILLIS;
use crate::ops::print_card::{Desk, card, slip};
use crate::paper::card::Card;
use crate::paper::slip::Slip;
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::id::{
    AreaId, HouseholdId, OrganisationId, PassId, PersonId, StaffId, VehicleId,
};
use gatehouse_core::pass::{PassKind, PassNumber};
use gatehouse_store::audit::AuditNote;
use gatehouse_store::household::HouseholdRow;
use gatehouse_store::pass::PassRow;
use gatehouse_store::pass_event::PassEventRow;
use gatehouse_store::person::{PersonField, PersonPlain, PersonRow};
use gatehouse_store::person_view::Viewer;
use gatehouse_store::{Chance, Lane, ReadTx, Shard, Store, StoreError, Tx, Vault};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Purpose of the views, a word from the list.
pub const PURPOSE: &str = "print_card";
/// Most passes of one print: a hundred sheets.
pub const PASSES_MOST: usize = 1_000;
/// Most passes that are named one by one.
pub const NAMED_MOST: usize = 200;
/// People opened in one step, so that gates wait for none of it.
const STEP: usize = 40;
/// Passes written down in one step.
const RECORD_STEP: usize = 250;
const PAGE: u32 = 500;

/// Which passes.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// These, in this order.
    Named(Vec<PassId>),
    /// Those that were issued lately and never printed.
    Unprinted,
    /// All that hold, of a building or of the whole place, in the order of doors.
    Of {
        /// Building; `None`: all.
        building: Option<String>,
    },
}

/// Who prints, where, in which words.
#[derive(Clone, Debug)]
pub struct PrintOrder {
    /// County.
    pub shard: Shard,
    /// Compound or village.
    pub area: AreaId,
    /// Its name.
    pub place: String,
    /// Minutes east of UTC of the clock there.
    pub offset_minutes: i16,
    /// Language of the cards.
    pub lang: Lang,
    /// Host in the codes.
    pub host: String,
    /// Whom to call.
    pub desk: Desk,
    /// How many digits of an ID number the rules in force ask for.
    pub id_digits: u8,
    /// Who prints; `None` on the command line.
    pub staff: Option<StaffId>,
    /// For which office.
    pub organisation: Option<OrganisationId>,
    /// When.
    pub at: i64,
}

/// What goes to the printer.
#[derive(Clone, Debug, Default)]
pub struct Printed {
    /// All as cards, in order.
    pub cards: Vec<Card>,
    /// Which they are, in the same order.
    pub passes: Vec<(PassId, PassNumber)>,
    /// Slips for one crossing, which have a form of their own besides.
    pub slips: Vec<Slip>,
}

/// A pass with its door and holder, masked.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The pass.
    pub pass: PassRow,
    /// Its kind.
    pub kind: PassKind,
    /// The door it belongs to.
    pub door: Option<HouseholdRow>,
}

/// Passes that hold, in the order of doors.
pub fn list_passes(
    tx: &ReadTx<'_>,
    shard: Shard,
    area: AreaId,
    wanted: &Wanted,
    now_millis: i64,
) -> Result<Vec<Listed>, StoreError> {
    match wanted {
        Wanted::Named(ids) => {
            let mut found = Vec::new();
            for id in ids.iter().take(NAMED_MOST) {
                let pass = tx.pass(shard, *id)?.filter(|pass| pass.area == area);
                let Some((pass, kind)) = pass.and_then(|pass| holding(pass, now_millis)) else {
                    continue;
                };
                let door = match pass.household {
                    Some(household) => tx.household(shard, household)?,
                    None => None,
                };
                found.push(Listed { pass, kind, door });
            }
            Ok(found)
        }
        Wanted::Unprinted => {
            let since = now_millis - BACK_MILLIS;
            let limit = NAMED_MOST as u32;
            let ids = tx.unprinted_passes(shard, area, since, now_millis, limit)?;
            list_passes(tx, shard, area, &Wanted::Named(ids), now_millis)
        }
        Wanted::Of { building } => {
            let doors = doors(tx, shard, area)?;
            let of_building = |door: Option<&HouseholdRow>| match building {
                None => true,
                // What has no building has no door at all, or a house in a village.
                Some(building) => door.map_or("", |door| &door.building) == *building,
            };
            let mut found = Vec::new();
            let mut after = PassId([0; 16]);
            loop {
                let page = tx.passes_of_area(shard, area, after, now_millis, PAGE)?;
                let Some(last) = page.last() else { break };
                after = last.pass;
                for (pass, kind) in page.into_iter().filter_map(|p| holding(p, now_millis)) {
                    let door = pass.household.and_then(|household| doors.get(&household));
                    if of_building(door) {
                        let door = door.cloned();
                        found.push(Listed { pass, kind, door });
                    }
                }
            }
            found.sort_by_cached_key(|listed| {
                let door = listed.door.as_ref();
                let door = door.map(|d| [&d.building, &d.unit, &d.room].map(|part| natural(part)));
                (door, listed.pass.number)
            });
            Ok(found)
        }
    }
}

/// The doors of a place.
fn doors(
    tx: &ReadTx<'_>,
    shard: Shard,
    area: AreaId,
) -> Result<BTreeMap<HouseholdId, HouseholdRow>, StoreError> {
    let mut doors = BTreeMap::new();
    let mut after = HouseholdId([0; 16]);
    loop {
        let page = tx.households_of_area(shard, area, after, PAGE)?;
        let Some(last) = page.last() else {
            return Ok(doors);
        };
        after = last.household;
        doors.extend(page.into_iter().map(|row| (row.household, row)));
    }
}

/// A pass that holds, with its kind; what has ended is not printed.
fn holding(pass: PassRow, now_millis: i64) -> Option<(PassRow, PassKind)> {
    let kind = serde_json::from_value(pass.kind.as_str().into()).ok()?;
    let holds = pass.revocation.is_none() && now_millis < pass.expires_at;
    holds.then_some((pass, kind))
}

/// Doors in the order in which one walks: 2 before 10.
fn natural(name: &str) -> (u64, String) {
    let digits: String = name.chars().take_while(char::is_ascii_digit).collect();
    (digits.parse().unwrap_or(u64::MAX), name.to_owned())
}

/// A pass with its holder opened.
pub(crate) struct Opened {
    pub(crate) listed: Listed,
    pub(crate) person: Option<(PersonRow, PersonPlain)>,
    pub(crate) plate: Option<String>,
}

/// Reads the passes, opens names step by step and writes down that they were printed.
///
/// # Errors
/// The database.
pub async fn print_passes(
    store: &Store,
    keys: Option<SharedKeyring>,
    order: &PrintOrder,
    wanted: Wanted,
    chance: Chance,
) -> Result<Printed, OpError> {
    let (shard, area, at) = (order.shard, order.area, order.at);
    let listed = store
        .read(move |tx| list_passes(tx, shard, area, &wanted, at))
        .await?;
    if listed.len() > PASSES_MOST {
        return Err(OpError::NotTaken {
            code: "H-MANY",
            detail: "At most 1000 passes are printed at a time; choose a building.",
        });
    }
    if listed.is_empty() {
        return Err(OpError::NotTaken {
            code: "H-EMPTY",
            detail: "No pass that holds is among those asked for.",
        });
    }
    let keys = keys.ok_or(OpError::Passing("K-ROOT"))?;
    let mut printed = Printed::default();
    for (step, passes) in (0..).zip(listed.chunks(STEP)) {
        let (keys, order_of_step) = (Arc::clone(&keys), order.clone());
        let (passes, chance) = (passes.to_vec(), chance.part(step));
        let opened = store
            .write(Lane::People, move |tx| {
                open(tx, &keys.vault, &order_of_step, &passes, &chance)
            })
            .await?;
        for one in &opened {
            let pass = &one.listed.pass;
            printed.passes.push((pass.pass, pass.number));
            printed.cards.push(card(one, order));
            if one.listed.kind == PassKind::Slip {
                printed.slips.push(slip(one, order));
            }
        }
    }
    Ok(printed)
}

/// Writes down that cards left the printer, in the audit chain and in the life of each pass.
///
/// # Errors
/// The database.
pub async fn record_printed(
    store: &Store,
    order: &PrintOrder,
    passes: &[(PassId, PassNumber)],
) -> Result<(), OpError> {
    for step in passes.chunks(RECORD_STEP) {
        let (order, step) = (order.clone(), step.to_vec());
        store
            .write(Lane::People, move |tx| record(tx, &order, &step))
            .await?;
    }
    Ok(())
}

fn record(
    tx: &Tx<'_>,
    order: &PrintOrder,
    passes: &[(PassId, PassNumber)],
) -> Result<(), StoreError> {
    let numbers: Vec<String> = passes
        .iter()
        .map(|(_, number)| number.to_string())
        .collect();
    let body = format!("{} {}", order.area, numbers.join(" "));
    tx.append_audit(&AuditNote {
        shard: order.shard,
        at: order.at,
        kind: "pass.print",
        actor: order.staff,
        commitment: None,
        body: body.as_bytes(),
    })?;
    passes.iter().try_for_each(|(pass, _)| {
        tx.insert_pass_event(&PassEventRow {
            shard: order.shard,
            pass: *pass,
            at: order.at,
            kind: "printed".to_owned(),
            area: order.area,
            staff: order.staff,
            detail: String::new(),
        })
    })
}

/// One step: every view in one transaction.
fn open(
    tx: &Tx<'_>,
    vault: &Vault,
    order: &PrintOrder,
    passes: &[Listed],
    chance: &Chance,
) -> Result<Vec<Opened>, StoreError> {
    let mut opened = Vec::new();
    for (at, listed) in (0..).zip(passes) {
        let viewer = Viewer {
            staff: order.staff,
            organisation: order.organisation,
            purpose: PURPOSE.to_owned(),
            at: order.at,
            salt: chance.part(at).sixteen("view"),
        };
        opened.push(open_one(tx, vault, listed, &viewer)?);
    }
    Ok(opened)
}

fn open_one(
    tx: &Tx<'_>,
    vault: &Vault,
    listed: &Listed,
    viewer: &Viewer,
) -> Result<Opened, StoreError> {
    const FIELDS: [PersonField; 3] = [PersonField::Name, PersonField::Document, PersonField::Photo];
    let shard = listed.pass.shard;
    let mut opened = Opened {
        listed: listed.clone(),
        person: None,
        plate: None,
    };
    match (listed.kind, listed.pass.holder) {
        (PassKind::Vehicle, Some(holder)) => {
            opened.plate = tx.vehicle(shard, VehicleId(holder))?.map(|row| row.plate);
        }
        (_, Some(holder)) => {
            let person = PersonId(holder);
            let plain = tx.reveal(vault, shard, person, &FIELDS, viewer)?;
            opened.person = tx.person(shard, person)?.zip(plain);
        }
        (_, None) => {}
    }
    Ok(opened)
}

/// The buildings of a place with how many passes hold in each, in the order of doors.
pub fn count_by_building(
    tx: &ReadTx<'_>,
    shard: Shard,
    area: AreaId,
    now_millis: i64,
) -> Result<Vec<(String, usize)>, StoreError> {
    let all = list_passes(tx, shard, area, &Wanted::Of { building: None }, now_millis)?;
    let mut counts: Vec<(String, usize)> = Vec::new();
    let buildings = all
        .iter()
        .map(|listed| listed.door.as_ref().map_or("", |door| &door.building));
    for name in buildings {
        match counts.iter_mut().find(|(building, _)| building == name) {
            Some((_, count)) => *count += 1,
            None => counts.push((name.to_owned(), 1)),
        }
    }
    Ok(counts)
}
