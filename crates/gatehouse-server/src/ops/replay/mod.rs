//! What happened, decided again under a draft (issue "Policies as documents" 3, ADR 27): gates of
//! an area are read in stretches by two threads, core decides, a small report comes out.

mod change;
mod draft;
pub mod examples;
pub mod keep;
mod report;
mod run;
mod words;

pub use change::{CHANGES, Change};
pub use report::{
    AttemptNamed, DocumentNamed, FactCount, GateRow, HourRow, HouseholdRow, KindRow, Lacking,
    LetThroughSums, Report, RowsRow, Sums, Way, WayTo,
};
pub use run::{Progress, replay};
pub use words::RowNamed;

use gatehouse_core::id::AreaId;
use gatehouse_core::policy::PolicyDocument;
use gatehouse_store::StoreError;

/// What is to be replayed.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Gates in this area; else all.
    pub area: Option<AreaId>,
    /// First instant, milliseconds UTC.
    pub from: i64,
    /// End, not included.
    pub until: i64,
    /// Under what.
    pub under: Under,
}

/// Under what attempts are decided again.
#[derive(Clone, Debug)]
pub enum Under {
    /// What was in force: the same verdicts, unless something is wrong.
    AsItWas,
    /// These documents beside what was in force, each in place of an earlier version of itself,
    /// else in the layer of the area.
    Drafts(Vec<PolicyDocument>),
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no such area.
    #[error("R-AREA: there is no such area")]
    NoArea,
    /// A draft says nothing about the gate.
    #[error("R-GATE: {0} says nothing about the gate, so nothing would be decided otherwise")]
    NotForGate(String),
    /// A draft does not go together with what was in force.
    #[error("P020: {0}")]
    Apart(String),
    /// The end lies before the beginning, or further than records are kept.
    #[error("R-TIME: the span ends after it begins and is at most {SPAN_DAYS_MOST} days long")]
    Span,
    /// Somebody stopped it.
    #[error("R-STOP: it was stopped")]
    Stopped,
    /// A thread of it fell over; a mistake of ours.
    #[error("R-FAULT: it fell over")]
    FellOver,
}

impl ReplayError {
    /// Short and stable.
    pub fn code(&self) -> &'static str {
        match self {
            ReplayError::Store(error) => error.code(),
            ReplayError::NoArea => "R-AREA",
            ReplayError::NotForGate(_) => "R-GATE",
            ReplayError::Apart(_) => "P020",
            ReplayError::Span => "R-TIME",
            ReplayError::Stopped => "R-STOP",
            ReplayError::FellOver => "R-FAULT",
        }
    }
}

/// Longest span of a replay: longer than any crossing is kept.
pub const SPAN_DAYS_MOST: i64 = 400;
