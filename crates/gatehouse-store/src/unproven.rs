//! What comes in a device's name without proof that it wrote it: kept in the tray, for people to
//! look at, until it is proven and taken in after all. *Sharded*.

use crate::error::StoreError;
use crate::set_aside::{SetAsideReason, is_settled};
use crate::shard::Shard;
use crate::tx::Tx;
use crate::vault::{Chance, Vault};
use crate::{params, sql};
use gatehouse_core::id::DeviceId;
use gatehouse_core::planted::{Planted, is_planted};
use gatehouse_core::wire::{ChainHead, Event};

/// Events of one device whose content is kept though nothing proves them: what a gate records in
/// three days and more (GATE-11), and whoever writes in its name fills no disk.
pub const UNPROVEN_MOST: u32 = 4_000;

sql! {
    COUNT_UNPROVEN = "SELECT count(*) FROM (SELECT seq FROM crossing_set_aside
        WHERE shard = ?1 AND device = ?2 AND reason = 'unproven' AND length(sealed) > 0
        LIMIT ?3) AS kept";
    DROP_TAKEN_IN = concat!("DELETE FROM crossing_set_aside AS s
        WHERE s.shard = ?1 AND s.device = ?2 AND s.seq >= ?3 AND s.seq <= ?4
            AND NOT ", is_settled!(), "
            AND s.hash IN (SELECT c.hash FROM crossing c WHERE c.shard = s.shard
                    AND c.device = s.device AND c.seq = s.seq
                UNION ALL SELECT e.hash FROM device_event e WHERE e.shard = s.shard
                    AND e.device = s.device AND e.seq = s.seq)");
}

impl Tx<'_> {
    /// Keeps aside events that claim to be one device's, as far as they are not here anyway; of one
    /// device no more than [`UNPROVEN_MOST`]. The device is told that they were not taken in and
    /// keeps them too. The alarm is the caller's: one for all of them.
    pub fn set_unproven_aside(
        &self,
        vault: &Vault,
        shard: Shard,
        events: &[(Event, Chance)],
        received_at: i64,
    ) -> Result<(), StoreError> {
        let Some((first, _)) = events.first() else {
            return Ok(());
        };
        let parameters = params![shard, &first.device, UNPROVEN_MOST];
        let kept: i64 = self.query_one(&COUNT_UNPROVEN, parameters, |row| row.get(0))?;
        let left = usize::try_from(i64::from(UNPROVEN_MOST) - kept).unwrap_or(0);
        let mut new = Vec::new();
        for (event, chance) in events {
            // It is sent again and again: only what is new is sealed.
            let (device, seq, hash) = (event.device, event.seq, event.hash());
            if !self.is_there(shard, &ChainHead { device, seq, hash })? {
                new.push((event, chance));
            }
        }
        for (event, chance) in new.into_iter().take(left) {
            let reason = SetAsideReason::Unproven;
            self.keep_aside(vault, (shard, event), reason, received_at, chance)?;
        }
        Ok(())
    }

    /// Takes out of the tray what was taken in since, by the numbers from one to another: there is
    /// nothing left to look at. What somebody has settled stays, with what they found out.
    pub(crate) fn drop_taken_in(
        &self,
        shard: Shard,
        device: DeviceId,
        (first, last): (i64, i64),
    ) -> Result<(), StoreError> {
        if is_planted(Planted::TrayKeepsTakenIn) {
            return Ok(());
        }
        self.execute(&DROP_TAKEN_IN, params![shard, &device, first, last])?;
        Ok(())
    }
}
