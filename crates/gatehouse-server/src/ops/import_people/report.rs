//! What a check found, for the page and the command line. Kept sealed with the file, and masked
//! even there: it shows where to look, not whom.

use super::different::{Piece, ROWS_A_PIECE};
use super::examine::{Examined, Verdict, can_be_taken};
use super::field::Field;
use super::file::{keep_piece, key_of};
use super::header::Mapping;
use super::row::masked_text;
use super::{Desk, ImportError};
use crate::sheet::Cell;
use gatehouse_core::id::PersonId;
use gatehouse_store::Chance;
use gatehouse_store::StoreError;
use gatehouse_store::import_run::ImportRunRow;
use serde::{Deserialize, Serialize};

/// Rows that are kept of each sort; all are counted (local choice).
const ROWS_KEPT: usize = 500;

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Rows with faults.
    pub bad: Vec<BadRow>,
    /// The first rows of people whom the register has with other values.
    pub different: Vec<DifferentRow>,
    /// Where the others lie.
    #[serde(default)]
    pub pieces: Vec<Piece>,
    /// Those that lie nowhere yet.
    #[serde(skip)]
    pub beside: Vec<DifferentRow>,
    /// How many there are.
    #[serde(default)]
    pub differ: usize,
    /// Of how many of them somebody chose the sheet's values.
    #[serde(default)]
    pub taken: usize,
    /// Rows that repeat an earlier row: row, earlier row, whether something differs.
    pub repeated: Vec<(u32, u32, bool)>,
    /// Milliseconds that the check took.
    pub millis: i64,
}

/// A row with faults.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BadRow {
    /// Its number.
    pub number: u32,
    /// Its cells, masked.
    pub cells: Vec<String>,
    /// What is wrong.
    pub faults: Vec<BadCell>,
}

/// A cell with a fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BadCell {
    /// Column from 0.
    pub column: Option<usize>,
    /// Word of the field.
    pub field: String,
    /// Key of the sentence.
    pub fault: String,
    /// The cell, masked.
    pub shown: String,
}

/// A row of somebody whom the register has with other values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DifferentRow {
    /// Its number.
    pub number: u32,
    /// Who it is.
    pub person: String,
    /// The door.
    pub door: String,
    /// Word of each field that differs, with the sheet's value, masked.
    pub fields: Vec<(String, String)>,
    /// Whether the sheet's values can be taken here.
    pub can_be_taken: bool,
    /// Whether somebody chose to.
    pub is_taken: bool,
}

impl DifferentRow {
    /// Who it is.
    pub fn person_id(&self) -> Option<PersonId> {
        PersonId::parse(&self.person)
    }
}

impl Report {
    /// Takes down a row.
    pub fn add(&mut self, row: &Examined, cells: &[Cell], mapping: &Mapping, is_taken: bool) {
        let field_at = |at: usize| mapping.get(at).copied().flatten();
        let shown = |at: usize| {
            cells
                .get(at)
                .map_or_else(String::new, |cell| masked_text(field_at(at), cell))
        };
        match &row.verdict {
            Verdict::Rejected(faults) if self.bad.len() < ROWS_KEPT => self.bad.push(BadRow {
                number: row.number,
                cells: (0..mapping.len()).map(shown).collect(),
                faults: faults
                    .iter()
                    .map(|fault| BadCell {
                        column: fault.column,
                        field: fault.field.code().to_owned(),
                        fault: fault.fault.text_key().to_owned(),
                        shown: fault.column.map_or_else(String::new, shown),
                    })
                    .collect(),
            }),
            Verdict::Differs(person, fields, of) => {
                let value = |field: &Field| {
                    let at = mapping.iter().position(|mapped| *mapped == Some(*field));
                    (field.code().to_owned(), at.map_or_else(String::new, shown))
                };
                let different = DifferentRow {
                    number: row.number,
                    person: person.to_string(),
                    door: of.address.label_zh(),
                    fields: fields.iter().map(value).collect(),
                    can_be_taken: can_be_taken(fields),
                    is_taken: is_taken && can_be_taken(fields),
                };
                self.differ += 1;
                self.taken += usize::from(different.is_taken);
                match self.different.len() < ROWS_A_PIECE {
                    true => self.different.push(different),
                    false => self.beside.push(different),
                }
            }
            Verdict::SameAsRow {
                row: earlier,
                differs,
            } if self.repeated.len() < ROWS_KEPT => {
                self.repeated.push((row.number, *earlier, *differs));
            }
            _ => {}
        }
    }
}

/// Keeps a report.
pub(super) fn keep(desk: &Desk, run: &ImportRunRow, report: &Report) -> Result<(), ImportError> {
    let key = key_of(desk, run)?;
    let text = serde_json::to_vec(report).map_err(|_| StoreError::Panicked)?;
    let chance = Chance::new(desk.world.bytes());
    keep_piece(desk, run.shard, run.run, &key, "report", 0, &text, &chance)
}

/// The report of the last check; `None` where there was none or the file is gone.
///
/// # Errors
/// The database's.
pub fn read(desk: &Desk, run: &ImportRunRow) -> Result<Option<Report>, ImportError> {
    let key = match key_of(desk, run) {
        Ok(key) => key,
        Err(ImportError::Gone) => return Ok(None),
        Err(error) => return Err(error),
    };
    let text = super::file::open_pieces(desk, run, &key, "report")?;
    Ok(serde_json::from_slice(&text).ok())
}
