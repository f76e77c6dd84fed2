//! One cell, as the file keeps it.

use super::serial::{serial_day, serial_seconds};
use std::borrow::Cow;

/// Whole numbers from here on have lost digits: a spreadsheet keeps fifteen.
const EXACT_BELOW: f64 = 1e15;

/// What stands in a cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cell {
    /// Nothing.
    #[default]
    Empty,
    /// Characters.
    Text(String),
    /// A number; the value that a formula had when the file was saved counts as its value.
    Number(f64),
    /// A number that the sheet shows as a date or a time.
    Date(f64),
    /// 是 or 否.
    Bool(bool),
    /// `#N/A` and the like.
    Error(String),
}

impl Cell {
    /// Whether nothing can be seen in it.
    pub fn is_blank(&self) -> bool {
        match self {
            Cell::Empty => true,
            Cell::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }

    /// Whether it holds a number whose last digits the spreadsheet has thrown away.
    pub fn is_destroyed_number(&self) -> bool {
        matches!(self, Cell::Number(value) if value.abs() >= EXACT_BELOW)
    }

    /// The cell as people would read it.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Cell::Empty => Cow::Borrowed(""),
            Cell::Text(text) | Cell::Error(text) => Cow::Borrowed(text),
            Cell::Bool(true) => Cow::Borrowed("TRUE"),
            Cell::Bool(false) => Cow::Borrowed("FALSE"),
            Cell::Number(value) => Cow::Owned(number_text(*value)),
            Cell::Date(serial) => Cow::Owned(date_text(*serial)),
        }
    }
}

fn number_text(value: f64) -> String {
    if value.abs() < EXACT_BELOW {
        // `{}` of a float is the shortest text that reads back as the same number.
        return format!("{value}");
    }
    let text = format!("{value:E}");
    match text.split_once('E') {
        Some((digits, exponent)) if !exponent.starts_with('-') => format!("{digits}E+{exponent}"),
        _ => text,
    }
}

fn date_text(serial: f64) -> String {
    let time = serial_seconds(serial)
        .map(|s| format!("{:02}:{:02}:{:02}", s / 3_600, s / 60 % 60, s % 60));
    let day = serial_day(serial).map(|day| day.to_text());
    match (day, time) {
        (Some(day), Some(time)) if serial.fract() != 0.0 => format!("{day} {time}"),
        (Some(day), _) => day,
        (None, Some(time)) => time,
        (None, None) => number_text(serial),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_read_as_people_see_them() {
        let table = [
            (Cell::Number(302.0), "302"),
            (Cell::Number(13_800_000_000.0), "13800000000"),
            (Cell::Number(36.5), "36.5"),
            (
                Cell::Number(440_524_188_001_010_000.0),
                "4.4052418800101E+17",
            ),
            (Cell::Date(43_862.0), "2020-02-01"),
            (Cell::Date(0.999_988_425_925_925_9), "23:59:59"),
            (Cell::Date(43_862.5), "2020-02-01 12:00:00"),
            (Cell::Bool(true), "TRUE"),
            (Cell::Error("#N/A".to_owned()), "#N/A"),
            (Cell::Empty, ""),
        ];
        for (cell, expected) in table {
            assert_eq!(cell.text(), expected);
        }
    }

    #[test]
    fn only_numbers_beyond_fifteen_digits_are_destroyed() {
        assert!(Cell::Number(4.4E17).is_destroyed_number());
        assert!(!Cell::Number(999_999_999_999_999.0).is_destroyed_number());
        assert!(!Cell::Text("440308199901101512".to_owned()).is_destroyed_number());
    }
}
