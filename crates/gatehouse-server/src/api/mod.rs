//! What the gate app calls: JSON in, JSON or signed bytes out, problem+json where it fails.

pub mod decide;
pub mod devices;
pub mod events;
pub mod me;
pub mod snapshot;
pub mod today;

use crate::auth::access::Access::{AtGate, Needs, Public, SignedIn};
use crate::auth::access::Devices;
use crate::auth::access::{Kept, RouteRule, Routes, Scope};
use crate::auth::role::Permission::{EnrolDevice, WorkGate};
use axum::routing::{get, post};

/// The routes of the gate app.
pub fn routes(table: Routes) -> Routes {
    let table = devices_routes(table);
    let work = AtGate(Devices::InService);
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
            gate(
                "/gate/api/gates/{gate}/events",
                AtGate(Devices::EndedToo),
                Kept::Crossing,
            ),
            post(events::receive),
        )
        .add(
            gate(
                "/gate/api/gates/{gate}/decide",
                Needs(WorkGate),
                Kept::Crossing,
            ),
            post(decide::decide),
        )
}

/// What a phone says as a device: by a code, under its own key, of itself.
fn devices_routes(table: Routes) -> Routes {
    let shows_a_code = Public("a one-time code of the console stands for an account");
    let shows_its_key = Public("a device shows its key");
    let work = AtGate(Devices::InService);
    table
        .add(
            RouteRule::call("/gate/api/devices", shows_a_code, Scope::None, Kept::Change),
            post(devices::enrol_with_code),
        )
        .add(
            RouteRule::read("/gate/api/time", shows_its_key, Scope::None, Kept::Nothing),
            get(devices::time),
        )
        .add(
            RouteRule::call(
                "/gate/api/session",
                shows_its_key,
                Scope::None,
                Kept::Nothing,
            ),
            post(devices::open_session),
        )
        .add(
            RouteRule::call(
                "/gate/api/gates/{gate}/report",
                AtGate(Devices::EndedToo),
                Scope::Gate,
                Kept::Nothing,
            ),
            post(devices::report),
        )
        .add(
            RouteRule::read(
                "/gate/api/gates/{gate}/guards",
                work,
                Scope::Gate,
                Kept::Nothing,
            ),
            get(devices::guards),
        )
}
