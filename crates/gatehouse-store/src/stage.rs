//! Levels of risk and phases of the response, as people decided them for areas. *Reference*.

use crate::error::StoreError;
use crate::list_change::REFERENCE;
use crate::tx::{ReadTx, Tx};
use crate::value::Row;
use crate::{params, sql};
use gatehouse_core::id::{AreaId, StaffId};

/// A decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageRow {
    /// Top of the subtree.
    pub area: AreaId,
    /// `risk`, `phase`.
    pub scale: String,
    /// First instant, milliseconds UTC.
    pub from_at: i64,
    /// When it was proposed.
    pub decided_at: i64,
    /// End, not included.
    pub to_at: i64,
    /// A word of the scale.
    pub stage: String,
    /// By which published decision.
    pub basis: String,
    /// Area that the deciding key speaks for.
    pub authority: AreaId,
    /// Who decided.
    pub decided_by: StaffId,
    /// Who approved.
    pub approved_by: Option<StaffId>,
    /// When its last signature came; `None` while one is missing.
    pub holds_at: Option<i64>,
}

sql! {
    INSERT_STAGE = "INSERT INTO stage (area, scale, from_at, decided_at, to_at, stage, basis,
            authority, decided_by, approved_by, holds_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, NULL, ?10)
        ON CONFLICT (area, scale, from_at, decided_at) DO NOTHING";
    APPROVE_STAGE = "UPDATE stage SET approved_by = ?5, holds_at = ?6
        WHERE area = ?1 AND scale = ?2 AND from_at = ?3 AND decided_at = ?4 AND holds_at IS NULL";
    WITHDRAW_STAGE = "DELETE FROM stage
        WHERE area = ?1 AND scale = ?2 AND from_at = ?3 AND decided_at = ?4 AND holds_at IS NULL";
    STAGES = "SELECT area, scale, from_at, decided_at, to_at, stage, basis, authority, decided_by,
            approved_by, holds_at
        FROM stage WHERE area = ?1 AND to_at > ?2
        ORDER BY from_at DESC, decided_at DESC, scale LIMIT ?3";
}

fn read(row: &Row<'_>) -> Result<StageRow, StoreError> {
    Ok(StageRow {
        area: row.get(0)?,
        scale: row.get(1)?,
        from_at: row.get(2)?,
        decided_at: row.get(3)?,
        to_at: row.get(4)?,
        stage: row.get(5)?,
        basis: row.get(6)?,
        authority: row.get(7)?,
        decided_by: row.get(8)?,
        approved_by: row.get(9)?,
        holds_at: row.get(10)?,
    })
}

impl ReadTx<'_> {
    /// What was decided for an area itself and had not ended at an instant, the latest first.
    pub fn stages(&self, area: AreaId, after: i64, most: u32) -> Result<Vec<StageRow>, StoreError> {
        self.query(&STAGES, params![&area, after, most], read)
    }
}

impl Tx<'_> {
    /// Keeps a decision; says whether there was none like it.
    pub fn insert_stage(&self, row: &StageRow) -> Result<bool, StoreError> {
        self.mark_list(REFERENCE, Some(row.area));
        let written = self.execute(&INSERT_STAGE, params![
            &row.area,
            &row.scale,
            row.from_at,
            row.decided_at,
            row.to_at,
            &row.stage,
            &row.basis,
            &row.authority,
            &row.decided_by,
            row.holds_at
        ])?;
        Ok(written > 0)
    }

    /// The second signature; says whether one was still missing.
    pub fn approve_stage(
        &self,
        row: &StageRow,
        staff: StaffId,
        at: i64,
    ) -> Result<bool, StoreError> {
        self.mark_list(REFERENCE, Some(row.area));
        let (from_at, decided_at) = (row.from_at, row.decided_at);
        let key = params![&row.area, &row.scale, from_at, decided_at, &staff, at];
        Ok(self.execute(&APPROVE_STAGE, key)? > 0)
    }

    /// Takes back what somebody proposed and nobody has approved; says whether there was such a
    /// proposal. The audit chain keeps that there was.
    pub fn withdraw_stage(&self, row: &StageRow) -> Result<bool, StoreError> {
        let key = params![&row.area, &row.scale, row.from_at, row.decided_at];
        Ok(self.execute(&WITHDRAW_STAGE, key)? > 0)
    }
}
