//! Devices that have shown their key and talk under a token for some hours. *Sharded*; only the
//! hash of a token is kept.

use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::{params, sql};
use gatehouse_core::id::{DeviceId, GateId};

/// The device behind a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceInSession {
    /// County.
    pub shard: Shard,
    /// Which.
    pub device: DeviceId,
    /// The gate where it stands now.
    pub gate: GateId,
    /// Whether it is still in service.
    pub in_service: bool,
}

sql! {
    INSERT_SESSION = "INSERT INTO device_session (shard, token_hash, device, created_at, expires_at)
        VALUES (?1, ?2, ?3, ?4, ?5)";
    SESSION = "SELECT d.shard, d.device, d.gate, d.ended_at
        FROM device_session s JOIN device d ON d.shard = s.shard AND d.device = s.device
        WHERE s.token_hash = ?1 AND s.expires_at > ?2";
    DROP_SESSIONS = "DELETE FROM device_session WHERE token_hash IN (
            SELECT token_hash FROM device_session WHERE expires_at <= ?1 LIMIT 500)";
}

impl ReadTx<'_> {
    /// The device behind a token that has not expired. Found before the county is known; believed
    /// for some seconds, so not on the hot path.
    pub fn device_in_session(
        &self,
        token_hash: &[u8; 32],
        now_millis: i64,
    ) -> Result<Option<DeviceInSession>, StoreError> {
        self.optional(&SESSION, params![token_hash, now_millis], |row| {
            Ok(DeviceInSession {
                shard: row.get(0)?,
                device: row.get(1)?,
                gate: row.get(2)?,
                in_service: row.get::<Option<i64>>(3)?.is_none(),
            })
        })
    }
}

impl Tx<'_> {
    /// Opens a session of a device.
    pub fn insert_device_session(
        &self,
        shard: Shard,
        token_hash: &[u8; 32],
        device: DeviceId,
        (created_at, expires_at): (i64, i64),
    ) -> Result<(), StoreError> {
        let parameters = params![shard, token_hash, &device, created_at, expires_at];
        self.execute_one(&INSERT_SESSION, parameters)
    }

    /// Drops up to 500 expired sessions; says how many.
    pub fn delete_expired_device_sessions(&self, now_millis: i64) -> Result<u64, StoreError> {
        self.execute(&DROP_SESSIONS, params![now_millis])
    }
}
