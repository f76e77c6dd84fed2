//! Which rows are headers, and which column is which field.

use super::field::{Field, Known, fold_header, guess, is_never_read};
use crate::sheet::{Cell, Merged, SheetError, Table};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// Rows that are looked at to find the headers (local choice).
const LOOKED_AT: usize = 20;
/// Rows of people that are shown beside the mapping.
pub const SAMPLES: usize = 3;

/// A column with its header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// From 0.
    pub at: usize,
    /// As people read it, the upper header first: 住址 / 楼号.
    pub header: String,
    /// The lower header alone: what is compared.
    pub own: String,
}

/// What stands above the people of a sheet.
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    /// Which sheet.
    pub sheet: usize,
    /// Number of the last row of headers.
    pub last_row: u32,
    /// Rows of headers: one or two.
    pub header_rows: u32,
    /// Columns that have a header.
    pub columns: Vec<Column>,
    /// The first people, as the file keeps them.
    pub samples: Vec<Vec<Cell>>,
}

/// What each column is: by column from 0.
pub type Mapping = Vec<Option<Field>>;

impl Head {
    /// Finds the headers of the first sheet that has any.
    ///
    /// # Errors
    /// [`SheetError`]; [`SheetError::NoHeader`] where no sheet begins with headers.
    pub fn find(table: &mut Table) -> Result<Head, SheetError> {
        let mut is_blank = true;
        for sheet in 0..table.sheets().len() {
            let mut rows: Vec<(u32, Vec<Cell>)> = Vec::new();
            table.each_row(sheet, &mut |number, cells| {
                rows.push((number, std::mem::take(cells)));
                match rows.len() < LOOKED_AT + SAMPLES {
                    true => ControlFlow::Continue(()),
                    false => ControlFlow::Break(()),
                }
            })?;
            is_blank &= rows.is_empty();
            if let Some(head) = find_in(sheet, &rows) {
                return Ok(head);
            }
        }
        Err(if is_blank {
            SheetError::Empty
        } else {
            SheetError::NoHeader
        })
    }

    /// What tables of this shape have in common, whatever people stand in them.
    pub fn shape(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for column in &self.columns {
            hash.update(column.at.to_be_bytes());
            hash.update(fold_header(&column.own).as_bytes());
            hash.update([0]);
        }
        hash.finalize().into()
    }

    /// A mapping from the headers' words, with how sure each column is. A field goes to the
    /// column that is surest of it.
    pub fn guess(&self) -> Vec<(usize, Option<Field>, Known)> {
        let guesses: Vec<_> = self.columns.iter().map(|c| (c.at, guess_of(c))).collect();
        let is_taken = |at: usize, field: Field, known: Known| {
            guesses.iter().any(|(other, found)| match found {
                Some((same, surer)) if *same == field && *other != at => {
                    let is_surer = *surer == Known::Recognised && known != Known::Recognised;
                    is_surer || (*surer == known && *other < at)
                }
                _ => false,
            })
        };
        guesses
            .iter()
            .map(|(at, found)| match found {
                Some((field, known)) if !is_taken(*at, *field, *known) => {
                    (*at, Some(*field), *known)
                }
                _ => (*at, None, Known::NoField),
            })
            .collect()
    }

    /// The mapping of [`Head::guess`].
    pub fn guessed_mapping(&self) -> Mapping {
        let mut mapping = Vec::new();
        for (at, field, _) in self.guess() {
            set(&mut mapping, at, field);
        }
        mapping
    }

    /// Takes out what must not be read, and columns that do not exist.
    pub fn permitted(&self, mapping: &Mapping) -> Mapping {
        let mut permitted = Vec::new();
        for column in &self.columns {
            let field = mapping.get(column.at).copied().flatten();
            let field = field.filter(|_| !is_never_read(&column.header));
            set(&mut permitted, column.at, field);
        }
        permitted
    }
}

/// Makes room for a column and sets it.
pub fn set(mapping: &mut Mapping, at: usize, field: Option<Field>) {
    if mapping.len() <= at {
        mapping.resize(at + 1, None);
    }
    mapping[at] = field;
}

/// `0:name 3:room`, as it is kept and as `--map` takes it (A or 0 for the first column).
pub fn mapping_text(mapping: &Mapping) -> String {
    let mapped = mapping.iter().enumerate();
    let words = mapped.filter_map(|(at, field)| field.map(|f| format!("{at}:{}", f.code())));
    words.collect::<Vec<_>>().join(" ")
}

/// Reads what [`mapping_text`] wrote.
pub fn read_mapping(text: &str) -> Option<Mapping> {
    let mut mapping = Vec::new();
    for word in text.split_whitespace() {
        let (at, field) = word.split_once(':')?;
        let at = at
            .parse()
            .ok()
            .filter(|at| *at < crate::sheet::COLUMNS_MOST)?;
        set(&mut mapping, at, Some(Field::from_code(field)?));
    }
    Some(mapping)
}

/// Writes the value of merged cells into all of them, for what people merge: a door, a landlord,
/// on what basis and since when a household lives there.
pub struct MergedValues {
    /// Still to come, the next one last.
    coming: Vec<Merged>,
    /// Not ended yet, each with its value.
    open: Vec<(Merged, Cell)>,
}

impl MergedValues {
    /// Merged cells below the headers.
    pub fn new(merged: Vec<Merged>, head: &Head) -> MergedValues {
        let below = merged.into_iter().filter(|area| area.top > head.last_row);
        let mut coming: Vec<Merged> = below.filter(|area| area.bottom > area.top).collect();
        coming.sort_by_key(|area| std::cmp::Reverse(area.top));
        MergedValues {
            coming,
            open: Vec::new(),
        }
    }

    /// Fills the cells of the next row.
    pub fn fill(&mut self, number: u32, cells: &mut Vec<Cell>, mapping: &Mapping) {
        self.open.retain(|(area, _)| area.bottom >= number);
        while let Some(area) = self.coming.pop_if(|area| area.top <= number) {
            if area.top == number {
                let value = cells.get(area.left).cloned().unwrap_or_default();
                self.open.push((area, value));
            }
        }
        for (area, value) in &self.open {
            let is_shared = mapping
                .get(area.left)
                .copied()
                .flatten()
                .is_some_and(|field| {
                    use Field::{Address, Basis, Building, FromOn, Landlord, Room, Unit};
                    [Building, Unit, Room, Address, Basis, Landlord, FromOn].contains(&field)
                });
            if !is_shared || area.top == number {
                continue;
            }
            if cells.len() <= area.left {
                cells.resize(area.left + 1, Cell::Empty);
            }
            if cells[area.left].is_blank() {
                cells[area.left] = value.clone();
            }
        }
    }
}

fn guess_of(column: &Column) -> Option<(Field, Known)> {
    if is_never_read(&column.header) {
        return None;
    }
    guess(&column.own).or_else(|| guess(&column.header))
}

fn find_in(sheet: usize, rows: &[(u32, Vec<Cell>)]) -> Option<Head> {
    let looked = &rows[..rows.len().min(LOOKED_AT)];
    let scores: Vec<usize> = looked.iter().map(|(_, cells)| score(cells)).collect();
    let most = *scores.iter().max().filter(|most| **most > 0)?;
    // The first of the best: people below may be called like a header.
    let best = scores.iter().position(|score| *score == most)?;
    let below_is_header = looked.get(best + 1).is_some_and(|(_, cells)| {
        let filled = cells.iter().filter(|cell| !cell.is_blank()).count();
        scores[best + 1] >= 2 && header_words(cells).count() == filled
    });
    let last = if below_is_header { best + 1 } else { best };
    let filled = |at: usize| rows[at].1.iter().filter(|cell| !cell.is_blank()).count();
    // A title stands alone; two and more are groups over the headers.
    let upper = last
        .checked_sub(1)
        .filter(|at| rows[*at].0 + 1 == rows[last].0)
        .filter(|at| below_is_header || filled(*at) >= 2);
    let columns = columns(upper.map(|at| rows[at].1.as_slice()), &rows[last].1);
    let people = rows[last + 1..].iter().take(SAMPLES);
    Some(Head {
        sheet,
        last_row: rows[last].0,
        header_rows: if upper.is_some() { 2 } else { 1 },
        columns,
        samples: people.map(|(_, cells)| cells.clone()).collect(),
    })
}

/// How many different usual headers a row holds: a group over the headers may say the same word
/// over each column.
fn score(cells: &[Cell]) -> usize {
    header_words(cells).collect::<BTreeSet<_>>().len()
}

/// Cells that are a usual header: those that hold one of the words as it stands.
fn header_words(cells: &[Cell]) -> impl Iterator<Item = &String> {
    let texts = cells.iter().filter_map(|cell| match cell {
        Cell::Text(text) => Some(text),
        _ => None,
    });
    texts.filter(|text| match guess(text) {
        Some((_, Known::Recognised)) => true,
        // A short header with a usual word inside; people's texts are longer or bare.
        Some((_, Known::Look)) => text.chars().count() <= 24,
        _ => is_never_read(text),
    })
}

fn columns(upper: Option<&[Cell]>, lower: &[Cell]) -> Vec<Column> {
    let width = lower.len().max(upper.map_or(0, <[Cell]>::len));
    let text = |cells: &[Cell], at: usize| {
        let text = cells.get(at).map(|cell| cell.text().trim().to_owned());
        text.filter(|text| !text.is_empty())
    };
    let (mut columns, mut group): (Vec<Column>, Option<String>) = (Vec::new(), None);
    for at in 0..width {
        let above = upper.and_then(|cells| text(cells, at));
        let own = text(lower, at);
        if above.is_some() {
            group.clone_from(&above);
        }
        let (header, own) = match (&group, own) {
            (Some(group), Some(own)) if upper.is_some() => (format!("{group} / {own}"), own),
            (_, Some(own)) => (own.clone(), own),
            (_, None) => match above {
                Some(above) => (above.clone(), above),
                None => continue,
            },
        };
        columns.push(Column { at, header, own });
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Result<Head, SheetError> {
        let mut table = Table::open("a.csv", text.as_bytes().to_vec())?;
        Head::find(&mut table)
    }

    fn fields(text: &str) -> String {
        mapping_text(&head(text).expect("has headers").guessed_mapping())
    }

    #[test]
    fn headers_are_found_below_titles() {
        let found = head("锦绣苑台账,,\n姓名,房号,籍贯\n王华,302,某地\n").expect("headers");
        assert_eq!((found.last_row, found.header_rows), (2, 1));
        assert_eq!(found.samples.len(), 1);
        assert_eq!(mapping_text(&found.guessed_mapping()), "0:name 1:room");
        assert_eq!(head("王华,302\n").err(), Some(SheetError::NoHeader));
        assert!(head("姓名,房号\n").expect("headers").samples.is_empty());
    }

    #[test]
    fn two_rows_of_headers_are_one() {
        let groups = "住址,,户主及成员,,联系方式\n楼号,门牌,姓名,证件,\n6,2-501,王华,,\n";
        let found = head(groups).expect("headers");
        assert_eq!((found.last_row, found.header_rows), (2, 2));
        let headers: Vec<&str> = found.columns.iter().map(|c| c.header.as_str()).collect();
        assert_eq!(headers[..2], ["住址 / 楼号", "住址 / 门牌"]);
        assert_eq!(headers[4], "联系方式");
        assert_eq!(
            fields(groups),
            "0:building 1:room 2:name 3:document 4:phone"
        );
    }

    #[test]
    fn a_group_that_repeats_a_word_is_no_row_of_headers() {
        let found = head("Contact,Contact,Contact\nname,room,sex\n王华,302,\n").expect("headers");
        assert_eq!((found.last_row, found.samples.len()), (2, 1));
    }

    #[test]
    fn the_surer_column_has_the_field() {
        assert_eq!(fields("单位联系方式,姓名,电话\n"), "1:name 2:phone");
        assert_eq!(fields("姓名,电话,手机\n"), "0:name 1:phone");
    }

    #[test]
    fn what_must_not_be_read_is_not_mapped_by_hand() {
        let found = head("姓名,房号,籍贯\n").expect("headers");
        let wish = read_mapping("0:name 1:room 2:care 9:phone").expect("reads");
        assert_eq!(mapping_text(&found.permitted(&wish)), "0:name 1:room");
        assert!(read_mapping("0:blood").is_none() && read_mapping("999:name").is_none());
    }

    #[test]
    fn merged_doors_hold_for_all_their_rows() {
        let found = head("房号,姓名\n").expect("headers");
        let area = |left| Merged {
            top: 2,
            bottom: 3,
            left,
            right: left,
        };
        let mut values = MergedValues::new(vec![area(0), area(1)], &found);
        let mapping = found.guessed_mapping();
        let text = |text: &str| Cell::Text(text.to_owned());
        let mut rows = vec![
            (2, vec![text("302"), text("王华")]),
            (3, vec![Cell::Empty, Cell::Empty]),
            (4, vec![Cell::Empty, text("张桂芳")]),
        ];
        for (number, cells) in &mut rows {
            values.fill(*number, cells, &mapping);
        }
        assert_eq!(
            rows[1].1,
            [text("302"), Cell::Empty],
            "nobody is made twice"
        );
        assert_eq!(rows[2].1[0], Cell::Empty);
    }
}
