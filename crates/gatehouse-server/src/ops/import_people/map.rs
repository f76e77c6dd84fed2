//! What people decide about an import before it runs: which column is what, a cell typed anew,
//! the sheet's values or the register's, begin, stop, throw away.

use super::field::Field;
use super::file::{fix_place, key_of};
use super::header::{Mapping, mapping_text};
use super::state::State;
use super::{Desk, ImportError, RunId, UNDO_MILLIS};
use gatehouse_core::id::StaffId;
use gatehouse_store::import_run::ImportRunRow;
use gatehouse_store::{Chance, Lane, Shard, StoreError, Tx};

/// Longest text that somebody types into a cell.
const FIX_CHARS_MOST: usize = 200;

/// Changes the state of an import in one transaction, if it stands where `from` says.
pub(super) fn turn(
    desk: &Desk,
    shard: Shard,
    run: RunId,
    from: &'static [State],
    change: impl Fn(&mut ImportRunRow, &Tx<'_>) -> Result<(), StoreError> + Send + 'static,
) -> Result<ImportRunRow, ImportError> {
    desk.store.write_blocking(Lane::People, move |tx| {
        let mut row = tx.import_run(shard, &run)?.ok_or(ImportError::Gone)?;
        let state = State::named(&row.state);
        if !state.is_some_and(|state| from.contains(&state)) {
            return Err(ImportError::NotNow);
        }
        change(&mut row, tx)?;
        tx.update_import_run(&row)?;
        row.version += 1;
        Ok(row)
    })
}

/// Says which column is what, and sends the rows to be checked.
///
/// # Errors
/// [`ImportError::NothingMapped`] without a name or a door.
pub fn map(
    desk: &Desk,
    shard: Shard,
    run: RunId,
    mapping: &Mapping,
    remember: bool,
    staff: Option<StaffId>,
) -> Result<ImportRunRow, ImportError> {
    let has = |field| mapping.contains(&Some(field));
    if !has(Field::Name) || !(has(Field::Room) || has(Field::Address)) {
        return Err(ImportError::NothingMapped);
    }
    let text = mapping_text(mapping);
    let now = desk.world.now_millis();
    turn(
        desk,
        shard,
        run,
        &[State::Mapping, State::Checked],
        move |row, tx| {
            if remember {
                tx.keep_import_mapping(shard, row.area, &row.shape, &text, staff, now)?;
            }
            row.mapping.clone_from(&text);
            start(row, State::Checking);
            Ok(())
        },
    )
}

/// Goes back to the mapping.
///
/// # Errors
/// [`ImportError::NotNow`].
pub fn map_again(desk: &Desk, shard: Shard, run: RunId) -> Result<ImportRunRow, ImportError> {
    turn(
        desk,
        shard,
        run,
        &[State::Checked, State::Checking],
        |row, _| {
            start(row, State::Mapping);
            Ok(())
        },
    )
}

/// Cells typed anew; the rows are checked again.
///
/// # Errors
/// [`ImportError::NotNow`].
pub fn put_right(
    desk: &Desk,
    shard: Shard,
    run: RunId,
    fixes: &[(u32, usize, String)],
) -> Result<ImportRunRow, ImportError> {
    let row = desk.run(shard, run)?;
    let key = key_of(desk, &row)?;
    let chance = Chance::new(desk.world.bytes());
    let mut sealed = Vec::new();
    for (at, (number, column, text)) in (0..).zip(fixes) {
        let text: String = text.trim().chars().take(FIX_CHARS_MOST).collect();
        let place = fix_place(*number, *column);
        let value = key.seal("fix", place, text.as_bytes(), &chance.part(at));
        let column = i64::try_from(*column).unwrap_or(0);
        sealed.push((i64::from(*number), column, Some(value)));
    }
    turn(desk, shard, run, &[State::Checked], move |row, tx| {
        for (number, column, value) in &sealed {
            tx.set_import_fix(shard, &run, *number, *column, value.as_ref())?;
        }
        start(row, State::Checking);
        Ok(())
    })
}

/// Begins to write.
///
/// # Errors
/// [`ImportError::NotNow`]: a second click finds it begun.
pub fn begin(
    desk: &Desk,
    shard: Shard,
    run: RunId,
    staff: Option<StaffId>,
) -> Result<ImportRunRow, ImportError> {
    let now = desk.world.now_millis();
    let row = turn(desk, shard, run, &[State::Checked], move |row, _| {
        row.started_at = Some(now);
        (row.accepted, row.rejected, row.duplicate) = (0, 0, 0);
        start(row, State::Running);
        Ok(())
    })?;
    desk.note(&row, "import.run", staff, format!("{} rows", row.rows_all))?;
    Ok(row)
}

/// Stops writing. What is in stays; it can be taken back.
///
/// # Errors
/// [`ImportError::NotNow`].
pub fn stop(
    desk: &Desk,
    shard: Shard,
    run: RunId,
    staff: Option<StaffId>,
) -> Result<ImportRunRow, ImportError> {
    let now = desk.world.now_millis();
    let row = turn(
        desk,
        shard,
        run,
        &[State::Running, State::Linking],
        move |row, _| {
            row.ended_at = Some(now);
            row.undo_until = Some(now + UNDO_MILLIS);
            row.state = State::Stopped.code().to_owned();
            Ok(())
        },
    )?;
    desk.note(
        &row,
        "import.stop",
        staff,
        format!("{} rows", row.rows_done),
    )?;
    Ok(row)
}

/// Begins to take back.
///
/// # Errors
/// [`ImportError::NotNow`] once the day is over.
pub fn take_back(
    desk: &Desk,
    shard: Shard,
    run: RunId,
    staff: Option<StaffId>,
) -> Result<ImportRunRow, ImportError> {
    let now = desk.world.now_millis();
    let is_over = |row: &ImportRunRow| row.undo_until.is_none_or(|until| until <= now);
    if is_over(&desk.run(shard, run)?) {
        return Err(ImportError::NotNow);
    }
    let row = turn(
        desk,
        shard,
        run,
        &[State::Done, State::Stopped],
        |row, _| {
            start(row, State::Undoing);
            Ok(())
        },
    )?;
    desk.note(&row, "import.undo", staff, format!("{} rows", row.accepted))?;
    Ok(row)
}

/// Throws an import away that has written nothing: its file goes, and no list names it any more.
///
/// # Errors
/// [`ImportError::NotNow`].
pub fn discard(desk: &Desk, shard: Shard, run: RunId) -> Result<(), ImportError> {
    turn(
        desk,
        shard,
        run,
        &[State::Mapping, State::Checking, State::Checked],
        |row, _| {
            row.wrapped_key = None;
            row.name_sealed = None;
            row.state = State::Undone.code().to_owned();
            row.rows_all = 0;
            (row.accepted, row.rejected, row.duplicate) = (0, 0, 0);
            Ok(())
        },
    )?;
    super::sweep::drop_pieces(desk, shard, run)
}

pub(super) fn start(row: &mut ImportRunRow, state: State) {
    row.state = state.code().to_owned();
    row.rows_done = 0;
    if matches!(state, State::Mapping | State::Checking) {
        // What an earlier check counted holds no more.
        (row.accepted, row.rejected, row.duplicate) = (0, 0, 0);
        row.faults.clear();
    }
}
