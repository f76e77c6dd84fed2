//! What pages show of an import.

use super::field::{Field, Known};
use super::file::{OpenFile, file_name};
use super::row::masked_text;
use super::{Desk, ImportError};
use gatehouse_store::import_run::ImportRunRow;

/// A column with what it holds, for the page that maps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnView {
    /// From 0.
    pub at: usize,
    /// As people read it.
    pub header: String,
    /// The first values, masked; empty where the column is never read.
    pub samples: Vec<String>,
    /// What it is mapped to.
    pub field: Option<Field>,
    /// How that is known.
    pub known: Known,
    /// Whether it must not be read.
    pub is_never: bool,
}

/// The columns of an import whose file is still there.
///
/// # Errors
/// [`ImportError::Gone`].
pub fn columns(desk: &Desk, run: &ImportRunRow) -> Result<Vec<ColumnView>, ImportError> {
    let file = OpenFile::open(desk, run)?;
    let (shard, area, shape) = (run.shard, run.area, run.shape);
    let remembered = desk
        .store
        .read_blocking::<_, gatehouse_store::StoreError, _>(move |tx| {
            tx.import_mapping(shard, area, &shape)
        })?
        .is_some_and(|text| text == run.mapping);
    let guesses = file.head.guess();
    let columns = file.head.columns.iter().map(|column| {
        let field = file.mapping.get(column.at).copied().flatten();
        let guess = guesses.iter().find(|(at, ..)| *at == column.at);
        let is_never = super::field::is_never_read(&column.header);
        let known = match (field, guess) {
            (None, _) => Known::NoField,
            (Some(_), _) if remembered => Known::Remembered,
            (Some(field), Some((_, guessed, known))) if *guessed == Some(field) => *known,
            _ => Known::Look,
        };
        let cells = file
            .head
            .samples
            .iter()
            .filter_map(|row| row.get(column.at));
        let samples = cells.filter(|cell| !cell.is_blank());
        ColumnView {
            at: column.at,
            header: column.header.clone(),
            samples: match is_never || field.is_none() {
                true => Vec::new(),
                false => samples.map(|cell| masked_text(field, cell)).collect(),
            },
            field,
            known,
            is_never,
        }
    });
    Ok(columns.collect())
}

/// The name of the file, or nothing once it is gone.
pub fn name(desk: &Desk, run: &ImportRunRow) -> String {
    file_name(desk, run).unwrap_or_default()
}
