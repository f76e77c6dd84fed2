//! The uploaded file: sealed in pieces, opened whole, its rows with what was put right in them.

use super::header::{Head, Mapping, MergedValues, read_mapping};
use super::takes::Takes;
use super::{Desk, ImportError, RunId};
use crate::sheet::{Cell, SheetError, Table};
use gatehouse_store::import_run::ImportRunRow;
use gatehouse_store::{Chance, ImportKey, Lane, Shard, StoreError};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// Bytes of one sealed piece: one short transaction each.
const PIECE_BYTES: usize = 256 << 10;
/// Cells that somebody puts right in one import.
const FIXES_MOST: u32 = 5_000;

/// Keeps a file in pieces.
pub(super) fn keep_file(
    desk: &Desk,
    shard: Shard,
    run: RunId,
    key: &ImportKey,
    bytes: &[u8],
) -> Result<(), ImportError> {
    let chance = Chance::new(desk.world.bytes());
    for (number, piece) in (0_i64..).zip(bytes.chunks(PIECE_BYTES)) {
        keep_piece(desk, shard, run, key, "file", number, piece, &chance)?;
    }
    Ok(())
}

/// Keeps one piece.
#[expect(clippy::too_many_arguments, reason = "a piece and its place")]
pub(super) fn keep_piece(
    desk: &Desk,
    shard: Shard,
    run: RunId,
    key: &ImportKey,
    kind: &'static str,
    number: i64,
    piece: &[u8],
    chance: &Chance,
) -> Result<(), ImportError> {
    let at = number.unsigned_abs();
    let sealed = key.seal(kind, at, piece, &chance.part(at));
    desk.store
        .write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| {
            tx.keep_import_part(shard, &run, kind, number, &sealed)
        })?;
    Ok(())
}

/// All pieces of a kind, one after the other.
pub(super) fn open_pieces(
    desk: &Desk,
    run: &ImportRunRow,
    key: &ImportKey,
    kind: &'static str,
) -> Result<Vec<u8>, ImportError> {
    let mut bytes = Vec::new();
    for number in 0_i64.. {
        let Some(piece) = open_piece(desk, run, key, kind, number)? else {
            break;
        };
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

/// One piece of a kind, if there is one.
pub(super) fn open_piece(
    desk: &Desk,
    run: &ImportRunRow,
    key: &ImportKey,
    kind: &'static str,
    number: i64,
) -> Result<Option<Vec<u8>>, ImportError> {
    let (shard, id) = (run.shard, run.run);
    let sealed = desk
        .store
        .read_blocking::<_, StoreError, _>(move |tx| tx.import_part(shard, &id, kind, number))?;
    let open = |sealed: Vec<u8>| key.open(kind, number.unsigned_abs(), &sealed);
    Ok(sealed.map(open).transpose()?)
}

/// The key of a run whose file is still there.
pub(super) fn key_of(desk: &Desk, run: &ImportRunRow) -> Result<ImportKey, ImportError> {
    let wrapped = run.wrapped_key.as_ref().ok_or(ImportError::Gone)?;
    Ok(ImportKey::unwrap(run.run, desk.keys.vault(), wrapped)?)
}

/// The name of the file.
pub fn file_name(desk: &Desk, run: &ImportRunRow) -> Option<String> {
    let key = key_of(desk, run).ok()?;
    let name = key.open("name", 0, run.name_sealed.as_ref()?).ok()?;
    String::from_utf8(name).ok()
}

/// A file that is open for one phase.
pub(super) struct OpenFile {
    table: Table,
    pub(super) head: Head,
    pub(super) mapping: Mapping,
    fixes: BTreeMap<u32, Vec<(usize, String)>>,
    /// Rows whose values are to be taken where the register has others.
    pub(super) takes: Takes,
}

impl OpenFile {
    /// Opens the file of a run.
    pub(super) fn open(desk: &Desk, run: &ImportRunRow) -> Result<OpenFile, ImportError> {
        let key = key_of(desk, run)?;
        let bytes = open_pieces(desk, run, &key, "file")?;
        let mut table = Table::open("", bytes)?;
        let head = Head::find(&mut table)?;
        let (shard, id) = (run.shard, run.run);
        let sealed = desk
            .store
            .read_blocking::<_, StoreError, _>(move |tx| tx.import_fixes(shard, &id, FIXES_MOST))?;
        let (mut fixes, mut takes) = (BTreeMap::new(), Takes::default());
        for (row, column, sealed) in sealed {
            let number = u32::try_from(row).map_err(|_| ImportError::Gone)?;
            if takes.read(&key, (number, column), &sealed)? {
                continue;
            }
            let column = usize::try_from(column).map_err(|_| ImportError::Gone)?;
            let text = key.open("fix", fix_place(number, column), &sealed)?;
            let text = String::from_utf8(text).map_err(|_| ImportError::Gone)?;
            let of_row: &mut Vec<(usize, String)> = fixes.entry(number).or_default();
            of_row.push((column, text));
        }
        Ok(OpenFile {
            mapping: head.permitted(&read_mapping(&run.mapping).unwrap_or_default()),
            table,
            head,
            fixes,
            takes,
        })
    }

    /// Hands over every row of people, with merged values and what was put right.
    pub(super) fn each_row(
        &mut self,
        take: &mut dyn FnMut(u32, &mut Vec<Cell>) -> ControlFlow<()>,
    ) -> Result<(), SheetError> {
        let merged = self.table.merged(self.head.sheet)?;
        let mut merged = MergedValues::new(merged, &self.head);
        let (fixes, mapping, last) = (&self.fixes, &self.mapping, self.head.last_row);
        self.table.each_row(self.head.sheet, &mut |number, cells| {
            if number <= last {
                return ControlFlow::Continue(());
            }
            merged.fill(number, cells, mapping);
            for (column, text) in fixes.get(&number).into_iter().flatten() {
                if cells.len() <= *column {
                    cells.resize(*column + 1, Cell::Empty);
                }
                cells[*column] = Cell::Text(text.clone());
            }
            take(number, cells)
        })
    }
}

/// Rows with their numbers.
pub(super) type Rows = [(u32, Vec<Cell>)];

impl OpenFile {
    /// Hands over the rows of people some at a time. `take` says how many it wants next, or
    /// breaks off.
    pub(super) fn each_batch(
        &mut self,
        first: usize,
        mut take: impl FnMut(&mut OpenRows<'_>) -> Result<ControlFlow<(), usize>, ImportError>,
    ) -> Result<(), ImportError> {
        let (mapping, takes) = (self.mapping.clone(), self.takes.clone());
        let mut rows: Vec<(u32, Vec<Cell>)> = Vec::new();
        let (mut size, mut failure) = (first, None);
        let mut hand_over = |rows: &mut Vec<(u32, Vec<Cell>)>, size: &mut usize| {
            let mut open = OpenRows {
                rows,
                mapping: &mapping,
                takes: &takes,
            };
            let end = take(&mut open);
            rows.clear();
            match end {
                Ok(ControlFlow::Continue(next)) => {
                    *size = next.max(1);
                    ControlFlow::Continue(())
                }
                Ok(ControlFlow::Break(())) => ControlFlow::Break(()),
                Err(error) => {
                    failure = Some(error);
                    ControlFlow::Break(())
                }
            }
        };
        self.each_row(&mut |number, cells| {
            rows.push((number, std::mem::take(cells)));
            match rows.len() >= size {
                true => hand_over(&mut rows, &mut size),
                false => ControlFlow::Continue(()),
            }
        })?;
        if !rows.is_empty() {
            let _ = hand_over(&mut rows, &mut size);
        }
        failure.map_or(Ok(()), Err)
    }
}

/// Some rows, with what holds for all of them.
pub(super) struct OpenRows<'a> {
    pub(super) rows: &'a Rows,
    pub(super) mapping: &'a Mapping,
    pub(super) takes: &'a Takes,
}

/// Where a fix is sealed to.
pub(super) fn fix_place(row: u32, column: usize) -> u64 {
    (u64::from(row) << 16) | (column as u64 & 0xFFFF)
}
