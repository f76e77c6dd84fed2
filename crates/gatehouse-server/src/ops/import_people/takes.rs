//! Where the register has other values: the rows whose values somebody chose to take, one by one
//! or all from a row on, however many they are.

use super::file::{fix_place, key_of};
use super::map::{start, turn};
use super::state::State;
use super::{Desk, ImportError, RunId};
use gatehouse_store::import_run::ImportRunRow;
use gatehouse_store::{Chance, ImportKey, Shard, StoreError};
use std::collections::{BTreeMap, BTreeSet};

/// The column of the choice for one row.
const ONE: i64 = -1;
/// The column of the choice for a row and all after it.
const ALL_FROM: i64 = -2;

/// Which rows' values are to be taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Takes {
    one: BTreeSet<u32>,
    /// From a row on, until the next.
    from: BTreeMap<u32, bool>,
}

impl Takes {
    /// Whether a row's are.
    pub(super) fn contains(&self, number: u32) -> bool {
        let from = self.from.range(..=number).next_back();
        self.one.contains(&number) || from.is_some_and(|(_, is_take)| *is_take)
    }

    /// A choice as it is kept; says whether the column was one of a choice.
    pub(super) fn read(
        &mut self,
        key: &ImportKey,
        (number, column): (u32, i64),
        sealed: &[u8],
    ) -> Result<bool, StoreError> {
        match column {
            ONE => {
                self.one.insert(number);
            }
            ALL_FROM => {
                let choice = key.open("fix", place(number, ALL_FROM), sealed)?;
                self.from.insert(number, choice == b"take");
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

fn place(number: u32, column: i64) -> u64 {
    fix_place(number, usize::from(column as u16))
}

/// Takes the sheet's values for one row, or for a row and all after it, or leaves the register's
/// for these; the rows are checked again.
///
/// # Errors
/// [`ImportError::NotNow`].
pub fn choose(
    desk: &Desk,
    shard: Shard,
    run: RunId,
    (number, is_all): (u32, bool),
    is_take: bool,
) -> Result<ImportRunRow, ImportError> {
    let key = key_of(desk, &desk.run(shard, run)?)?;
    let chance = Chance::new(desk.world.bytes());
    let word: &[u8] = if is_take { b"take" } else { b"leave" };
    let column = if is_all { ALL_FROM } else { ONE };
    let sealed = key.seal("fix", place(number, column), word, &chance.part(0));
    turn(desk, shard, run, &[State::Checked], move |row, tx| {
        let number = i64::from(number);
        if is_all {
            // What was chosen for rows after this one before gives way.
            tx.drop_import_fixes_from(shard, &run, number, ONE)?;
            tx.drop_import_fixes_from(shard, &run, number, ALL_FROM)?;
        }
        let kept = (is_all || is_take).then_some(&sealed);
        tx.set_import_fix(shard, &run, number, column, kept)?;
        start(row, State::Checking);
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_choice_before_a_row_is_its_own() {
        let takes = Takes {
            one: BTreeSet::from([3, 40]),
            from: BTreeMap::from([(10, true), (30, false)]),
        };
        let table = [
            (2, false),
            (3, true),
            (9, false),
            (10, true),
            (29, true),
            (30, false),
            (40, true),
            (200_000, false),
        ];
        for (row, expected) in table {
            assert_eq!(takes.contains(row), expected, "{row}");
        }
    }
}
