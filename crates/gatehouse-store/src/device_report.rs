//! What a device said of itself last. *Sharded*.

use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::{params, sql};
use gatehouse_core::id::{DeviceId, GateId};

/// Whether the phone's browser may clear what the app keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// Promised to stay.
    Persistent,
    /// Cleared when the phone is full.
    BestEffort,
    /// The browser does not say.
    Unknown,
}

impl Storage {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Storage::Persistent => "persistent",
            Storage::BestEffort => "best_effort",
            Storage::Unknown => "unknown",
        }
    }

    /// The one with this word.
    pub fn named(word: &str) -> Option<Storage> {
        let all = [Storage::Persistent, Storage::BestEffort, Storage::Unknown];
        all.into_iter().find(|storage| storage.word() == word)
    }
}

/// A report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceReportRow {
    /// County.
    pub shard: Shard,
    /// Which device.
    pub device: DeviceId,
    /// When it came, milliseconds UTC.
    pub reported_at: i64,
    /// Of the app.
    pub version: String,
    /// Records that wait to be sent.
    pub unsent: u32,
    /// Number of the list it decides by; 0 for none.
    pub list_number: i64,
    /// Whether the browser may clear it.
    pub storage: Storage,
}

sql! {
    PUT_REPORT = "INSERT INTO device_report (shard, device, reported_at, version, unsent,
            list_number, storage)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        ON CONFLICT (shard, device) DO UPDATE SET reported_at = ?3, version = ?4, unsent = ?5,
            list_number = ?6, storage = ?7";
    REPORTS_OF = "SELECT r.shard, r.device, r.reported_at, r.version, r.unsent, r.list_number,
            r.storage
        FROM device d CROSS JOIN device_report r
        WHERE d.shard = ?1 AND d.gate = ?2 AND r.shard = d.shard AND r.device = d.device
        ORDER BY r.device";
}

impl ReadTx<'_> {
    /// What the devices of a gate said last.
    pub fn device_reports_of_gate(
        &self,
        shard: Shard,
        gate: GateId,
    ) -> Result<Vec<DeviceReportRow>, StoreError> {
        self.query(&REPORTS_OF, params![shard, &gate], |row| {
            let storage: String = row.get(6)?;
            Ok(DeviceReportRow {
                shard: row.get(0)?,
                device: row.get(1)?,
                reported_at: row.get(2)?,
                version: row.get(3)?,
                unsent: row.get(4)?,
                list_number: row.get(5)?,
                storage: Storage::named(&storage).ok_or_else(|| row.corrupt(6))?,
            })
        })
    }
}

impl Tx<'_> {
    /// Keeps what a device says of itself now.
    pub fn put_device_report(&self, row: &DeviceReportRow) -> Result<(), StoreError> {
        self.execute_one(
            &PUT_REPORT,
            params![
                row.shard,
                &row.device,
                row.reported_at,
                &row.version,
                row.unsent,
                row.list_number,
                row.storage.word()
            ],
        )
    }
}
