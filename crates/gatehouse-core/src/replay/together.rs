//! Which classes readings of one fact can lie in together: there is one value behind them. Says
//! "impossible" only where that is sure.

use crate::gate::reading::{Lens, NOT_APPLICABLE, Per, Reading, Unsure, Window};

const NO: u64 = 1 << 1;
const YES: u64 = 1 << 2;

/// Pairs of readings of one fact, one of them at least among those that were not recorded.
pub(super) fn pairs(readings: &[Reading], missing: &[usize]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for (other, reading) in readings.iter().enumerate() {
        for &one in missing {
            let is_first = !missing.contains(&other) || one < other;
            if one != other && is_first && readings[one].fact == reading.fact {
                found.push((one, other));
            }
        }
    }
    found
}

/// Whether two readings of one fact may lie in these classes; of one that is not a single class,
/// so that the fact is not known, nothing is said.
pub(super) fn may_be(one: (&Reading, u64), other: (&Reading, u64)) -> bool {
    if one.1.count_ones() != 1 || other.1.count_ones() != 1 {
        return true;
    }
    let is_absent = [one.1, other.1].map(|classes| classes == NOT_APPLICABLE);
    match is_absent {
        [true, true] => true,
        [false, false] => !forbids(one, other) && !forbids(other, one),
        _ => false,
    }
}

/// Whether what the one says rules out what the other says.
fn forbids((one, is): (&Reading, u64), (other, then): (&Reading, u64)) -> bool {
    let yes_no = is == YES && then == NO;
    match (&one.lens, &other.lens) {
        (Lens::AnyOf { members }, Lens::AnyOf { members: more }) => {
            yes_no && members & more == *members
        }
        (Lens::AllOf { members: more }, Lens::AllOf { members }) => {
            yes_no && members & more == *members
        }
        (Lens::AllOf { members }, Lens::AnyOf { members: some }) => yes_no && members & some != 0,
        (Lens::AnyOf { members }, Lens::AllOf { members: all }) => {
            yes_no && members.count_ones() == 1 && members == all
        }
        (
            Lens::StayWithin { kinds, days },
            Lens::StayWithin {
                kinds: more,
                days: longer,
            },
        ) => yes_no && kinds & more == *kinds && days <= longer,
        (Lens::OutingCount { .. }, Lens::OutingCount { .. }) => {
            is_part(&one.lens, &other.lens) && least(&one.lens, is) > most(&other.lens, then)
        }
        _ => false,
    }
}

/// The least count of a class.
fn least(lens: &Lens, class: u64) -> i64 {
    let Lens::OutingCount { cuts, .. } = lens else {
        return 0;
    };
    let below = (class.trailing_zeros() as usize).checked_sub(2);
    below.and_then(|at| cuts.get(at)).copied().unwrap_or(0)
}

/// The largest count of a class.
fn most(lens: &Lens, class: u64) -> i64 {
    let Lens::OutingCount { cuts, .. } = lens else {
        return i64::MAX;
    };
    let above = (class.trailing_zeros() as usize).checked_sub(1);
    let above = above.and_then(|at| cuts.get(at));
    above.map_or(i64::MAX, |cut| cut.saturating_sub(1))
}

/// Whether every outing that the one counts is counted by the other.
fn is_part(one: &Lens, other: &Lens) -> bool {
    let (
        Lens::OutingCount {
            per,
            window,
            purposes,
            unsure,
            ..
        },
        Lens::OutingCount {
            per: per_other,
            window: window_other,
            purposes: more,
            unsure: unsure_other,
            ..
        },
    ) = (one, other)
    else {
        return false;
    };
    let is_shorter = match (window, window_other) {
        (Window::Rolling { days }, Window::Rolling { days: longer })
        | (Window::Calendar { days }, Window::Calendar { days: longer }) => days <= longer,
        _ => false,
    };
    is_shorter
        && (per == per_other || *per == Per::Person)
        && (*more == 0 || purposes & more == *purposes && *purposes != 0)
        && (unsure == unsure_other || *unsure == Unsure::Least)
}
