//! The ledger as lists show it (REG-1): doors in walking order with who lives there, and people
//! found by what was typed. *Sharded*. Masks only; a page never reads a whole compound.

use crate::error::StoreError;
use crate::household::HouseholdRow;
use crate::person::{PersonRow, read_masked};
use crate::shard::Shard;
use crate::tx::ReadTx;
use crate::vault::Vault;
use crate::{params, sql};
use gatehouse_core::id::{AreaId, HouseholdId, PersonId};
use gatehouse_core::person::search::SearchTerm;
use std::collections::BTreeMap;

/// Where a page of doors begins: after this door, in walking order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DoorAfter {
    /// Building; empty at first.
    pub building: String,
    /// Unit; empty at first.
    pub unit: String,
    /// Room; empty at first.
    pub room: String,
}

/// How many people of a kind live behind a door, and how many passes they have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DoorCounts {
    /// Active people by kind, in the order of the words.
    pub kinds: Vec<(String, i64)>,
    /// Passes that are neither revoked nor over.
    pub passes: i64,
}

/// Somebody who was found, with their door where they have one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundPerson {
    /// The plain columns.
    pub person: PersonRow,
    /// Surname and mask.
    pub masked: Option<String>,
    /// Building, unit and room.
    pub door: Option<(String, String, String)>,
}

// Doors of one compound after a door, in walking order.
macro_rules! doors {
    () => {
        "SELECT h.shard, h.household, h.area, h.building, h.unit, h.room, h.grid, h.ended_on,
            h.version
        FROM household h
        WHERE h.shard = ?1 AND h.area = ?2
            AND (length(h.building), h.building, length(h.unit), h.unit, length(h.room), h.room)
                > (length(?3), ?3, length(?4), ?4, length(?5), ?5)
        ORDER BY length(h.building), h.building, length(h.unit), h.unit, length(h.room), h.room
        LIMIT ?6"
    };
}

macro_rules! doors_of_building {
    () => {
        "SELECT h.shard, h.household, h.area, h.building, h.unit, h.room, h.grid, h.ended_on,
            h.version
        FROM household h
        WHERE h.shard = ?1 AND h.area = ?2
            AND length(h.building) = length(?3) AND h.building = ?3
            AND (length(h.unit), h.unit, length(h.room), h.room)
                > (length(?4), ?4, length(?5), ?5)
        ORDER BY length(h.unit), h.unit, length(h.room), h.room
        LIMIT ?6"
    };
}

// Columns of a found person; the area and all that lies in it is ?3.
macro_rules! found {
    () => {
        "WITH RECURSIVE subtree (area, depth) AS (
            SELECT area, 0 FROM area WHERE area = ?3
            UNION ALL
            SELECT down.area, subtree.depth + 1
            FROM subtree JOIN area down ON down.parent = subtree.area
            WHERE subtree.depth < 16)
        SELECT p.shard, p.person, p.kind, p.household, p.area, p.sex, p.birth_year,
            p.worker_class, p.state, p.merged_into, p.created_at, p.version, p.wrapped_key,
            p.masked_sealed, h.building, h.unit, h.room
        FROM person_token t
        JOIN person p ON p.shard = t.shard AND p.person = t.person
        LEFT JOIN household h ON h.shard = p.shard AND h.household = p.household"
    };
}

sql! {
    DOORS = doors!();
    DOORS_OF_BUILDING = doors_of_building!();
    KINDS_OF_DOOR = "SELECT p.kind, count(*) FROM person p
        WHERE p.shard = ?1 AND p.household = ?2 AND p.state = 'active'
        GROUP BY p.kind ORDER BY p.kind";
    PASSES_OF_DOOR = "SELECT count(*) FROM pass x WHERE x.shard = ?1 AND x.household = ?2
        AND x.revoked_at IS NULL AND x.expires_at > ?3";
    WITH_PHONE = "SELECT person FROM person
        WHERE shard = ?1 AND household = ?2 AND state = 'active' AND phone_sealed IS NOT NULL
        ORDER BY coalesce(birth_year, 9999), person";
    NEXT_BUILDING = "SELECT h.building FROM household h
        WHERE h.shard = ?1 AND h.area = ?2
            AND (length(h.building), h.building) > (length(?3), ?3)
        ORDER BY length(h.building), h.building LIMIT 1";
    DOORS_BY_ROOM = "SELECT h.shard, h.household, h.area, h.building, h.unit, h.room, h.grid,
            h.ended_on, h.version
        FROM household h
        WHERE h.shard = ?1 AND h.area = ?2 AND h.building = ?3 AND h.room = ?4
        ORDER BY length(h.unit), h.unit LIMIT ?5";
    MASKED = "SELECT p.shard, p.person, p.kind, p.household, p.area, p.sex, p.birth_year,
            p.worker_class, p.state, p.merged_into, p.created_at, p.version, p.wrapped_key,
            p.masked_sealed
        FROM person p WHERE p.shard = ?1 AND p.person = ?2";
    FOUND_BY_TOKEN = concat!(found!(), "
        WHERE t.shard = ?1 AND t.token = ?2 AND t.person > ?4
            AND p.area IN (SELECT area FROM subtree)
        ORDER BY t.person LIMIT ?5");
}

impl ReadTx<'_> {
    /// A page of doors of a compound or village in walking order, of one building where it is
    /// named.
    pub fn doors_after(
        &self,
        shard: Shard,
        area: AreaId,
        building: Option<&str>,
        after: &DoorAfter,
        limit: u32,
    ) -> Result<Vec<HouseholdRow>, StoreError> {
        let (statement, first) = match building {
            Some(building) => (&DOORS_OF_BUILDING, building),
            None => (&DOORS, after.building.as_str()),
        };
        let parameters = params![shard, &area, first, &after.unit, &after.room, limit];
        self.query(statement, parameters, HouseholdRow::read)
    }

    /// Who behind a door has a telephone in the ledger, the oldest first.
    pub fn persons_with_phone(
        &self,
        shard: Shard,
        household: HouseholdId,
    ) -> Result<Vec<PersonId>, StoreError> {
        self.query(&WITH_PHONE, params![shard, &household], |row| row.get(0))
    }

    /// Who lives behind a door, by kind, and how many passes are in use.
    pub fn count_door(
        &self,
        shard: Shard,
        household: HouseholdId,
        now_millis: i64,
    ) -> Result<DoorCounts, StoreError> {
        let kinds = self.query(&KINDS_OF_DOOR, params![shard, &household], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
        let parameters = params![shard, &household, now_millis];
        let passes = self.query_one(&PASSES_OF_DOOR, parameters, |row| row.get(0))?;
        Ok(DoorCounts { kinds, passes })
    }

    /// The buildings of a compound in walking order, at most `limit`.
    pub fn buildings_of(
        &self,
        shard: Shard,
        area: AreaId,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        let mut buildings: Vec<String> = Vec::new();
        while buildings.len() < limit {
            let last = buildings.last().map_or("", String::as_str);
            let parameters = params![shard, &area, last];
            match self.optional(&NEXT_BUILDING, parameters, |row| row.get(0))? {
                Some(building) => buildings.push(building),
                None => break,
            }
        }
        Ok(buildings)
    }

    /// Doors of a building by their room, whatever the unit.
    pub fn doors_by_room(
        &self,
        shard: Shard,
        area: AreaId,
        building: &str,
        room: &str,
        limit: u32,
    ) -> Result<Vec<HouseholdRow>, StoreError> {
        let parameters = params![shard, &area, building, room, limit];
        self.query(&DOORS_BY_ROOM, parameters, HouseholdRow::read)
    }

    /// People of an area and all that lies in it who are filed under any of the terms, by id
    /// after `after`, at most `limit`.
    pub fn found_persons(
        &self,
        vault: &Vault,
        shard: Shard,
        area: AreaId,
        terms: &[SearchTerm],
        after: PersonId,
        limit: u32,
    ) -> Result<Vec<FoundPerson>, StoreError> {
        let mut found = BTreeMap::new();
        for term in terms {
            let token = vault.token(&term.reveal_bytes());
            let parameters = params![shard, token, &area, &after, limit];
            let people = self.query(&FOUND_BY_TOKEN, parameters, |row| {
                let (person, masked) = read_masked(vault, row)?;
                let building: Option<String> = row.get(DOOR)?;
                let door = match building {
                    Some(building) => Some((building, row.get(DOOR + 1)?, row.get(DOOR + 2)?)),
                    None => None,
                };
                Ok(FoundPerson {
                    person,
                    masked,
                    door,
                })
            })?;
            found.extend(people.into_iter().map(|one| (one.person.person, one)));
        }
        Ok(found.into_values().take(limit as usize).collect())
    }
}

/// Column of the building of a found person.
const DOOR: usize = 14;
