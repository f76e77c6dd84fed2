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
    /// End, not included.
    pub to_at: Option<i64>,
    /// A word of a closed list.
    pub reason: String,
    /// Who decided.
    pub decided_by: StaffId,
}

// What was to begin later decided nothing yet, so that it may go; what has begun stays.
sql! {
    INSERT_SUSPENSION = "INSERT INTO policy_suspension (area, document, row_id, from_at, to_at,
            reason, decided_by, ended_by)
        VALUES (?1, ?2, ?3, ?4, NULL, ?5, ?6, NULL)";
    END_SUSPENSION = "UPDATE policy_suspension SET to_at = ?4, ended_by = ?5
        WHERE area = ?1 AND document = ?2 AND row_id = ?3 AND to_at IS NULL";
    DROP_LATER = "DELETE FROM policy_suspension
        WHERE area = ?1 AND document = ?2 AND row_id = ?3 AND from_at > ?4 AND to_at IS NULL";
    SUSPENSIONS = "SELECT area, document, row_id, from_at, to_at, reason, decided_by
        FROM policy_suspension WHERE from_at < ?2 AND (to_at IS NULL OR to_at > ?1)
        ORDER BY area, document, row_id, from_at";
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
}

impl Tx<'_> {
    /// Suspends a row from an instant on.
    pub fn insert_suspension(&self, row: &SuspensionRow) -> Result<(), StoreError> {
        self.mark_list(REFERENCE, Some(row.area));
        let parameters = params![
            &row.area,
            &row.document,
            &row.row_id,
            row.from_at,
            &row.reason,
            &row.decided_by
        ];
        self.execute_one(&INSERT_SUSPENSION, parameters)
    }

    /// Ends the suspension of a row, and drops what was to begin later; says whether there was one.
    pub fn end_suspension(
        &self,
        (area, document, row_id): (AreaId, &str, &str),
        to_at: i64,
        staff: StaffId,
    ) -> Result<bool, StoreError> {
        self.mark_list(REFERENCE, Some(area));
        self.execute(&DROP_LATER, params![&area, document, row_id, to_at])?;
        let parameters = params![&area, document, row_id, to_at, &staff];
        Ok(self.execute(&END_SUSPENSION, parameters)? > 0)
    }
}
