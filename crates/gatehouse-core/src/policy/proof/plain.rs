//! What is ordinary: which class of a reading anybody would think of where nobody says otherwise.

use crate::gate::fact::{Absent, Fact, Kind};
use crate::gate::reading::{Lens, Reading};
use crate::gate::subject::SubjectKind;

/// Bit 0 of a reading.
pub(super) const NOT_APPLICABLE: usize = 0;
/// No, none, the first of a list, the lowest numbers.
pub(super) const NO: usize = 1;
/// Yes, or the second of a list.
pub(super) const YES: usize = 2;

/// When a fact is settled among the others: who and which way first, then what makes a place or a
/// person a special case, so that it stays ordinary wherever something lesser can be otherwise. A
/// pass is of a kind before it holds: whose kind it may not be has none.
pub(super) fn turn(fact: Fact) -> u8 {
    match fact {
        Fact::SubjectKind => 0,
        Fact::Way => 1,
        Fact::Zone => 2,
        Fact::RegisteredResident | Fact::Stays | Fact::Temperature | Fact::SecondTemperature => 3,
        Fact::PassState => 5,
        fact if fact.spec().when_absent == Absent::Nothing => 3,
        _ => 4,
    }
}

/// The ordinary class of a reading, of somebody of this kind.
pub(super) fn ordinary(reading: &Reading, who: Option<SubjectKind>) -> usize {
    let Some(fact) = Fact::numbered(reading.fact) else {
        return NO;
    };
    let named = |name: &str| match fact.spec().kind {
        Kind::Choice(choices) => choices
            .iter()
            .position(|choice| choice.name == name)
            .map_or(NO, |at| at + 1),
        _ => NO,
    };
    match (fact, &reading.lens) {
        (fact, Lens::Whole { cuts }) if usual(fact).is_some() => {
            let usual = usual(fact).unwrap_or_default();
            cuts.partition_point(|cut| *cut <= usual) + 1
        }
        (Fact::RegisteredResident | Fact::TemperatureTaken, _)
        | (Fact::Mask | Fact::ProtectiveGear, _) => YES,
        (Fact::HealthCode, _) => named("green"),
        (Fact::TestResult, _) => named("negative"),
        (Fact::PassState, _) => named(pass(who).map_or("none", |_| "valid")),
        (Fact::PassKind, _) => named(pass(who).unwrap_or("none")),
        _ => NO,
    }
}

/// Whether an example need not say it: nothing is the matter.
pub(super) fn goes_without_saying(reading: &Reading, class: usize) -> bool {
    let Some(fact) = Fact::numbered(reading.fact) else {
        return true;
    };
    match fact {
        Fact::Temperature
        | Fact::SecondTemperature
        | Fact::TemperatureTaken
        | Fact::Mask
        | Fact::ProtectiveGear => class == ordinary(reading, None),
        fact => class == NO && fact.spec().when_absent == Absent::Nothing,
    }
}

/// A number as it usually is, as the fact writes it: a healthy adult in the morning.
fn usual(fact: Fact) -> Option<i64> {
    match fact {
        Fact::Temperature | Fact::SecondTemperature => Some(365),
        Fact::TimeOfDay => Some(10 * 60),
        Fact::AgeYears => Some(40),
        _ => None,
    }
}

/// The pass that somebody of a kind usually has; who is not known lives here.
fn pass(who: Option<SubjectKind>) -> Option<&'static str> {
    match who.unwrap_or(SubjectKind::Resident) {
        SubjectKind::Resident => Some("resident"),
        SubjectKind::TemporaryResident => Some("temporary_resident"),
        SubjectKind::RegularHelper => Some("helper"),
        SubjectKind::ExemptWorker
        | SubjectKind::Courier
        | SubjectKind::Visitor
        | SubjectKind::Vehicle => None,
    }
}
