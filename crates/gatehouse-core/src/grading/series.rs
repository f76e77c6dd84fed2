//! From a series of figures, cumulative or daily, to the new cases of a window.
//!
//! Such series are what offices publish, and they have faults: a figure falls when a case is
//! taken back, days are left out or stand twice. None of these may make a negative count or shift
//! the window; each is said.

use super::{Between, Window};
use crate::moment::CivilDay;
use std::collections::BTreeMap;

/// One published figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The day that it stands for.
    pub day: CivilDay,
    /// All cases up to and with that day; in a daily series those of that day.
    pub cases: u32,
}

/// A fault of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warning {
    /// The figure fell: cases were taken back, and nobody says of which day they were.
    Fall {
        /// The day on which it fell.
        day: CivilDay,
        /// By how many.
        by: u32,
    },
    /// Days without a figure.
    Gap {
        /// The first of them.
        first: CivilDay,
        /// The last of them.
        last: CivilDay,
    },
    /// A day has several figures.
    Doubled {
        /// The day.
        day: CivilDay,
        /// Whether they all say the same.
        same: bool,
    },
}

/// New cases of a window, with the faults that lie in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCases {
    /// How many; `None` where the series has no figure on the window's last day or after it.
    pub count: Option<Between>,
    /// Faults from the window's eve to its last day.
    pub warnings: Vec<Warning>,
}

/// Every fault of a series.
pub fn warnings(readings: &[Reading]) -> Vec<Warning> {
    let (days, mut warnings) = by_day(readings);
    for ((before, from), (day, to)) in days.iter().zip(days.iter().skip(1)) {
        if day.0 - before.0 > 1 {
            warnings.push(Warning::Gap {
                first: CivilDay(before.0 + 1),
                last: CivilDay(day.0 - 1),
            });
        }
        if to.most < from.least {
            warnings.push(Warning::Fall {
                day: *day,
                by: from.least - to.most,
            });
        }
    }
    warnings
}

/// The new cases of a window. A fall inside it leaves open whether the cases that were taken back
/// had been counted before the window or in it: at least the difference of the ends, at most all
/// rises together.
pub fn new_cases(readings: &[Reading], window: Window) -> NewCases {
    let (days, _) = by_day(readings);
    let eve = CivilDay(window.first.0 - 1);
    let warnings = warnings(readings)
        .into_iter()
        .filter(|warning| touches(*warning, eve, window.last))
        .collect();
    let count = total_on(&days, eve)
        .zip(total_on(&days, window.last))
        .map(|(start, end)| {
            let inside = days.range(window.first..window.last);
            let mut rises = 0_u32;
            let mut before = start;
            for total in inside.map(|(_, total)| *total).chain([end]) {
                rises = rises.saturating_add(total.most.saturating_sub(before.least));
                before = total;
            }
            let least = end.least.saturating_sub(start.most);
            Between {
                least,
                most: rises.max(least),
            }
        });
    NewCases { count, warnings }
}

/// The same from a series that gives the cases of each day. A day that stands twice with one
/// figure counts once; with a day left out nothing can be said.
pub fn sum_of_days(readings: &[Reading], window: Window) -> NewCases {
    let (days, mut warnings) = by_day(readings);
    warnings.retain(|warning| touches(*warning, window.first, window.last));
    let mut sum = Some(Between::default());
    for day in (window.first.0..=window.last.0).map(CivilDay) {
        let found = days.get(&day);
        if found.is_none() {
            warnings.push(Warning::Gap {
                first: day,
                last: day,
            });
        }
        sum = sum.zip(found).map(|(sum, cases)| sum.plus(*cases));
    }
    NewCases {
        count: sum,
        warnings,
    }
}

fn by_day(readings: &[Reading]) -> (BTreeMap<CivilDay, Between>, Vec<Warning>) {
    let mut days: BTreeMap<CivilDay, Between> = BTreeMap::new();
    let mut doubled: BTreeMap<CivilDay, bool> = BTreeMap::new();
    for reading in readings {
        let total = Between::exactly(reading.cases);
        if let Some(known) = days.get_mut(&reading.day) {
            let same = *known == total;
            let so_far = doubled.entry(reading.day).or_insert(true);
            *so_far &= same;
            known.least = known.least.min(reading.cases);
            known.most = known.most.max(reading.cases);
        } else {
            days.insert(reading.day, total);
        }
    }
    let warnings = doubled
        .into_iter()
        .map(|(day, same)| Warning::Doubled { day, same })
        .collect();
    (days, warnings)
}

/// The total on a day; on a day without a figure it lies between those around it, and before the
/// first figure between nothing and that.
fn total_on(days: &BTreeMap<CivilDay, Between>, day: CivilDay) -> Option<Between> {
    if let Some(total) = days.get(&day) {
        return Some(*total);
    }
    let (_, after) = days.range(day..).next()?;
    let before = days.range(..day).next_back();
    let before = before.map_or(Between::exactly(0), |(_, total)| *total);
    Some(Between {
        least: before.least.min(after.least),
        most: before.most.max(after.most),
    })
}

fn touches(warning: Warning, eve: CivilDay, last: CivilDay) -> bool {
    let (from, to) = match warning {
        // A fall on the eve itself lies before the window.
        Warning::Fall { day, .. } => return eve < day && day <= last,
        Warning::Doubled { day, .. } => (day, day),
        Warning::Gap { first, last } => (first, last),
    };
    from <= last && eve <= to
}
