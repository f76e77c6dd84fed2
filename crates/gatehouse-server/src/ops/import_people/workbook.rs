//! Workbooks that go out: every value is a text cell, so that a spreadsheet runs none of them and
//! keeps every digit.

use super::field::Field;
use crate::locale::text;
use gatehouse_core::gate::wording::Lang;
use gatehouse_store::StoreError;
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError,
};

/// Columns of the template and of the exported ledger: each a field, in this order.
pub(super) const COLUMNS: [Field; 14] = [
    Field::Building,
    Field::Unit,
    Field::Room,
    Field::Name,
    Field::Sex,
    Field::BirthOn,
    Field::DocumentKind,
    Field::Document,
    Field::Phone,
    Field::Email,
    Field::Basis,
    Field::Landlord,
    Field::FromOn,
    Field::Care,
];

/// A workbook that does not say when this computer made it, but when we did.
pub(super) fn new(made_at: i64) -> Result<Workbook, XlsxError> {
    let mut workbook = Workbook::new();
    let made = ExcelDateTime::from_timestamp(made_at / 1_000)?;
    let properties = DocProperties::new().set_creation_datetime(&made);
    workbook.set_properties(&properties);
    Ok(workbook)
}

/// The words above a column.
pub(super) fn header(lang: Lang, field: Field) -> String {
    text(lang, &format!("import-field-{}", field.code()))
}

/// Bold, on a light ground.
pub(super) fn head_format() -> Format {
    Format::new()
        .set_bold()
        .set_quote_prefix()
        .set_background_color(Color::RGB(0x00E4_EDF5))
        .set_align(FormatAlign::VerticalCenter)
}

/// Cells that stay text whatever is typed into them; marked in the cell too, so that editing one
/// does not make a formula of it.
pub(super) fn text_format() -> Format {
    Format::new().set_num_format("@").set_quote_prefix()
}

/// A row of headers, with widths.
pub(super) fn write_headers(sheet: &mut Worksheet, row: u32, lang: Lang) -> Result<(), XlsxError> {
    let head = head_format();
    for (at, field) in (0..).zip(COLUMNS) {
        let width = match field {
            Field::Document | Field::Email => 22.0,
            Field::Phone | Field::BirthOn | Field::FromOn | Field::Care => 15.0,
            _ => 11.0,
        };
        sheet.set_column_width(at, width)?;
        sheet.set_column_format(at, &text_format())?;
        sheet.write_string_with_format(row, at, header(lang, field), &head)?;
    }
    Ok(())
}

/// A workbook that cannot be made is a mistake of ours.
pub(super) fn fault(_: XlsxError) -> StoreError {
    StoreError::Panicked
}
