//! All routes on one screen. Each declares who may call it, for which area, and what of it is
//! kept; a route without does not compile.

use crate::auth::access::{Access, Face, Kept, RouteRule, Routes, Scope};
use crate::auth::caller::Caller;
use crate::auth::password::Passwords;
use crate::auth::rate::Rates;
use crate::auth::role::Permission::{EnrolDevice, KeepOpenItems, SeeCrossings, WorkGate};
use crate::config::Config;
use crate::gate_state::GateStates;
use crate::keyring::SharedKeyring;
use crate::world::SharedWorld;
use crate::{api, console};
use axum::Router;
use axum::http::Method;
use axum::routing::{get, post};
use gatehouse_store::Store;
use metrics_exporter_prometheus::PrometheusHandle;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// What every handler can reach.
#[derive(Clone)]
pub struct App {
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
    /// Figures for /metrics.
    pub figures: PrometheusHandle,
}

/// Callers by hash of their session's token, with when they were read.
pub type Sessions = Arc<Mutex<HashMap<[u8; 32], (i64, Arc<Caller>)>>>;

/// Every route with its rule.
pub fn routes() -> Routes {
    let rule = |method: Method,
                path: &'static str,
                face: Face,
                access: Access,
                scope: Scope,
                kept: Kept| RouteRule {
        method,
        path,
        face,
        access,
        scope,
        kept,
    };
    let public = Access::Public("there is nobody to know yet");
    let page = |path, access, scope, kept| rule(Method::GET, path, Face::Page, access, scope, kept);
    let form =
        |path, access, scope, kept| rule(Method::POST, path, Face::Page, access, scope, kept);
    let none = Scope::None;
    let nothing = Kept::Nothing;
    let read = |path, access, scope, kept| rule(Method::GET, path, Face::Api, access, scope, kept);
    let call = |path, access, scope, kept| rule(Method::POST, path, Face::Api, access, scope, kept);
    Routes::new()
        .add(
            page("/", Access::SignedIn, none, nothing),
            get(console::home::show),
        )
        .add(
            page("/login", public, none, nothing),
            get(console::login::show),
        )
        .add(
            form("/login", public, none, Kept::Change),
            post(console::login::submit),
        )
        .add(
            form("/logout", Access::SignedIn, none, Kept::Change),
            post(console::logout::submit),
        )
        .add(
            page("/password", Access::SignedIn, none, nothing),
            get(console::password::show),
        )
        .add(
            form("/password", Access::SignedIn, none, Kept::Change),
            post(console::password::submit),
        )
        .add(
            form("/look", public, none, nothing),
            post(console::look::submit),
        )
        .add(
            page(
                "/gates/{gate}/today",
                Access::Needs(SeeCrossings),
                Scope::Gate,
                Kept::View,
            ),
            get(console::today::show),
        )
        .add(
            page(
                "/gates/{gate}/items",
                Access::Needs(KeepOpenItems),
                Scope::Gate,
                Kept::View,
            ),
            get(console::items::show),
        )
        .add(
            form(
                "/gates/{gate}/items",
                Access::Needs(KeepOpenItems),
                Scope::Gate,
                Kept::Change,
            ),
            post(console::items::submit),
        )
        .add(
            page("/v", public, none, nothing),
            get(console::pass_page::show),
        )
        .add(
            page("/style.css", public, none, nothing),
            get(console::style::show),
        )
        .add(
            page("/gate", public, none, nothing),
            get(console::gate_app::redirect),
        )
        .add(
            page("/gate/", public, none, nothing),
            get(console::gate_app::index),
        )
        .add(
            page("/gate/{*file}", public, none, nothing),
            get(console::gate_app::file),
        )
        .add(
            read("/gate/api/me", Access::SignedIn, none, nothing),
            get(api::me::show),
        )
        .add(
            call(
                "/gate/api/gates/{gate}/devices",
                Access::Needs(EnrolDevice),
                Scope::Gate,
                Kept::Change,
            ),
            post(api::devices::enrol),
        )
        .add(
            read(
                "/gate/api/gates/{gate}/snapshot",
                Access::Needs(WorkGate),
                Scope::Gate,
                nothing,
            ),
            get(api::snapshot::fetch),
        )
        .add(
            call(
                "/gate/api/gates/{gate}/events",
                Access::Needs(WorkGate),
                Scope::Gate,
                Kept::Crossing,
            ),
            post(api::events::receive),
        )
        .add(
            call(
                "/gate/api/gates/{gate}/decide",
                Access::Needs(WorkGate),
                Scope::Gate,
                Kept::Crossing,
            ),
            post(api::decide::decide),
        )
        .add(
            page("/healthz", public, none, nothing),
            get(console::health::show),
        )
        .add(
            page("/metrics", public, none, nothing),
            get(console::metrics::show),
        )
}

/// The whole service.
pub fn service(app: App) -> Router {
    crate::layers::around(routes().into_router(&app), &app).with_state(app)
}
