//! A workbook: its sheets, and their rows as the sheet keeps them.

use super::limits::{MERGED_MOST, ROWS_ABOVE_MOST, ROWS_MOST};
use super::package::Package;
use super::part::{Piece, attribute};
use super::parts::{SheetPlace, Texts, read_date_formats, read_sheets, read_targets};
use super::worksheet::{Next, Worksheet, read_area};
use super::{Cell, Merged, SheetError, TakeRow};

/// An opened workbook.
pub struct Workbook {
    package: Package,
    texts: Texts,
    date_formats: Vec<bool>,
    from_1904: bool,
    sheets: Vec<SheetPlace>,
}

impl Workbook {
    /// Checks the package and reads what all sheets share.
    pub(super) fn open(bytes: Vec<u8>) -> Result<Workbook, SheetError> {
        let mut package = Package::open(bytes)?;
        let main = match package.part("_rels/.rels")? {
            Some(part) => {
                let targets = read_targets(part, "")?;
                let mut paths = targets.into_values();
                paths.find(|path| path.ends_with("workbook.xml"))
            }
            None => None,
        };
        let main = main.unwrap_or_else(|| "xl/workbook.xml".to_owned());
        let (folder, file) = main.rsplit_once('/').unwrap_or(("", &main));
        let folder = match folder {
            "" => String::new(),
            folder => format!("{folder}/"),
        };
        let targets = match package.part(&format!("{folder}_rels/{file}.rels"))? {
            Some(part) => read_targets(part, &folder)?,
            None => return Err(SheetError::NotAWorkbook),
        };
        let workbook = package.part(&main)?.ok_or(SheetError::NotAWorkbook)?;
        let (sheets, from_1904) = read_sheets(workbook, &targets)?;
        let named = |ending: &str| {
            targets
                .values()
                .find(|path| path.ends_with(ending))
                .cloned()
        };
        let texts = match named("sharedStrings.xml") {
            Some(path) => package.part(&path)?.map(Texts::read).transpose()?,
            None => None,
        };
        let date_formats = match named("styles.xml") {
            Some(path) => package.part(&path)?.map(read_date_formats).transpose()?,
            None => None,
        };
        Ok(Workbook {
            package,
            texts: texts.unwrap_or_default(),
            date_formats: date_formats.unwrap_or_default(),
            from_1904,
            sheets,
        })
    }

    pub(super) fn sheets(&self) -> Vec<String> {
        self.sheets.iter().map(|sheet| sheet.name.clone()).collect()
    }

    pub(super) fn merged(&mut self, sheet: usize) -> Result<Vec<Merged>, SheetError> {
        let path = &self.sheets.get(sheet).ok_or(SheetError::Empty)?.path;
        let mut part = self.package.part(path)?.ok_or(SheetError::Damaged)?;
        let mut merged = Vec::new();
        loop {
            match part.next()? {
                Piece::Open(start) if start.local_name().as_ref() == "mergeCell" => {
                    let area = attribute(&start, "ref").and_then(|text| read_area(&text));
                    merged.extend(area);
                    if merged.len() > MERGED_MOST {
                        return Err(SheetError::TooMuchInside);
                    }
                }
                Piece::End => return Ok(merged),
                _ => {}
            }
        }
    }

    pub(super) fn each_row(&mut self, sheet: usize, take: TakeRow<'_>) -> Result<(), SheetError> {
        let path = &self.sheets.get(sheet).ok_or(SheetError::Empty)?.path;
        let part = self.package.part(path)?.ok_or(SheetError::Damaged)?;
        let mut worksheet = Worksheet::new(part, &self.texts, &self.date_formats, self.from_1904);
        let mut cells = Vec::new();
        let mut rows = 0;
        loop {
            let number = match worksheet.next_row(&mut cells)? {
                Next::Row(number) => number,
                Next::End => return Ok(()),
            };
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
}
