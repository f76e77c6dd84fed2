//! What residents ask of an office, and the answer. *Sharded*; the texts are sealed under a key
//! of their own.

use crate::error::StoreError;
use crate::event_detail::{open_apart, seal_apart};
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::value::Row;
use crate::vault::{Chance, PersonKey, Place, Vault};
use crate::{params, sql};
use gatehouse_core::id::{AreaId, PersonId, StaffId};

const TABLE: &str = "resident_request";

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResidentRequestRow {
    /// County.
    pub shard: Shard,
    /// Never changes.
    pub request: [u8; 16],
    /// `correction`, `complaint`.
    pub kind: String,
    /// A word from the list of its kind.
    pub about: String,
    /// Who asks.
    pub person: PersonId,
    /// Whose office answers.
    pub area: AreaId,
    /// When, milliseconds UTC.
    pub sent_at: i64,
    /// Until when it is to be answered.
    pub due_at: i64,
    /// What came of it; `None` until answered.
    pub result: Option<String>,
    /// When it was answered.
    pub answered_at: Option<i64>,
    /// By whom.
    pub answered_by: Option<StaffId>,
}

/// The texts of a request in the clear.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RequestTexts {
    /// What was asked.
    pub text: String,
    /// The answer.
    pub answer: Option<String>,
}

impl std::fmt::Debug for RequestTexts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RequestTexts(..)")
    }
}

macro_rules! columns {
    () => {
        "shard, request, kind, about, person, area, sent_at, due_at, result, answered_at, \
         answered_by"
    };
}

sql! {
    INSERT_REQUEST = "INSERT INTO resident_request (shard, request, kind, about, person, area,
            wrapped_key, text_sealed, answer_sealed, sent_at, due_at, result, answered_at,
            answered_by)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, NULL, ?9, ?10, NULL, NULL, NULL)
        ON CONFLICT DO NOTHING";
    ANSWER_REQUEST = "UPDATE resident_request SET answer_sealed = ?3, result = ?4,
            answered_at = ?5, answered_by = ?6
        WHERE shard = ?1 AND request = ?2 AND answered_at IS NULL";
    REQUEST = concat!("SELECT ", columns!(), " FROM resident_request
        WHERE shard = ?1 AND request = ?2");
    REQUEST_SEALED = "SELECT wrapped_key, text_sealed, answer_sealed FROM resident_request
        WHERE shard = ?1 AND request = ?2";
    REQUESTS_OF_AREA = concat!("SELECT ", columns!(), " FROM resident_request
        WHERE shard = ?1 AND area = ?2 AND (answered_at IS NULL OR sent_at >= ?3)
        ORDER BY sent_at, request LIMIT ?4");
    REQUESTS_OF_PERSON = concat!("SELECT ", columns!(), " FROM resident_request
        WHERE shard = ?1 AND person = ?2 ORDER BY sent_at DESC, request LIMIT ?3");
    ERASE_REQUESTS = "UPDATE resident_request SET person = ?3, wrapped_key = NULL,
            text_sealed = NULL, answer_sealed = NULL
        WHERE shard = ?1 AND person = ?2";
    ERASE_CODES = "DELETE FROM resident_code WHERE shard = ?1 AND person = ?2";
    COUNT_OPEN = "SELECT count(*) FROM resident_request
        WHERE shard = ?1 AND person = ?2 AND answered_at IS NULL";
}

impl ResidentRequestRow {
    fn read(row: &Row<'_>) -> Result<ResidentRequestRow, StoreError> {
        Ok(ResidentRequestRow {
            shard: row.get(0)?,
            request: row.get(1)?,
            kind: row.get(2)?,
            about: row.get(3)?,
            person: row.get(4)?,
            area: row.get(5)?,
            sent_at: row.get(6)?,
            due_at: row.get(7)?,
            result: row.get(8)?,
            answered_at: row.get(9)?,
            answered_by: row.get(10)?,
        })
    }
}

fn text(bytes: Vec<u8>) -> Result<String, StoreError> {
    String::from_utf8(bytes).map_err(|_| StoreError::Sealed("not what was sealed"))
}

impl ReadTx<'_> {
    /// A request by its key.
    pub fn resident_request(
        &self,
        shard: Shard,
        request: [u8; 16],
    ) -> Result<Option<ResidentRequestRow>, StoreError> {
        self.optional(&REQUEST, params![shard, &request], ResidentRequestRow::read)
    }

    /// What an office has to answer, and what it answered since an instant; oldest first.
    pub fn resident_requests_of_area(
        &self,
        shard: Shard,
        area: AreaId,
        since: i64,
        limit: u32,
    ) -> Result<Vec<ResidentRequestRow>, StoreError> {
        let parameters = params![shard, &area, since, limit];
        self.query(&REQUESTS_OF_AREA, parameters, ResidentRequestRow::read)
    }

    /// What somebody has asked, newest first.
    pub fn resident_requests_of_person(
        &self,
        shard: Shard,
        person: PersonId,
        limit: u32,
    ) -> Result<Vec<ResidentRequestRow>, StoreError> {
        let parameters = params![shard, &person, limit];
        self.query(&REQUESTS_OF_PERSON, parameters, ResidentRequestRow::read)
    }

    /// How many of somebody's requests wait.
    pub fn count_open_requests(&self, shard: Shard, person: PersonId) -> Result<i64, StoreError> {
        self.query_one(&COUNT_OPEN, params![shard, &person], |row| row.get(0))
    }

    /// The texts of a request: for the one who asked, and the office that answers.
    pub fn resident_request_texts(
        &self,
        vault: &Vault,
        shard: Shard,
        request: [u8; 16],
    ) -> Result<Option<RequestTexts>, StoreError> {
        type Sealed = (Option<Vec<u8>>, Option<Vec<u8>>, Option<Vec<u8>>);
        let found: Option<Sealed> =
            self.optional(&REQUEST_SEALED, params![shard, &request], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?;
        let Some((Some(wrapped), Some(sealed), answer)) = found else {
            return Ok(None);
        };
        let asked = text(open_apart(vault, TABLE, &request, &wrapped, &sealed)?)?;
        let answer = answer.map(|sealed| {
            let key = vault.unwrap(&wrapped, &place("wrapped_key", &request))?;
            text(key.open(&place("answer_sealed", &request), &sealed)?)
        });
        Ok(Some(RequestTexts {
            text: asked,
            answer: answer.transpose()?,
        }))
    }
}

fn place<'a>(column: &'static str, row: &'a [u8; 16]) -> Place<'a> {
    Place {
        table: TABLE,
        column,
        row,
    }
}

impl Tx<'_> {
    /// Takes a request in, once; says whether it was new.
    pub fn insert_resident_request(
        &self,
        vault: &Vault,
        row: &ResidentRequestRow,
        text: &str,
        chance: &Chance,
    ) -> Result<bool, StoreError> {
        let (wrapped, sealed) = seal_apart(vault, TABLE, &row.request, text.as_bytes(), chance);
        let inserted = self.execute(
            &INSERT_REQUEST,
            params![
                row.shard,
                &row.request,
                &row.kind,
                &row.about,
                &row.person,
                &row.area,
                &wrapped,
                &sealed,
                row.sent_at,
                row.due_at
            ],
        )?;
        Ok(inserted == 1)
    }

    /// Answers a request; says whether it still waited: the first answer stays.
    pub fn answer_resident_request(
        &self,
        vault: &Vault,
        row: &ResidentRequestRow,
        answer: &str,
        chance: &Chance,
    ) -> Result<bool, StoreError> {
        let found: Option<Option<Vec<u8>>> =
            self.optional(&REQUEST_SEALED, params![row.shard, &row.request], |row| row.get(0))?;
        let Some(Some(wrapped)) = found else {
            return Ok(false);
        };
        let key: PersonKey = vault
            .unwrap(&wrapped, &place("wrapped_key", &row.request))
            .map_err(|error| self.fail(error))?;
        let here = place("answer_sealed", &row.request);
        let sealed = key.seal(&here, answer.as_bytes(), chance);
        let answered = self.execute(
            &ANSWER_REQUEST,
            params![
                row.shard,
                &row.request,
                &sealed,
                row.result.as_ref(),
                row.answered_at,
                row.answered_by.as_ref()
            ],
        )?;
        Ok(answered == 1)
    }

    /// Takes somebody's page away: its codes, and what they asked there; that something was asked
    /// and answered stays.
    pub(crate) fn erase_resident_page(
        &self,
        shard: Shard,
        person: PersonId,
        random: &[u8; 16],
    ) -> Result<(), StoreError> {
        self.execute(&ERASE_CODES, params![shard, &person])?;
        self.execute(&ERASE_REQUESTS, params![shard, &person, random])?;
        Ok(())
    }
}
