//! The workbook of faults: the rows that are not taken as they stand, with what is wrong and what
//! to do. It goes to whoever uploaded the very same rows; columns that are not read are left out.

use super::examine::{Examiner, Verdict};
use super::fault::CellFault;
use super::file::OpenFile;
use super::workbook::{fault, head_format, new, text_format};
use super::{Desk, ImportError, RunId, STEP_ROWS};
use crate::locale::text;
use crate::sheet::Cell;
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::id::StaffId;
use gatehouse_store::Shard;
use rust_xlsxwriter::{Color, Format, Worksheet, XlsxError};
use std::ops::ControlFlow;

/// Rows that one workbook holds (local choice).
const ROWS_MOST: u32 = 20_000;

/// The workbook of an import whose file is still there.
///
/// # Errors
/// [`ImportError::Gone`].
pub fn remarks(
    desk: &Desk,
    shard: Shard,
    id: RunId,
    lang: Lang,
    staff: Option<StaffId>,
) -> Result<Vec<u8>, ImportError> {
    let run = desk.run(shard, id)?;
    let place = desk.place_of(&run)?;
    let mut file = OpenFile::open(desk, &run)?;
    let mut examiner = Examiner::new(desk, &place)?;
    let mut workbook = new(desk.world.now_millis()).map_err(fault)?;
    let sheet = workbook.add_worksheet();
    let columns: Vec<(usize, String)> = (file.head.columns.iter())
        .filter(|column| file.mapping.get(column.at).copied().flatten().is_some())
        .map(|column| (column.at, column.own.clone()))
        .collect();
    begin(sheet, &columns, lang).map_err(fault)?;
    let mut row = 0;
    file.each_batch(STEP_ROWS, |open| {
        let examined = examiner.examine(desk, open.rows, open.mapping)?;
        for (found, (number, cells)) in examined.iter().zip(open.rows) {
            if let Verdict::Rejected(faults) = &found.verdict {
                row += 1;
                put(sheet, row, *number, cells, &columns, faults, lang).map_err(fault)?;
            }
        }
        Ok(match row < ROWS_MOST {
            true => ControlFlow::Continue(STEP_ROWS),
            false => ControlFlow::Break(()),
        })
    })?;
    let bytes = workbook.save_to_buffer().map_err(fault)?;
    desk.note(&run, "import.faults", staff, format!("{row} rows"))?;
    Ok(bytes)
}

fn begin(sheet: &mut Worksheet, columns: &[(usize, String)], lang: Lang) -> Result<(), XlsxError> {
    let head = head_format();
    for (at, (_, own)) in (0..).zip(columns) {
        sheet.set_column_width(at, 16)?;
        sheet.set_column_format(at, &text_format())?;
        sheet.write_string_with_format(0, at, own, &head)?;
    }
    let at = u16::try_from(columns.len()).unwrap_or(u16::MAX - 2);
    for (at, key, width) in [
        (at, "import-sheet-remark", 70),
        (at + 1, "import-sheet-row", 12),
    ] {
        sheet.set_column_width(at, width)?;
        sheet.write_string_with_format(0, at, text(lang, key), &head)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

fn put(
    sheet: &mut Worksheet,
    row: u32,
    number: u32,
    cells: &[Cell],
    columns: &[(usize, String)],
    faults: &[CellFault],
    lang: Lang,
) -> Result<(), XlsxError> {
    let bad = text_format()
        .set_background_color(Color::RGB(0x00FB_E3E4))
        .set_font_color(Color::RGB(0x008F_0D1A));
    for (at, (column, _)) in (0..).zip(columns) {
        let is_bad = faults.iter().any(|fault| fault.column == Some(*column));
        let format: Format = if is_bad { bad.clone() } else { text_format() };
        let value = cells
            .get(*column)
            .map(|cell| cell.text())
            .unwrap_or_default();
        sheet.write_string_with_format(row, at, value, &format)?;
    }
    let said = faults.iter().map(|found| {
        let field = text(lang, &format!("import-field-{}", found.field.code()));
        let words = text(lang, found.fault.text_key());
        match lang {
            Lang::Zh => format!("{field}：{words}"),
            Lang::En => format!("{field}: {words}"),
        }
    });
    let at = u16::try_from(columns.len()).unwrap_or(u16::MAX - 2);
    let said = said.collect::<Vec<_>>().join(" ");
    sheet.write_string_with_format(row, at, said, &text_format())?;
    sheet.write_string_with_format(row, at + 1, number.to_string(), &text_format())?;
    Ok(())
}
