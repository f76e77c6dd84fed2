//! The gates that somebody has to do with.

use crate::app::App;
use crate::auth::caller::Caller;
use crate::auth::role::Role;
use crate::error::OpError;
use gatehouse_core::id::{AreaId, GateId};
use gatehouse_store::{ReadTx, StoreError};
use std::sync::Arc;

/// Most gates on one page.
const PLACES_MOST: usize = 60;
/// Most areas that are looked through.
const AREAS_MOST: u32 = 2_000;

/// A gate with what it closes.
pub struct Place {
    /// The gate.
    pub gate: GateId,
    /// Its name.
    pub gate_name: String,
    /// Name of the compound.
    pub compound: String,
    /// The compound and all areas above it.
    pub path: Vec<AreaId>,
}

/// The gates in the subtrees of the caller's memberships.
pub async fn list_places(app: &App, caller: &Arc<Caller>) -> Result<Vec<Place>, OpError> {
    let caller = Arc::clone(caller);
    Ok(app.store.read(move |tx| places(tx, &caller)).await?)
}

/// The areas of the caller's memberships that have pages beyond the gate, with their names.
pub async fn list_offices(
    app: &App,
    caller: &Arc<Caller>,
) -> Result<Vec<(String, String)>, OpError> {
    let mut areas: Vec<AreaId> = caller
        .roles
        .iter()
        .filter(|held| !matches!(held.role, Role::Guard))
        .map(|held| held.area)
        .collect();
    areas.sort_unstable();
    areas.dedup();
    let read = move |tx: &ReadTx<'_>| {
        let mut found = Vec::new();
        for area in &areas {
            if let Some(row) = tx.area(*area)? {
                found.push((area.to_string(), row.name));
            }
        }
        Ok::<_, StoreError>(found)
    };
    Ok(app.store.read(read).await?)
}

fn places(tx: &ReadTx<'_>, caller: &Caller) -> Result<Vec<Place>, StoreError> {
    let mut found: Vec<Place> = Vec::new();
    for held in &caller.roles {
        let shard = tx.area_path(held.area)?.iter().find_map(|area| area.shard);
        for area in tx.area_subtree(held.area, AREAS_MOST)? {
            let Some(shard) = area.shard.or(shard) else {
                continue;
            };
            if area.level != "compound" {
                continue;
            }
            for gate in tx.gates_of_area(shard, area.area)? {
                if found.len() >= PLACES_MOST || found.iter().any(|p| p.gate == gate.gate) {
                    continue;
                }
                let path = tx
                    .area_path(area.area)?
                    .iter()
                    .map(|area| area.area)
                    .collect();
                let compound = area.name.clone();
                found.push(Place {
                    gate: gate.gate,
                    gate_name: gate.name,
                    compound,
                    path,
                });
            }
        }
    }
    Ok(found)
}
