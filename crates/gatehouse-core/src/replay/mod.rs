//! What happened, decided again: recorded attempts under a draft, beside what was in force
//! (design §3 "Replay", ADR 27).
//!
//! First-order: the attempts and what came of them are taken as they were; nobody's later
//! behaviour is modelled. It opens no record and names nobody: bytes go in, counts come out.

mod attempt;
mod by_record;
mod counts;
mod examples;
mod heavy;
mod memo;
mod prepared;
mod replayer;
mod summary;
mod together;

pub use attempt::Attempt;
pub use by_record::{Again, Recorded, decide_by_record};
pub use counts::{Counts, To};
pub use examples::{EXAMPLES_MOST, Example, Place};
pub use heavy::Heavy;
pub use prepared::Prepared;
pub use replayer::{Before, Draft, Replayer};
pub use summary::{HOUSEHOLDS_HELD, Hit, LetThrough, RowPair, Summary};
