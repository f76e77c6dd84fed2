//! People and doors found by what was typed: a name or its beginning, pinyin initials, a door, a
//! card number, a whole number, the last four. What was typed is kept nowhere.

use super::list_doors::{DoorLine, door_line};
use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::door::{TypedDoor, typed_door};
use crate::error::OpError;
use crate::ops::read_area::compounds_of;
use crate::paging::{Page, ROWS_AND_ONE};
use gatehouse_core::id::PersonId;
use gatehouse_core::pass::PassNumber;
use gatehouse_core::person::search::terms_for_query;
use gatehouse_store::area::AreaRow;
use gatehouse_store::ledger::FoundPerson;
use gatehouse_store::{ReadTx, Shard, StoreError};

/// Longest text that is looked for, in characters.
const TYPED_MOST: usize = 64;
/// Most doors that one search shows.
const DOORS_MOST: usize = 50;

/// What was found.
pub struct FoundPeople {
    /// People, a page at a time.
    pub people: Page<FoundPerson>,
    /// Doors, and the door of a card; only on the first page.
    pub doors: Vec<DoorLine>,
}

/// Looks for people and doors in an area, going on after a person.
pub async fn find_people(
    app: &App,
    area: &AreaInScope,
    typed: &str,
    after: Option<PersonId>,
) -> Result<FoundPeople, OpError> {
    let shard = area.county()?;
    let (area, now) = (area.area, app.world.now_millis());
    let typed = typed.trim();
    let too_long = typed.chars().count() > TYPED_MOST;
    let typed = if too_long {
        String::new()
    } else {
        typed.to_owned()
    };
    let keys = app.keyring.clone();
    let find = move |tx: &ReadTx<'_>| {
        let mut doors = Vec::new();
        if after.is_none() {
            let compounds = compounds_of(tx, area)?;
            if let Some(door) = typed_door(&typed) {
                doors = doors_of(tx, shard, &compounds, &door, now)?;
            }
            if let Ok(number) = PassNumber::parse(&typed) {
                doors.extend(door_of_card(tx, shard, &compounds, number, now)?);
            }
        }
        let terms = terms_for_query(&typed);
        let after = after.unwrap_or(PersonId([0; 16]));
        let people = match &keys {
            Some(keys) => {
                tx.found_persons(&keys.vault, shard, area, &terms, after, ROWS_AND_ONE)?
            }
            None => Vec::new(),
        };
        let people = Page::of(people, |found| found.person.person.to_string());
        Ok::<_, StoreError>(FoundPeople { people, doors })
    };
    Ok(app.store.read(find).await?)
}

fn doors_of(
    tx: &ReadTx<'_>,
    shard: Shard,
    compounds: &[AreaRow],
    door: &TypedDoor,
    now: i64,
) -> Result<Vec<DoorLine>, StoreError> {
    let mut found = Vec::new();
    for compound in compounds {
        let rows = match &door.unit {
            Some(unit) => tx
                .household_by_door(shard, compound.area, &door.building, unit, &door.room)?
                .into_iter()
                .collect(),
            None => tx.doors_by_room(shard, compound.area, &door.building, &door.room, 20)?,
        };
        for row in rows {
            if found.len() < DOORS_MOST {
                found.push(door_line(tx, row, &compound.name, now)?);
            }
        }
    }
    Ok(found)
}

/// The door to which a card belongs.
fn door_of_card(
    tx: &ReadTx<'_>,
    shard: Shard,
    compounds: &[AreaRow],
    number: PassNumber,
    now: i64,
) -> Result<Option<DoorLine>, StoreError> {
    let pass = tx.pass_by_number(shard, number)?;
    let Some(household) = pass.and_then(|pass| pass.household) else {
        return Ok(None);
    };
    let Some(row) = tx.household(shard, household)? else {
        return Ok(None);
    };
    match compounds.iter().find(|compound| compound.area == row.area) {
        Some(compound) => Ok(Some(door_line(tx, row, &compound.name, now)?)),
        None => Ok(None),
    }
}
