//! How often something changed that the lists of gates are made of, by area. *Sharded*.
//!
//! Every writer of this crate that touches such a row says so ([`Tx::mark_list`]). A list that
//! comes out otherwise while nothing was counted here was changed past the program (design §4).

use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::{params, sql};
use gatehouse_core::audit::WriterId;
use gatehouse_core::id::{AreaId, PersonId};

/// Where changes of what belongs to no county are counted: areas, policies in force.
pub(crate) const REFERENCE: Shard = Shard(0);
/// Where changes of a county are counted whose area nobody asked for.
const ANYWHERE: AreaId = AreaId([0; 16]);

sql! {
    ADD_LIST_CHANGES = "INSERT INTO list_change (shard, area, writer, number)
        VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (shard, area, writer) DO UPDATE SET number = list_change.number + ?4";
    LIST_CHANGES = "SELECT number FROM list_change WHERE shard = ?1 AND area = ?2";
}

impl ReadTx<'_> {
    /// Changes counted so far for gates at the end of a path. Ask before what they are made of is
    /// read: a change in between then counts as one, and no list is thought to be changed
    /// past the program.
    pub fn list_changes(&self, shard: Shard, path: &[AreaId]) -> Result<i64, StoreError> {
        let mut changes = self.list_changes_of(shard, ANYWHERE)?;
        for area in path {
            changes += self.list_changes_of(shard, *area)?;
            changes += self.list_changes_of(REFERENCE, *area)?;
        }
        Ok(changes)
    }

    fn list_changes_of(&self, shard: Shard, area: AreaId) -> Result<i64, StoreError> {
        let by_writer = self.query(&LIST_CHANGES, params![shard, &area], |row| row.get::<i64>(0))?;
        Ok(by_writer.iter().sum())
    }
}

impl Tx<'_> {
    /// Counts a change of what gates in an area decide by; `None`: anywhere in the county.
    pub(crate) fn mark_list(&self, shard: Shard, area: Option<AreaId>) {
        let key = (shard, area.unwrap_or(ANYWHERE), self.writer());
        self.deferred().borrow_mut().add_list_change(key);
    }

    /// Notes a change for the gates of the area that somebody stands in so far.
    pub(crate) fn mark_lists_of(&self, shard: Shard, person: PersonId) -> Result<(), StoreError> {
        if let Some(row) = self.person(shard, person)? {
            self.mark_list(shard, Some(row.area));
        }
        Ok(())
    }
}

/// Where changes are counted, each writer for itself, so that none waits for another.
pub(crate) type ListKey = (Shard, AreaId, WriterId);

/// So many changes came to an area.
pub(crate) fn write_list_changes(
    tx: &ReadTx<'_>,
    (shard, area, writer): &ListKey,
    changes: i64,
) -> Result<(), StoreError> {
    tx.run(&ADD_LIST_CHANGES, params![*shard, area, writer, changes])?;
    Ok(())
}
