//! The parts of a workbook beside its sheets: which sheets there are, the texts that cells share,
//! and which formats show a number as a date.

use super::SheetError;
use super::limits::{CELL_CHARS_MOST, FORMATS_MOST, SHEETS_MOST, TEXTS_BYTES_MOST, TEXTS_MOST};
use super::part::{Part, Piece, attribute};
use std::collections::BTreeMap;

/// The texts that cells share, one after the other in one string.
#[derive(Default)]
pub(super) struct Texts {
    all: String,
    ends: Vec<u32>,
}

impl Texts {
    /// The text with a number.
    pub(super) fn get(&self, number: usize) -> Option<&str> {
        let end = *self.ends.get(number)? as usize;
        let start = match number {
            0 => 0,
            _ => self.ends[number - 1] as usize,
        };
        self.all.get(start..end)
    }

    /// Reads the whole part.
    pub(super) fn read(mut part: Part<'_>) -> Result<Texts, SheetError> {
        let mut texts = Texts::default();
        let (mut in_text, mut in_reading) = (false, false);
        loop {
            match part.next()? {
                Piece::Open(start) => match start.local_name().as_ref() {
                    "t" => in_text = !in_reading,
                    // How a name is read aloud stands beside it in Japanese files.
                    "rPh" => in_reading = true,
                    _ => {}
                },
                Piece::Close(end) => match end.local_name().as_ref() {
                    "t" => in_text = false,
                    "rPh" => in_reading = false,
                    "si" => texts.end_text()?,
                    _ => {}
                },
                Piece::Text(text) if in_text => {
                    texts.all.push_str(&text);
                    if texts.all.len() > TEXTS_BYTES_MOST {
                        return Err(SheetError::TooMuchInside);
                    }
                }
                Piece::Text(_) => {}
                Piece::End => return Ok(texts),
            }
        }
    }

    fn end_text(&mut self) -> Result<(), SheetError> {
        let start = self.ends.last().map_or(0, |end| *end as usize);
        let text = &self.all[start..];
        if text.len() > CELL_CHARS_MOST && text.chars().count() > CELL_CHARS_MOST {
            return Err(SheetError::CellTooLong);
        }
        if self.ends.len() >= TEXTS_MOST {
            return Err(SheetError::TooMuchInside);
        }
        let end = u32::try_from(self.all.len()).map_err(|_| SheetError::TooMuchInside)?;
        self.ends.push(end);
        Ok(())
    }
}

/// A sheet that people see.
pub(super) struct SheetPlace {
    pub(super) name: String,
    pub(super) path: String,
}

/// The sheets in their order, and whether days are counted from 1904.
pub(super) fn read_sheets(
    mut part: Part<'_>,
    targets: &BTreeMap<String, String>,
) -> Result<(Vec<SheetPlace>, bool), SheetError> {
    let (mut sheets, mut from_1904) = (Vec::new(), false);
    loop {
        match part.next()? {
            Piece::Open(start) => match start.local_name().as_ref() {
                "workbookPr" => {
                    let value = attribute(&start, "date1904");
                    from_1904 = matches!(value.as_deref(), Some("1" | "true"));
                }
                "sheet" => {
                    let is_hidden = attribute(&start, "state").is_some_and(|s| s != "visible");
                    let target = attribute(&start, "id").and_then(|id| targets.get(&id));
                    let (Some(path), false) = (target, is_hidden) else {
                        continue;
                    };
                    let name = attribute(&start, "name").unwrap_or_default();
                    let path = path.clone();
                    sheets.push(SheetPlace { name, path });
                    if sheets.len() > SHEETS_MOST {
                        return Err(SheetError::TooMuchInside);
                    }
                }
                _ => {}
            },
            Piece::End => return Ok((sheets, from_1904)),
            _ => {}
        }
    }
}

/// Where relations lead, by id, as paths inside the package.
pub(super) fn read_targets(
    mut part: Part<'_>,
    folder: &str,
) -> Result<BTreeMap<String, String>, SheetError> {
    let mut targets = BTreeMap::new();
    loop {
        match part.next()? {
            Piece::Open(start) if start.local_name().as_ref() == "Relationship" => {
                let is_outside = attribute(&start, "TargetMode").is_some_and(|m| m == "External");
                let (id, target) = (attribute(&start, "Id"), attribute(&start, "Target"));
                let (Some(id), Some(target), false) = (id, target, is_outside) else {
                    continue;
                };
                let path = match target.strip_prefix('/') {
                    Some(whole) => whole.to_owned(),
                    None => format!("{folder}{target}"),
                };
                targets.insert(id, path);
                if targets.len() > SHEETS_MOST * 4 {
                    return Err(SheetError::TooMuchInside);
                }
            }
            Piece::End => return Ok(targets),
            _ => {}
        }
    }
}

/// For each cell format whether it shows a date or a time.
pub(super) fn read_date_formats(mut part: Part<'_>) -> Result<Vec<bool>, SheetError> {
    let mut own: BTreeMap<u32, bool> = BTreeMap::new();
    let (mut formats, mut in_cell_formats) = (Vec::new(), false);
    loop {
        match part.next()? {
            Piece::Open(start) => match start.local_name().as_ref() {
                "numFmt" => {
                    let id = attribute(&start, "numFmtId").and_then(|id| id.parse().ok());
                    let code = attribute(&start, "formatCode");
                    if let (Some(id), Some(code)) = (id, code) {
                        own.insert(id, shows_date(&code));
                    }
                }
                "cellXfs" => in_cell_formats = true,
                "xf" if in_cell_formats => {
                    let id = attribute(&start, "numFmtId").and_then(|id| id.parse().ok());
                    let id: u32 = id.unwrap_or(0);
                    let built_in = matches!(id, 14..=22 | 27..=36 | 45..=47 | 50..=58);
                    formats.push(own.get(&id).copied().unwrap_or(built_in));
                }
                _ => {}
            },
            Piece::Close(end) if end.local_name().as_ref() == "cellXfs" => in_cell_formats = false,
            Piece::End => return Ok(formats),
            _ => {}
        }
        if formats.len() > FORMATS_MOST || own.len() > FORMATS_MOST {
            return Err(SheetError::TooMuchInside);
        }
    }
}

/// Letters of days and times outside of quotes, brackets and escapes.
fn shows_date(code: &str) -> bool {
    let (mut quoted, mut bracketed) = (false, false);
    let mut characters = code.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' | '_' | '*' => {
                characters.next();
            }
            '"' => quoted = !quoted,
            '[' if !quoted => bracketed = true,
            ']' if !quoted => bracketed = false,
            _ if quoted || bracketed => {}
            'y' | 'Y' | 'd' | 'D' | 'h' | 'H' | 's' | 'S' | 'm' | 'M' => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_of_dates_are_told_from_formats_of_numbers() {
        for code in [
            "yyyy-mm-dd",
            "yyyy\"年\"m\"月\"d\"日\"",
            "[$-804]yyyy/m/d",
            "h:mm",
        ] {
            assert!(shows_date(code), "{code}");
        }
        for code in ["General", "0.00", "\"d\"0", "[Red]0", "@", "#,##0\\ \\d"] {
            assert!(!shows_date(code), "{code}");
        }
    }
}
