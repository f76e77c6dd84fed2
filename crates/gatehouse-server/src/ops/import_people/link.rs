//! Names landlords and hosts, once everybody is in: somebody of that name behind the same door,
//! else the only one of that name in the compound. Whoever cannot be told is left open; the gate
//! asks for the landlord at the first time anyway (GATE-4).

use super::check::not_now;
use super::field::Field;
use super::file::OpenFile;
use super::state::State;
use super::{Desk, ImportError, RunId, UNDO_MILLIS};
use gatehouse_core::id::PersonId;
use gatehouse_core::person::search::{SearchKind, terms_for_query};
use gatehouse_store::import_row::ImportedRow;
use gatehouse_store::{Lane, Shard, StoreError};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// Rows of one step.
const ROWS: usize = 100;

/// Names landlords until all are done or an instant has come. Says whether there is more.
///
/// # Errors
/// [`ImportError::NotNow`] where the import is not at this point.
pub fn link(desk: &Desk, shard: Shard, id: RunId, until: i64) -> Result<bool, ImportError> {
    let mut run = desk.run(shard, id)?;
    if State::named(&run.state) != Some(State::Linking) {
        return Err(ImportError::NotNow);
    }
    let mut file = OpenFile::open(desk, &run)?;
    let column = file
        .mapping
        .iter()
        .position(|field| *field == Some(Field::Landlord));
    let (area, mut is_over) = (run.area, false);
    if let Some(column) = column {
        file.each_batch(ROWS, |open| {
            let mut wanted: BTreeMap<i64, i64> = BTreeMap::new();
            for (number, cells) in open.rows {
                let text = cells.get(column).map(|cell| cell.text().trim().to_owned());
                if let Some(text) = text.filter(|text| !text.is_empty()) {
                    let terms = terms_for_query(&text);
                    let whole = terms.iter().find(|term| term.kind == SearchKind::FullName);
                    if let Some(term) = whole {
                        let token = desk.keys.vault().token(&term.reveal_bytes());
                        wanted.insert(i64::from(*number), token);
                    }
                }
            }
            if !wanted.is_empty() {
                name(desk, shard, id, area, wanted)?;
            }
            is_over = desk.world.now_millis() >= until;
            Ok(match is_over {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(ROWS),
            })
        })?;
    }
    if is_over {
        return Ok(true);
    }
    let now = desk.world.now_millis();
    run.state = State::Done.code().to_owned();
    run.rows_done = run.rows_all;
    run.ended_at = Some(now);
    run.undo_until = Some(now + UNDO_MILLIS);
    desk.keep(&mut run).map_err(not_now)?;
    Ok(false)
}

fn name(
    desk: &Desk,
    shard: Shard,
    id: RunId,
    area: gatehouse_core::id::AreaId,
    wanted: BTreeMap<i64, i64>,
) -> Result<(), ImportError> {
    let first = wanted.keys().next().copied().unwrap_or(0) - 1;
    Ok(desk
        .store
        .write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| {
            let tokens: Vec<i64> = wanted.values().copied().collect();
            let found = tx.persons_by_tokens(shard, &tokens)?;
            let most = u32::try_from(ROWS * 4).unwrap_or(400);
            let rows = tx.imported_rows(shard, &id, first, most)?;
            for row in rows.iter().filter(|row| row.act == "added") {
                let Some(token) = wanted.get(&row.row_number) else {
                    continue;
                };
                let others = found
                    .iter()
                    .filter(|(of, who)| of == token && *who != row.person);
                let others: Vec<PersonId> = others.map(|(_, who)| *who).collect();
                let mut living = Vec::new();
                for person in others.iter().take(20) {
                    living.extend(
                        tx.person(shard, *person)?
                            .filter(|found| found.area == area),
                    );
                }
                let at_door = living
                    .iter()
                    .find(|found| found.household == Some(row.household));
                let only = match living.as_slice() {
                    [only] => Some(only),
                    _ => None,
                };
                if let Some(landlord) = at_door.or(only) {
                    set(tx, shard, row, landlord.person)?;
                }
            }
            Ok(())
        })?)
}

fn set(
    tx: &gatehouse_store::Tx<'_>,
    shard: Shard,
    row: &ImportedRow,
    landlord: PersonId,
) -> Result<(), StoreError> {
    tx.set_landlord(shard, row.household, row.person, landlord)
        .map(|_| ())
}
