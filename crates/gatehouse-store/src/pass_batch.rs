//! Passes found by people, and people without a pass, building by building. *Sharded*.

use crate::error::StoreError;
use crate::pass::{PassRow, read_pass};
use crate::person::mask_of_person;
use crate::shard::Shard;
use crate::tx::ReadTx;
use crate::value::Row;
use crate::vault::Vault;
use crate::{params, sql};
use gatehouse_core::id::{AreaId, HouseholdId, PersonId};
use gatehouse_core::person::search::SearchTerm;

/// Somebody who lives in a building and holds no valid pass of their kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Who.
    pub person: PersonId,
    /// Their door.
    pub household: HouseholdId,
    /// `resident` or `temporary_resident`.
    pub kind: String,
    /// Core's word.
    pub sex: String,
    /// For the age.
    pub birth_year: Option<i64>,
    /// Surname and mask, as kept.
    pub masked: Option<String>,
    /// Unit and room.
    pub door: [String; 2],
    /// Passes of their kind that they had before at this door, but for those made in error.
    pub passes_before: i64,
    /// Applications of theirs that wait.
    pub waiting: i64,
}

/// A pass that a search found, masked, with the door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassLine {
    /// The pass.
    pub row: PassRow,
    /// Surname and mask of its holder; `None` where it names no person.
    pub masked: Option<String>,
    /// Building, unit, room; empty where it belongs to no household.
    pub door: [String; 3],
}

macro_rules! columns {
    () => {
        "x.shard, x.pass, x.list, x.list_index, x.kind, x.band, x.area, x.household, x.holder, \
         x.key_id, x.from_at, x.expires_at, x.credential, x.issued_at, x.issued_by, \
         x.revoked_at, x.revocation, x.replaced_by"
    };
}
/// Number of columns above; those of a line follow.
const PASS_COLUMNS: usize = 18;

macro_rules! line {
    () => {
        concat!(
            "SELECT ",
            columns!(),
            ", p.person, p.wrapped_key, p.masked_sealed, h.building, h.unit, h.room "
        )
    };
}

// CROSS JOIN and CASE: SQLite, which counts nothing beforehand, then goes from what was typed to
// the passes; on its own it looks through all passes of the area. PostgreSQL chooses by its counts.
sql! {
    PASSES_BY_TOKEN = concat!(line!(), "FROM person_token t CROSS JOIN pass x
        LEFT JOIN person p ON p.shard = x.shard AND p.person = x.holder
        LEFT JOIN household h ON h.shard = x.shard AND h.household = x.household
        WHERE t.shard = ?1 AND t.token = ?2 AND x.shard = t.shard AND x.holder = t.person
            AND CASE WHEN x.area = ?3 THEN 1 ELSE 0 END = 1
        ORDER BY t.person, x.issued_at DESC, x.pass LIMIT ?4");
    PASSES_BY_DOOR = concat!(line!(), "FROM household h CROSS JOIN pass x
        LEFT JOIN person p ON p.shard = x.shard AND p.person = x.holder
        WHERE h.shard = ?1 AND h.area = ?2 AND h.building LIKE ?3 AND h.unit LIKE ?4
            AND h.room = ?5 AND x.shard = h.shard AND x.household = h.household
        ORDER BY h.building, h.unit, x.issued_at DESC, x.pass LIMIT ?6");
    PASS_LINE = concat!(line!(), "FROM pass x
        LEFT JOIN person p ON p.shard = x.shard AND p.person = x.holder
        LEFT JOIN household h ON h.shard = x.shard AND h.household = x.household
        WHERE x.shard = ?1 AND x.list = ?2 AND x.list_index = ?3");
    CANDIDATES = "SELECT p.person, p.household, p.kind, p.sex, p.birth_year, p.wrapped_key,
            p.masked_sealed, h.unit, h.room,
            (SELECT count(*) FROM pass x WHERE x.shard = p.shard AND x.holder = p.person
                AND x.kind = p.kind AND x.household = p.household
                AND (x.revocation IS NULL OR x.revocation <> 'issued_in_error')),
            (SELECT count(*) FROM application a WHERE a.shard = p.shard AND a.holder = p.person
                AND a.state = 'waiting')
        FROM household h CROSS JOIN person p
        WHERE p.shard = h.shard AND p.household = h.household
            AND h.shard = ?1 AND h.area = ?2 AND h.building = ?3 AND h.ended_on IS NULL
            AND p.state = 'active' AND p.kind IN ('resident', 'temporary_resident')
            AND NOT EXISTS (SELECT 1 FROM pass x WHERE x.shard = p.shard
                AND x.holder = p.person AND x.kind = p.kind AND x.revoked_at IS NULL
                AND x.expires_at > ?4)
        ORDER BY h.unit, h.room, p.person LIMIT ?5";
    BUILDINGS = "SELECT building, count(*) FROM household
        WHERE shard = ?1 AND area = ?2 AND ended_on IS NULL
        GROUP BY building ORDER BY building LIMIT 500";
}

fn read_line(vault: &Vault, row: &Row<'_>) -> Result<PassLine, StoreError> {
    let person: Option<PersonId> = row.get(PASS_COLUMNS)?;
    let masked = match &person {
        Some(person) => mask_of_person(vault, row, PASS_COLUMNS + 1, person)?,
        None => None,
    };
    let text = |column| Ok::<_, StoreError>(row.get::<Option<String>>(column)?.unwrap_or_default());
    Ok(PassLine {
        row: read_pass(row)?,
        masked,
        door: [
            text(PASS_COLUMNS + 3)?,
            text(PASS_COLUMNS + 4)?,
            text(PASS_COLUMNS + 5)?,
        ],
    })
}

impl ReadTx<'_> {
    /// Passes of a compound or village whose holder is filed under a term.
    pub fn passes_by_term(
        &self,
        vault: &Vault,
        shard: Shard,
        area: AreaId,
        term: &SearchTerm,
        limit: u32,
    ) -> Result<Vec<PassLine>, StoreError> {
        let token = vault.token(&term.reveal_bytes());
        let parameters = params![shard, token, &area, limit];
        self.query(&PASSES_BY_TOKEN, parameters, |row| read_line(vault, row))
    }

    /// Passes that belong behind a door; building and unit may be left empty.
    pub fn passes_by_door(
        &self,
        vault: &Vault,
        shard: Shard,
        area: AreaId,
        door: [&str; 3],
        limit: u32,
    ) -> Result<Vec<PassLine>, StoreError> {
        let any = |text: &str| if text.is_empty() { "%".to_owned() } else { text.to_owned() };
        let (building, unit) = (any(door[0]), any(door[1]));
        let parameters = params![shard, &area, &building, &unit, door[2], limit];
        self.query(&PASSES_BY_DOOR, parameters, |row| read_line(vault, row))
    }

    /// A pass by its number, as a list shows it.
    pub fn pass_line(
        &self,
        vault: &Vault,
        shard: Shard,
        number: gatehouse_core::pass::PassNumber,
    ) -> Result<Option<PassLine>, StoreError> {
        let parameters = params![shard, number.list().number(), number.index()];
        self.optional(&PASS_LINE, parameters, |row| read_line(vault, row))
    }

    /// Who lives in a building and holds no valid pass of their kind, door by door.
    pub fn pass_candidates(
        &self,
        vault: &Vault,
        shard: Shard,
        area: AreaId,
        building: &str,
        now_millis: i64,
        limit: u32,
    ) -> Result<Vec<Candidate>, StoreError> {
        let parameters = params![shard, &area, building, now_millis, limit];
        self.query(&CANDIDATES, parameters, |row| {
            let person: PersonId = row.get(0)?;
            Ok(Candidate {
                masked: mask_of_person(vault, row, 5, &person)?,
                person,
                household: row.get(1)?,
                kind: row.get(2)?,
                sex: row.get(3)?,
                birth_year: row.get(4)?,
                door: [row.get(7)?, row.get(8)?],
                passes_before: row.get(9)?,
                waiting: row.get(10)?,
            })
        })
    }

    /// Buildings of a compound with how many doors each has.
    pub fn doors_of_buildings(
        &self,
        shard: Shard,
        area: AreaId,
    ) -> Result<Vec<(String, i64)>, StoreError> {
        self.query(&BUILDINGS, params![shard, &area], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
    }
}
