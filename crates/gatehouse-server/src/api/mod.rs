//! What the gate app calls: JSON in, JSON or signed bytes out, problem+json where it fails.

pub mod decide;
pub mod devices;
pub mod events;
pub mod me;
pub mod snapshot;
