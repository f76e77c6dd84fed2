//! What a visitor sees of their own visit: its number and what the household said. Even a yes is
//! no pass: the rules at the gate decide.

use crate::app::App;
use crate::error::OpError;
use crate::ops::area_of_gate::area_of_gate;
use gatehouse_core::id::GateId;

/// How a visit stands.
pub struct VisitStanding {
    /// Said at the gate.
    pub number: i64,
    /// What the household said; `None` while it has not.
    pub is_yes: Option<bool>,
}

/// Reads it; the random id in the address is all that opens it, and it names nobody.
pub async fn visit_page(
    app: &App,
    gate: GateId,
    visit: [u8; 16],
) -> Result<VisitStanding, OpError> {
    let scope = area_of_gate(app, gate).await?;
    let shard = scope.shard;
    let row = app.store.read(move |tx| tx.visit(shard, visit)).await?;
    let row = row
        .filter(|row| row.gate == gate)
        .ok_or(OpError::NotFound)?;
    Ok(VisitStanding {
        number: row.number,
        is_yes: row.answer.map(|answer| answer.is_yes),
    })
}
