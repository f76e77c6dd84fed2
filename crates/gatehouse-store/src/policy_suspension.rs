//! Rows of documents in force that somebody has suspended: the emergency brake. *Reference*.

use crate::error::StoreError;
use crate::list_change::REFERENCE;
use crate::tx::{ReadTx, Tx};
use crate::value::Row;
use crate::{params, sql};
use gatehouse_core::id::{AreaId, StaffId};

/// A suspended row, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuspensionRow {
    /// Top of the subtree.
    pub area: AreaId,
    /// The document.
    pub document: String,
    /// The row of it.
    pub row_id: String,
    /// First instant, milliseconds UTC.
    pub from_at: i64,
    /// End, not included; no later than the first instant where it was withdrawn before it began.
    pub to_at: Option<i64>,
    /// A word of a closed list.
    pub reason: String,
    /// Who decided.
    pub decided_by: StaffId,
}

impl SuspensionRow {
    /// Whether it was taken back before it began: it has suspended nothing.
    pub fn is_withdrawn(&self) -> bool {
        self.to_at.is_some_and(|to| to <= self.from_at)
    }
}

// What was to begin later ends before it begins: withdrawn, and kept. Where the row is suspended
// once more before then, the later decision stands in its place; the earlier one has a line of its
// own, from when it was taken.
sql! {
    INSERT_SUSPENSION = "INSERT INTO policy_suspension (area, document, row_id, from_at, to_at,
            reason, decided_by, ended_by)
        VALUES (?1, ?2, ?3, ?4, NULL, ?5, ?6, NULL)";
    SUSPEND_LATER = "INSERT INTO policy_suspension (area, document, row_id, from_at, to_at,
            reason, decided_by, ended_by)
        VALUES (?1, ?2, ?3, ?4, NULL, ?5, ?6, NULL)
        ON CONFLICT (area, document, row_id, from_at) DO UPDATE
        SET to_at = NULL, reason = excluded.reason, decided_by = excluded.decided_by,
            ended_by = NULL
        WHERE policy_suspension.to_at <= policy_suspension.from_at";
    END_SUSPENSION = "UPDATE policy_suspension SET to_at = ?4, ended_by = ?5
        WHERE area = ?1 AND document = ?2 AND row_id = ?3 AND to_at IS NULL";
    SUSPENSIONS = "SELECT area, document, row_id, from_at, to_at, reason, decided_by
        FROM policy_suspension
        WHERE from_at < ?2 AND (to_at IS NULL OR (to_at > ?1 AND to_at > from_at))
        ORDER BY area, document, row_id, from_at";
    SUSPENSION_LOG = "SELECT area, document, row_id, from_at, to_at, reason, decided_by
        FROM policy_suspension WHERE area = ?1
        ORDER BY from_at DESC, document, row_id LIMIT ?2";
}

fn read(row: &Row<'_>) -> Result<SuspensionRow, StoreError> {
    Ok(SuspensionRow {
        area: row.get(0)?,
        document: row.get(1)?,
        row_id: row.get(2)?,
        from_at: row.get(3)?,
        to_at: row.get(4)?,
        reason: row.get(5)?,
        decided_by: row.get(6)?,
    })
}

impl ReadTx<'_> {
    /// What is suspended anywhere at any instant in [from, until): few, read whole.
    pub fn suspensions(&self, from: i64, until: i64) -> Result<Vec<SuspensionRow>, StoreError> {
        self.query(&SUSPENSIONS, params![from, until], read)
    }

    /// What was ever suspended in an area itself, the latest first: withdrawn and ended too.
    pub fn suspension_log(
        &self,
        area: AreaId,
        most: u32,
    ) -> Result<Vec<SuspensionRow>, StoreError> {
        self.query(&SUSPENSION_LOG, params![&area, most], read)
    }
}

impl Tx<'_> {
    /// Suspends a row from an instant on.
    pub fn insert_suspension(&self, row: &SuspensionRow) -> Result<(), StoreError> {
        self.mark_list(REFERENCE, Some(row.area));
        self.execute_one(&INSERT_SUSPENSION, params![
            &row.area,
            &row.document,
            &row.row_id,
            row.from_at,
            &row.reason,
            &row.decided_by
        ])
    }

    /// The same from an instant to come, from which on it may be suspended already, or was to be
    /// before that was withdrawn.
    pub fn suspend_later(&self, row: &SuspensionRow) -> Result<(), StoreError> {
        self.mark_list(REFERENCE, Some(row.area));
        self.execute(&SUSPEND_LATER, params![
            &row.area,
            &row.document,
            &row.row_id,
            row.from_at,
            &row.reason,
            &row.decided_by
        ])?;
        Ok(())
    }

    /// Ends the suspension of a row, and withdraws what was to begin later; says whether there was
    /// one.
    pub fn end_suspension(
        &self,
        (area, document, row_id): (AreaId, &str, &str),
        to_at: i64,
        staff: StaffId,
    ) -> Result<bool, StoreError> {
        self.mark_list(REFERENCE, Some(area));
        let parameters = params![&area, document, row_id, to_at, &staff];
        Ok(self.execute(&END_SUSPENSION, parameters)? > 0)
    }
}
