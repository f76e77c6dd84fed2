//! 出入证的有效期: how long a pass of a kind holds and which edge its card has (PASS-2).

use super::{PassBand, PassKind};
use crate::sourced::{MayBelow, Sourced};
use serde::Deserialize;

/// Days and edge of one kind of pass.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Validity {
    /// `HN/pass-resident`.
    pub id: String,
    /// The clause, or "deployment".
    pub source: String,
    /// How an entry below may stand to it.
    pub below: Option<MayBelow>,
    /// Entries of documents above that it takes out of force.
    #[serde(default)]
    pub replaces: Vec<String>,
    /// Of which passes.
    pub kind: PassKind,
    /// The coloured edge of their cards.
    pub band: Sourced<PassBand>,
    /// How many days they hold, the day of issue included; a slip: hours of that many days.
    pub days: Sourced<u16>,
}

crate::entry!(Validity);

impl PassKind {
    /// The most days that a document may say.
    pub const fn longest_days(self) -> u16 {
        // At most a year and a day, so it fits.
        (self.longest_hours() / 24) as u16
    }
}
