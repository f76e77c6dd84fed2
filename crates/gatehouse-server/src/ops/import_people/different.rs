//! Rows of people whom the register has with other values: the first lie in the report, the
//! others in pieces beside it, so that a page reads a few however many there are.

use super::file::{keep_piece, key_of, open_piece};
use super::report::{DifferentRow, Report};
use super::{Desk, ImportError};
use gatehouse_store::import_run::ImportRunRow;
use gatehouse_store::{Chance, StoreError};
use serde::{Deserialize, Serialize};

/// Rows of one piece, and of the report (local choice).
pub(super) const ROWS_A_PIECE: usize = 500;

/// A piece beside the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// Number of its last row.
    last: u32,
    /// How many it holds.
    rows: usize,
}

/// Keeps rows that no longer fit into the report, once they fill a piece or at the end.
pub(super) fn keep_beside(
    desk: &Desk,
    run: &ImportRunRow,
    report: &mut Report,
    is_end: bool,
) -> Result<(), ImportError> {
    while report.beside.len() >= ROWS_A_PIECE || (is_end && !report.beside.is_empty()) {
        let rest = report
            .beside
            .split_off(report.beside.len().min(ROWS_A_PIECE));
        let rows = std::mem::replace(&mut report.beside, rest);
        let Some(last) = rows.last().map(|row| row.number) else {
            break;
        };
        let key = key_of(desk, run)?;
        let text = serde_json::to_vec(&rows).map_err(|_| StoreError::Panicked)?;
        let chance = Chance::new(desk.world.bytes());
        let number = i64::try_from(report.pieces.len()).unwrap_or(i64::MAX);
        keep_piece(
            desk,
            run.shard,
            run.run,
            &key,
            "different",
            number,
            &text,
            &chance,
        )?;
        let rows = rows.len();
        report.pieces.push(Piece { last, rows });
    }
    Ok(())
}

/// The first such row after another, with how many follow it; `None` where there is none.
///
/// # Errors
/// The database's.
pub fn next_different(
    desk: &Desk,
    run: &ImportRunRow,
    report: &Report,
    after: Option<u32>,
) -> Result<Option<(DifferentRow, usize)>, ImportError> {
    let is_later = |number: u32| after.is_none_or(|after| number > after);
    let pick = |rows: &[DifferentRow], beyond: &[Piece]| {
        let at = rows.iter().position(|row| is_later(row.number))?;
        let beyond: usize = beyond.iter().map(|piece| piece.rows).sum();
        Some((rows[at].clone(), rows.len() - 1 - at + beyond))
    };
    if let Some(found) = pick(&report.different, &report.pieces) {
        return Ok(Some(found));
    }
    let Some(at) = report.pieces.iter().position(|piece| is_later(piece.last)) else {
        return Ok(None);
    };
    let key = key_of(desk, run)?;
    let text = open_piece(desk, run, &key, "different", i64::try_from(at).unwrap_or(0))?;
    let rows: Vec<DifferentRow> = serde_json::from_slice(&text.unwrap_or_default())
        .map_err(|_| StoreError::Sealed("not what was sealed"))?;
    Ok(pick(&rows, &report.pieces[at + 1..]))
}
