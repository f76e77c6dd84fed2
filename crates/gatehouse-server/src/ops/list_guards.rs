//! Colleagues who may be on duty with somebody: guards and shift leads of the same areas.

use crate::app::App;
use crate::auth::access::GateInScope;
use crate::auth::caller::Caller;
use crate::auth::role::{Permission, Role};
use crate::error::OpError;
use gatehouse_core::id::AreaId;
use gatehouse_store::{ReadTx, StoreError};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Most colleagues that are offered.
const COLLEAGUES_MOST: usize = 60;

/// A colleague, as the header of the gate app names them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Colleague {
    /// Staff id.
    pub staff: String,
    /// As colleagues know them.
    pub name: String,
}

/// Whoever may work a gate in one of the caller's own areas; the caller comes first.
pub async fn list_guards(app: &App, caller: &Arc<Caller>) -> Result<Vec<Colleague>, OpError> {
    let me = Colleague {
        staff: caller.staff.to_string(),
        name: caller.name.clone(),
    };
    let areas: Vec<_> = caller
        .roles
        .iter()
        .filter(|held| held.role.may(Permission::WorkGate))
        .map(|held| held.area)
        .collect();
    let found = app.store.read(work_at(app, areas)).await?;
    let others = found
        .into_iter()
        .filter(|(staff, _)| *staff != me.staff)
        .map(|(staff, name)| Colleague { staff, name })
        .collect::<Vec<_>>();
    Ok(std::iter::once(me.clone()).chain(others).collect())
}

/// Whoever may work a gate, by name.
pub async fn list_guards_of_gate(app: &App, gate: &GateInScope) -> Result<Vec<Colleague>, OpError> {
    let areas = gate.path.to_vec();
    let found = app.store.read(work_at(app, areas)).await?;
    let named = found
        .into_iter()
        .map(|(staff, name)| Colleague { staff, name });
    Ok(named.collect())
}

/// Guards and shift leads with a membership in one of these areas.
fn work_at(
    app: &App,
    areas: Vec<AreaId>,
) -> impl Fn(&ReadTx<'_>) -> Result<BTreeMap<String, String>, StoreError> + Send + Sync + 'static {
    let now = app.world.now_millis();
    move |tx| {
        let mut colleagues = BTreeMap::new();
        for membership in areas.iter().map(|area| tx.memberships_of_area(*area)) {
            for held in membership? {
                let works = Role::named(&held.role).is_some_and(|r| r.may(Permission::WorkGate));
                if !works || !held.holds_at(now) || colleagues.len() >= COLLEAGUES_MOST {
                    continue;
                }
                if let Some(staff) = tx.staff(held.staff)?.filter(|s| s.disabled_at.is_none()) {
                    colleagues.insert(staff.staff.to_string(), staff.name);
                }
            }
        }
        Ok(colleagues)
    }
}
