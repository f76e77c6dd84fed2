//! The service: what every handler can reach, and all routes. Each route stands beside its handler
//! and declares who may call it, for which area, and what of it is kept; a route without does not
//! compile.

use crate::area_codes::HeldAreaCodes;
use crate::auth::access::Routes;
use crate::auth::caller::Caller;
use crate::auth::password::Passwords;
use crate::auth::rate::Rates;
use crate::changes::Changes;
use crate::config::Config;
use crate::gate_state::GateStates;
use crate::keyring::SharedKeyring;
use crate::ops::look_at_policy::Looked;
use crate::paper::Press;
use crate::proofs::Proofs;
use crate::returning::Returning;
use crate::signatures::SeenSignatures;
use crate::world::SharedWorld;
use crate::{api, console, resident, systems};
use axum::Router;
use gatehouse_store::{Store, Vault};
use metrics_exporter_prometheus::PrometheusHandle;
use std::collections::HashMap;
use std::ops::Deref;
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex};

/// What every handler can reach: one count to raise for each that takes it along.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The parts of an [`App`].
#[derive(Clone)]
pub struct Parts {
    /// The database.
    pub store: Store,
    /// Time and chance.
    pub world: SharedWorld,
    /// Settings.
    pub config: Arc<Config>,
    /// Password hashing, bounded.
    pub passwords: Passwords,
    /// Limits on floods of sign-ins.
    pub rates: Arc<Rates>,
    /// Callers by session, for a few seconds.
    pub sessions: Sessions,
    /// The keys at work; `None` before `gatehouse init`.
    pub keyring: Option<SharedKeyring>,
    /// What decisions of each gate rest on.
    pub gates: GateStates,
    /// Turns of gates that come back.
    pub returning: Returning,
    /// Cards, sheets, posters.
    pub press: Press,
    /// Whoever waits for changes.
    pub changes: Changes,
    /// Passes that were verified before.
    pub signatures: Arc<SeenSignatures>,
    /// What was found wrong with drafts of documents.
    pub proofs: Arc<Proofs<Looked>>,
    /// County codes of ID numbers.
    pub area_codes: Arc<HeldAreaCodes>,
    /// Figures for /metrics.
    pub figures: PrometheusHandle,
    /// When a write was last tried for whoever watches, and taken; milliseconds UTC.
    pub written_at: Arc<AtomicI64>,
}

impl App {
    /// From its parts.
    pub fn new(parts: Parts) -> App {
        App(Arc::new(parts))
    }

    /// What opens names; `None` before `gatehouse init`.
    pub fn vault(&self) -> Option<&Vault> {
        self.keyring.as_ref().map(|keys| &keys.vault)
    }

    /// The same over other settings.
    pub fn with_config(&self, config: Config) -> App {
        App::new(Parts {
            config: Arc::new(config),
            ..Parts::clone(self)
        })
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// Callers by hash of their session's token, with when they were read.
pub type Sessions = Arc<Mutex<HashMap<[u8; 32], (i64, Arc<Caller>)>>>;

/// Every route with its rule.
pub fn routes() -> Routes {
    systems::routes(api::routes(resident::routes(
        console::routes(Routes::new()),
    )))
}

/// The whole service.
pub fn service(app: App) -> Router {
    crate::layers::around(routes().into_router(&app), &app).with_state(app)
}
