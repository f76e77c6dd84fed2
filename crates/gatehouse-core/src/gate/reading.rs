//! How a compiled policy reads a fact: through a lens, in classes.
//!
//! Every reading of a situation is a *set of classes* that the fact may lie in, as bits. Bit 0 is
//! "not applicable", bits 1 to 63 are the classes that the policy's conditions tell apart. A known
//! fact gives one bit, an unknown one every bit but bit 0. A condition accepts a set of classes;
//! it is true if every possible class is accepted, false if none is, else unknown.

use super::fact::{Fact, Kind};
use super::situation::Situation;
use super::value::{Known, Outings, Value};
use crate::moment::Moment;

/// Bit 0: the fact does not arise.
pub const NOT_APPLICABLE: u64 = 1;
const NO: u64 = 1 << 1;
const YES: u64 = 1 << 2;
/// Most cut points of one reading; with them every class has its bit.
pub const CUTS_MOST: usize = 62;

/// What of a fact is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lens {
    /// The value itself: a flag, a choice, or a number cut at `cuts` (class k holds the numbers
    /// from cut k−1 up to, not including, cut k).
    Whole {
        /// Sorted and distinct; empty for flags and choices.
        cuts: Vec<i64>,
    },
    /// Whether the set has one of these.
    AnyOf {
        /// Bits of the list.
        members: u32,
    },
    /// Whether the set has all of these.
    AllOf {
        /// Bits of the list.
        members: u32,
    },
    /// Whether there was a stay at one of these classes of place within so many days
    /// (today and the days before).
    StayWithin {
        /// Bits of [`super::value::StayKind`].
        kinds: u8,
        /// Length of the window.
        days: u16,
    },
    /// How many outings there were in a window, cut at `cuts`.
    OutingCount {
        /// Whose.
        per: Per,
        /// Which window.
        window: Window,
        /// Only those with this purpose (bits of the list of purposes; 0 is all).
        purposes: u32,
        /// Which end of an unsure count decides.
        unsure: Unsure,
        /// Sorted and distinct.
        cuts: Vec<i64>,
    },
}

/// Whose outings count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Per {
    /// Those of the household together.
    Household,
    /// Those of the person who stands at the gate.
    Person,
}

/// A stretch of time that ends at the decision (POL-6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// (now − days × 24 h, now].
    Rolling {
        /// Length.
        days: u16,
    },
    /// Civil days including today.
    Calendar {
        /// Length.
        days: u16,
    },
}

/// Which end of [at least, at most] decides while another device has not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsure {
    /// The smaller count: in favour of the person (the default).
    Least,
    /// The larger count.
    Most,
}

/// A fact and a lens on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Wire number of the fact.
    pub fact: u16,
    /// What of it is looked at.
    pub lens: Lens,
}

impl Reading {
    /// Every class but "not applicable".
    pub fn every_class(&self) -> u64 {
        let classes = match &self.lens {
            Lens::Whole { cuts } => match Fact::numbered(self.fact).map(|fact| fact.spec().kind) {
                Some(Kind::Choice(choices)) => choices.len(),
                Some(Kind::Flag { .. }) => 2,
                _ => cuts.len() + 1,
            },
            Lens::OutingCount { cuts, .. } => cuts.len() + 1,
            Lens::AnyOf { .. } | Lens::AllOf { .. } | Lens::StayWithin { .. } => 2,
        };
        ones(classes.min(CUTS_MOST + 1)) << 1
    }

    /// The classes that the fact may lie in.
    pub fn classes(&self, fact: Fact, every: u64, situation: &Situation) -> u64 {
        match situation.known(fact).as_ref() {
            Known::NotApplicable => NOT_APPLICABLE,
            Known::Unknown => every,
            Known::Is(value) => match self.of_value(fact, value, situation) {
                0 => every,
                classes => classes & every,
            },
        }
    }

    fn of_value(&self, fact: Fact, value: &Value, situation: &Situation) -> u64 {
        match (&self.lens, value) {
            (Lens::Whole { .. }, Value::Flag(flag)) => yes_or_no(*flag),
            (Lens::Whole { .. }, Value::Choice(position)) => 2 << u32::from(*position).min(61),
            (Lens::Whole { cuts }, Value::Number(number)) => {
                if fact == Fact::TimeOfDay && situation.skew_minutes > 0 {
                    return around_the_clock(*number, situation.skew_minutes, cuts);
                }
                class_of(*number, cuts)
            }
            (Lens::AnyOf { members }, Value::Set(bits)) => yes_or_no(bits & members != 0),
            (Lens::AllOf { members }, Value::Set(bits)) => yes_or_no(bits & members == *members),
            (Lens::StayWithin { kinds, days }, Value::Stays(stays)) => yes_or_no(
                stays
                    .iter()
                    .any(|stay| kinds & (1 << stay.kind as u8) != 0 && stay.days_ago < *days),
            ),
            (Lens::OutingCount { cuts, .. }, Value::Outings(outings)) => {
                class_of(self.deciding_count(outings, situation.moment), cuts)
            }
            // A value of another shape says nothing.
            _ => 0,
        }
    }

    /// The count that decides, after [`Unsure`].
    pub fn deciding_count(&self, outings: &Outings, moment: Moment) -> i64 {
        let (least, most) = self.count(outings, moment);
        match self.lens {
            Lens::OutingCount {
                unsure: Unsure::Most,
                ..
            } => most,
            _ => least,
        }
    }

    /// Outings in the window, [at least, at most].
    pub fn count(&self, outings: &Outings, moment: Moment) -> (i64, i64) {
        let Lens::OutingCount {
            per,
            window,
            purposes,
            ..
        } = self.lens
        else {
            return (0, 0);
        };
        let least = outings
            .taken
            .iter()
            .filter(|outing| per == Per::Household || outing.own)
            .filter(|outing| match outing.purpose {
                _ if purposes == 0 => true,
                Some(purpose) => purposes & (1 << purpose) != 0,
                None => false,
            })
            .filter(|outing| window.contains(outing.at, moment))
            .count() as i64;
        (least, least + i64::from(outings.unsent))
    }
}

impl Window {
    /// Whether an instant lies in the window that ends at `now`.
    pub fn contains(self, at: Moment, now: Moment) -> bool {
        if at.millis > now.millis {
            return false;
        }
        match self {
            Window::Rolling { days } => {
                at.millis > now.millis.saturating_sub(i64::from(days) * 86_400_000)
            }
            Window::Calendar { days } => {
                let day = Moment::new(at.millis, now.offset_minutes).day();
                day.0 > now.day().0.saturating_sub(i32::from(days))
            }
        }
    }
}

const fn ones(count: usize) -> u64 {
    (1 << count) - 1
}

const fn yes_or_no(flag: bool) -> u64 {
    if flag { YES } else { NO }
}

fn class_of(number: i64, cuts: &[i64]) -> u64 {
    2 << cuts.partition_point(|cut| *cut <= number).min(CUTS_MOST)
}

/// The classes of every minute that it may be, across midnight too.
fn around_the_clock(minute: i64, skew: u16, cuts: &[i64]) -> u64 {
    let skew = i64::from(skew.min(720));
    (minute - skew..=minute + skew)
        .map(|possible| class_of(possible.rem_euclid(1440), cuts))
        .fold(0, |classes, class| classes | class)
}

/// The classes of a yes-or-no reading that a flag condition accepts.
pub const fn accept_flag(wanted: bool) -> u64 {
    yes_or_no(wanted)
}

/// The classes of numbers from `least` to `most`, both included; the cuts must hold `least` and
/// `most + 1`.
pub fn accept_range(least: Option<i64>, most: Option<i64>, cuts: &[i64]) -> u64 {
    (0..=cuts.len())
        .filter(|class| {
            let from = class.checked_sub(1).map(|before| cuts[before]);
            let above = least.is_none_or(|least| from.is_some_and(|from| from >= least));
            let below =
                most.is_none_or(|most| cuts.get(*class).is_some_and(|cut| *cut <= most + 1));
            above && below
        })
        .fold(0, |classes, class| classes | 2 << class)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_accept_just_their_numbers() {
        let cuts = [372, 373, 400];
        for (least, most) in [(Some(373), None), (None, Some(371)), (Some(372), Some(399))] {
            let accepted = accept_range(least, most, &cuts);
            for number in 300..450 {
                let wanted = least.is_none_or(|l| number >= l) && most.is_none_or(|m| number <= m);
                assert_eq!(class_of(number, &cuts) & accepted != 0, wanted, "{number}");
            }
        }
    }

    #[test]
    fn a_clock_that_may_be_off_lies_on_both_sides_of_a_cut() {
        let seven = [420];
        assert_eq!(around_the_clock(419, 5, &seven), 2 | 4);
        assert_eq!(around_the_clock(400, 5, &seven), 2);
        assert_eq!(around_the_clock(1438, 10, &[5]), 2 | 4);
    }

    #[test]
    fn windows_end_now_and_count_civil_days() {
        let now = Moment::parse("2020-02-20T08:00:00+08:00").expect("a time");
        let table = [
            ("2020-02-20T08:00:00+08:00", true, true),
            ("2020-02-19T00:00:00+08:00", true, true),
            ("2020-02-18T23:59:59+08:00", true, false),
            ("2020-02-18T08:00:00+08:00", false, false),
            ("2020-02-20T08:00:01+08:00", false, false),
        ];
        for (at, rolling, calendar) in table {
            let at = Moment::parse(at).expect("a time");
            assert_eq!(
                Window::Rolling { days: 2 }.contains(at, now),
                rolling,
                "{at:?}"
            );
            assert_eq!(
                Window::Calendar { days: 2 }.contains(at, now),
                calendar,
                "{at:?}"
            );
        }
    }
}
