//! What a fact file says about its fact.

use crate::gate::step::Step;
use crate::gate::subject::SubjectKind;

/// The same words in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// Chinese.
    pub zh: &'static str,
    /// English.
    pub en: &'static str,
}

pub(crate) const fn words(zh: &'static str, en: &'static str) -> Words {
    Words { zh, en }
}

/// What a fact means, for schema and documents. The gate app never says it, so it is not in there
/// (a budget of bytes); tests and everything that reads documents have it.
pub(crate) const fn meaning(zh: &'static str, en: &'static str) -> Words {
    words(authored(zh), authored(en))
}

/// See [`meaning`].
pub(crate) const fn authored(text: &'static str) -> &'static str {
    if cfg!(any(test, feature = "author")) {
        text
    } else {
        ""
    }
}

/// One value of a closed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Name in documents, cases and JSON.
    pub name: &'static str,
    /// What people call it.
    pub label: Words,
}

pub(crate) const fn choice(name: &'static str, zh: &'static str, en: &'static str) -> Choice {
    Choice {
        name,
        label: words(zh, en),
    }
}

/// The shape of a fact's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Yes or no, with the words for each.
    Flag {
        /// When it holds.
        yes: Words,
        /// When it does not.
        no: Words,
    },
    /// Exactly one of a closed list.
    Choice(&'static [Choice]),
    /// Any number of a closed list (at most 31 long).
    Set(&'static [Choice]),
    /// A number kept as an integer of 10^-`decimals` units; `least` and `most` are in the same
    /// scaled form.
    Number {
        /// Unit as written after the number.
        unit: Words,
        /// Digits after the point.
        decimals: u8,
        /// Smallest value that is read.
        least: i64,
        /// Largest value that is read.
        most: i64,
    },
    /// Places by class and how many days ago (SCOPE-2).
    Stays,
    /// Outings of the household with time and purpose; counts are derived per row.
    Outings,
}

/// Where a fact comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Seen, asked or measured by the guard.
    Guard,
    /// Read off the pass.
    Pass,
    /// The register of residents and vehicles.
    Register,
    /// The signed state that a gate holds: orders, zones, levels.
    GateState,
    /// The crossings recorded so far.
    History,
    /// The moment of the decision.
    Clock,
}

/// What it means that nobody supplied the fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absent {
    /// It is not known; rows that read it may be open.
    Unknown,
    /// It does not arise.
    NotApplicable,
    /// Nothing seen, nothing on record: no, none, zero, the first of the list.
    Nothing,
}

/// A set of subject kinds, one bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subjects(u16);

impl Subjects {
    /// Whether the fact can arise for this kind.
    pub const fn contains(self, kind: SubjectKind) -> bool {
        self.0 & (1 << kind as u16) != 0
    }
}

pub(crate) const EVERYONE: Subjects = Subjects(u16::MAX);
pub(crate) const RESIDENTS: Subjects =
    Subjects(1 << SubjectKind::Resident as u16 | 1 << SubjectKind::TemporaryResident as u16);
pub(crate) const OUTSIDERS: Subjects = Subjects(
    1 << SubjectKind::Visitor as u16
        | 1 << SubjectKind::Vehicle as u16
        | 1 << SubjectKind::Courier as u16
        | 1 << SubjectKind::RegularHelper as u16,
);

pub(crate) const fn only(kind: SubjectKind) -> Subjects {
    Subjects(1 << kind as u16)
}

/// For which direction a fact can arise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ways {
    /// In and out.
    Both,
    /// In only.
    Inward,
}

pub(crate) const BOTH_WAYS: Ways = Ways::Both;
pub(crate) const INWARD: Ways = Ways::Inward;

/// Everything about one fact.
#[derive(Clone, Copy, Debug)]
pub struct FactSpec {
    /// Number on the wire and in records; never reused.
    pub number: u16,
    /// Name in documents, cases and JSON.
    pub name: &'static str,
    /// What people call it.
    pub label: Words,
    /// One sentence on what it means.
    pub meaning: Words,
    /// Shape of its value.
    pub kind: Kind,
    /// Where it comes from.
    pub source: Source,
    /// What its absence means.
    pub when_absent: Absent,
    /// What the guard does to supply it, where it can be supplied at the gate.
    pub step: Option<Step>,
    /// For whom it can arise; for others it is not applicable.
    pub subjects: Subjects,
    /// For which direction it can arise.
    pub ways: Ways,
    /// Combinations that cannot be, each a list of (fact, value in JSON).
    pub never: &'static [&'static [(&'static str, &'static str)]],
    /// A value as it stands in a case (JSON).
    pub example: &'static str,
    /// The rule or clause that asks for it.
    pub clause: &'static str,
}
