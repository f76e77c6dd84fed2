//! Lists for other systems: each a page of one subtree, read in one transaction.

use super::hold_gate::keyring;
use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use gatehouse_core::id::{AreaId, GateId};
use gatehouse_core::moment::CivilDay;
use gatehouse_store::area::AreaRow;
use gatehouse_store::crossing::CrossingRow;
use gatehouse_store::gate::GateRow;
use gatehouse_store::household::HouseholdRow;
use gatehouse_store::listing::{CrossingFilter, CrossingPlace, Page, PassFilter, PeopleFilter};
use gatehouse_store::open_item::OpenItemRow;
use gatehouse_store::pass::PassRow;
use gatehouse_store::person::PersonRow;
use gatehouse_store::policy::PolicyForceRow;
use gatehouse_store::visit::VisitRow;
use gatehouse_store::{ReadTx, StoreError};

/// Most gates whose crossings are looked through at once.
const GATES_MOST: u32 = 50;

/// The areas that a caller may know of, by id.
///
/// # Errors
/// The database's.
pub async fn areas(
    app: &App,
    caller: &Caller,
    after: AreaId,
    level: Option<String>,
    limit: u32,
) -> Result<Vec<AreaRow>, OpError> {
    let roots: Vec<AreaId> = caller.roles.iter().map(|held| held.area).collect();
    let within = caller.limit.as_ref().map(|limit| limit.area);
    let read = move |tx: &ReadTx<'_>| {
        let mut tops = Vec::new();
        for root in &roots {
            match within {
                None => tops.push(*root),
                // Of a role and a token the lower one counts, if one lies in the other.
                Some(own) => {
                    let lies_in = |area, top| {
                        let path = tx.area_path(area)?;
                        Ok::<bool, StoreError>(path.iter().any(|row| row.area == top))
                    };
                    if lies_in(own, *root)? {
                        tops.push(own);
                    } else if lies_in(*root, own)? {
                        tops.push(*root);
                    }
                }
            }
        }
        tops.sort_unstable();
        tops.dedup();
        let mut found = Vec::new();
        for top in tops {
            found.extend(tx.areas_inside(top, after, level.as_deref(), limit)?);
        }
        found.sort_by_key(|row: &AreaRow| row.area);
        found.dedup_by_key(|row| row.area);
        found.truncate(limit as usize);
        Ok(found)
    };
    Ok(app.store.read(read).await?)
}

/// Gates by id, in one state or all.
///
/// # Errors
/// The database's.
pub async fn gates(app: &App, page: Page, state: Option<String>) -> Result<Vec<GateRow>, OpError> {
    let read = move |tx: &ReadTx<'_>| tx.gates_inside(&page, state.as_deref());
    Ok(app.store.read(read).await?)
}

/// A place in the list of what is in force: area, document, since when.
pub type PolicyPlace = (AreaId, String, i64);

/// What is in force at an area now, from the top down, behind a place; of one document or all.
///
/// # Errors
/// The database's.
pub async fn policies(
    app: &App,
    area: &AreaInScope,
    after: Option<PolicyPlace>,
    document: Option<&str>,
    limit: u32,
) -> Result<Vec<PolicyForceRow>, OpError> {
    let (now, path) = (app.world.now_millis(), area.path.clone());
    let read = move |tx: &ReadTx<'_>| tx.policies_in_force(now, now.saturating_add(1));
    let mut rows = app.store.read(read).await?;
    let depth = |of: AreaId| path.iter().position(|area| *area == of);
    let key = |row: &PolicyForceRow| (depth(row.area), row.document.clone(), row.from_at);
    let after = after.map(|(area, document, from_at)| (depth(area), document, from_at));
    rows.retain(|row| {
        let is_asked = document.is_none_or(|document| row.document == document);
        let is_behind = after.as_ref().is_none_or(|after| key(row) > *after);
        depth(row.area).is_some() && is_asked && is_behind
    });
    rows.sort_by_key(key);
    rows.truncate(limit as usize);
    Ok(rows)
}

/// Households by id.
///
/// # Errors
/// The database's.
pub async fn households(
    app: &App,
    page: Page,
    building: Option<String>,
) -> Result<Vec<HouseholdRow>, OpError> {
    let read = move |tx: &ReadTx<'_>| tx.households_inside(&page, building.as_deref());
    Ok(app.store.read(read).await?)
}

/// People by id, with surname and mask.
///
/// # Errors
/// The database's; no keys.
pub async fn people(
    app: &App,
    page: Page,
    filter: PeopleFilter,
) -> Result<Vec<(PersonRow, Option<String>)>, OpError> {
    let keys = keyring(app)?;
    let read = move |tx: &ReadTx<'_>| tx.people_inside(&keys.vault, &page, &filter);
    Ok(app.store.read(read).await?)
}

/// Passes by id.
///
/// # Errors
/// The database's.
pub async fn passes(app: &App, page: Page, filter: PassFilter) -> Result<Vec<PassRow>, OpError> {
    Ok(app
        .store
        .read(move |tx| tx.passes_inside(&page, &filter))
        .await?)
}

/// Crossings of one gate, or of all gates of an area, newest first.
///
/// # Errors
/// A gate that does not lie there; too many gates; the database's.
pub async fn crossings(
    app: &App,
    area: &AreaInScope,
    gate: Option<GateId>,
    filter: CrossingFilter,
    before: CrossingPlace,
    limit: u32,
) -> Result<Vec<CrossingRow>, OpError> {
    let all = Page {
        shard: area.county()?,
        area: area.area,
        after: [0; 16],
        limit: u32::MAX,
    };
    let read = move |tx: &ReadTx<'_>| {
        let mut gates = tx.gates_inside(&all, None)?;
        gates.retain(|row| gate.is_none_or(|gate| gate == row.gate));
        if gates.len() > GATES_MOST as usize {
            return Ok(None);
        }
        let mut found = Vec::new();
        for row in &gates {
            found.extend(tx.crossings_before(all.shard, row.gate, &filter, before, limit)?);
        }
        found.sort_by_key(|row| std::cmp::Reverse((row.counted_at, row.device, row.seq)));
        found.truncate(limit as usize);
        Ok(Some((gates.len(), found)))
    };
    match app.store.read(read).await? {
        Some((0, _)) if gate.is_some() => Err(OpError::NotFound),
        Some((_, found)) => Ok(found),
        None => Err(OpError::NotTaken {
            code: "L-GATES",
            detail: "Name a gate, or an area with at most 50 of them.",
        }),
    }
}

/// Visits of a day, by id.
///
/// # Errors
/// The database's.
pub async fn visits(app: &App, page: Page, day: CivilDay) -> Result<Vec<VisitRow>, OpError> {
    Ok(app
        .store
        .read(move |tx| tx.visits_inside(&page, day))
        .await?)
}

/// Fevers and emergencies by id.
///
/// # Errors
/// The database's.
pub async fn items(
    app: &App,
    page: Page,
    kind: Option<String>,
    only_open: bool,
) -> Result<Vec<OpenItemRow>, OpError> {
    let read = move |tx: &ReadTx<'_>| tx.items_inside(&page, kind.as_deref(), only_open);
    Ok(app.store.read(read).await?)
}
