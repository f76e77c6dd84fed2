//! 返回人员: what is proposed for somebody who comes or comes back, by where they have been
//! (RET-1 to RET-3).
//!
//! Ruled by stays, never by native place, plate or record (SCOPE-2): there is no field for them.
//! What is proposed holds nobody; people decide, and only an order keeps in.

mod propose;
mod types;

pub use propose::{Choice, Proposal, Ruled, propose};
pub use types::{
    Care, Changed, Evidence, Group, Outcome, Person, Report, ReportWhen, Rule, Stay, StayWanted,
    TestDone, TestUntil, TestWithin, Todo, is_country,
};
