//! What a phone says of itself once a minute: how many records wait, by which list it decides, how
//! its clock goes, whether its browser may clear it.

use crate::app::App;
use crate::error::OpError;
use gatehouse_store::device_report::{DeviceReportRow, Storage};
use gatehouse_store::device_session::DeviceInSession;
use gatehouse_store::{Lane, StoreError, Tx};

/// Longest name of a version, in bytes.
const VERSION_BYTES_MOST: usize = 40;

/// What it says.
pub struct Report {
    /// Of the app.
    pub version: String,
    /// Records that wait to be sent.
    pub unsent: u32,
    /// Number of the list it decides by; 0 for none.
    pub list_number: i64,
    /// Whether the browser may clear it.
    pub storage: Storage,
    /// Its clock, milliseconds UTC.
    pub device_millis: i64,
}

/// Keeps it; the server's clock.
///
/// # Errors
/// [`OpError::Unreadable`] for a version that no app of ours has.
pub async fn take_device_report(
    app: &App,
    device: DeviceInSession,
    report: Report,
) -> Result<i64, OpError> {
    if report.version.len() > VERSION_BYTES_MOST || report.version.contains(char::is_control) {
        return Err(OpError::Unreadable("version".to_owned()));
    }
    let now = app.world.now_millis();
    let skew = report.device_millis.saturating_sub(now);
    let row = DeviceReportRow {
        shard: device.shard,
        device: device.device,
        reported_at: now,
        version: report.version,
        unsent: report.unsent,
        list_number: report.list_number.max(0),
        storage: report.storage,
    };
    let keep = move |tx: &Tx<'_>| -> Result<(), StoreError> {
        tx.touch_device(row.shard, row.device, now, skew)?;
        tx.put_device_report(&row)
    };
    app.store.write(Lane::Gate, keep).await?;
    Ok(now)
}
