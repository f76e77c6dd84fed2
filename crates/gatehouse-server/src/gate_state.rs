//! What is kept in memory of each gate, and thrown away when its data change.

use crate::auth::access::GateInScope;
use gatehouse_core::id::GateId;
use std::collections::HashMap;
use std::sync::{Arc, RwLock};

/// Gates by id.
#[derive(Clone, Default)]
pub struct GateStates {
    scopes: Arc<RwLock<HashMap<GateId, GateInScope>>>,
}

impl GateStates {
    /// The gate with its areas, if it was read before.
    pub fn in_scope(&self, gate: GateId) -> Option<GateInScope> {
        self.scopes.read().ok()?.get(&gate).cloned()
    }

    /// Keeps a gate with its areas. Gates are few; what is asked for but not there is not kept.
    pub fn keep_scope(&self, scope: GateInScope) {
        if let Ok(mut scopes) = self.scopes.write() {
            scopes.insert(scope.gate, scope);
        }
    }
}
