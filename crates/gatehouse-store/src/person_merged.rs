//! Records of one person that were merged: both ids stay, and lead to the one that is kept.

use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::ReadTx;
use crate::{params, sql};
use gatehouse_core::id::PersonId;

/// Longest chain of merged records that is followed.
const MERGES_MOST: usize = 8;

sql! {
    MERGED_INTO = "SELECT merged_into FROM person
        WHERE shard = ?1 AND person = ?2 AND merged_into IS NOT NULL";
    MERGED_RECORDS = "SELECT person FROM person
        WHERE shard = ?1 AND merged_into IS NOT NULL ORDER BY merged_into LIMIT ?2";
}

impl ReadTx<'_> {
    /// The record that is kept of a person: the id itself where nothing was merged, or nobody has
    /// this id.
    pub fn kept_record(&self, shard: Shard, person: PersonId) -> Result<PersonId, StoreError> {
        let mut kept = person;
        for _ in 0..MERGES_MOST {
            let next: Option<PersonId> =
                self.optional(&MERGED_INTO, params![shard, &kept], |row| row.get(0))?;
            match next {
                Some(into) => kept = into,
                None => break,
            }
        }
        Ok(kept)
    }

    /// Records of a county that were merged into another.
    pub fn merged_records(
        &self,
        shard: Shard,
        limit: u32,
    ) -> Result<Vec<PersonId>, StoreError> {
        self.query(&MERGED_RECORDS, params![shard, limit], |row| row.get(0))
    }
}
