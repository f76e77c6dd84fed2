//! Whether an event of a device is here already. *Sharded*.

use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::ReadTx;
use crate::{params, sql};
use gatehouse_core::audit::Hash;
use gatehouse_core::id::DeviceId;
use gatehouse_core::wire::ChainHead;

sql! {
    HASH_OF = "SELECT hash FROM crossing WHERE shard = ?1 AND device = ?2 AND seq = ?3
        UNION ALL
        SELECT hash FROM device_event WHERE shard = ?1 AND device = ?2 AND seq = ?3";
}

impl ReadTx<'_> {
    /// Whether an event is here, taken in or aside; also where retention has dropped it and nothing
    /// is left to compare with, and for what goes before the first.
    pub fn is_there(&self, shard: Shard, event: &ChainHead) -> Result<bool, StoreError> {
        let seq = i64::try_from(event.seq).unwrap_or(i64::MAX);
        if seq == 0 {
            return Ok(true);
        }
        match self.hash_of(shard, event.device, seq)? {
            Some(there) if there == event.hash => return Ok(true),
            Some(_) => {}
            None => {
                let device = self.device(shard, event.device)?;
                if device.is_some_and(|device| seq <= device.last_seq) {
                    return Ok(true);
                }
            }
        }
        self.is_set_aside(shard, event.device, seq, &event.hash)
    }

    /// The hash of the event that was taken in under a number, as long as it is kept.
    pub fn hash_of(
        &self,
        shard: Shard,
        device: DeviceId,
        seq: i64,
    ) -> Result<Option<Hash>, StoreError> {
        let parameters = params![shard, &device, seq];
        self.optional(&HASH_OF, parameters, |row| row.get::<Hash>(0))
    }
}
