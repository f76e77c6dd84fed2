//! The rows of one sheet of a workbook, one at a time.

use super::limits::{CELL_CHARS_MOST, COLUMNS_MOST};
use super::part::{Part, Piece, attribute};
use super::parts::Texts;
use super::{Cell, Merged, SheetError};
use quick_xml::events::BytesStart;

/// Days between the two ways of counting.
const DAYS_TO_1904: f64 = 1_462.0;

/// What comes next in a sheet.
pub(super) enum Next {
    /// A row with its number from 1.
    Row(u32),
    /// No more.
    End,
}

/// A sheet being read.
pub(super) struct Worksheet<'a> {
    part: Part<'a>,
    texts: &'a Texts,
    date_formats: &'a [bool],
    from_1904: bool,
    row: u32,
}

/// A cell whose value is still being read.
#[derive(Default)]
struct Pending {
    column: usize,
    kind: String,
    is_date: bool,
    text: String,
}

impl<'a> Worksheet<'a> {
    pub(super) fn new(
        part: Part<'a>,
        texts: &'a Texts,
        date_formats: &'a [bool],
        from_1904: bool,
    ) -> Worksheet<'a> {
        Worksheet {
            part,
            texts,
            date_formats,
            from_1904,
            row: 0,
        }
    }

    /// Reads the cells of the next row.
    pub(super) fn next_row(&mut self, cells: &mut Vec<Cell>) -> Result<Next, SheetError> {
        cells.clear();
        let mut pending: Option<Pending> = None;
        let (mut in_value, mut in_reading, mut column) = (false, false, 0);
        loop {
            match self.part.next()? {
                Piece::Open(start) => match start.local_name().as_ref() {
                    "row" => {
                        let number = attribute(&start, "r").and_then(|text| text.parse().ok());
                        self.row = number.unwrap_or_else(|| self.row.saturating_add(1));
                    }
                    "c" => {
                        let begun = begin(&start, column, self.date_formats);
                        column = begun.column.saturating_add(1);
                        pending = Some(begun);
                    }
                    "rPh" => in_reading = true,
                    "v" | "t" => in_value = !in_reading,
                    _ => {}
                },
                Piece::Text(text) if in_value => {
                    if let Some(pending) = &mut pending {
                        pending.add(&text)?;
                    }
                }
                Piece::Text(_) => {}
                Piece::Close(end) => match end.local_name().as_ref() {
                    "v" | "t" => in_value = false,
                    "rPh" => in_reading = false,
                    "c" => {
                        if let Some(pending) = pending.take() {
                            self.keep(pending, cells)?;
                        }
                    }
                    "row" => return Ok(Next::Row(self.row)),
                    "sheetData" => return Ok(Next::End),
                    _ => {}
                },
                Piece::End => return Err(SheetError::Damaged),
            }
        }
    }

    fn keep(&self, pending: Pending, cells: &mut Vec<Cell>) -> Result<(), SheetError> {
        if pending.column >= COLUMNS_MOST || pending.text.is_empty() {
            return Ok(());
        }
        let cell = match pending.kind.as_str() {
            "s" => {
                let number = pending
                    .text
                    .trim()
                    .parse()
                    .map_err(|_| SheetError::Damaged)?;
                let text = self.texts.get(number).ok_or(SheetError::Damaged)?;
                Cell::Text(text.to_owned())
            }
            "b" => Cell::Bool(pending.text.trim() == "1"),
            "e" => Cell::Error(pending.text),
            "" | "n" => match pending.text.trim().parse::<f64>() {
                Ok(value) if value.is_finite() => self.number(value, pending.is_date),
                _ => Cell::Text(pending.text),
            },
            // Text in the cell itself, the text of a formula, a day in ISO form.
            _ => Cell::Text(pending.text),
        };
        if cells.len() <= pending.column {
            cells.resize(pending.column + 1, Cell::Empty);
        }
        cells[pending.column] = cell;
        Ok(())
    }

    fn number(&self, value: f64, is_date: bool) -> Cell {
        match (is_date, self.from_1904) {
            (false, _) => Cell::Number(value),
            // Times of day have no day to move.
            (true, true) if value >= 1.0 => Cell::Date(value + DAYS_TO_1904),
            (true, _) => Cell::Date(value),
        }
    }
}

fn begin(start: &BytesStart<'_>, column: usize, date_formats: &[bool]) -> Pending {
    let mut pending = Pending {
        column,
        ..Pending::default()
    };
    for attribute in start.attributes().with_checks(false).map_while(Result::ok) {
        match attribute.key.as_ref() {
            "r" => {
                let place = read_place(&attribute.value);
                pending.column = place.map_or(column, |(column, _)| column);
            }
            "t" => pending.kind = attribute.value.to_string(),
            "s" => {
                let format = attribute.value.parse::<usize>().ok();
                let is_date = format.and_then(|at| date_formats.get(at));
                pending.is_date = is_date.copied().unwrap_or(false);
            }
            _ => {}
        }
    }
    pending
}

impl Pending {
    fn add(&mut self, text: &str) -> Result<(), SheetError> {
        self.text.push_str(text);
        let length = self.text.len();
        if length > CELL_CHARS_MOST && self.text.chars().count() > CELL_CHARS_MOST {
            return Err(SheetError::CellTooLong);
        }
        Ok(())
    }
}

/// `BC17` as column 54 and row 17.
fn read_place(text: &str) -> Option<(usize, u32)> {
    let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    if !(1..=3).contains(&letters) {
        return None;
    }
    let column = text.bytes().take(letters).fold(0, |column, letter| {
        column * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1
    });
    let row = text[letters..].parse().ok()?;
    Some((column - 1, row))
}

/// `A1:B2` as an area.
pub(super) fn read_area(text: &str) -> Option<Merged> {
    let (from, to) = text.split_once(':')?;
    let ((left, top), (right, bottom)) = (read_place(from)?, read_place(to)?);
    (left <= right && top <= bottom).then_some(Merged {
        top,
        bottom,
        left,
        right,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read() {
        assert_eq!(read_place("A1"), Some((0, 1)));
        assert_eq!(read_place("BC17"), Some((54, 17)));
        assert_eq!(read_place("XFD1048576"), Some((16_383, 1_048_576)));
        for wrong in ["", "1", "A", "AAAA1", "A-1", "é1", "A99999999999"] {
            assert_eq!(read_place(wrong), None, "{wrong}");
        }
        assert!(read_area("B2:A1").is_none());
    }
}
