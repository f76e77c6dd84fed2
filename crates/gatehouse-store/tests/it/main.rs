//! Stories of the store, each told on both databases. One binary for all of them.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod any_order;
mod chains;
mod driver;
mod events;
mod fevers;
mod finding;
mod gate_places;
mod papers;
mod pass_uses;
mod people;
mod plans;
mod played_device;
mod schema;
mod set_aside;
mod sign_in;
mod statistics;
mod support;
mod systems;
