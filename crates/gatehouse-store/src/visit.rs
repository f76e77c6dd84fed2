//! Visitors who registered themselves, or whom a household expects. *Sharded*; name, telephone
//! and the door as typed are sealed under a key of their own.

use crate::error::StoreError;
use crate::event_detail::{open_apart, seal_apart};
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::value::Row;
use crate::vault::{Chance, Vault};
use crate::{params, sql};
use gatehouse_core::id::{AreaId, GateId, HouseholdId, StaffId};
use gatehouse_core::moment::CivilDay;

const TABLE: &str = "visit";
/// Between the parts of what is sealed; no line that was checked holds it.
const BETWEEN: char = '\n';

/// A visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitRow {
    /// County.
    pub shard: Shard,
    /// Never changes.
    pub visit: [u8; 16],
    /// Where they come.
    pub gate: GateId,
    /// The compound.
    pub area: AreaId,
    /// Said at the gate.
    pub number: i64,
    /// The day they come.
    pub day: CivilDay,
    /// Whom they visit, where the door is one of ours.
    pub household: Option<HouseholdId>,
    /// `visitor`, `household`, `guard`.
    pub registered_by: String,
    /// A word from a list.
    pub purpose: String,
    /// When, milliseconds UTC.
    pub registered_at: i64,
    /// `zh`, `en`: in which they filled in the page.
    pub language: String,
    /// What the household said.
    pub answer: Option<VisitAnswer>,
}

/// What a household said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitAnswer {
    /// Yes or no.
    pub is_yes: bool,
    /// `page`, `phone`, `system`.
    pub how: String,
    /// When, milliseconds UTC.
    pub at: i64,
    /// Who took it down by telephone.
    pub staff: Option<StaffId>,
}

/// Who comes, in the clear.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct VisitPlain {
    /// Surname or name, as they gave it.
    pub name: String,
    /// Telephone.
    pub phone: String,
    /// The door as typed.
    pub door: String,
    /// Whom they visit, where they said so.
    pub whom: String,
}

impl std::fmt::Debug for VisitPlain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VisitPlain(..)")
    }
}

macro_rules! columns {
    () => {
        "shard, visit, gate, area, number, day, household, registered_by, purpose, registered_at, \
         answer, answered_how, answered_at, answered_by, language"
    };
}
pub(crate) use columns as visit_columns;

sql! {
    INSERT_VISIT = "INSERT INTO visit (shard, visit, gate, area, number, day, household,
            registered_by, purpose, wrapped_key, sealed, registered_at, answer, answered_how,
            answered_at, answered_by, language)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)";
    NEXT_NUMBER = "SELECT coalesce(max(number), 0) + 1 FROM visit
        WHERE shard = ?1 AND gate = ?2 AND day = ?3";
    VISIT = concat!("SELECT ", columns!(), " FROM visit WHERE shard = ?1 AND visit = ?2");
    VISITS_BETWEEN = concat!("SELECT ", columns!(), " FROM visit
        WHERE shard = ?1 AND visit >= ?2 AND visit <= ?3 ORDER BY visit LIMIT 2");
    VISITS_OF_GATE = concat!("SELECT ", columns!(), " FROM visit
        WHERE shard = ?1 AND gate = ?2 AND day = ?3 ORDER BY number DESC LIMIT ?4");
    VISITS_OF_HOUSEHOLD = concat!("SELECT ", columns!(), " FROM visit
        WHERE shard = ?1 AND household = ?2 AND day >= ?3 ORDER BY day, number LIMIT ?4");
    ANSWER_VISIT = "UPDATE visit SET answer = ?3, answered_how = ?4, answered_at = ?5,
            answered_by = ?6
        WHERE shard = ?1 AND visit = ?2 AND coalesce(answer, '') = ?7";
    SEALED_VISIT = "SELECT wrapped_key, sealed FROM visit WHERE shard = ?1 AND visit = ?2";
    FORGET_VISITS = "UPDATE visit SET wrapped_key = NULL, sealed = NULL
        WHERE shard = ?1 AND visit IN (SELECT visit FROM visit
            WHERE shard = ?1 AND day < ?2 AND sealed IS NOT NULL LIMIT 500)";
}

impl VisitRow {
    /// Yes or no, where the household said so.
    pub fn said(&self) -> Option<bool> {
        self.answer.as_ref().map(|answer| answer.is_yes)
    }

    pub(crate) fn read(row: &Row<'_>) -> Result<VisitRow, StoreError> {
        let answer: Option<String> = row.get(10)?;
        let answer = match (answer, row.get(11)?, row.get(12)?) {
            (Some(answer), Some(how), Some(at)) => Some(VisitAnswer {
                is_yes: answer == "yes",
                how,
                at,
                staff: row.get(13)?,
            }),
            (None, None, None) => None,
            _ => return Err(row.corrupt(10)),
        };
        Ok(VisitRow {
            shard: row.get(0)?,
            visit: row.get(1)?,
            gate: row.get(2)?,
            area: row.get(3)?,
            number: row.get(4)?,
            day: row.get(5)?,
            household: row.get(6)?,
            registered_by: row.get(7)?,
            purpose: row.get(8)?,
            registered_at: row.get(9)?,
            language: row.get(14)?,
            answer,
        })
    }
}

fn word(answer: &VisitAnswer) -> &'static str {
    yes_or_no(answer.is_yes)
}

const fn yes_or_no(is_yes: bool) -> &'static str {
    if is_yes { "yes" } else { "no" }
}

impl ReadTx<'_> {
    /// A visit by its key.
    pub fn visit(&self, shard: Shard, visit: [u8; 16]) -> Result<Option<VisitRow>, StoreError> {
        self.optional(&VISIT, params![shard, &visit], VisitRow::read)
    }

    /// The visit whose id begins with some bytes; `None` too where there are two of them.
    pub fn visit_beginning_with(
        &self,
        shard: Shard,
        beginning: &[u8],
    ) -> Result<Option<VisitRow>, StoreError> {
        let filled = |with: u8| {
            let mut id = [with; 16];
            for (byte, known) in id.iter_mut().zip(beginning) {
                *byte = *known;
            }
            id
        };
        let (first, last) = (filled(0), filled(0xff));
        let parameters = params![shard, &first, &last];
        let mut found = self.query(&VISITS_BETWEEN, parameters, VisitRow::read)?;
        Ok(found.pop().filter(|_| found.is_empty()))
    }

    /// The number that the next visit of a gate and day gets.
    pub fn next_visit_number(
        &self,
        shard: Shard,
        gate: GateId,
        day: CivilDay,
    ) -> Result<i64, StoreError> {
        let day = day.to_text();
        self.query_one(&NEXT_NUMBER, params![shard, &gate, &day], |row| row.get(0))
    }

    /// Visits of a gate and day, the last number first.
    pub fn visits_of_gate(
        &self,
        shard: Shard,
        gate: GateId,
        day: CivilDay,
        limit: u32,
    ) -> Result<Vec<VisitRow>, StoreError> {
        let day = day.to_text();
        self.query(&VISITS_OF_GATE, params![shard, &gate, &day, limit], VisitRow::read)
    }

    /// Visits to a household from a day on.
    pub fn visits_of_household(
        &self,
        shard: Shard,
        household: HouseholdId,
        since: CivilDay,
        limit: u32,
    ) -> Result<Vec<VisitRow>, StoreError> {
        let since = since.to_text();
        let parameters = params![shard, &household, &since, limit];
        self.query(&VISITS_OF_HOUSEHOLD, parameters, VisitRow::read)
    }

    /// Who comes: for the household that is asked and the guard who asks it. `None` once the
    /// details are gone.
    pub fn visit_plain(
        &self,
        vault: &Vault,
        shard: Shard,
        visit: [u8; 16],
    ) -> Result<Option<VisitPlain>, StoreError> {
        type Sealed = (Option<Vec<u8>>, Option<Vec<u8>>);
        let found: Option<Sealed> =
            self.optional(&SEALED_VISIT, params![shard, &visit], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        let Some((Some(wrapped), Some(sealed))) = found else {
            return Ok(None);
        };
        let bytes = open_apart(vault, TABLE, &visit, &wrapped, &sealed)?;
        let text =
            String::from_utf8(bytes).map_err(|_| StoreError::Sealed("not what was sealed"))?;
        let mut parts = text.split(BETWEEN).map(str::to_owned);
        let mut next = || parts.next().unwrap_or_default();
        Ok(Some(VisitPlain {
            name: next(),
            phone: next(),
            door: next(),
            whom: next(),
        }))
    }
}

impl Tx<'_> {
    /// Takes a visit in.
    pub fn insert_visit(
        &self,
        vault: &Vault,
        row: &VisitRow,
        plain: &VisitPlain,
        chance: &Chance,
    ) -> Result<(), StoreError> {
        let text = [plain.name.as_str(), &plain.phone, &plain.door, &plain.whom];
        let text = text.join(&BETWEEN.to_string());
        let (wrapped, sealed) = seal_apart(vault, TABLE, &row.visit, text.as_bytes(), chance);
        let day = row.day.to_text();
        let answer = row.answer.as_ref();
        self.execute_one(
            &INSERT_VISIT,
            params![
                row.shard,
                &row.visit,
                &row.gate,
                &row.area,
                row.number,
                &day,
                row.household.as_ref(),
                &row.registered_by,
                &row.purpose,
                &wrapped,
                &sealed,
                row.registered_at,
                answer.map(word),
                answer.map(|answer| &answer.how),
                answer.map(|answer| answer.at),
                answer.and_then(|answer| answer.staff.as_ref()),
                &row.language
            ],
        )
    }

    /// Writes down what the household said, in the place of the word that was read before (yes,
    /// no, or none yet); says whether that one still stood there.
    pub fn answer_visit(
        &self,
        shard: Shard,
        visit: [u8; 16],
        read: Option<bool>,
        answer: &VisitAnswer,
    ) -> Result<bool, StoreError> {
        let answered = self.execute(
            &ANSWER_VISIT,
            params![
                shard,
                &visit,
                word(answer),
                &answer.how,
                answer.at,
                answer.staff.as_ref(),
                read.map_or("", yes_or_no)
            ],
        )?;
        Ok(answered == 1)
    }

    /// Forgets who came before a day, up to 500 visits (retention).
    pub fn forget_visits(&self, shard: Shard, before: CivilDay) -> Result<u64, StoreError> {
        self.execute(&FORGET_VISITS, params![shard, &before.to_text()])
    }
}
