//! A gate with the areas that it lies in.

use crate::app::App;
use crate::auth::access::GateInScope;
use crate::error::OpError;
use gatehouse_core::id::{AreaId, GateId};

/// The gate, its compound and all above it; where there is no such gate, not found.
pub async fn area_of_gate(app: &App, gate: GateId) -> Result<GateInScope, OpError> {
    if let Some(known) = app.gates.in_scope(gate) {
        return Ok(known);
    }
    let found = app
        .store
        .read(move |tx| {
            let Some(row) = tx.gate_anywhere(gate)? else {
                return Ok(None);
            };
            let path = tx.area_path(row.area)?;
            Ok(Some((row, path)))
        })
        .await?;
    let (row, path) = found.ok_or(OpError::NotFound)?;
    let offset = path.last().map_or(480, |area| area.zone_offset_minutes);
    let ids: Vec<AreaId> = path.iter().map(|area| area.area).collect();
    let scope = GateInScope {
        shard: row.shard,
        gate,
        name: row.name,
        path: ids.into(),
        offset_minutes: i16::try_from(offset).unwrap_or(480),
    };
    app.gates.keep_scope(scope.clone());
    Ok(scope)
}
