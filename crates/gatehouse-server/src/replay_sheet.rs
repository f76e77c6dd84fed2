//! A replay as a workbook: a sheet for each table, every cell text or count, nothing that a
//! spreadsheet runs.

use crate::locale::text;
use crate::ops::replay::Report;
use crate::replay_tables::{Cell, Doors, TableInWords, headlines, tables};
use gatehouse_core::gate::wording::Lang;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

/// Longest name of a sheet.
const NAME_MOST: usize = 31;
/// Row of the column names; what this is stands above it.
const NAMES_ROW: u32 = 5;

/// Makes the workbook.
///
/// # Errors
/// Whatever the writer finds wrong.
pub fn workbook(
    report: &Report,
    lang: Lang,
    offset_minutes: i16,
    doors: &Doors,
) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let head = headlines(report, lang, offset_minutes);
    for table in tables(report, lang, doors) {
        let name: String = table.title.chars().take(NAME_MOST).collect();
        let sheet = workbook.add_worksheet();
        sheet.set_name(name)?;
        fill(sheet, &head, &table)?;
    }
    workbook.set_properties(
        &rust_xlsxwriter::DocProperties::new().set_title(text(lang, "replay-sheet")),
    );
    workbook.save_to_buffer()
}

fn fill(sheet: &mut Worksheet, head: &[String], table: &TableInWords) -> Result<(), XlsxError> {
    // Marked as text in the cell too: editing it does not make a formula of it.
    let plain = Format::new().set_quote_prefix();
    let bold = Format::new().set_quote_prefix().set_bold();
    let count = Format::new().set_num_format("#,##0");
    for (at, line) in (0u32..).zip(head.iter().chain([&table.note])) {
        let format = if at == 0 { &bold } else { &plain };
        sheet.write_string_with_format(at, 0, line, format)?;
    }
    for (at, name) in (0u16..).zip(&table.columns) {
        sheet.set_column_width(at, 24.0)?;
        sheet.write_string_with_format(NAMES_ROW, at, name, &bold)?;
    }
    for (at, row) in (NAMES_ROW + 1..).zip(&table.rows) {
        for (column, cell) in (0u16..).zip(row) {
            match cell {
                Cell::Text(text) => {
                    sheet.write_string_with_format(at, column, text, &plain)?;
                }
                Cell::Number(number) => {
                    sheet.write_number_with_format(at, column, *number as f64, &count)?;
                }
            }
        }
    }
    Ok(())
}
