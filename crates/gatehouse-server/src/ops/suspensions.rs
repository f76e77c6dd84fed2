//! For how long a suspension of a row holds: for the stretch of its document's force in which it
//! was decided, and for those that two offices had approved before that and that were to come. A
//! version that they approve afterwards is a new decision, made in sight of the suspension, and
//! brings the row back (ADR 36).

use gatehouse_core::id::AreaId;
use gatehouse_core::policy::{PolicyDocument, read};
use gatehouse_store::policy::PolicyForceRow;
use gatehouse_store::policy_suspension::SuspensionRow;
use gatehouse_store::{ReadTx, StoreError};
use serde::Serialize;

/// Whether a suspension is of a stretch of a document's force.
pub(super) fn is_of(one: &SuspensionRow, row: &PolicyForceRow) -> bool {
    one.document == row.document
        && row.from_at <= one.from_at
        && row.to_at.is_none_or(|to| one.from_at < to)
}

/// Whether two suspensions are of the same row of a document in the same area.
fn is_same(one: &SuspensionRow, other: &SuspensionRow) -> bool {
    (one.area, &one.document, &one.row_id) == (other.area, &other.document, &other.row_id)
}

/// Whether a row is suspended in a stretch at the instant of a suspension that somebody wishes.
pub(super) fn is_suspended(
    tx: &ReadTx<'_>,
    wished: &SuspensionRow,
    stretch: &PolicyForceRow,
) -> Result<bool, StoreError> {
    let suspended = tx.suspensions(wished.from_at, wished.from_at.saturating_add(1))?;
    let mut same = suspended.iter().filter(|one| is_same(one, wished));
    Ok(same.any(|one| is_of(one, stretch)))
}

/// What is suspended in an area itself at an instant, and has an effect there then.
pub(super) fn suspended_at(
    tx: &ReadTx<'_>,
    area: AreaId,
    at: i64,
) -> Result<Vec<SuspensionRow>, StoreError> {
    let path = tx.area_path(area)?;
    let mut held = tx.policies_in_force(at, at.saturating_add(1))?;
    held.retain(|row| path.iter().any(|above| above.area == row.area));
    let mut suspended = tx.suspensions(at, at.saturating_add(1))?;
    suspended.retain(|one| one.area == area && held.iter().any(|row| is_of(one, row)));
    Ok(suspended)
}

/// The suspensions of the same row in the stretches that are approved and still to come.
pub(super) fn to_come(
    tx: &ReadTx<'_>,
    decided: &SuspensionRow,
) -> Result<Vec<SuspensionRow>, StoreError> {
    let path = tx.area_path(decided.area)?;
    let mut found = Vec::new();
    for row in tx.policies_in_force(decided.from_at, i64::MAX)? {
        let is_there = path.iter().any(|above| above.area == row.area);
        if !is_there || row.document != decided.document || row.from_at <= decided.from_at {
            continue;
        }
        let kept = tx.policy_document(&row.document, row.version)?;
        let document = kept.and_then(|kept| read(&kept.text).ok());
        if document.is_some_and(|document| has(&document, &decided.row_id)) {
            found.push(SuspensionRow {
                from_at: row.from_at,
                ..decided.clone()
            });
        }
    }
    Ok(found)
}

/// The rows that are suspended in the version before a stretch, in its area or below, and that hold
/// again once the stretch begins.
pub(super) fn brought_back(
    tx: &ReadTx<'_>,
    row: &PolicyForceRow,
    document: &PolicyDocument,
) -> Result<Vec<SuspensionRow>, StoreError> {
    let there = tx.policy_forces(row.area, &row.document)?.into_iter();
    let mut held = there.filter(|one| {
        let is_approved = one.decided_by.is_none() || one.approved_by.is_some();
        is_approved && one.to_at.is_none_or(|to| one.from_at < to)
    });
    let Some(before) = held.rfind(|one| one.from_at < row.from_at) else {
        return Ok(Vec::new());
    };
    // At its last instant: what ends as the stretch begins has been brought back by somebody.
    let suspended = tx.suspensions(row.from_at, row.from_at.saturating_add(1))?;
    let goes_on = |one: &SuspensionRow| {
        let mut same = suspended.iter().filter(|other| is_same(one, other));
        same.any(|other| is_of(other, row))
    };
    let mut found = Vec::new();
    for one in &suspended {
        if !is_of(one, &before) || goes_on(one) || !has(document, &one.row_id) {
            continue;
        }
        let path = tx.area_path(one.area)?;
        if path.iter().any(|above| above.area == row.area) {
            found.push(one.clone());
        }
    }
    Ok(found)
}

/// A row that is suspended, and holds again once a stretch begins, for whoever commands.
#[derive(Debug, Serialize)]
pub struct BroughtBack {
    /// The row.
    pub row: String,
    /// Where it is suspended.
    pub area: AreaId,
    /// Since when, milliseconds UTC.
    pub since: i64,
    /// Why: a word of a closed list.
    pub reason: String,
}

impl From<SuspensionRow> for BroughtBack {
    fn from(row: SuspensionRow) -> BroughtBack {
        BroughtBack {
            row: row.row_id,
            area: row.area,
            since: row.from_at,
            reason: row.reason,
        }
    }
}

fn has(document: &PolicyDocument, row: &str) -> bool {
    document.rows.iter().any(|one| one.id == row)
}
