//! Vehicles and their plates (GA 36).
//!
//! Which vehicles may cross is a policy's row; this says what a plate looks like and which
//! household a vehicle belongs to.

mod draft;
mod plate;

pub use draft::{Vehicle, VehicleDraft, VehicleKind};
pub use plate::{Plate, PlateKind};
