//! Takes files away that nobody needs any more: of imports that can no longer be taken back, and
//! of those that nobody went on with.

use super::state::State;
use super::{Desk, ImportError, RunId, UNUSED_MILLIS};
use gatehouse_store::import_run::ImportRunRow;
use gatehouse_store::{Lane, Shard, StoreError};

/// Imports looked at in one round of a county.
const RUNS_MOST: u32 = 200;

/// Whether the file of an import is no longer needed.
fn is_over(run: &ImportRunRow, now_millis: i64) -> bool {
    match State::named(&run.state) {
        Some(State::Done | State::Stopped) => run.undo_until.is_none_or(|end| end <= now_millis),
        Some(State::Undone) => true,
        Some(State::Uploading | State::Mapping | State::Checked) => {
            run.made_at + UNUSED_MILLIS <= now_millis
        }
        _ => false,
    }
}

/// One round over all counties; says how many files went.
///
/// # Errors
/// The database's.
pub fn sweep(desk: &Desk) -> Result<usize, ImportError> {
    let now = desk.world.now_millis();
    let shards = desk
        .store
        .read_blocking::<_, StoreError, _>(|tx| tx.shards())?;
    let mut gone = 0;
    for shard in shards {
        let runs = desk.store.read_blocking::<_, StoreError, _>(move |tx| {
            tx.import_runs_with_file(shard, RUNS_MOST)
        })?;
        for mut run in runs.into_iter().filter(|run| is_over(run, now)) {
            let id = run.run;
            // The key first: what is left without it is noise.
            run.wrapped_key = None;
            run.name_sealed = None;
            desk.keep(&mut run)?;
            drop_pieces(desk, shard, id)?;
            while desk
                .store
                .write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| {
                    tx.delete_imported_rows(shard, &id)
                })?
            {}
            gone += 1;
        }
    }
    Ok(gone)
}

/// Deletes the pieces of a file, a few at a time.
pub(super) fn drop_pieces(desk: &Desk, shard: Shard, id: RunId) -> Result<(), ImportError> {
    while desk
        .store
        .write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| {
            tx.delete_import_parts(shard, &id)
        })?
    {}
    Ok(())
}
