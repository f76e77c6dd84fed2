//! Places: the tree of areas, who runs a compound, its one open gate and every closed opening
//! (AREA-1, AREA-2, GATE-1, GATE-13).

mod change_area;
mod check_opening;
mod look_at_gate;
mod put_gate;
mod put_gate_place;
mod put_opening;
mod read_places;
mod refusal;

pub use change_area::{AreaEdit, add_area, change_area};
pub use check_opening::check_opening;
pub use look_at_gate::{GateLook, GateStands, gate_stands, look_at_gate};
pub use put_gate::{GateEdit, put_gate};
pub use put_gate_place::{GatePlaceEdit, put_gate_place};
pub use put_opening::{OpeningEdit, put_opening};
pub use read_places::{Inside, Opening, PlaceGate, Places, is_check_due, read_places};
pub use refusal::Refusal;
