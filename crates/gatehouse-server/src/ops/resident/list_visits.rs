//! Visits as the household and the gate see them.

use super::find_resident::ResidentCaller;
use crate::app::App;
use crate::auth::access::GateInScope;
use crate::error::OpError;
use crate::ops::hold_gate::keyring;
use gatehouse_core::moment::Moment;
use gatehouse_store::household::HouseholdRow;
use gatehouse_store::visit::{VisitPlain, VisitRow};
use gatehouse_store::{ReadTx, StoreError};

/// Most visits of one page.
const VISITS_MOST: u32 = 200;

/// A visit with who comes.
pub struct ShownVisit {
    /// The row.
    pub row: VisitRow,
    /// Name and telephone, for the two who ask each other; `None` once they are gone.
    pub plain: Option<VisitPlain>,
    /// The household's door, where it is one of ours.
    pub door: Option<HouseholdRow>,
    /// The household asked not to be rung.
    pub asks_no_call: bool,
    /// Who took the answer down on the telephone; names of staff are public.
    pub heard_by: Option<String>,
}

/// Whom a household is asked about, and whom it expects, from today on.
pub async fn household_visits(
    app: &App,
    resident: &ResidentCaller,
) -> Result<Vec<ShownVisit>, OpError> {
    let Some(household) = resident.household else {
        return Ok(Vec::new());
    };
    let keys = keyring(app)?;
    let shard = resident.shard;
    let today = Moment::new(app.world.now_millis(), resident.offset_minutes).day();
    let read = move |tx: &ReadTx<'_>| {
        let mut all = Vec::new();
        for row in tx.visits_of_household(shard, household, today, VISITS_MOST)? {
            let plain = tx.visit_plain(&keys.vault, shard, row.visit)?;
            all.push(ShownVisit {
                row,
                plain,
                door: None,
                asks_no_call: false,
                heard_by: None,
            });
        }
        Ok::<_, StoreError>(all)
    };
    Ok(app.store.read(read).await?)
}

/// Today's visits of a gate, those that wait first.
pub async fn gate_visits(app: &App, gate: &GateInScope) -> Result<Vec<ShownVisit>, OpError> {
    let keys = keyring(app)?;
    let today = Moment::new(app.world.now_millis(), gate.offset_minutes).day();
    let (shard, gate) = (gate.shard, gate.gate);
    let read = move |tx: &ReadTx<'_>| {
        let mut all = Vec::new();
        for row in tx.visits_of_gate(shard, gate, today, VISITS_MOST)? {
            let plain = tx.visit_plain(&keys.vault, shard, row.visit)?;
            let home = match row.household {
                Some(household) => tx.household(shard, household)?,
                None => None,
            };
            let heard_by = match row.answer.as_ref().and_then(|answer| answer.staff) {
                Some(staff) => tx.staff(staff)?.map(|staff| staff.name),
                None => None,
            };
            let asks_no_call = match row.household {
                Some(household) => tx.no_call_since(shard, household)?.is_some(),
                None => false,
            };
            all.push(ShownVisit {
                asks_no_call,
                door: home,
                heard_by,
                row,
                plain,
            });
        }
        all.sort_by_key(|visit| visit.row.answer.is_some());
        Ok::<_, StoreError>(all)
    };
    Ok(app.store.read(read).await?)
}
