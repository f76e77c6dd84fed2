//! The one administrative tree (AREA-1, AREA-2): levels, codes, what runs a compound.
//!
//! Grids and zones lie across the tree and are not in it (AREA-3, AREA-7). Names of places are
//! public and print plainly.

mod code;
mod draft;
mod level;
mod manager;
mod tree;

pub use code::{AreaCode, CodeSpan};
pub use draft::{Area, AreaDraft, MAX_AREA_NAME_CHARS};
pub use level::AreaLevel;
pub use manager::{Manager, ManagerKind};
pub use tree::{AreaPath, AreaTree, MAX_DEPTH};
