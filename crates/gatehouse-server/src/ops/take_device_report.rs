//! What a phone says of itself once a minute: how many records wait, by which list it decides, how
//! its clock goes, whether its browser may clear it.

use crate::app::App;
use crate::error::OpError;
use gatehouse_core::wire::ChainHead;
use gatehouse_store::device_report::{DeviceReportRow, Storage};
use gatehouse_store::device_session::DeviceInSession;
use gatehouse_store::{Lane, StoreError, Tx};

/// Longest name of a version, in bytes.
const VERSION_BYTES_MOST: usize = 40;

/// What it says.
#[derive(Clone, Debug)]
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
    /// The last event that it was acknowledged, where it keeps that and says so.
    pub acknowledged: Option<ChainHead>,
}

/// What the phone learns in return.
#[derive(Clone, Copy, Debug)]
pub struct Heard {
    /// The server's clock, milliseconds UTC.
    pub server_millis: i64,
    /// Whether what it was acknowledged is here. It is not where the server was restored from a
    /// backup: the phone sends again what it keeps.
    pub has_acknowledged: bool,
}

/// Keeps it.
///
/// # Errors
/// [`OpError::Unreadable`] for a version that no app of ours has.
pub async fn take_device_report(
    app: &App,
    device: DeviceInSession,
    report: Report,
) -> Result<Heard, OpError> {
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
    let acknowledged = report.acknowledged;
    if acknowledged.is_some_and(|head| head.device != device.device) {
        return Err(OpError::Unreadable("acknowledged_base64".to_owned()));
    }
    let keep = move |tx: &Tx<'_>| -> Result<bool, StoreError> {
        tx.touch_device(row.shard, row.device, now, skew)?;
        tx.put_device_report(&row)?;
        acknowledged.map_or(Ok(true), |head| tx.is_there(row.shard, &head))
    };
    Ok(Heard {
        server_millis: now,
        has_acknowledged: app.store.write(Lane::Gate, keep).await?,
    })
}
