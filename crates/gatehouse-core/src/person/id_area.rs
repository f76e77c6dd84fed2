//! Which first six digits of an ID number name a place.
//!
//! Only the province prefixes are built in. County codes change every year; whoever has a table
//! (the register of areas, a published list) hands it in as [`AreaCodes`].

use std::collections::BTreeSet;

/// What is known of the six-digit code in an ID number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AreaStanding {
    /// A county of today.
    Current,
    /// A county that no longer exists: the number stays valid and is shown as old.
    Old,
    /// Not in the table, though its city is: tables have gaps, so the number is accepted.
    NotListed,
    /// No table was given; form, date and check digit fit.
    NotChecked,
    /// Neither county nor city is known: refused.
    NoSuchPlace,
}

/// A table of county codes, current and abandoned.
pub trait AreaCodes {
    /// What this table knows of a six-digit code.
    fn standing(&self, code: u32) -> AreaStanding;
}

impl<F: Fn(u32) -> AreaStanding> AreaCodes for F {
    fn standing(&self, code: u32) -> AreaStanding {
        self(code)
    }
}

/// For places that have no table: structure alone is checked.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoAreaTable;

impl AreaCodes for NoAreaTable {
    fn standing(&self, _code: u32) -> AreaStanding {
        AreaStanding::NotChecked
    }
}

/// A table in memory: about four thousand codes.
#[derive(Clone, Debug, Default)]
pub struct AreaCodeTable {
    current: BTreeSet<u32>,
    old: BTreeSet<u32>,
    cities: BTreeSet<u32>,
}

impl AreaCodeTable {
    /// A table of current and abandoned six-digit county codes. A code in both is current.
    pub fn new(
        current: impl IntoIterator<Item = u32>,
        old: impl IntoIterator<Item = u32>,
    ) -> AreaCodeTable {
        let current: BTreeSet<u32> = current.into_iter().collect();
        let old: BTreeSet<u32> = old.into_iter().collect();
        let cities = current.iter().chain(&old).map(|code| code / 100).collect();
        AreaCodeTable {
            current,
            old,
            cities,
        }
    }
}

impl AreaCodes for AreaCodeTable {
    fn standing(&self, code: u32) -> AreaStanding {
        if self.current.contains(&code) {
            AreaStanding::Current
        } else if self.old.contains(&code) {
            AreaStanding::Old
        } else if self.cities.contains(&(code / 100)) {
            AreaStanding::NotListed
        } else {
            AreaStanding::NoSuchPlace
        }
    }
}

/// What the number's own first digits tell, before any table: provinces of GB/T 2260, the
/// residence permits 810000, 820000, 830000, and 9 + province on the permanent residence card of
/// foreigners (2023), whose next digits are a nationality.
pub(super) fn standing(code: u32, table: &dyn AreaCodes) -> AreaStanding {
    let province = code / 10_000;
    match province {
        81..=83 if code.is_multiple_of(10_000) => AreaStanding::Current,
        81..=83 => AreaStanding::NoSuchPlace,
        90..=99 if is_province(code / 1000 - 900) => AreaStanding::Current,
        // No published list has the counties of 71; the prefix alone is known.
        71 => AreaStanding::NotListed,
        province if is_province(province) => table.standing(code),
        _ => AreaStanding::NoSuchPlace,
    }
}

fn is_province(prefix: u32) -> bool {
    matches!(prefix, 11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_judged_before_the_table() {
        let table = AreaCodeTable::new([440_308, 110_101], [362_324]);
        let cases = [
            (440_308, AreaStanding::Current),
            (362_324, AreaStanding::Old),
            (440_399, AreaStanding::NotListed),
            (111_111, AreaStanding::NoSuchPlace),
            (810_000, AreaStanding::Current),
            (830_001, AreaStanding::NoSuchPlace),
            (911_156, AreaStanding::Current),
            (980_156, AreaStanding::NoSuchPlace),
            (0, AreaStanding::NoSuchPlace),
            (710_000, AreaStanding::NotListed),
            (160_101, AreaStanding::NoSuchPlace),
        ];
        for (code, expected) in cases {
            assert_eq!(standing(code, &table), expected, "{code}");
        }
        assert_eq!(standing(111_111, &NoAreaTable), AreaStanding::NotChecked);
        assert_eq!(standing(990_000, &NoAreaTable), AreaStanding::NoSuchPlace);
    }
}
