//! Takes a file: looks at its form and its headers, counts its rows, keeps it sealed.

use super::file::keep_file;
use super::header::{Head, mapping_text};
use super::state::State;
use super::{Desk, ImportError, Place, RunId};
use crate::sheet::{ROWS_MOST, SheetError, Table};
use gatehouse_core::id::StaffId;
use gatehouse_core::text::clean_line;
use gatehouse_store::import_run::ImportRunRow;
use gatehouse_store::{Chance, ImportKey, Lane, StoreError};
use std::ops::ControlFlow;

/// Longest name of a file that is kept.
const NAME_CHARS_MOST: usize = 120;

/// Takes a file for a compound; answers with the number of the import.
///
/// # Errors
/// [`ImportError::Sheet`] with the reason why the file is not taken.
pub fn upload(
    desk: &Desk,
    place: &Place,
    staff: Option<StaffId>,
    name: &str,
    bytes: Vec<u8>,
) -> Result<RunId, ImportError> {
    let size = bytes.len();
    let mut table = Table::open(name, bytes.clone())?;
    let head = Head::find(&mut table)?;
    let rows = count_rows(&mut table, &head)?;
    let form = table.encoding().map_or("xlsx", |encoding| encoding.name());
    drop(table);
    let chance = Chance::new(desk.world.bytes());
    let id: RunId = desk.world.id();
    let key = ImportKey::new(id, &chance);
    let name = clean_line(name, NAME_CHARS_MOST).unwrap_or_else(|_| "…".to_owned());
    let shape = head.shape();
    let (shard, area) = (place.shard, place.area);
    let remembered = desk
        .store
        .read_blocking::<_, StoreError, _>(move |tx| tx.import_mapping(shard, area, &shape))?;
    let guessed = || mapping_text(&head.guessed_mapping());
    let mut run = ImportRunRow {
        shard,
        run: id,
        area,
        made_by: staff,
        made_at: desk.world.now_millis(),
        state: State::Uploading.code().to_owned(),
        wrapped_key: Some(key.wrap(desk.keys.vault(), &chance.part(1))),
        name_sealed: Some(key.seal("name", 0, name.as_bytes(), &chance.part(2))),
        bytes: i64::try_from(size).unwrap_or(i64::MAX),
        form: form.to_owned(),
        sheet: i64::try_from(head.sheet).unwrap_or(0),
        last_header: i64::from(head.last_row),
        shape,
        mapping: remembered.unwrap_or_else(guessed),
        rows_all: i64::from(rows),
        rows_done: 0,
        accepted: 0,
        rejected: 0,
        duplicate: 0,
        faults: String::new(),
        started_at: None,
        ended_at: None,
        undo_until: None,
        working_until: 0,
        version: 1,
    };
    let row = run.clone();
    desk.store
        .write_blocking::<_, StoreError, _>(Lane::People, move |tx| tx.insert_import_run(&row))?;
    keep_file(desk, shard, id, &key, &bytes)?;
    run.state = State::Mapping.code().to_owned();
    desk.keep(&mut run)?;
    desk.note(
        &run,
        "import.upload",
        staff,
        format!("{form} {size} bytes {rows} rows"),
    )?;
    Ok(id)
}

fn count_rows(table: &mut Table, head: &Head) -> Result<u32, SheetError> {
    let mut rows = 0;
    table.each_row(head.sheet, &mut |number, _| {
        rows += u32::from(number > head.last_row);
        ControlFlow::Continue(())
    })?;
    match rows {
        0 => Err(SheetError::NobodyInside),
        rows if rows > ROWS_MOST => Err(SheetError::TooManyRows),
        rows => Ok(rows),
    }
}
