//! Events that were not taken in, kept as they came, sealed, for people to look at. *Sharded*.

use crate::error::StoreError;
use crate::event_detail::{event_place, open_apart, seal_apart};
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::vault::{Chance, Vault};
use crate::{params, sql};
use gatehouse_core::audit::Hash;
use gatehouse_core::id::DeviceId;
use gatehouse_core::wire::Event;

/// Why an event was not taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetAsideReason {
    /// The number was taken by an event with other content.
    OtherContent,
    /// It does not name the last event as the one before it.
    BrokenChain,
    /// The device is out of service.
    EndedDevice,
}

impl SetAsideReason {
    /// Its word, also the kind of its alarm.
    pub fn word(self) -> &'static str {
        match self {
            SetAsideReason::OtherContent => "other_content",
            SetAsideReason::BrokenChain => "broken_chain",
            SetAsideReason::EndedDevice => "ended_device",
        }
    }

    fn of_word(word: &str) -> Option<SetAsideReason> {
        [
            SetAsideReason::OtherContent,
            SetAsideReason::BrokenChain,
            SetAsideReason::EndedDevice,
        ]
        .into_iter()
        .find(|reason| reason.word() == word)
    }
}

/// An event that was not taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAsideRow {
    /// Gate device.
    pub device: DeviceId,
    /// Number that the event claims.
    pub seq: i64,
    /// Hash of the event.
    pub hash: Hash,
    /// Why.
    pub reason: SetAsideReason,
    /// First time it came, milliseconds UTC.
    pub received_at: i64,
    wrapped_key: Vec<u8>,
    sealed: Vec<u8>,
}

impl SetAsideRow {
    /// The event as it came.
    pub fn reveal_event(&self, vault: &Vault) -> Result<Vec<u8>, StoreError> {
        let place = event_place(self.device, self.seq);
        open_apart(
            vault,
            "crossing_set_aside",
            &place,
            &self.wrapped_key,
            &self.sealed,
        )
    }
}

sql! {
    INSERT_SET_ASIDE = "INSERT INTO crossing_set_aside (shard, device, seq, hash, reason,
            received_at, wrapped_key, sealed)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        ON CONFLICT (shard, device, seq, hash) DO NOTHING";
    SET_ASIDE = "SELECT device, seq, hash, reason, received_at, wrapped_key, sealed
        FROM crossing_set_aside WHERE shard = ?1 AND device = ?2
        ORDER BY seq, hash LIMIT ?3";
    IS_SET_ASIDE = "SELECT count(*) FROM crossing_set_aside
        WHERE shard = ?1 AND device = ?2 AND seq = ?3 AND hash = ?4";
}

impl ReadTx<'_> {
    /// The events of a device that were not taken in.
    pub fn events_set_aside(
        &self,
        shard: Shard,
        device: DeviceId,
        limit: u32,
    ) -> Result<Vec<SetAsideRow>, StoreError> {
        self.query(&SET_ASIDE, params![shard, &device, limit], |row| {
            let reason: String = row.get(3)?;
            Ok(SetAsideRow {
                device: row.get(0)?,
                seq: row.get(1)?,
                hash: row.get(2)?,
                reason: SetAsideReason::of_word(&reason).ok_or_else(|| row.corrupt(3))?,
                received_at: row.get(4)?,
                wrapped_key: row.get(5)?,
                sealed: row.get(6)?,
            })
        })
    }
}

impl ReadTx<'_> {
    /// Whether the event with this number and hash was put aside.
    pub(crate) fn is_set_aside(
        &self,
        shard: Shard,
        device: DeviceId,
        seq: i64,
        hash: &Hash,
    ) -> Result<bool, StoreError> {
        let parameters = params![shard, &device, seq, hash];
        let rows: i64 = self.query_one(&IS_SET_ASIDE, parameters, |row| row.get(0))?;
        Ok(rows > 0)
    }
}

impl Tx<'_> {
    /// Keeps an event aside, once for the same content, and raises an alarm about it; says
    /// whether this was the first time.
    pub(crate) fn set_event_aside(
        &self,
        vault: &Vault,
        shard: Shard,
        event: &Event,
        reason: SetAsideReason,
        received_at: i64,
        chance: &Chance,
    ) -> Result<bool, StoreError> {
        let seq = i64::try_from(event.seq).unwrap_or(i64::MAX);
        let place = event_place(event.device, seq);
        let (wrapped, sealed) = seal_apart(
            vault,
            "crossing_set_aside",
            &place,
            &event.to_bytes(),
            chance,
        );
        let inserted = self.execute(
            &INSERT_SET_ASIDE,
            params![
                shard,
                &event.device,
                seq,
                &event.hash(),
                reason.word(),
                received_at,
                &wrapped,
                &sealed
            ],
        )?;
        let about = match reason {
            SetAsideReason::EndedDevice => format!("device {}", event.device),
            _ => format!("device {} event {seq}", event.device),
        };
        self.raise_alarm(shard, reason.word(), &about, received_at)?;
        Ok(inserted == 1)
    }
}
