//! What pages show of an import.

use super::field::{Field, Known};
use super::file::{OpenFile, file_name};
use super::row::masked_text;
use super::{Desk, ImportError, Place};
use crate::sheet::Cell;
use gatehouse_core::id::PersonId;
use gatehouse_store::import_run::ImportRunRow;
use gatehouse_store::person::PersonField;
use gatehouse_store::person_view::Viewer;
use gatehouse_store::{Lane, StoreError};

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
        .read_blocking::<_, StoreError, _>(move |tx| tx.import_mapping(shard, area, &shape))?
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

/// When a record was made, milliseconds UTC, and its values by field.
pub type KeptValues = (i64, Vec<(Field, String)>);

/// What the register has of somebody in these fields, masked, and the day of the record. Opening
/// them is written down as a view, by whoever looks.
///
/// # Errors
/// The database's.
pub fn kept_values(
    desk: &Desk,
    run: &ImportRunRow,
    person: PersonId,
    fields: &[Field],
    viewer: Viewer,
) -> Result<Option<KeptValues>, ImportError> {
    let (shard, keys) = (run.shard, desk.keys.clone());
    let opened = [
        PersonField::Name,
        PersonField::BirthOn,
        PersonField::Document,
        PersonField::Phone,
        PersonField::Email,
    ];
    let found = desk
        .store
        .write_blocking::<_, StoreError, _>(Lane::People, move |tx| {
            let Some(row) = tx.person(shard, person)? else {
                return Ok(None);
            };
            let door = match row.household {
                Some(door) => tx.household(shard, door)?,
                None => None,
            };
            let plain = tx.reveal(keys.vault(), shard, person, &opened, &viewer)?;
            let residences = tx.residences_of_person(shard, person)?;
            let basis = residences
                .into_iter()
                .find(|residence| residence.until_on.is_none());
            Ok(plain.map(|plain| (row, plain, door, basis)))
        })?;
    let Some((row, plain, door, basis)) = found else {
        return Ok(None);
    };
    let values = fields.iter().map(|field| {
        let value = match field {
            Field::Name => plain.name.clone(),
            Field::BirthOn => plain.birth_on.map(|day| day.to_text()),
            Field::Document => plain.document.as_ref().map(|(_, number)| number.clone()),
            Field::Phone => plain.phone.clone(),
            Field::Email => plain.email.clone(),
            Field::Sex => Some(row.sex.clone()),
            Field::Basis => basis.as_ref().map(|basis| basis.basis.clone()),
            _ => door.as_ref().map(|door| {
                let parts = [&door.building, &door.unit, &door.room];
                let parts = parts.into_iter().filter(|part| !part.is_empty());
                parts.cloned().collect::<Vec<_>>().join("-")
            }),
        };
        let cell = Cell::Text(value.unwrap_or_default());
        (*field, masked_text(Some(*field), &cell))
    });
    Ok(Some((row.created_at, values.collect())))
}

/// Who uploaded an import, as colleagues know them.
///
/// # Errors
/// The database's.
pub fn uploader(desk: &Desk, run: &ImportRunRow) -> Result<Option<String>, ImportError> {
    let Some(staff) = run.made_by else {
        return Ok(None);
    };
    Ok(desk
        .store
        .read_blocking::<_, StoreError, _>(move |tx| Ok(tx.staff(staff)?.map(|row| row.name)))?)
}

/// The imports of a compound, newest first.
///
/// # Errors
/// The database's.
pub fn runs(desk: &Desk, place: &Place, most: u32) -> Result<Vec<ImportRunRow>, ImportError> {
    let (shard, area) = (place.shard, place.area);
    Ok(desk
        .store
        .read_blocking::<_, StoreError, _>(move |tx| tx.import_runs(shard, area, most))?)
}
