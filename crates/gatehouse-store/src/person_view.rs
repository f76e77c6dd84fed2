//! Who looked at what of whom (SCOPE-5). *Sharded*. Shown to the person; written only together
//! with the value that was shown, by [`Tx::reveal`], or with what else is shown of one person.

use crate::audit::AuditNote;
use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::{params, sql};
use gatehouse_core::audit::{WriterId, commitment};
use gatehouse_core::id::{OrganisationId, PersonId, StaffId};

/// Who asks for a value, and what for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// Who looks; `None` for the program itself.
    pub staff: Option<StaffId>,
    /// For which office.
    pub organisation: Option<OrganisationId>,
    /// What for: a word from a list, never free text.
    pub purpose: String,
    /// When, milliseconds UTC.
    pub at: i64,
    /// Random, hides the person in the audit chain.
    pub salt: [u8; 16],
}

/// One look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonViewRow {
    /// County.
    pub shard: Shard,
    /// Whose data.
    pub person: PersonId,
    /// When, milliseconds UTC.
    pub viewed_at: i64,
    /// Chain of the audit entry about it.
    pub writer: WriterId,
    /// Its number there.
    pub seq: i64,
    /// Who looked.
    pub staff: Option<StaffId>,
    /// For which office.
    pub organisation: Option<OrganisationId>,
    /// What for.
    pub purpose: String,
    /// Which fields, words with blanks between.
    pub fields: String,
    /// Hides the person in the audit entry.
    pub salt: Option<[u8; 16]>,
}

/// Place of a look in a list, newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ViewPlace {
    /// When, milliseconds UTC.
    pub viewed_at: i64,
    /// Chain of the audit entry about it.
    pub writer: WriterId,
    /// Its number there.
    pub seq: i64,
}

impl ViewPlace {
    /// Before every look.
    pub const FIRST: ViewPlace = ViewPlace {
        viewed_at: i64::MAX,
        writer: WriterId([0; 16]),
        seq: i64::MAX,
    };

    /// Of a look.
    pub fn of(row: &PersonViewRow) -> ViewPlace {
        ViewPlace {
            viewed_at: row.viewed_at,
            writer: row.writer,
            seq: row.seq,
        }
    }
}

/// Which looks at a person are asked for.
#[derive(Clone, Copy, Debug)]
pub struct ViewsAsked<'a> {
    /// Looks with this purpose are left out; empty: none.
    pub without: &'a str,
    /// Go on after this one.
    pub after: ViewPlace,
    /// How many at most.
    pub limit: u32,
}

sql! {
    INSERT_VIEW = "INSERT INTO person_view (shard, person, viewed_at, writer, seq, staff,
            organisation, purpose, fields, salt)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    VIEWS_OF = "SELECT shard, person, viewed_at, writer, seq, staff, organisation, purpose,
            fields, salt
        FROM person_view WHERE shard = ?1 AND person = ?2 AND purpose <> ?3 AND viewed_at <= ?4
            AND (viewed_at < ?4 OR writer > ?5 OR (writer = ?5 AND seq < ?6))
        ORDER BY viewed_at DESC, writer, seq DESC LIMIT ?7";
    ERASE_VIEWS = "UPDATE person_view SET person = ?3, salt = NULL
        WHERE shard = ?1 AND person = ?2";
}

impl ReadTx<'_> {
    /// The last looks at a person, newest first.
    pub fn views_of_person(
        &self,
        shard: Shard,
        person: PersonId,
        limit: u32,
    ) -> Result<Vec<PersonViewRow>, StoreError> {
        let asked = ViewsAsked {
            without: "",
            after: ViewPlace::FIRST,
            limit,
        };
        self.views_asked(shard, person, &asked)
    }

    /// Looks at a person after a place and without a purpose, newest first.
    pub fn views_asked(
        &self,
        shard: Shard,
        person: PersonId,
        asked: &ViewsAsked<'_>,
    ) -> Result<Vec<PersonViewRow>, StoreError> {
        let parameters = params![
            shard,
            &person,
            asked.without,
            asked.after.viewed_at,
            &asked.after.writer,
            asked.after.seq,
            asked.limit
        ];
        self.query(&VIEWS_OF, parameters, |row| {
            Ok(PersonViewRow {
                shard: row.get(0)?,
                person: row.get(1)?,
                viewed_at: row.get(2)?,
                writer: row.get(3)?,
                seq: row.get(4)?,
                staff: row.get(5)?,
                organisation: row.get(6)?,
                purpose: row.get(7)?,
                fields: row.get(8)?,
                salt: row.get(9)?,
            })
        })
    }
}

impl Tx<'_> {
    /// Writes down that somebody was shown something of a person: `what` are words with blanks
    /// between. The audit chain holds whom it concerns as a salted commitment.
    pub fn record_person_view(
        &self,
        shard: Shard,
        person: PersonId,
        viewer: &Viewer,
        what: &str,
    ) -> Result<(), StoreError> {
        let entry = self.append_audit(&AuditNote {
            shard,
            at: viewer.at,
            kind: "person.view",
            actor: viewer.staff,
            commitment: Some(commitment(&viewer.salt, Some(&person.0), None)),
            body: format!("{} {what}", viewer.purpose).as_bytes(),
        })?;
        self.insert_person_view(&PersonViewRow {
            shard,
            person,
            viewed_at: viewer.at,
            writer: entry.writer,
            seq: entry.seq,
            staff: viewer.staff,
            organisation: viewer.organisation,
            purpose: viewer.purpose.clone(),
            fields: what.to_owned(),
            salt: Some(viewer.salt),
        })
    }

    fn insert_person_view(&self, row: &PersonViewRow) -> Result<(), StoreError> {
        self.execute_one(
            &INSERT_VIEW,
            params![
                row.shard,
                &row.person,
                row.viewed_at,
                &row.writer,
                row.seq,
                row.staff.as_ref(),
                row.organisation.as_ref(),
                &row.purpose,
                &row.fields,
                row.salt.as_ref()
            ],
        )
    }

    pub(crate) fn erase_views_of(
        &self,
        shard: Shard,
        person: PersonId,
        random: &[u8; 16],
    ) -> Result<(), StoreError> {
        self.execute(&ERASE_VIEWS, params![shard, &person, random])?;
        Ok(())
    }
}
