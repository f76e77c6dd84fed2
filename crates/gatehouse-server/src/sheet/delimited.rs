//! Text tables: comma, tab or semicolon between the cells, quotes round them where needed.

use super::encoding::{Decoded, TextEncoding, detect};
use super::limits::{CELL_CHARS_MOST, COLUMNS_MOST, ROWS_ABOVE_MOST, ROWS_MOST};
use super::{Cell, SheetError, TakeRow};
use std::io::Read;

/// Text that is looked at to find the separator.
const LOOKED_AT: usize = 64 << 10;
const SEPARATORS: [u8; 3] = [b'\t', b',', b';'];

/// A text table.
pub struct TextTable {
    bytes: Vec<u8>,
    encoding: TextEncoding,
    separator: u8,
}

impl TextTable {
    /// Finds encoding and separator.
    pub(super) fn open(bytes: Vec<u8>) -> Result<TextTable, SheetError> {
        let encoding = detect(&bytes)?;
        let mut start = Decoded::new(bytes, encoding);
        let mut looked = Vec::new();
        let taken = start.by_ref().take(LOOKED_AT as u64);
        let mut taken = std::io::BufReader::new(taken);
        taken
            .read_to_end(&mut looked)
            .map_err(|_| SheetError::UnknownEncoding)?;
        let looked = String::from_utf8_lossy(&looked);
        if looked.trim().is_empty() {
            return Err(SheetError::Empty);
        }
        let unreadable = |c: char| c.is_control() && !matches!(c, '\t' | '\r' | '\n');
        // A few may have crept into cells, where they are complained of; a table has not many.
        if looked.chars().filter(|c| unreadable(*c)).count() > looked.len() / 100 + 8 {
            return Err(SheetError::NotATable);
        }
        Ok(TextTable {
            separator: separator_of(&looked),
            bytes: start.into_bytes(),
            encoding,
        })
    }

    /// How its text is encoded.
    pub fn encoding(&self) -> TextEncoding {
        self.encoding
    }

    /// As [`super::Table::each_row`].
    pub(super) fn each_row(&mut self, take: TakeRow<'_>) -> Result<(), SheetError> {
        let bytes = std::mem::take(&mut self.bytes);
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.separator)
            .from_reader(Decoded::new(bytes, self.encoding));
        let ended = hand_over(&mut reader, take);
        self.bytes = reader.into_inner().into_bytes();
        ended
    }
}

fn hand_over(reader: &mut csv::Reader<Decoded>, take: TakeRow<'_>) -> Result<(), SheetError> {
    let mut record = csv::StringRecord::new();
    let mut cells = Vec::new();
    let (mut number, mut rows, mut breaks_inside) = (0, 0, 0);
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(_) => return Err(SheetError::Damaged),
        }
        // A spreadsheet counts rows, not lines: breaks inside cells are not counted, blank
        // lines are.
        breaks_inside += record.iter().map(breaks_in).sum::<u64>();
        let line = reader.position().line().saturating_sub(1 + breaks_inside);
        number = u32::try_from(line).unwrap_or(u32::MAX).max(number + 1);
        cells.clear();
        for text in record.iter().take(COLUMNS_MOST) {
            if text.len() > CELL_CHARS_MOST && text.chars().count() > CELL_CHARS_MOST {
                return Err(SheetError::CellTooLong);
            }
            cells.push(match text {
                "" => Cell::Empty,
                text => Cell::Text(text.to_owned()),
            });
        }
        if cells.iter().all(Cell::is_blank) {
            continue;
        }
        rows += 1;
        if rows > ROWS_MOST + ROWS_ABOVE_MOST {
            return Err(SheetError::TooManyRows);
        }
        if take(number, &mut cells).is_break() {
            return Ok(());
        }
    }
}

fn breaks_in(text: &str) -> u64 {
    text.bytes().filter(|byte| *byte == b'\n').count() as u64
}

/// The separator that most of the first lines agree on.
fn separator_of(looked: &str) -> u8 {
    let mut best = (0, b',');
    for separator in SEPARATORS {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(separator)
            .from_reader(looked.as_bytes());
        let widths: Vec<usize> = reader
            .records()
            .map_while(Result::ok)
            .take(30)
            .map(|record| record.len())
            .collect();
        let widest = widths.iter().copied().max().unwrap_or(1);
        let agree = widths.iter().filter(|width| **width == widest).count();
        let score = if widest > 1 { agree * widest } else { 0 };
        if score > best.0 {
            best = (score, separator);
        }
    }
    best.1
}
