//! Takes an import back: people whom it added go, people whom it changed get their earlier values.
//! Whoever was changed since, holds a pass, is under an order, is somebody's landlord or went
//! through a gate stays, and it is said why.

use super::change::{office_of, restore};
use super::check::not_now;
use super::file::key_of;
use super::state::State;
use super::{Desk, ImportError, RunId};
use gatehouse_store::import_row::{ImportedRow, Ties};
use gatehouse_store::{Chance, Lane, ReadTx, Shard, StoreError};

/// Rows of one step: each is a handful of statements.
const ROWS: u32 = 40;

/// What taking back would do, or did: rows by `added`, `changed`, `removed`, `restored`, or by why
/// they stay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UndoCounts {
    /// People who go, or went.
    pub removed: i64,
    /// People who get their earlier values, or got them.
    pub restored: i64,
    /// Who stays, by why.
    pub left: Vec<(String, i64)>,
}

/// Why somebody stays.
fn left_why(row: &ImportedRow, ties: &Ties) -> Option<&'static str> {
    if ties.version != row.version {
        Some("changed")
    } else if row.act == "changed" {
        None
    } else if ties.has_pass {
        Some("pass")
    } else if ties.has_order {
        Some("order")
    } else if ties.has_crossed {
        Some("crossed")
    } else if ties.is_landlord {
        Some("landlord")
    } else {
        None
    }
}

/// Takes back until all is done or an instant has come. Says whether there is more.
///
/// # Errors
/// [`ImportError::NotNow`] where the import is not being taken back.
pub fn undo(desk: &Desk, shard: Shard, id: RunId, until: i64) -> Result<bool, ImportError> {
    let mut run = desk.run(shard, id)?;
    if State::named(&run.state) != Some(State::Undoing) {
        return Err(ImportError::NotNow);
    }
    // Twice: a landlord whom only people of this import name goes in the second round.
    for is_second in [false, true] {
        let mut after = i64::MIN;
        loop {
            let page = desk.store.read_blocking::<_, StoreError, _>(move |tx| {
                tx.imported_rows(shard, &id, after, ROWS)
            })?;
            let Some(last) = page.last() else { break };
            after = last.row_number;
            let open = |row: &ImportedRow| {
                let is_landlord = row.left_why.as_deref() == Some("landlord");
                ["added", "changed"].contains(&row.act.as_str()) || (is_second && is_landlord)
            };
            let rows: Vec<ImportedRow> = page.into_iter().filter(open).collect();
            if rows.is_empty() {
                continue;
            }
            run.rows_done += i64::try_from(rows.len()).unwrap_or(0);
            step(desk, &run, rows)?;
            run.version += 1;
            if desk.world.now_millis() >= until {
                return Ok(true);
            }
        }
    }
    run.state = State::Undone.code().to_owned();
    desk.keep(&mut run).map_err(not_now)?;
    Ok(false)
}

fn step(
    desk: &Desk,
    run: &gatehouse_store::import_run::ImportRunRow,
    rows: Vec<ImportedRow>,
) -> Result<(), ImportError> {
    let key = key_of(desk, run)?;
    let (keys, chance) = (desk.keys.clone(), Chance::new(desk.world.bytes()));
    let (next, now) = (run.clone(), desk.world.now_millis());
    let (shard, id) = (run.shard, run.run);
    let ended = desk
        .store
        .write_blocking::<_, StoreError, _>(Lane::Jobs, move |tx| {
            tx.update_import_run(&next)?;
            let office = office_of(tx, &next)?;
            for (part, row) in (0..).zip(&rows) {
                let row = &ImportedRow {
                    act: if row.before_sealed.is_some() {
                        "changed"
                    } else {
                        "added"
                    }
                    .to_owned(),
                    ..row.clone()
                };
                let ties = tx.ties_of_person(shard, row.person, row.household)?;
                let why = ties.map_or(Some("changed"), |ties| left_why(row, &ties));
                let act = match (why, row.act.as_str()) {
                    (Some(_), _) => "left",
                    (None, "changed") => {
                        let at = (office, now, &chance.part(part));
                        restore(tx, &keys, &key, shard, row, at)?;
                        "restored"
                    }
                    (None, _) => {
                        tx.delete_person(shard, row.person, row.version)?;
                        tx.delete_residence_and_door(
                            shard,
                            row.person,
                            row.household,
                            row.door_added,
                        )?;
                        "removed"
                    }
                };
                tx.set_imported_act(shard, &id, row.row_number, act, why)?;
            }
            Ok(())
        });
    ended.map_err(|error| not_now(error.into()))
}

/// What taking back would find now, or has found.
///
/// # Errors
/// The database's.
pub fn counts(tx: &ReadTx<'_>, shard: Shard, id: &RunId) -> Result<UndoCounts, StoreError> {
    let mut counts = UndoCounts::default();
    for (act, why, rows) in tx.count_imported_rows(shard, id)? {
        match act.as_str() {
            "added" | "removed" => counts.removed += rows,
            "changed" | "restored" => counts.restored += rows,
            _ => counts.left.push((why, rows)),
        }
    }
    Ok(counts)
}

/// As [`counts`], in a transaction of its own.
///
/// # Errors
/// The database's.
pub fn counts_of(desk: &Desk, shard: Shard, id: RunId) -> Result<UndoCounts, ImportError> {
    Ok(desk
        .store
        .read_blocking::<_, StoreError, _>(move |tx| counts(tx, shard, &id))?)
}

/// What taking back would find among the first rows: for looking before one does it.
///
/// # Errors
/// The database's.
pub fn preview(desk: &Desk, shard: Shard, id: RunId, most: u32) -> Result<UndoCounts, ImportError> {
    Ok(desk.store.read_blocking::<_, StoreError, _>(move |tx| {
        let mut counts = UndoCounts::default();
        for row in tx.imported_rows(shard, &id, i64::MIN, most)? {
            let ties = tx.ties_of_person(shard, row.person, row.household)?;
            let why = ties.map_or(Some("changed"), |ties| left_why(&row, &ties));
            match (why, row.act.as_str()) {
                (Some(why), _) => match counts.left.iter_mut().find(|(word, _)| word == why) {
                    Some((_, count)) => *count += 1,
                    None => counts.left.push((why.to_owned(), 1)),
                },
                (None, "changed") => counts.restored += 1,
                (None, _) => counts.removed += 1,
            }
        }
        Ok(counts)
    })?)
}
