//! What the gate app calls: JSON in, JSON or signed bytes out, problem+json where it fails.

pub mod decide;
pub mod devices;
pub mod events;
pub mod me;
pub mod snapshot;
pub mod today;

use crate::auth::access::Access::{Needs, SignedIn};
use crate::auth::access::{Kept, RouteRule, Routes, Scope};
use crate::auth::role::Permission::{EnrolDevice, WorkGate};
use axum::routing::{get, post};

/// The routes of the gate app.
pub fn routes(table: Routes) -> Routes {
    let work = Needs(WorkGate);
    let gate = |path, access, kept| RouteRule::call(path, access, Scope::Gate, kept);
    table
        .add(
            RouteRule::read("/gate/api/me", SignedIn, Scope::None, Kept::Nothing),
            get(me::show),
        )
        .add(
            gate(
                "/gate/api/gates/{gate}/devices",
                Needs(EnrolDevice),
                Kept::Change,
            ),
            post(devices::enrol),
        )
        .add(
            RouteRule::read(
                "/gate/api/gates/{gate}/snapshot",
                work,
                Scope::Gate,
                Kept::Nothing,
            ),
            get(snapshot::fetch),
        )
        .add(
            RouteRule::read(
                "/gate/api/gates/{gate}/today",
                work,
                Scope::Gate,
                Kept::View,
            ),
            get(today::show),
        )
        .add(
            gate("/gate/api/gates/{gate}/events", work, Kept::Crossing),
            post(events::receive),
        )
        .add(
            gate("/gate/api/gates/{gate}/decide", work, Kept::Crossing),
            post(decide::decide),
        )
}
