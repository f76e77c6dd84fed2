//! What identifies somebody who applies and is not in the ledger yet, sealed under a key of its
//! own until approval makes the person. *Sharded*, with its application. A picture that was
//! handed in for somebody who is in the ledger waits here too.

use crate::audit::AuditNote;
use crate::error::StoreError;
use crate::event_detail::{open_apart, seal_apart};
use crate::person_plain::{PersonField, PersonPlain};
use crate::person_view::Viewer;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::value::Row;
use crate::vault::{Chance, Vault};
use crate::{params, sql};
use gatehouse_core::id::{ApplicationId, PersonId};
use gatehouse_core::person::search::SearchTerm;
use gatehouse_core::wire::cbor::{CborError, Reader, Writer};

const TABLE: &str = "application";
/// Most bytes of one value: the picture is the largest.
const VALUE_BYTES_MOST: usize = 256 << 10;

sql! {
    SEALED_DRAFT = "SELECT wrapped_key, sealed FROM application
        WHERE shard = ?1 AND application = ?2";
    SET_DRAFT = "UPDATE application SET wrapped_key = ?3, sealed = ?4
        WHERE shard = ?1 AND application = ?2";
    CLEAR_DRAFT = "UPDATE application SET wrapped_key = NULL, sealed = NULL
        WHERE shard = ?1 AND application = ?2";
    INSERT_APPLICATION_TOKEN = "INSERT INTO application_token (shard, token, application)
        VALUES (?1, ?2, ?3) ON CONFLICT (shard, token, application) DO NOTHING";
    MOVE_TOKENS = "INSERT INTO person_token (shard, token, person)
        SELECT t.shard, t.token, p.person FROM application_token t
        JOIN person p ON p.shard = t.shard AND p.person = ?3
        WHERE t.shard = ?1 AND t.application = ?2
        ON CONFLICT (shard, token, person) DO NOTHING";
    INSERT_APPLICATION_VIEW = "INSERT INTO application_view (shard, application, viewed_at,
            writer, seq, staff, organisation, purpose, fields)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    MOVE_VIEWS = "INSERT INTO person_view (shard, person, viewed_at, writer, seq, staff,
            organisation, purpose, fields)
        SELECT v.shard, p.person, v.viewed_at, v.writer, v.seq, v.staff, v.organisation,
            v.purpose, v.fields
        FROM application_view v JOIN person p ON p.shard = v.shard AND p.person = ?3
        WHERE v.shard = ?1 AND v.application = ?2";
    DELETE_APPLICATION_VIEWS = "DELETE FROM application_view
        WHERE shard = ?1 AND application = ?2";
    DELETE_APPLICATION_TOKENS = "DELETE FROM application_token
        WHERE shard = ?1 AND application = ?2";
}

fn to_bytes(plain: &PersonPlain) -> Vec<u8> {
    let said: Vec<(u64, Vec<u8>)> = (0..)
        .zip(PersonField::ALL)
        .filter_map(|(at, field)| Some((at, plain.bytes(field)?)))
        .collect();
    let mut writer = Writer::default();
    writer.array(said.len());
    for (at, value) in &said {
        writer.array(2).uint(*at).bytes(value);
    }
    writer.finish()
}

fn from_bytes(bytes: &[u8]) -> Result<PersonPlain, StoreError> {
    let read = || {
        let mut from = Reader::new(bytes);
        let mut plain = PersonPlain::default();
        for _ in 0..from.array(PersonField::ALL.len())? {
            from.array_of(2)?;
            let at: usize = from.small()?;
            let field = *PersonField::ALL.get(at).ok_or(CborError::Value)?;
            let value = from.bytes(VALUE_BYTES_MOST)?.to_vec();
            plain.set(field, value).map_err(|_| CborError::Value)?;
        }
        from.finish()?;
        Ok::<_, CborError>(plain)
    };
    read().map_err(|_| StoreError::Sealed("not what was sealed"))
}

/// Surname and mask of a draft whose key and sealed bytes stand in two columns.
pub(crate) fn mask_of_draft(
    vault: &Vault,
    row: &Row<'_>,
    column: usize,
    application: ApplicationId,
) -> Result<Option<String>, StoreError> {
    let (wrapped, sealed) = (row.get(column)?, row.get(column + 1)?);
    let (Some(wrapped), Some(sealed)): (Option<Vec<u8>>, Option<Vec<u8>>) = (wrapped, sealed)
    else {
        return Ok(None);
    };
    let opened = open_apart(vault, TABLE, &application.0, &wrapped, &sealed)?;
    Ok(from_bytes(&opened)?.masked)
}

impl ReadTx<'_> {
    /// The draft for the program itself: to make the person, or to print. Nobody sees it.
    pub fn application_draft(
        &self,
        vault: &Vault,
        shard: Shard,
        application: ApplicationId,
    ) -> Result<Option<PersonPlain>, StoreError> {
        let sealed = self.optional(&SEALED_DRAFT, params![shard, &application], |row| {
            Ok((row.get::<Option<Vec<u8>>>(0)?, row.get::<Option<Vec<u8>>>(1)?))
        })?;
        let Some((Some(wrapped), Some(sealed))) = sealed else {
            return Ok(None);
        };
        let opened = open_apart(vault, TABLE, &application.0, &wrapped, &sealed);
        opened
            .and_then(|bytes| from_bytes(&bytes).map(Some))
            .map_err(|error| self.fail(error))
    }
}

impl Tx<'_> {
    /// Seals what identifies the applicant under a new key, and files what they are found by.
    /// `plain` is complete: what it leaves out is gone.
    pub fn set_application_draft(
        &self,
        vault: &Vault,
        shard: Shard,
        application: ApplicationId,
        plain: &PersonPlain,
        terms: &[SearchTerm],
        chance: &Chance,
    ) -> Result<(), StoreError> {
        let (wrapped, sealed) =
            seal_apart(vault, TABLE, &application.0, &to_bytes(plain), chance);
        self.execute_one(&SET_DRAFT, params![shard, &application, &wrapped, &sealed])?;
        for term in terms {
            let token = vault.token(&term.reveal_bytes());
            let parameters = params![shard, token, &application];
            self.execute(&INSERT_APPLICATION_TOKEN, parameters)?;
        }
        Ok(())
    }

    /// Fields of a draft in the clear for somebody who decides on it, with an audit entry in
    /// the same transaction. There is no person yet whose list of looks could name it: it waits
    /// with the application until there is.
    pub fn reveal_application_draft(
        &self,
        vault: &Vault,
        shard: Shard,
        application: ApplicationId,
        fields: &[PersonField],
        viewer: &Viewer,
    ) -> Result<Option<PersonPlain>, StoreError> {
        let Some(draft) = self.application_draft(vault, shard, application)? else {
            return Ok(None);
        };
        let mut shown = PersonPlain::default();
        let mut words = Vec::new();
        for field in fields {
            if let Some(value) = draft.bytes(*field) {
                shown.set(*field, value)?;
                words.push(field.word());
            }
        }
        let entry = self.append_audit(&AuditNote {
            shard,
            at: viewer.at,
            kind: "application.view",
            actor: viewer.staff,
            commitment: None,
            body: format!("{} {application}", viewer.purpose).as_bytes(),
        })?;
        self.execute_one(
            &INSERT_APPLICATION_VIEW,
            params![
                shard,
                &application,
                viewer.at,
                &entry.writer,
                entry.seq,
                viewer.staff.as_ref(),
                viewer.organisation.as_ref(),
                &viewer.purpose,
                &words.join(" ")
            ],
        )?;
        Ok(Some(shown))
    }

    /// Who looked at a draft is shown to the person of the ledger whom it turned out to be for.
    pub fn move_application_views(
        &self,
        shard: Shard,
        application: ApplicationId,
        person: PersonId,
    ) -> Result<(), StoreError> {
        self.execute(&MOVE_VIEWS, params![shard, &application, &person])?;
        Ok(())
    }

    /// The draft has become a person: they are found by what it was found by, see who looked
    /// at it, and it goes.
    pub fn move_application_draft(
        &self,
        shard: Shard,
        application: ApplicationId,
        person: PersonId,
    ) -> Result<(), StoreError> {
        self.execute(&MOVE_TOKENS, params![shard, &application, &person])?;
        self.move_application_views(shard, application, person)?;
        self.drop_application_draft(shard, application)
    }

    /// Erases a draft with its key, what it was found by and who looked at it.
    pub fn drop_application_draft(
        &self,
        shard: Shard,
        application: ApplicationId,
    ) -> Result<(), StoreError> {
        self.execute(&DELETE_APPLICATION_TOKENS, params![shard, &application])?;
        self.execute(&DELETE_APPLICATION_VIEWS, params![shard, &application])?;
        self.execute_one(&CLEAR_DRAFT, params![shard, &application])
    }
}
