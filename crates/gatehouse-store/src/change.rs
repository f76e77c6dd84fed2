//! What changed lately, by topic. *Sharded*. Each process asks once a second and tells its
//! pages; nothing here says what changed, only that it did.

use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::{params, sql};

/// A topic and how often it has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeRow {
    /// County.
    pub shard: Shard,
    /// `gate/…`, `order/…`, `policy` …
    pub topic: String,
    /// Counts changes.
    pub number: i64,
    /// Last one, milliseconds UTC.
    pub changed_at: i64,
}

sql! {
    NOTE_CHANGE = "INSERT INTO change (shard, topic, number, changed_at) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (shard, topic) DO UPDATE SET number = change.number + ?3, changed_at = ?4";
    CHANGES_SINCE = "SELECT shard, topic, number, changed_at FROM change WHERE changed_at >= ?1
        ORDER BY shard, topic LIMIT ?2";
}

impl ReadTx<'_> {
    /// Topics changed since an instant. Ask with a few seconds to spare (other processes' clocks)
    /// and compare `number` with what was seen before.
    pub fn changes_since(&self, millis: i64, limit: u32) -> Result<Vec<ChangeRow>, StoreError> {
        self.query(&CHANGES_SINCE, params![millis, limit], |row| {
            Ok(ChangeRow {
                shard: row.get(0)?,
                topic: row.get(1)?,
                number: row.get(2)?,
                changed_at: row.get(3)?,
            })
        })
    }
}

impl Tx<'_> {
    /// Notes that a topic changed: written once for the commit, as its last statement, so that
    /// writers meet on the row only briefly.
    pub fn note_change(
        &self,
        shard: Shard,
        topic: &str,
        now_millis: i64,
    ) -> Result<(), StoreError> {
        let mut deferred = self.deferred().borrow_mut();
        deferred.note_change(shard, topic, now_millis);
        Ok(())
    }
}

/// A topic changed so many times, the last time at an instant.
pub(crate) fn write_change(
    tx: &ReadTx<'_>,
    shard: Shard,
    topic: &str,
    times: i64,
    at: i64,
) -> Result<(), StoreError> {
    tx.run(&NOTE_CHANGE, params![shard, topic, times, at])?;
    Ok(())
}
