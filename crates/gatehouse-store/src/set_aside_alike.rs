//! Events of one device that wait in the tray for the same reason: where a phone is broken it is
//! all of its records, and nobody settles thousands one by one. *Sharded*.

use crate::error::StoreError;
use crate::set_aside::{SetAsideKey, SetAsideReason, is_settled};
use crate::shard::Shard;
use crate::tx::ReadTx;
use crate::{params, sql};
use gatehouse_core::id::DeviceId;

sql! {
    ALIKE = concat!("SELECT s.device, s.seq, s.hash FROM crossing_set_aside s
        WHERE s.shard = ?1 AND s.device = ?2 AND s.reason = ?3 AND NOT ", is_settled!(), "
        ORDER BY s.seq, s.hash LIMIT ?4");
}

impl ReadTx<'_> {
    /// Events of a device that were not taken in for a reason and that nobody has settled, oldest
    /// number first.
    pub fn alike_set_aside(
        &self,
        shard: Shard,
        device: DeviceId,
        reason: SetAsideReason,
        limit: u32,
    ) -> Result<Vec<SetAsideKey>, StoreError> {
        let parameters = params![shard, &device, reason.word(), limit];
        self.query(&ALIKE, parameters, |row| {
            Ok(SetAsideKey {
                device: row.get(0)?,
                seq: row.get(1)?,
                hash: row.get(2)?,
            })
        })
    }
}
