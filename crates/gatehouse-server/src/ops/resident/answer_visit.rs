//! The household says yes or no: on its page, or by telephone to the guard, who writes it down.

use super::find_resident::ResidentCaller;
use crate::app::App;
use crate::auth::access::GateInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use crate::ops::note::note;
use gatehouse_store::visit::VisitAnswer;
use gatehouse_store::{Lane, StoreError, Tx};

/// On the household's own page.
///
/// # Errors
/// Not found for a visit to another door.
pub async fn answer_on_page(
    app: &App,
    resident: &ResidentCaller,
    visit: [u8; 16],
    is_yes: bool,
) -> Result<(), OpError> {
    let household = resident.household.ok_or(OpError::NotFound)?;
    let shard = resident.shard;
    let answer = VisitAnswer {
        is_yes,
        how: "page".to_owned(),
        at: app.world.now_millis(),
        staff: None,
    };
    let write = move |tx: &Tx<'_>| {
        let known = tx.visit(shard, visit)?;
        if known.is_none_or(|known| known.household != Some(household)) {
            return Ok(false);
        }
        tx.answer_visit(shard, visit, &answer)?;
        Ok::<_, StoreError>(true)
    };
    let found = app.store.write(Lane::People, write).await?;
    found.then_some(()).ok_or(OpError::NotFound)
}

/// By telephone, written down at the gate.
///
/// # Errors
/// Not found for a visit of another gate.
pub async fn answer_by_phone(
    app: &App,
    caller: &Caller,
    gate: &GateInScope,
    visit: [u8; 16],
    is_yes: bool,
) -> Result<(), OpError> {
    let (shard, gate, staff) = (gate.shard, gate.gate, caller.staff);
    let answer = VisitAnswer {
        is_yes,
        how: "phone".to_owned(),
        at: app.world.now_millis(),
        staff: Some(staff),
    };
    let write = move |tx: &Tx<'_>| {
        let known = tx.visit(shard, visit)?;
        if known.is_none_or(|known| known.gate != gate) {
            return Ok(false);
        }
        tx.answer_visit(shard, visit, &answer)?;
        note(tx, Some(shard), staff, answer.at, "visit.answer", &visit)?;
        Ok::<_, StoreError>(true)
    };
    let found = app.store.write(Lane::People, write).await?;
    found.then_some(()).ok_or(OpError::NotFound)
}
