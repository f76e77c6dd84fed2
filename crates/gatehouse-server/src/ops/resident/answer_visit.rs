//! The household says yes or no: on its page, or by telephone to the guard, who writes it down.

use super::find_resident::ResidentCaller;
use super::register_visit::BY_VISITOR;
use crate::app::App;
use crate::auth::access::GateInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use crate::ops::note::note;
use crate::ops::tell_person::tell_visitor;
use gatehouse_store::visit::{VisitAnswer, VisitRow};
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
        let known = known.filter(|known| known.household == Some(household));
        let Some(known) = known else {
            return Ok(false);
        };
        take_down(tx, &known, &answer)?;
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
        let known = tx.visit(shard, visit)?.filter(|known| known.gate == gate);
        let Some(known) = known else {
            return Ok(false);
        };
        take_down(tx, &known, &answer)?;
        note(tx, Some(shard), staff, answer.at, "visit.answer", &visit)?;
        Ok::<_, StoreError>(true)
    };
    let found = app.store.write(Lane::People, write).await?;
    found.then_some(()).ok_or(OpError::NotFound)
}

/// Writes the answer down. Whoever registered themselves is told when it is new or another one;
/// whom a household expects hears it from the household.
fn take_down(tx: &Tx<'_>, known: &VisitRow, answer: &VisitAnswer) -> Result<(), StoreError> {
    tx.answer_visit(known.shard, known.visit, answer)?;
    let said = known.answer.as_ref().map(|before| before.is_yes);
    if known.registered_by == BY_VISITOR && said != Some(answer.is_yes) {
        tell_visitor(tx, known, answer.is_yes, answer.at)?;
    }
    Ok(())
}
