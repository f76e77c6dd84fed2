//! 接触者: what an exposure makes of somebody, by the rules of a document (CASE-2).
//!
//! What comes out is a proposal with its clause: people decide, by the exposure and the national
//! plan, and only an order keeps somebody in. Whereabouts come from interview (SCOPE-4).

mod classify;
mod types;

pub use classify::{Classified, Open, classify};
pub use types::{Class, Exposed, ExposedTo, Exposure, Role, Rule, Setting, Todo, Unknown};
