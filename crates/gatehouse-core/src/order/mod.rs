//! Orders: the only thing that stops a person or closes a place (SCOPE-1, design §4).
//!
//! An order is one payload with two signatures, by people of two organisations. What it does is
//! never stored: [`effect`] computes it from the signatures, the key list and the moment. One
//! clinician alone may hold a person for at most four hours. Emergencies are not asked about here:
//! the gate admits them before it looks at any order (SCOPE-3).

mod cbor;
mod effect;
mod lift;
mod payload;
mod signed;

pub use effect::{Authority, Effect, Why, each_stop_ahead, effect, effect_on, stops_ahead};
pub use lift::{Lift, LiftReason, SignedLift};
pub use payload::{
    Contact, Evidence, EvidenceKind, Exception, ExceptionReason, Form, HOLD_MILLIS_MOST,
    LegalBasis, Order, OrderFault, Previous, Relation, Subject,
};
pub use signed::{ORDER_BYTES_MOST, SignError, SignedOrder};

use crate::wire::cbor::numbered;
use serde::{Deserialize, Serialize};

/// 健康事由: what an order may rest on. The list of SCOPE-1, closed: "others whom government finds
/// necessary" is no ground.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HealthGround {
    /// 确诊.
    Case,
    /// 疑似.
    SuspectedCase,
    /// 密接.
    CloseContact,
    /// 密接的密接.
    ContactOfContact,
    /// Exposure by travel or stay.
    Exposure,
    /// Symptoms.
    Symptoms,
    /// An observation that is not over.
    UnfinishedObservation,
    /// The place is a zone.
    Zone,
}

numbered!(HealthGround {
    Case = 1,
    SuspectedCase = 2,
    CloseContact = 3,
    ContactOfContact = 4,
    Exposure = 5,
    Symptoms = 6,
    UnfinishedObservation = 7,
    Zone = 8,
});

impl HealthGround {
    /// Longest that one order may run on this ground, in days (local choice, from the longest
    /// plan of the notices: RET-2, OBS-4, OBS-10). Longer only by a further order with a reason.
    pub const fn ceiling_days(self) -> i64 {
        match self {
            // A negative test or a diagnosis ends it; four days leave room for two tests.
            HealthGround::SuspectedCase | HealthGround::Symptoms => 4,
            // P7 六(一)5: until the contact is released.
            HealthGround::ContactOfContact => 14,
            // CASE-4: fourteen days after the last case; then reviewed by a new order.
            HealthGround::Zone => 14,
            // P7 六(一)3: 14 days; P8 四: filled up to 21.
            HealthGround::CloseContact | HealthGround::UnfinishedObservation => 21,
            // P9 二(四)(3), P8 四: 21 + 7, 14 + 14; discharged patients 28.
            HealthGround::Case | HealthGround::Exposure => 28,
        }
    }
}

#[cfg(test)]
mod tests;
