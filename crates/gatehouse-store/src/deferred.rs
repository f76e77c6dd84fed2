//! What many closures of one commit change alike, written once for all of them: heads of audit
//! chains, counts of an hour, changes of gates' lists, topics that changed. A crowd at a gate moves
//! each of these rows at every crossing, and only where they stand at the commit is ever seen.
//!
//! Nothing is read past it: a statement that names one of these tables settles first
//! ([`crate::sql::Sql`]), and so does the commit.

use crate::audit::write_head;
use crate::change::write_change;
use crate::crossing_hour::{HourCell, write_hour};
use crate::error::StoreError;
use crate::list_change::{ListKey, write_list_changes};
use crate::shard::Shard;
use crate::tx::ReadTx;
use gatehouse_core::audit::{Hash, WriterId};
use std::collections::BTreeMap;

/// Tables that are written through [`Deferred`] only.
pub(crate) const TABLES: [&str; 4] = ["audit_head", "crossing_hour", "list_change", "change"];

/// What is still to be written, by its key.
#[derive(Clone, Debug, Default)]
pub(crate) struct Deferred {
    heads: BTreeMap<(Shard, WriterId), (i64, Hash)>,
    hours: BTreeMap<HourCell, i64>,
    list_changes: BTreeMap<ListKey, i64>,
    changes: BTreeMap<Shard, BTreeMap<String, Change>>,
}

#[derive(Clone, Debug)]
struct Change {
    times: i64,
    at: i64,
}

impl Deferred {
    /// Where a chain stands, if it has moved since the last settling.
    pub(crate) fn head(&self, shard: Shard, writer: WriterId) -> Option<(i64, Hash)> {
        self.heads.get(&(shard, writer)).copied()
    }

    /// A chain has moved on.
    pub(crate) fn set_head(&mut self, shard: Shard, writer: WriterId, seq: i64, hash: Hash) {
        self.heads.insert((shard, writer), (seq, hash));
    }

    /// Crossings of a sort came to an hour, or left it.
    pub(crate) fn add_to_hour(&mut self, cell: HourCell, crossings: i64) {
        *self.hours.entry(cell).or_default() += crossings;
    }

    /// What the lists of gates in an area are made of has changed.
    pub(crate) fn add_list_change(&mut self, key: ListKey) {
        *self.list_changes.entry(key).or_default() += 1;
    }

    /// A topic has changed.
    pub(crate) fn note_change(&mut self, shard: Shard, topic: &str, at: i64) {
        let topics = self.changes.entry(shard).or_default();
        match topics.get_mut(topic) {
            Some(change) => {
                change.times += 1;
                change.at = at;
            }
            None => {
                topics.insert(topic.to_owned(), Change { times: 1, at });
            }
        }
    }

    /// Writes everything; changes last, since other writers meet on them.
    pub(crate) fn write(&self, tx: &ReadTx<'_>) -> Result<(), StoreError> {
        for ((shard, writer), (seq, hash)) in &self.heads {
            write_head(tx, *shard, *writer, *seq, hash)?;
        }
        for (cell, crossings) in &self.hours {
            write_hour(tx, cell, *crossings)?;
        }
        for (key, changes) in &self.list_changes {
            write_list_changes(tx, key, *changes)?;
        }
        for (shard, topics) in &self.changes {
            for (topic, change) in topics {
                write_change(tx, *shard, topic, change.times, change.at)?;
            }
        }
        Ok(())
    }
}
