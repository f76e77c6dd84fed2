//! What the last edit of a person replaced, for as long as it can be undone (design §3).
//! *Sharded*, one row each. Sealed values are copied as they stand and are never opened here.

use crate::error::StoreError;
use crate::person::{PersonPlain, PersonRow};
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::vault::{Chance, Vault};
use crate::{params, sql};
use gatehouse_core::id::{HouseholdId, PersonId, StaffId};
use gatehouse_core::moment::CivilDay;
use gatehouse_core::person::search::SearchTerm;

/// An edit of a person by somebody at a desk.
#[derive(Clone, Debug)]
pub struct PersonEdit<'a> {
    /// The plain columns as they are to be, with the version that was read.
    pub row: &'a PersonRow,
    /// What identifies them, complete, and what they are found by; `None` leaves it as it is.
    pub plain: Option<(&'a PersonPlain, &'a [SearchTerm])>,
    /// Door and first day of a residence that the edit ends.
    pub ended: Option<(HouseholdId, CivilDay)>,
    /// Who edits.
    pub by: StaffId,
    /// When, milliseconds UTC.
    pub at: i64,
}

/// An edit that can still be undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonBeforeRow {
    /// The version that the edit made.
    pub version: i64,
    /// When, milliseconds UTC.
    pub changed_at: i64,
    /// Who edited.
    pub changed_by: StaffId,
    /// The residence that it ended.
    pub ended: Option<(HouseholdId, CivilDay)>,
}

sql! {
    TOKENS_OF = "SELECT token FROM person_token WHERE shard = ?1 AND person = ?2 ORDER BY token";
    FORGET_BEFORE = "DELETE FROM person_before WHERE shard = ?1 AND person = ?2";
    FORGET_OLD = "DELETE FROM person_before WHERE shard = ?1 AND changed_at < ?2";
    KEEP_BEFORE = "INSERT INTO person_before (shard, person, version, changed_at, changed_by,
            ended_household, ended_from_on, tokens, kind, household, area, sex, birth_year,
            worker_class, state, merged_into, masked_sealed, name_sealed, birth_on_sealed,
            document_sealed, phone_sealed, employer_sealed, photo_sealed, note_sealed)
        SELECT p.shard, p.person, ?3, ?4, ?5, ?6, ?7, ?8, p.kind, p.household, p.area, p.sex,
            p.birth_year, p.worker_class, p.state, p.merged_into, p.masked_sealed, p.name_sealed,
            p.birth_on_sealed, p.document_sealed, p.phone_sealed, p.employer_sealed,
            p.photo_sealed, p.note_sealed
        FROM person p WHERE p.shard = ?1 AND p.person = ?2";
    BEFORE = "SELECT version, changed_at, changed_by, ended_household, ended_from_on, tokens
        FROM person_before WHERE shard = ?1 AND person = ?2";
    RESTORE = "UPDATE person SET (kind, household, area, sex, birth_year, worker_class, state,
            merged_into, masked_sealed, name_sealed, birth_on_sealed, document_sealed,
            phone_sealed, employer_sealed, photo_sealed, note_sealed) = (
            SELECT b.kind, b.household, b.area, b.sex, b.birth_year, b.worker_class, b.state,
                b.merged_into, b.masked_sealed, b.name_sealed, b.birth_on_sealed,
                b.document_sealed, b.phone_sealed, b.employer_sealed, b.photo_sealed,
                b.note_sealed
            FROM person_before b WHERE b.shard = ?1 AND b.person = ?2), version = version + 1
        WHERE shard = ?1 AND person = ?2 AND version = ?3";
    DROP_TOKENS = "DELETE FROM person_token WHERE shard = ?1 AND person = ?2";
    PUT_TOKEN = "INSERT INTO person_token (shard, token, person) VALUES (?1, ?2, ?3)
        ON CONFLICT (shard, token, person) DO NOTHING";
}

impl ReadTx<'_> {
    /// The last edit of a person, while it is kept.
    pub fn person_before(
        &self,
        shard: Shard,
        person: PersonId,
    ) -> Result<Option<PersonBeforeRow>, StoreError> {
        Ok(self.before_with_tokens(shard, person)?.map(|(row, _)| row))
    }

    fn before_with_tokens(
        &self,
        shard: Shard,
        person: PersonId,
    ) -> Result<Option<(PersonBeforeRow, Vec<u8>)>, StoreError> {
        self.optional(&BEFORE, params![shard, &person], |row| {
            let ended = match (row.get(3)?, row.get(4)?) {
                (Some(household), Some(from_on)) => Some((household, from_on)),
                _ => None,
            };
            let before = PersonBeforeRow {
                version: row.get(0)?,
                changed_at: row.get(1)?,
                changed_by: row.get(2)?,
                ended,
            };
            Ok((before, row.get(5)?))
        })
    }
}

impl Tx<'_> {
    /// Edits a person who is still at `edit.row.version` and keeps what it replaces. Returns the
    /// version that it made.
    pub fn edit_person(
        &self,
        vault: &Vault,
        edit: &PersonEdit<'_>,
        chance: &Chance,
    ) -> Result<i64, StoreError> {
        let (shard, person) = (edit.row.shard, edit.row.person);
        let steps = if edit.plain.is_some() { 2 } else { 1 };
        let version = edit.row.version + steps;
        self.keep_before(edit, version)?;
        let mut row = edit.row.clone();
        if let Some((plain, terms)) = edit.plain {
            self.replace_person_plain(vault, &row, plain, terms, chance)?;
            row.version += 1;
        }
        self.update_person(&row)?;
        // Found by nothing any more: whoever is merged is found under the other record.
        if row.state == "merged" {
            self.execute(&DROP_TOKENS, params![shard, &person])?;
        }
        Ok(version)
    }

    /// Restores what the last edit replaced where no later one exists; says whether it did.
    pub fn undo_person_edit(
        &self,
        shard: Shard,
        person: PersonId,
        version: i64,
    ) -> Result<bool, StoreError> {
        let Some((before, tokens)) = self.before_with_tokens(shard, person)? else {
            return Ok(false);
        };
        let still = self.person(shard, person)?.map(|row| row.version);
        if before.version != version || still != Some(version) {
            return Ok(false);
        }
        self.mark_lists_of(shard, person)?;
        self.execute_versioned(&RESTORE, params![shard, &person, version])?;
        self.mark_lists_of(shard, person)?;
        self.execute(&DROP_TOKENS, params![shard, &person])?;
        for token in tokens.chunks_exact(8) {
            let token = <[u8; 8]>::try_from(token).map_or(0, i64::from_be_bytes);
            self.execute(&PUT_TOKEN, params![shard, token, &person])?;
        }
        if let Some((household, from_on)) = before.ended {
            self.reopen_residence(shard, household, person, from_on)?;
        }
        self.forget_person_before(shard, person)?;
        Ok(true)
    }

    /// Forgets what edits from before an instant replaced: they can no longer be undone.
    pub fn forget_old_edits(&self, shard: Shard, before_millis: i64) -> Result<u64, StoreError> {
        self.execute(&FORGET_OLD, params![shard, before_millis])
    }

    pub(crate) fn forget_person_before(
        &self,
        shard: Shard,
        person: PersonId,
    ) -> Result<(), StoreError> {
        self.execute(&FORGET_BEFORE, params![shard, &person])?;
        Ok(())
    }

    fn keep_before(&self, edit: &PersonEdit<'_>, version: i64) -> Result<(), StoreError> {
        let (shard, person) = (edit.row.shard, edit.row.person);
        let tokens = self.query(&TOKENS_OF, params![shard, &person], |row| row.get::<i64>(0))?;
        let tokens: Vec<u8> = tokens.iter().flat_map(|token| token.to_be_bytes()).collect();
        self.forget_person_before(shard, person)?;
        let (household, from_on) = match &edit.ended {
            Some((household, from_on)) => (Some(household), Some(from_on.to_text())),
            None => (None, None),
        };
        self.execute_one(
            &KEEP_BEFORE,
            params![
                shard,
                &person,
                version,
                edit.at,
                &edit.by,
                household,
                from_on.as_ref(),
                &tokens
            ],
        )
    }
}
