//! What a gate's screen names in its sentences: where goods are left, where cars wait, where
//! somebody feverish sits apart, where passes are issued, and whom to ring.

use super::Refusal;
use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use crate::ops::note::note;
use gatehouse_core::id::GateId;
use gatehouse_core::text::clean_line;
use gatehouse_store::gate_place::GatePlaceRow;
use gatehouse_store::{Lane, StoreError, Tx};

/// Longest place or telephone: it stands inside a sentence of a phone's screen.
const TEXT_MOST: usize = 24;

/// What the form asks for; any text may be empty.
#[derive(Clone, Debug)]
pub struct GatePlaceEdit {
    /// Which gate.
    pub gate: GateId,
    /// The version that was shown; 0 where nothing had been written.
    pub version: i64,
    /// Goods, parking, waiting, office; then shift lead, office, health centre.
    pub texts: [String; 7],
}

/// Writes it down.
///
/// # Errors
/// Stale where somebody was faster; not found for a gate of another compound.
pub async fn put_gate_place(
    app: &App,
    caller: &Caller,
    scope: &AreaInScope,
    edit: GatePlaceEdit,
) -> Result<Result<(), Refusal>, OpError> {
    let mut texts = edit.texts;
    for text in &mut texts {
        if !text.trim().is_empty() {
            match clean_line(text, TEXT_MOST) {
                Ok(clean) => *text = clean,
                Err(code) => return Ok(Err(code.into())),
            }
        }
    }
    let (shard, area) = (scope.county()?, scope.area);
    let [goods, parking, waiting, office, lead, community, health] = texts;
    let row = GatePlaceRow {
        shard,
        gate: edit.gate,
        goods_point: goods,
        parking_place: parking,
        waiting_place: waiting,
        office_place: office,
        shift_lead_phone: lead,
        office_phone: community,
        health_phone: health,
        version: edit.version,
    };
    let (now, staff) = (app.world.now_millis(), caller.staff);
    let put = move |tx: &Tx<'_>| {
        let known = tx.gate(shard, row.gate)?;
        if known.is_none_or(|known| known.area != area) {
            return Ok(false);
        }
        tx.save_gate_place(&row)?;
        note(tx, Some(shard), staff, now, "gate.place", &row.gate.0)?;
        Ok::<_, StoreError>(true)
    };
    let found = app.store.write(Lane::People, put).await?;
    found.then_some(Ok(())).ok_or(OpError::NotFound)
}
