//! Somebody's own crossings, for themselves: by the home from which they crossed, so that no list
//! of people is kept beside. *Sharded*, rows of `crossing.rs`.

use crate::crossing::{CrossingRow, crossing_columns};
use crate::crossing_find::CrossingPlace;
use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::ReadTx;
use crate::{params, sql};
use gatehouse_core::id::PersonId;

sql! {
    OWN_CROSSINGS = concat!("SELECT ", crossing_columns!(), " FROM (
            SELECT o.device, o.seq FROM outing o
            WHERE o.shard = ?1 AND o.household = ?2 AND o.subject = ?3
                AND o.counted_at >= ?4 AND o.counted_at <= ?5
            UNION
            SELECT x.device, x.seq FROM crossing x
            WHERE x.shard = ?1 AND x.household = ?2 AND x.household IS NOT NULL
                AND (x.outcome <> 0 OR x.subject_is_vehicle = 1)
                AND x.subject = ?3 AND x.subject_is_vehicle = 0
                AND x.counted_at >= ?4 AND x.counted_at <= ?5) k
        JOIN crossing c ON c.shard = ?1 AND c.device = k.device AND c.seq = k.seq
        WHERE c.counted_at < ?5 OR c.device < ?6 OR (c.device = ?6 AND c.seq < ?7)
        ORDER BY c.counted_at DESC, c.device DESC, c.seq DESC LIMIT ?8");
}

impl ReadTx<'_> {
    /// Somebody's crossings from one home (or from none: then the home is the person), newest
    /// first, since an instant and before a place.
    pub fn own_crossings(
        &self,
        shard: Shard,
        (home, person): ([u8; 16], PersonId),
        from: i64,
        before: CrossingPlace,
        limit: u32,
    ) -> Result<Vec<CrossingRow>, StoreError> {
        let parameters = params![
            shard,
            &home,
            &person,
            from,
            before.counted_at,
            &before.device,
            before.seq,
            limit
        ];
        self.query(&OWN_CROSSINGS, parameters, CrossingRow::read)
    }
}
