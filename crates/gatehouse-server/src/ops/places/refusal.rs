//! Why a change of places was not taken.

use gatehouse_core::complaint::ComplaintCode;

/// Each has its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A field is against a rule of core's.
    Complaint(ComplaintCode),
    /// The compound has its one open gate (GATE-1).
    SecondGate,
    /// A fire exit says how it opens from inside.
    FireExitClosed,
    /// Whether a gate was in order was not said.
    NotSaid,
    /// Something that is not ended lies in it.
    NotEmpty,
    /// Only a compound or village has gates and openings.
    NotACompound,
}

impl Refusal {
    /// Key of its words.
    pub fn text_key(self) -> String {
        match self {
            Refusal::Complaint(code) => code.text_key().to_owned(),
            Refusal::SecondGate => "places-refused-second_gate".to_owned(),
            Refusal::FireExitClosed => "places-refused-fire_exit".to_owned(),
            Refusal::NotSaid => "places-refused-not_said".to_owned(),
            Refusal::NotEmpty => "places-refused-not_empty".to_owned(),
            Refusal::NotACompound => "places-refused-not_a_compound".to_owned(),
        }
    }
}

impl From<ComplaintCode> for Refusal {
    fn from(code: ComplaintCode) -> Refusal {
        Refusal::Complaint(code)
    }
}
