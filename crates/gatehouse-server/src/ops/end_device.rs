//! A phone is taken out of service: lost, broken, no longer used. What it recorded before is still
//! taken in if it comes back, kept aside for a person.

use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use crate::ops::note::note;
use gatehouse_core::id::DeviceId;
use gatehouse_store::{Lane, StoreError, Tx};

/// Ends a device of a gate of the area. Ending one that has ended changes nothing.
///
/// # Errors
/// Not found for a device of another area.
pub async fn end_device(
    app: &App,
    caller: &Caller,
    scope: &AreaInScope,
    device: DeviceId,
) -> Result<(), OpError> {
    let (shard, area, staff) = (scope.county()?, scope.area, caller.staff);
    let now = app.world.now_millis();
    let end = move |tx: &Tx<'_>| {
        let row = tx.device(shard, device)?;
        let Some(row) = row.filter(|row| !row.public_key.is_empty()) else {
            return Ok(false);
        };
        let Some(gate) = tx.gate(shard, row.gate)? else {
            return Ok(false);
        };
        let path = tx.area_path(gate.area)?;
        if !path.iter().any(|above| above.area == area) {
            return Ok(false);
        }
        if row.ended_at.is_none() {
            tx.end_device(shard, device, now)?;
            // Nobody hands over on it any more: whoever was on duty there has another phone.
            tx.end_shifts_of_device(shard, device, now)?;
            tx.note_change(shard, &format!("gate/{}", row.gate), now)?;
            note(tx, Some(shard), staff, now, "device.end", &device.0)?;
        }
        Ok::<_, StoreError>(true)
    };
    let found = app.store.write(Lane::People, end).await?;
    app.gates.forget_devices();
    found.then_some(()).ok_or(OpError::NotFound)
}
