//! The phones of a compound's gates: which are in service, what each said of itself last.

use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::error::OpError;
use crate::ops::read_area::compounds_of;
use gatehouse_core::id::{AreaId, GateId};
use gatehouse_store::device::DeviceRow;
use gatehouse_store::device_loss::DeviceLoss;
use gatehouse_store::device_report::DeviceReportRow;
use gatehouse_store::{ReadTx, StoreError};

/// Devices out of service that are still shown for a gate, the last ones ended.
const ENDED_SHOWN: usize = 5;

/// A gate with its phones.
pub struct GateDevices {
    /// The gate.
    pub gate: GateId,
    /// Its name.
    pub name: String,
    /// Those in service first, then the last that were ended.
    pub devices: Vec<ShownDevice>,
}

/// A phone, with what it said of itself last.
pub struct ShownDevice {
    /// The phone.
    pub row: DeviceRow,
    /// What it said; `None` until it has.
    pub report: Option<DeviceReportRow>,
    /// What was lost when it was enrolled.
    pub loss: Option<DeviceLoss>,
}

/// The phones of the gates of a compound in the area.
///
/// # Errors
/// Not found for a compound that does not lie in the area.
pub async fn list_devices(
    app: &App,
    scope: &AreaInScope,
    compound: AreaId,
) -> Result<Vec<GateDevices>, OpError> {
    let (shard, area) = (scope.county()?, scope.area);
    let read = move |tx: &ReadTx<'_>| -> Result<Option<Vec<GateDevices>>, StoreError> {
        if !compounds_of(tx, area)?
            .iter()
            .any(|row| row.area == compound)
        {
            return Ok(None);
        }
        let mut gates = Vec::new();
        for gate in tx.gates_of_area(shard, compound)? {
            let reports = tx.device_reports_of_gate(shard, gate.gate)?;
            let losses = tx.device_losses_of_gate(shard, gate.gate)?;
            // Without a key: the server's own place in the list of records.
            let rows = tx.devices_of_gate(shard, gate.gate)?.into_iter();
            let rows = rows.filter(|row| !row.public_key.is_empty());
            let (mut ended, in_service): (Vec<_>, Vec<_>) =
                rows.partition(|row| row.ended_at.is_some());
            ended.sort_by_key(|row| std::cmp::Reverse(row.ended_at));
            ended.truncate(ENDED_SHOWN);
            let shown = in_service.into_iter().chain(ended).map(|row| {
                let report = reports.iter().find(|report| report.device == row.device);
                let loss = losses.iter().find(|(device, _)| *device == row.device);
                ShownDevice {
                    report: report.cloned(),
                    loss: loss.map(|(_, loss)| *loss),
                    row,
                }
            });
            gates.push(GateDevices {
                devices: shown.collect(),
                gate: gate.gate,
                name: gate.name,
            });
        }
        Ok(Some(gates))
    };
    app.store.read(read).await?.ok_or(OpError::NotFound)
}
