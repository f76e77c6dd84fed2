//! Tables that people keep: workbooks and text tables, read row by row within limits.
//!
//! Here is only what stands in which cell, as the file keeps it. What a column means, and whether
//! a value is right, is `ops::import_people`. Nothing here believes what a file says of itself:
//! sizes are counted while they are inflated, claimed dimensions and counts reserve nothing.

mod cell;
mod delimited;
mod encoding;
mod error;
mod limits;
mod package;
mod part;
mod parts;
mod serial;
mod workbook;
mod worksheet;

pub use cell::Cell;
pub use encoding::TextEncoding;
pub use error::SheetError;
pub use limits::{COLUMNS_MOST, FILE_BYTES_MOST, ROWS_MOST};
pub use serial::{serial_day, serial_seconds};

use delimited::TextTable;
use std::ops::ControlFlow;
use workbook::Workbook;

/// Cells that are one: the first holds the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Merged {
    /// First row, counted from 1 as people see it.
    pub top: u32,
    /// Last row.
    pub bottom: u32,
    /// First column, from 0.
    pub left: usize,
    /// Last column.
    pub right: usize,
}

/// Takes a row: its number from 1 as people see it, and its cells from column A on.
pub type TakeRow<'a> = &'a mut dyn FnMut(u32, &mut Vec<Cell>) -> ControlFlow<()>;

/// A file that was opened: its form is known and it is no trap; its rows are not read yet.
pub enum Table {
    /// `.xlsx`.
    Workbook(Workbook),
    /// `.csv` and its relatives.
    Text(TextTable),
}

impl Table {
    /// Looks at the form of a file, whatever its name says.
    ///
    /// # Errors
    /// [`SheetError`]: why the file is not taken.
    pub fn open(name: &str, bytes: Vec<u8>) -> Result<Table, SheetError> {
        if bytes.len() > FILE_BYTES_MOST {
            return Err(SheetError::FileTooLarge);
        }
        match bytes.as_slice() {
            [] => Err(SheetError::Empty),
            [b'P', b'K', ..] => Ok(Table::Workbook(Workbook::open(bytes)?)),
            // The container of old .xls files, and of workbooks with a password.
            [0xD0, 0xCF, 0x11, 0xE0, ..] => Err(SheetError::OldOrLocked),
            [b'%', b'P', b'D', b'F', ..] => Err(SheetError::NotATable),
            _ => {
                let table = TextTable::open(bytes)?;
                match is_named_workbook(name) {
                    true => Err(SheetError::TextNamedWorkbook),
                    false => Ok(Table::Text(table)),
                }
            }
        }
    }

    /// Names of the sheets that people see; a text table has one without a name.
    pub fn sheets(&self) -> Vec<String> {
        match self {
            Table::Workbook(workbook) => workbook.sheets(),
            Table::Text(_) => vec![String::new()],
        }
    }

    /// How its text is encoded; `None` for workbooks.
    pub fn encoding(&self) -> Option<TextEncoding> {
        match self {
            Table::Workbook(_) => None,
            Table::Text(table) => Some(table.encoding()),
        }
    }

    /// The merged cells of a sheet. They stand behind the rows, so this reads the sheet once.
    ///
    /// # Errors
    /// [`SheetError`].
    pub fn merged(&mut self, sheet: usize) -> Result<Vec<Merged>, SheetError> {
        match self {
            Table::Workbook(workbook) => workbook.merged(sheet),
            Table::Text(_) => Ok(Vec::new()),
        }
    }

    /// Hands over each row that is not blank, in order, until `take` breaks off.
    ///
    /// # Errors
    /// [`SheetError`].
    pub fn each_row(&mut self, sheet: usize, take: TakeRow<'_>) -> Result<(), SheetError> {
        match self {
            Table::Workbook(workbook) => workbook.each_row(sheet, take),
            Table::Text(table) => table.each_row(take),
        }
    }
}

fn is_named_workbook(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [".xlsx", ".xlsm", ".xls"]
        .iter()
        .any(|ending| name.ends_with(ending))
}

/// A, B, … Z, AA: what people call a column.
pub fn column_name(column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        let (next, letter) = ((rest - 1) / 26, (rest - 1) % 26);
        letters.push(b'A' + u8::try_from(letter).expect("less than 26"));
        rest = next;
    }
    letters.reverse();
    String::from_utf8(letters).expect("letters from A to Z")
}

#[cfg(test)]
mod tests;
