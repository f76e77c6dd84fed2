//! 保存天数: how long each kind of record is kept, and no longer than its ceiling (SCOPE-5).

use crate::sourced::{MayBelow, Sourced};
use serde::{Deserialize, Serialize};

/// Days of one kind of record.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// `HN/keep-crossings`.
    pub id: String,
    /// The clause, or "deployment".
    pub source: String,
    /// How an entry below may stand to it.
    pub below: Option<MayBelow>,
    /// Entries of documents above that it takes out of force.
    #[serde(default)]
    pub replaces: Vec<String>,
    /// Of what.
    pub record: Record,
    /// How many days.
    pub days: Sourced<u16>,
}

crate::entry!(Retention);

/// Kinds of records that go by days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// Crossings and events of gates.
    Crossings,
    /// What a crossing says beyond the count.
    Details,
    /// People, after their purpose ended.
    People,
    /// Passes, after they ended.
    Passes,
    /// Messages to people.
    Messages,
}

impl Record {
    /// All of them.
    pub const ALL: [Record; 5] = [
        Record::Crossings,
        Record::Details,
        Record::People,
        Record::Passes,
        Record::Messages,
    ];

    /// The most days that any policy or setting may say (local choice).
    pub const fn ceiling_days(self) -> u16 {
        match self {
            Record::Crossings | Record::People | Record::Messages => 180,
            Record::Details => 60,
            Record::Passes => 365,
        }
    }
}
