//! The standard sheet: headers, lists to choose from, an example, notes.

use super::ImportError;
use super::field::Field;
use super::workbook::{COLUMNS, fault, head_format, new, text_format, write_headers};
use crate::locale::text;
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::person::DocumentKind;
use rust_xlsxwriter::{DataValidation, Worksheet, XlsxError};

/// Row of the headers, from 0: title, a note and an example stand above, and an empty row, so that
/// the example is not read as a group over the headers.
const HEADERS: u32 = 4;
/// Rows with lists to choose from.
const LISTED_ROWS: u32 = 5_000;
/// Notes on the second sheet.
const NOTES: [&str; 6] = ["room", "document", "birth", "basis", "care", "never"];

/// The standard sheet in a language.
///
/// # Errors
/// Never in practice: its own texts are short.
pub fn template(lang: Lang, made_at: i64) -> Result<Vec<u8>, ImportError> {
    Ok(write(lang, made_at).map_err(fault)?)
}

fn write(lang: Lang, made_at: i64) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = new(made_at)?;
    let sheet = workbook.add_worksheet();
    sheet.set_name(text(lang, "import-sheet-name"))?;
    let bold = text_format().set_bold();
    sheet.write_string_with_format(0, 0, text(lang, "import-sheet-title"), &bold)?;
    let plain = text_format();
    sheet.write_string_with_format(1, 0, text(lang, "import-sheet-example"), &plain)?;
    let grey = text_format().set_italic();
    for (at, field) in (0..).zip(COLUMNS) {
        sheet.write_string_with_format(2, at, example(lang, field), &grey)?;
    }
    write_headers(sheet, HEADERS, lang)?;
    sheet.set_freeze_panes(HEADERS + 1, 0)?;
    for (at, field) in (0..).zip(COLUMNS) {
        choose(sheet, at, field, lang)?;
    }
    let notes = workbook.add_worksheet();
    notes.set_name(text(lang, "import-sheet-notes"))?;
    notes.set_column_width(0, 80)?;
    notes.write_string_with_format(0, 0, text(lang, "import-sheet-notes"), &head_format())?;
    for (at, note) in (1..).zip(NOTES) {
        let note = text(lang, &format!("import-note-{note}"));
        notes.write_string_with_format(at, 0, note, &plain)?;
    }
    workbook.save_to_buffer()
}

fn choose(sheet: &mut Worksheet, at: u16, field: Field, lang: Lang) -> Result<(), XlsxError> {
    let kinds = DocumentKind::ALL;
    let words: Vec<&str> = match (field, lang) {
        (Field::Sex, Lang::Zh) => vec!["男", "女"],
        (Field::Sex, Lang::En) => vec!["male", "female"],
        (Field::Basis, _) => super::ledger::BASES
            .iter()
            .map(|basis| basis.words(lang))
            .collect(),
        (Field::DocumentKind, Lang::Zh) => kinds.iter().map(|kind| kind.label_zh()).collect(),
        (Field::DocumentKind, Lang::En) => kinds.iter().map(|kind| kind.label_en()).collect(),
        _ => return Ok(()),
    };
    let list = DataValidation::new().allow_list_strings(&words)?;
    sheet.add_data_validation(HEADERS + 1, at, HEADERS + LISTED_ROWS, at, &list)?;
    Ok(())
}

fn example(lang: Lang, field: Field) -> &'static str {
    let (zh, en) = match field {
        Field::Building => ("6", "6"),
        Field::Unit => ("2", "2"),
        Field::Room => ("501", "501"),
        Field::Name => ("王小明", "Wang Xiaoming"),
        Field::Sex => ("男", "male"),
        Field::BirthOn => ("1988-03-02", "1988-03-02"),
        Field::DocumentKind => ("居民身份证", "identity card"),
        Field::Basis => ("租住", "rented"),
        Field::Landlord => ("李芳", "Li Fang"),
        Field::FromOn => ("2019-09-01", "2019-09-01"),
        Field::Care => ("透析", "dialysis"),
        _ => ("", ""),
    };
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

#[cfg(test)]
mod tests {
    use super::super::header::Head;
    use super::*;
    use crate::sheet::{SheetError, Table};
    use std::ops::ControlFlow;

    #[test]
    fn the_template_is_recognised_whole_and_holds_nobody() {
        for lang in [Lang::Zh, Lang::En] {
            let bytes = template(lang, 1_582_066_800_000).expect("is made");
            let mut table = Table::open("t.xlsx", bytes).expect("a workbook");
            let head = Head::find(&mut table).expect("headers");
            assert_eq!((head.last_row, head.header_rows), (HEADERS + 1, 1));
            let fields: Vec<_> = head.guessed_mapping();
            let expected: Vec<_> = COLUMNS.iter().map(|field| Some(*field)).collect();
            assert_eq!(fields, expected, "{lang:?}");
            let mut rows = 0;
            let read: Result<(), SheetError> = table.each_row(0, &mut |number, _| {
                rows += u32::from(number > head.last_row);
                ControlFlow::Continue(())
            });
            assert_eq!((read, rows), (Ok(()), 0));
        }
    }
}
