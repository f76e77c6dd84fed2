//! Gate devices. *Sharded*. The row of a device says how far its chain of events has come.

use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::value::Row;
use crate::{params, sql};
use gatehouse_core::id::{DeviceId, GateId, StaffId};

/// A gate device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceRow {
    /// County.
    pub shard: Shard,
    /// Never changes.
    pub device: DeviceId,
    /// Where it stands.
    pub gate: GateId,
    /// What the guards call it.
    pub label: String,
    /// P-256, SubjectPublicKeyInfo.
    pub public_key: Vec<u8>,
    /// When, milliseconds UTC.
    pub enrolled_at: i64,
    /// Who enrolled it.
    pub enrolled_by: StaffId,
    /// Lost or taken out of service.
    pub ended_at: Option<i64>,
    /// Last event taken in; 0 before the first.
    pub last_seq: i64,
    /// Its hash; zeros before the first.
    pub last_hash: [u8; 32],
    /// Last time it reached us.
    pub seen_at: Option<i64>,
    /// Its clock minus ours when last seen.
    pub skew_millis: i64,
}

sql! {
    INSERT_DEVICE = "INSERT INTO device (shard, device, gate, label, public_key, enrolled_at,
            enrolled_by, ended_at, last_seq, last_hash, seen_at, skew_millis)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, NULL, 0, ?8, NULL, 0)";
    DEVICE = "SELECT shard, device, gate, label, public_key, enrolled_at, enrolled_by, ended_at,
            last_seq, last_hash, seen_at, skew_millis
        FROM device WHERE shard = ?1 AND device = ?2";
    DEVICE_ANYWHERE = "SELECT shard, device, gate, label, public_key, enrolled_at, enrolled_by,
            ended_at, last_seq, last_hash, seen_at, skew_millis
        FROM device WHERE device = ?1";
    DEVICES_OF = "SELECT shard, device, gate, label, public_key, enrolled_at, enrolled_by,
            ended_at, last_seq, last_hash, seen_at, skew_millis
        FROM device WHERE shard = ?1 AND gate = ?2 ORDER BY enrolled_at, device";
    END_DEVICE = "UPDATE device SET ended_at = ?3
        WHERE shard = ?1 AND device = ?2 AND ended_at IS NULL";
    DEVICE_SEEN = "UPDATE device SET seen_at = ?3, skew_millis = ?4
        WHERE shard = ?1 AND device = ?2";
    MOVE_DEVICE = "UPDATE device SET gate = ?3, label = ?4 WHERE shard = ?1 AND device = ?2";
}

impl DeviceRow {
    fn read(row: &Row<'_>) -> Result<DeviceRow, StoreError> {
        Ok(DeviceRow {
            shard: row.get(0)?,
            device: row.get(1)?,
            gate: row.get(2)?,
            label: row.get(3)?,
            public_key: row.get(4)?,
            enrolled_at: row.get(5)?,
            enrolled_by: row.get(6)?,
            ended_at: row.get(7)?,
            last_seq: row.get(8)?,
            last_hash: row.get(9)?,
            seen_at: row.get(10)?,
            skew_millis: row.get(11)?,
        })
    }
}

impl ReadTx<'_> {
    /// A device by its key.
    pub fn device(&self, shard: Shard, device: DeviceId) -> Result<Option<DeviceRow>, StoreError> {
        self.optional(&DEVICE, params![shard, &device], DeviceRow::read)
    }

    /// A device of which the county is not known yet. Not for hot paths: it asks every shard.
    pub fn device_anywhere(&self, device: DeviceId) -> Result<Option<DeviceRow>, StoreError> {
        self.optional(&DEVICE_ANYWHERE, params![&device], DeviceRow::read)
    }

    /// The devices of a gate, those out of service included.
    pub fn devices_of_gate(
        &self,
        shard: Shard,
        gate: GateId,
    ) -> Result<Vec<DeviceRow>, StoreError> {
        self.query(&DEVICES_OF, params![shard, &gate], DeviceRow::read)
    }
}

impl Tx<'_> {
    /// Enrols a device; its chain begins empty whatever the row says.
    pub fn insert_device(&self, row: &DeviceRow) -> Result<(), StoreError> {
        self.execute_one(
            &INSERT_DEVICE,
            params![
                row.shard,
                &row.device,
                &row.gate,
                &row.label,
                &row.public_key,
                row.enrolled_at,
                &row.enrolled_by,
                &[0; 32]
            ],
        )
    }

    /// Takes a device out of service; what it still sends is set aside from then on.
    pub fn end_device(
        &self,
        shard: Shard,
        device: DeviceId,
        now_millis: i64,
    ) -> Result<(), StoreError> {
        self.execute_one(&END_DEVICE, params![shard, &device, now_millis])
    }

    /// Notes that a device reached us, and how far its clock is off.
    pub fn touch_device(
        &self,
        shard: Shard,
        device: DeviceId,
        now_millis: i64,
        skew_millis: i64,
    ) -> Result<(), StoreError> {
        self.execute_one(&DEVICE_SEEN, params![shard, &device, now_millis, skew_millis])
    }

    /// Puts a device to another gate of the county, or calls it otherwise.
    pub fn move_device(
        &self,
        shard: Shard,
        device: DeviceId,
        gate: GateId,
        label: &str,
    ) -> Result<(), StoreError> {
        self.execute_one(&MOVE_DEVICE, params![shard, &device, &gate, label])
    }
}
