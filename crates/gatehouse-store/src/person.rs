//! People. *Sharded*. What identifies is sealed; the plain value exists only through
//! [`Tx::reveal`], which records the view in the same transaction. Look-ups work on plain
//! columns and on keyed tokens.

use crate::error::StoreError;
pub use crate::person_plain::{PersonField, PersonPlain};
use crate::person_plain::place;
use crate::person_view::Viewer;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::value::Row;
use crate::vault::{Chance, PersonKey, Vault};
use crate::{params, sql};
use gatehouse_core::id::{AreaId, HouseholdId, PersonId};
use gatehouse_core::person::search::SearchTerm;
use std::collections::BTreeMap;

/// Most people that one search returns; more than that is no search.
pub const SEARCH_MOST: u32 = 50;

/// The plain columns of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonRow {
    /// County.
    pub shard: Shard,
    /// Never changes.
    pub person: PersonId,
    /// `resident`, `temporary_resident`, `exempt_worker` …
    pub kind: String,
    /// Where they live now.
    pub household: Option<HouseholdId>,
    /// Compound or village that keeps the record.
    pub area: AreaId,
    /// Core's word.
    pub sex: String,
    /// For the age band.
    pub birth_year: Option<i64>,
    /// Core's word for exempt workers.
    pub worker_class: Option<String>,
    /// `active`, `left`, `died`, `merged`, `erased`.
    pub state: String,
    /// The person they turned out to be.
    pub merged_into: Option<PersonId>,
    /// When the record was made, milliseconds UTC.
    pub created_at: i64,
    /// Counts edits.
    pub version: i64,
}

macro_rules! columns {
    () => {
        "p.shard, p.person, p.kind, p.household, p.area, p.sex, p.birth_year, p.worker_class, \
         p.state, p.merged_into, p.created_at, p.version"
    };
}
pub(crate) use columns as person_columns;
/// Number of plain columns; sealed ones follow them where both are read.
const PLAIN: usize = 12;

macro_rules! sealed {
    () => {
        "p.wrapped_key, p.masked_sealed, p.name_sealed, p.birth_on_sealed, p.document_sealed, \
         p.phone_sealed, p.employer_sealed, p.photo_sealed, p.note_sealed, p.email_sealed"
    };
}

sql! {
    INSERT_PERSON = "INSERT INTO person (shard, person, kind, household, area, sex, birth_year,
            worker_class, state, merged_into, wrapped_key, masked_sealed, name_sealed,
            birth_on_sealed, document_sealed, phone_sealed, employer_sealed, photo_sealed,
            note_sealed, email_sealed, created_at, version)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
            ?19, ?20, ?21, 1)";
    UPDATE_PERSON = "UPDATE person SET kind = ?4, household = ?5, area = ?6, sex = ?7,
            birth_year = ?8, worker_class = ?9, state = ?10, merged_into = ?11,
            version = version + 1
        WHERE shard = ?1 AND person = ?2 AND version = ?3";
    SEAL_PERSON = "UPDATE person SET masked_sealed = ?4, name_sealed = ?5, birth_on_sealed = ?6,
            document_sealed = ?7, phone_sealed = ?8, employer_sealed = ?9, photo_sealed = ?10,
            note_sealed = ?11, email_sealed = ?12, version = version + 1
        WHERE shard = ?1 AND person = ?2 AND version = ?3";
    PERSON = concat!("SELECT ", columns!(), " FROM person p WHERE p.shard = ?1 AND p.person = ?2");
    SEALED = concat!("SELECT ", sealed!(), " FROM person p WHERE p.shard = ?1 AND p.person = ?2");
    // coalesce: else SQLite walks the whole county in the order of ids, to save itself sorting the
    // handful behind a door.
    PERSONS_OF_HOUSEHOLD = concat!("SELECT ", columns!(), " FROM person p
        WHERE p.shard = ?1 AND p.household = ?2 AND p.state = 'active'
        ORDER BY coalesce(p.person, p.person)");
    PERSONS_OF_AREA = concat!("SELECT ", columns!(), " FROM person p
        WHERE p.shard = ?1 AND p.area = ?2 AND p.person > ?3 ORDER BY p.person LIMIT ?4");
    MASKED_OF_AREA = concat!("SELECT ", columns!(), ", p.wrapped_key, p.masked_sealed
        FROM person p
        WHERE p.shard = ?1 AND p.area = ?2 AND p.state = 'active' AND p.person > ?3
        ORDER BY p.person LIMIT ?4");
    MASKED_OF_HOUSEHOLD = concat!("SELECT ", columns!(), ", p.wrapped_key, p.masked_sealed
        FROM person p
        WHERE p.shard = ?1 AND p.household = ?2 AND p.state = 'active'
        ORDER BY coalesce(p.person, p.person)");
    MASKED_PERSON = concat!("SELECT ", columns!(), ", p.wrapped_key, p.masked_sealed
        FROM person p WHERE p.shard = ?1 AND p.person = ?2");
    PERSON_HAS = "SELECT CAST(CASE WHEN document_sealed IS NULL THEN 0 ELSE 1 END AS BIGINT),
            CAST(CASE WHEN photo_sealed IS NULL THEN 0 ELSE 1 END AS BIGINT)
        FROM person WHERE shard = ?1 AND person = ?2";
    SET_PHOTO = "UPDATE person SET photo_sealed = ?3, version = version + 1
        WHERE shard = ?1 AND person = ?2";
    PERSONS_BY_TOKEN = concat!("SELECT ", columns!(), " FROM person_token t CROSS JOIN person p
        WHERE t.shard = ?1 AND t.token = ?2 AND p.shard = t.shard AND p.person = t.person
        ORDER BY p.person LIMIT ?3");
    COUNT_PERSONS = "SELECT count(*) FROM person WHERE shard = ?1 AND area = ?2
        AND state = 'active'";
    INSERT_TOKEN = "INSERT INTO person_token (shard, token, person) VALUES (?1, ?2, ?3)
        ON CONFLICT (shard, token, person) DO NOTHING";
    DELETE_TOKENS = "DELETE FROM person_token WHERE shard = ?1 AND person = ?2";
    WRAPPED_AFTER = "SELECT person, wrapped_key FROM person
        WHERE shard = ?1 AND person > ?2 AND wrapped_key IS NOT NULL
        ORDER BY person LIMIT ?3";
    REWRAP = "UPDATE person SET wrapped_key = ?3 WHERE shard = ?1 AND person = ?2";
    ERASE_PERSON = "UPDATE person SET state = 'erased', wrapped_key = NULL, masked_sealed = NULL,
            name_sealed = NULL, birth_on_sealed = NULL, document_sealed = NULL,
            phone_sealed = NULL, employer_sealed = NULL, photo_sealed = NULL,
            note_sealed = NULL, email_sealed = NULL, household = NULL, birth_year = NULL,
            worker_class = NULL,
            sex = '', version = version + 1
        WHERE shard = ?1 AND person = ?2";
}

/// Sealed values in the order of [`PersonField::ALL`].
type SealedFields = Vec<Option<Vec<u8>>>;

impl PersonRow {
    pub(crate) fn read(row: &Row<'_>) -> Result<PersonRow, StoreError> {
        Ok(PersonRow {
            shard: row.get(0)?,
            person: row.get(1)?,
            kind: row.get(2)?,
            household: row.get(3)?,
            area: row.get(4)?,
            sex: row.get(5)?,
            birth_year: row.get(6)?,
            worker_class: row.get(7)?,
            state: row.get(8)?,
            merged_into: row.get(9)?,
            created_at: row.get(10)?,
            version: row.get(11)?,
        })
    }
}

impl ReadTx<'_> {
    /// The plain columns of a person.
    pub fn person(&self, shard: Shard, person: PersonId) -> Result<Option<PersonRow>, StoreError> {
        self.optional(&PERSON, params![shard, &person], PersonRow::read)
    }

    /// Who lives at a door.
    pub fn persons_of_household(
        &self,
        shard: Shard,
        household: HouseholdId,
    ) -> Result<Vec<PersonRow>, StoreError> {
        let parameters = params![shard, &household];
        self.query(&PERSONS_OF_HOUSEHOLD, parameters, PersonRow::read)
    }

    /// A page of the register of a compound or village: `limit` people with ids after `after`
    /// (sixteen zeros at first), whatever their state.
    pub fn persons_of_area(
        &self,
        shard: Shard,
        area: AreaId,
        after: PersonId,
        limit: u32,
    ) -> Result<Vec<PersonRow>, StoreError> {
        let parameters = params![shard, &area, &after, limit];
        self.query(&PERSONS_OF_AREA, parameters, PersonRow::read)
    }

    /// A person with surname and mask.
    pub fn masked_person(
        &self,
        vault: &Vault,
        shard: Shard,
        person: PersonId,
    ) -> Result<Option<(PersonRow, Option<String>)>, StoreError> {
        let parameters = params![shard, &person];
        self.optional(&MASKED_PERSON, parameters, |row| read_masked(vault, row))
    }

    /// Whether a document, and whether a picture, of a person is kept.
    pub fn person_has(&self, shard: Shard, person: PersonId) -> Result<(bool, bool), StoreError> {
        let found = self.optional(&PERSON_HAS, params![shard, &person], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
        Ok(found.unwrap_or_default())
    }

    /// How many active people a compound or village keeps.
    pub fn count_persons(&self, shard: Shard, area: AreaId) -> Result<i64, StoreError> {
        self.query_one(&COUNT_PERSONS, params![shard, &area], |row| row.get(0))
    }

    /// A page of active people of a compound or village with surname and mask: what a gate's
    /// snapshot holds. It identifies nobody, hence is no view.
    pub fn masked_persons_of_area(
        &self,
        vault: &Vault,
        shard: Shard,
        area: AreaId,
        after: PersonId,
        limit: u32,
    ) -> Result<Vec<(PersonRow, Option<String>)>, StoreError> {
        let parameters = params![shard, &area, &after, limit];
        self.query(&MASKED_OF_AREA, parameters, |row| read_masked(vault, row))
    }

    /// Who lives at a door, with surname and mask.
    pub fn masked_persons_of_household(
        &self,
        vault: &Vault,
        shard: Shard,
        household: HouseholdId,
    ) -> Result<Vec<(PersonRow, Option<String>)>, StoreError> {
        let parameters = params![shard, &household];
        self.query(&MASKED_OF_HOUSEHOLD, parameters, |row| {
            read_masked(vault, row)
        })
    }

    /// People filed under any of the terms, at most [`SEARCH_MOST`], by id.
    pub fn persons_by_terms(
        &self,
        vault: &Vault,
        shard: Shard,
        terms: &[SearchTerm],
    ) -> Result<Vec<PersonRow>, StoreError> {
        let mut found = BTreeMap::new();
        for term in terms {
            let token = vault.token(&term.reveal_bytes());
            let parameters = params![shard, token, SEARCH_MOST];
            for row in self.query(&PERSONS_BY_TOKEN, parameters, PersonRow::read)? {
                found.insert(row.person, row);
            }
        }
        Ok(found.into_values().take(SEARCH_MOST as usize).collect())
    }
}

pub(crate) fn read_masked(
    vault: &Vault,
    row: &Row<'_>,
) -> Result<(PersonRow, Option<String>), StoreError> {
    let person = PersonRow::read(row)?;
    let masked = mask_of_person(vault, row, PLAIN, &person.person)?;
    Ok((person, masked))
}

/// Surname and mask of a person whose key and sealed mask stand in two columns.
pub(crate) fn mask_of_person(
    vault: &Vault,
    row: &Row<'_>,
    column: usize,
    person: &PersonId,
) -> Result<Option<String>, StoreError> {
    let wrapped: Option<Vec<u8>> = row.get(column)?;
    let sealed: Option<Vec<u8>> = row.get(column + 1)?;
    let (Some(wrapped), Some(sealed)) = (wrapped, sealed) else {
        return Ok(None);
    };
    let key = vault.unwrap(&wrapped, &place("wrapped_key", person))?;
    let bytes = key.open(&place(PersonField::Masked.column(), person), &sealed)?;
    let text = String::from_utf8(bytes).map_err(|_| row.corrupt(column + 1))?;
    Ok(Some(text))
}

impl Tx<'_> {
    /// Adds a person with a key of their own; `version` is 1 whatever the row says.
    pub fn insert_person(
        &self,
        vault: &Vault,
        row: &PersonRow,
        plain: &PersonPlain,
        terms: &[SearchTerm],
        chance: &Chance,
    ) -> Result<(), StoreError> {
        let key = PersonKey::new(chance);
        let wrapped = vault.wrap(&key, &place("wrapped_key", &row.person), chance);
        let [masked, name, birth_on, document, phone, employer, photo, note, email] =
            plain.seal(&key, &row.person, chance);
        self.execute_one(
            &INSERT_PERSON,
            params![
                row.shard,
                &row.person,
                &row.kind,
                row.household.as_ref(),
                &row.area,
                &row.sex,
                row.birth_year,
                row.worker_class.as_ref(),
                &row.state,
                row.merged_into.as_ref(),
                &wrapped,
                masked.as_ref(),
                name.as_ref(),
                birth_on.as_ref(),
                document.as_ref(),
                phone.as_ref(),
                employer.as_ref(),
                photo.as_ref(),
                note.as_ref(),
                email.as_ref(),
                row.created_at
            ],
        )?;
        self.mark_list(row.shard, Some(row.area));
        self.insert_tokens(vault, row.shard, row.person, terms)
    }

    /// Changes the plain columns of a person who is still at `row.version`.
    pub fn update_person(&self, row: &PersonRow) -> Result<(), StoreError> {
        self.mark_lists_of(row.shard, row.person)?;
        self.mark_list(row.shard, Some(row.area));
        self.execute_versioned(
            &UPDATE_PERSON,
            params![
                row.shard,
                &row.person,
                row.version,
                &row.kind,
                row.household.as_ref(),
                &row.area,
                &row.sex,
                row.birth_year,
                row.worker_class.as_ref(),
                &row.state,
                row.merged_into.as_ref()
            ],
        )
    }

    /// Replaces everything that identifies a person who is still at `version`, and what they
    /// are found by. `plain` is complete: what it leaves out is gone.
    pub fn replace_person_plain(
        &self,
        vault: &Vault,
        row: &PersonRow,
        plain: &PersonPlain,
        terms: &[SearchTerm],
        chance: &Chance,
    ) -> Result<(), StoreError> {
        let (shard, person) = (row.shard, row.person);
        let Some((key, _)) = self.sealed_person(vault, shard, person)? else {
            return Err(self.fail(StoreError::Stale));
        };
        let [masked, name, birth_on, document, phone, employer, photo, note, email] =
            plain.seal(&key, &person, chance);
        self.execute_versioned(
            &SEAL_PERSON,
            params![
                shard,
                &person,
                row.version,
                masked.as_ref(),
                name.as_ref(),
                birth_on.as_ref(),
                document.as_ref(),
                phone.as_ref(),
                employer.as_ref(),
                photo.as_ref(),
                note.as_ref(),
                email.as_ref()
            ],
        )?;
        self.mark_list(shard, Some(row.area));
        self.execute(&DELETE_TOKENS, params![shard, &person])?;
        self.insert_tokens(vault, shard, person, terms)
    }

    /// Keeps a picture of a person, in place of one that is there.
    pub fn set_person_photo(
        &self,
        vault: &Vault,
        shard: Shard,
        person: PersonId,
        photo: &[u8],
        chance: &Chance,
    ) -> Result<(), StoreError> {
        let Some((key, _)) = self.sealed_person(vault, shard, person)? else {
            return Err(self.fail(StoreError::Stale));
        };
        let sealed = key.seal(&place(PersonField::Photo.column(), &person), photo, chance);
        self.mark_lists_of(shard, person)?;
        self.execute_one(&SET_PHOTO, params![shard, &person, &sealed])
    }

    /// The named fields of a person in the clear. Who looked, for which office and what for is
    /// written down in the same transaction: without the row there is no value. `None` if there
    /// is no such person or nothing is left of them.
    pub fn reveal(
        &self,
        vault: &Vault,
        shard: Shard,
        person: PersonId,
        fields: &[PersonField],
        viewer: &Viewer,
    ) -> Result<Option<PersonPlain>, StoreError> {
        let Some((key, sealed)) = self.sealed_person(vault, shard, person)? else {
            return Ok(None);
        };
        let mut plain = PersonPlain::default();
        for (field, sealed) in PersonField::ALL.into_iter().zip(sealed) {
            if let (true, Some(sealed)) = (fields.contains(&field), sealed) {
                let bytes = key.open(&place(field.column(), &person), &sealed);
                bytes
                    .and_then(|bytes| plain.set(field, bytes))
                    .map_err(|error| self.fail(error))?;
            }
        }
        let words: Vec<&str> = fields.iter().map(|field| field.word()).collect();
        self.record_person_view(shard, person, viewer, &words.join(" "))?;
        Ok(Some(plain))
    }

    /// Wraps the keys of up to `limit` people after `after` under the current epoch. Returns
    /// the last person looked at, `None` when there are no more: then the old epoch key can go
    /// as soon as the last backup of its time has gone.
    pub fn rewrap_persons(
        &self,
        vault: &Vault,
        shard: Shard,
        after: PersonId,
        limit: u32,
        chance: &Chance,
    ) -> Result<Option<PersonId>, StoreError> {
        let rows = self.query(&WRAPPED_AFTER, params![shard, &after, limit], |row| {
            Ok((row.get::<PersonId>(0)?, row.get::<Vec<u8>>(1)?))
        })?;
        for (number, (person, wrapped)) in rows.iter().enumerate() {
            if wrapped.first() == Some(&vault.current_epoch()) {
                continue;
            }
            let here = place("wrapped_key", person);
            let key = vault.unwrap(wrapped, &here).map_err(|error| self.fail(error))?;
            let wrapped = vault.wrap(&key, &here, &chance.part(number as u64));
            self.execute_one(&REWRAP, params![shard, person, &wrapped])?;
        }
        Ok(rows.last().map(|(person, _)| *person))
    }

    /// Erases a person: key, sealed values, tokens, and what their views and crossings name
    /// them by. What stays says that somebody was here, not who. `random` stands in their place.
    pub(crate) fn erase_person(
        &self,
        shard: Shard,
        person: PersonId,
        random: &[u8; 16],
    ) -> Result<(), StoreError> {
        self.mark_lists_of(shard, person)?;
        self.execute_one(&ERASE_PERSON, params![shard, &person])?;
        self.execute(&DELETE_TOKENS, params![shard, &person])?;
        self.forget_person_before(shard, person)?;
        self.erase_views_of(shard, person, random)
    }

    fn insert_tokens(
        &self,
        vault: &Vault,
        shard: Shard,
        person: PersonId,
        terms: &[SearchTerm],
    ) -> Result<(), StoreError> {
        for term in terms {
            let token = vault.token(&term.reveal_bytes());
            self.execute(&INSERT_TOKEN, params![shard, token, &person])?;
        }
        Ok(())
    }

    fn sealed_person(
        &self,
        vault: &Vault,
        shard: Shard,
        person: PersonId,
    ) -> Result<Option<(PersonKey, SealedFields)>, StoreError> {
        let row = self.optional(&SEALED, params![shard, &person], |row| {
            let wrapped: Option<Vec<u8>> = row.get(0)?;
            let sealed = (1..=PersonField::ALL.len()).map(|column| row.get(column));
            Ok((wrapped, sealed.collect::<Result<Vec<_>, _>>()?))
        })?;
        let Some((Some(wrapped), sealed)) = row else {
            return Ok(None);
        };
        let key = vault
            .unwrap(&wrapped, &place("wrapped_key", &person))
            .map_err(|error| self.fail(error))?;
        Ok(Some((key, sealed)))
    }
}
