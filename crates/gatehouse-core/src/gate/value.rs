//! Values of facts, and what is known of them.

use crate::moment::Moment;
use serde::{Deserialize, Serialize};

/// A known value. Positions point into the fact's closed list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Yes or no.
    Flag(bool),
    /// Position in the list.
    Choice(u8),
    /// One bit for each position of the list.
    Set(u32),
    /// Scaled by the fact's decimals.
    Number(i64),
    /// Where the person has been.
    Stays(Vec<Stay>),
    /// Recent outings of the household.
    Outings(Outings),
}

/// What is known of one fact in one situation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// It may be anything.
    Unknown,
    /// It does not arise here.
    NotApplicable,
    /// It is this.
    Is(Value),
}

/// Most stays that are read from one situation.
pub const STAYS_MOST: usize = 64;

/// Most outings that are read from one situation.
pub const OUTINGS_MOST: usize = 512;

/// A stay at a class of place; native place has no field (SCOPE-2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stay {
    /// Class of the place.
    pub kind: StayKind,
    /// Days since the last day there; 0 is today.
    pub days_ago: u16,
}

/// Class of a place by where it lies and how it is graded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum StayKind {
    /// Outside the city.
    OutsideCity,
    /// Outside the province.
    OutsideProvince,
    /// Abroad.
    Abroad,
    /// An area that the policy names for stays.
    KeyArea,
    /// Graded low.
    LowRisk,
    /// Graded medium.
    MediumRisk,
    /// Graded high.
    HighRisk,
}

impl StayKind {
    /// Every class with its name in documents and cases and its words.
    pub const ALL: [(StayKind, &'static str, &'static str, &'static str); 7] = [
        (
            StayKind::OutsideCity,
            "outside_city",
            "市外",
            "outside the city",
        ),
        (
            StayKind::OutsideProvince,
            "outside_province",
            "省外",
            "outside the province",
        ),
        (StayKind::Abroad, "abroad", "境外", "abroad"),
        (StayKind::KeyArea, "key_area", "重点地区", "a key area"),
        (
            StayKind::LowRisk,
            "low_risk",
            "低风险地区",
            "a low-risk area",
        ),
        (
            StayKind::MediumRisk,
            "medium_risk",
            "中风险地区",
            "a medium-risk area",
        ),
        (
            StayKind::HighRisk,
            "high_risk",
            "高风险地区",
            "a high-risk area",
        ),
    ];

    /// The class of this name.
    pub fn named(name: &str) -> Option<StayKind> {
        StayKind::ALL
            .iter()
            .find(|entry| entry.1 == name)
            .map(|entry| entry.0)
    }

    /// Its name in documents and cases.
    pub fn name(self) -> &'static str {
        StayKind::ALL[self as usize].1
    }
}

/// The outings of a household that a gate knows of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outings {
    /// Exits that crossed.
    pub taken: Vec<Outing>,
    /// How many more there may be that another device has not sent yet.
    pub unsent: u16,
}

impl Outings {
    /// Leaves out the oldest that a record cannot hold; how many there were is then unsure.
    pub(crate) fn cut_to_record(&mut self) {
        let over = self.taken.len().saturating_sub(OUTINGS_MOST);
        self.taken.drain(..over);
        let over = u16::try_from(over).unwrap_or(u16::MAX);
        self.unsent = self.unsent.saturating_add(over);
    }

    /// Nobody of the household has been out.
    pub const fn none() -> Outings {
        Outings {
            taken: Vec::new(),
            unsent: 0,
        }
    }
}

/// 外出: an exit that crossed, until the return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outing {
    /// When the exit crossed.
    pub at: Moment,
    /// Position in the list of purposes; `None` where it was not asked.
    pub purpose: Option<u8>,
    /// Whether it was the very person who stands at the gate.
    pub own: bool,
}
