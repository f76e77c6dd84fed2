//! 观察: plans of observation, from the day it begins to its release (OBS-2 to OBS-10).
//!
//! A [`Plan`] is what a policy document says of everyone who is observed for one reason: stages
//! with their days, visits, tests. It holds nobody: only an order does ([`crate::order`]).

mod types;

pub use types::{Plan, Stage, StageKind, Subject};
