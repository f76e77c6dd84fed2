//! The demo town: an invented street with its people, passes and a day at its gates.
//!
//! [`plan`] makes it as plain data from a size, a seed and a moment, so that the same three give
//! the same town anywhere; nothing here reads a clock or asks for randomness. Nobody in it
//! exists: see [`identity`] for the reserved patterns of its numbers.

pub mod attempt;
pub mod chain;
pub mod day;
pub mod face;
pub mod household;
pub mod identity;
pub mod keys;
pub mod make;
pub mod name;
pub mod order;
pub mod pass;
pub mod person;
pub mod plan;
pub mod random;
pub mod sample;
pub mod sheet;
pub mod staff;
pub mod town;
pub mod write;
mod write_applications;
mod write_day;
mod write_fevers;
mod write_people;

pub use plan::{DemoSize, Town, plan};
