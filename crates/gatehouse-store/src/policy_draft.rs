//! Documents that officials are writing. *Reference*.

use crate::error::StoreError;
use crate::tx::{ReadTx, Tx};
use crate::value::Row;
use crate::{params, sql};
use gatehouse_core::id::{AreaId, StaffId};

/// A draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyDraftRow {
    /// Random id.
    pub draft: [u8; 16],
    /// Where it is to hold.
    pub area: AreaId,
    /// Folder of the document.
    pub document: String,
    /// Version of the document that it began as; 0: brought as files.
    pub based_on: i64,
    /// `policy.toml`.
    pub text: String,
    /// `cases.toml`.
    pub cases: String,
    /// Who began it.
    pub made_by: StaffId,
    /// When, milliseconds UTC.
    pub made_at: i64,
    /// Who changed it last.
    pub changed_by: StaffId,
    /// When.
    pub changed_at: i64,
    /// Counts changes from 1.
    pub version: i64,
}

sql! {
    INSERT_DRAFT = "INSERT INTO policy_draft (draft, area, document, based_on, text, cases,
            made_by, made_at, changed_by, changed_at, version)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?7, ?8, 1)";
    CHANGE_DRAFT = "UPDATE policy_draft SET text = ?3, cases = ?4, changed_by = ?5,
            changed_at = ?6, version = version + 1
        WHERE draft = ?1 AND version = ?2";
    DROP_DRAFT = "DELETE FROM policy_draft WHERE draft = ?1 AND version = ?2";
    DRAFT = "SELECT draft, area, document, based_on, text, cases, made_by, made_at, changed_by,
            changed_at, version
        FROM policy_draft WHERE draft = ?1 AND area = ?2";
    DRAFTS_OF = "SELECT draft, area, document, based_on, text, cases, made_by, made_at, changed_by,
            changed_at, version
        FROM policy_draft WHERE area = ?1 ORDER BY made_at DESC, draft LIMIT ?2";
    COUNT_DRAFTS = "SELECT count(*) FROM policy_draft WHERE area = ?1";
}

fn read(row: &Row<'_>) -> Result<PolicyDraftRow, StoreError> {
    Ok(PolicyDraftRow {
        draft: row.get(0)?,
        area: row.get(1)?,
        document: row.get(2)?,
        based_on: row.get(3)?,
        text: row.get(4)?,
        cases: row.get(5)?,
        made_by: row.get(6)?,
        made_at: row.get(7)?,
        changed_by: row.get(8)?,
        changed_at: row.get(9)?,
        version: row.get(10)?,
    })
}

impl ReadTx<'_> {
    /// A draft for an area.
    pub fn policy_draft(
        &self,
        area: AreaId,
        draft: &[u8; 16],
    ) -> Result<Option<PolicyDraftRow>, StoreError> {
        self.optional(&DRAFT, params![draft, &area], read)
    }

    /// The drafts for an area, newest first.
    pub fn policy_drafts(
        &self,
        area: AreaId,
        limit: u32,
    ) -> Result<Vec<PolicyDraftRow>, StoreError> {
        self.query(&DRAFTS_OF, params![&area, limit], read)
    }

    /// How many drafts there are for an area.
    pub fn count_policy_drafts(&self, area: AreaId) -> Result<i64, StoreError> {
        self.query_one(&COUNT_DRAFTS, params![&area], |row| row.get(0))
    }
}

impl Tx<'_> {
    /// Begins a draft; nobody has changed it, whatever the row says.
    pub fn insert_policy_draft(&self, row: &PolicyDraftRow) -> Result<(), StoreError> {
        self.execute_one(
            &INSERT_DRAFT,
            params![
                &row.draft,
                &row.area,
                &row.document,
                row.based_on,
                &row.text,
                &row.cases,
                &row.made_by,
                row.made_at
            ],
        )
    }

    /// Changes a draft that is still at a version; [`StoreError::Stale`] where it is not.
    pub fn change_policy_draft(
        &self,
        draft: &[u8; 16],
        version: i64,
        (text, cases): (&str, &str),
        (staff, now_millis): (StaffId, i64),
    ) -> Result<(), StoreError> {
        let parameters = params![draft, version, text, cases, &staff, now_millis];
        self.execute_versioned(&CHANGE_DRAFT, parameters)
    }

    /// Drops a draft that is still at a version; [`StoreError::Stale`] where it is not.
    pub fn drop_policy_draft(&self, draft: &[u8; 16], version: i64) -> Result<(), StoreError> {
        self.execute_versioned(&DROP_DRAFT, params![draft, version])
    }
}
