//! What was lost when a phone was enrolled anew: records of its earlier enrolment that were never
//! sent. *Sharded*; written once with the device, never changed. That it happened is not proved by
//! anything: the phone says it.

use crate::audit::AuditNote;
use crate::device::DeviceRow;
use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::{params, sql};
use gatehouse_core::id::{DeviceId, GateId};

/// How much a phone lost when it became a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceLoss {
    /// How many records; at least one.
    pub events: u32,
    /// When the oldest was kept, milliseconds UTC by the phone's clock, where it is known.
    pub oldest_at: Option<i64>,
}

sql! {
    INSERT_LOSS = "INSERT INTO device_loss (shard, device, events, oldest_at)
        VALUES (?1, ?2, ?3, ?4)";
    LOSSES_OF = "SELECT l.device, l.events, l.oldest_at
        FROM device d CROSS JOIN device_loss l
        WHERE d.shard = ?1 AND d.gate = ?2 AND l.shard = d.shard AND l.device = d.device
        ORDER BY l.device";
}

impl ReadTx<'_> {
    /// The devices of a gate that began with a loss, and what was lost.
    pub fn device_losses_of_gate(
        &self,
        shard: Shard,
        gate: GateId,
    ) -> Result<Vec<(DeviceId, DeviceLoss)>, StoreError> {
        self.query(&LOSSES_OF, params![shard, &gate], |row| {
            let loss = DeviceLoss {
                events: row.get(1)?,
                oldest_at: row.get(2)?,
            };
            Ok((row.get(0)?, loss))
        })
    }
}

impl Tx<'_> {
    /// Keeps what was lost with a new device: an alarm until somebody has looked, and an entry in
    /// the audit chain (device, then the number in eight bytes).
    pub fn insert_device_loss(
        &self,
        device: &DeviceRow,
        loss: DeviceLoss,
    ) -> Result<(), StoreError> {
        let DeviceRow { shard, device: id, enrolled_at: at, .. } = *device;
        self.execute_one(
            &INSERT_LOSS,
            params![shard, &id, loss.events, loss.oldest_at],
        )?;
        self.raise_alarm_once(shard, "lost_events", &format!("device {id}"), at)?;
        self.append_audit(&AuditNote {
            shard,
            at,
            kind: "device.loss",
            actor: Some(device.enrolled_by),
            commitment: None,
            body: &[&id.0[..], &u64::from(loss.events).to_be_bytes()].concat(),
        })?;
        Ok(())
    }
}
