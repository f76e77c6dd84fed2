//! Age in full years, and the rough band that a gate shows instead of a birth date.

use crate::moment::CivilDay;
use serde::{Deserialize, Serialize};

/// No one is entered as older than this (local choice; the oldest documented age is 122).
pub const MAX_AGE_YEARS: u16 = 150;

/// Age from which bands are no longer told apart: 70 岁以上.
const OPEN_BAND_DECADE: u8 = 7;

/// Full years lived on `today` by someone born on `birth`; `None` before birth. Born on
/// 29 February, one grows a year older on 1 March of common years.
pub fn full_years(birth: CivilDay, today: CivilDay) -> Option<u16> {
    if today < birth {
        return None;
    }
    let (born, now) = (birth.date(), today.date());
    let before_birthday = (now.month, now.day) < (born.month, born.day);
    u16::try_from(now.year - born.year - i32::from(before_birthday)).ok()
}

/// A decade of age: enough for a guard to see whether the bearer may be the holder, too little to
/// identify anyone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AgeBand(u8);

impl AgeBand {
    /// The band of an age in full years.
    pub fn of_age(years: u16) -> AgeBand {
        AgeBand(
            u8::try_from(years / 10)
                .unwrap_or(u8::MAX)
                .min(OPEN_BAND_DECADE),
        )
    }

    /// The band of someone of whom only the birth year is known; may be a year too high.
    pub fn of_birth_year(birth_year: i32, today: CivilDay) -> AgeBand {
        let years = today.date().year.saturating_sub(birth_year).max(0);
        AgeBand::of_age(u16::try_from(years).unwrap_or(u16::MAX))
    }

    /// The first digit of the age: 3 for the thirties, 7 for 70 and above.
    pub const fn decade(self) -> u8 {
        self.0
    }

    /// The band with this [`AgeBand::decade`]; larger decades fall into the open band.
    pub fn from_decade(decade: u8) -> AgeBand {
        AgeBand(decade.min(OPEN_BAND_DECADE))
    }

    /// 不到 10 岁, 30 多岁, 70 岁以上.
    pub fn label_zh(self) -> String {
        match self.0 {
            0 => "不到 10 岁".to_owned(),
            OPEN_BAND_DECADE.. => "70 岁以上".to_owned(),
            decade => format!("{decade}0 多岁"),
        }
    }

    /// under 10, in their teens, in their 30s, 70 or older.
    pub fn label_en(self) -> String {
        match self.0 {
            0 => "under 10".to_owned(),
            1 => "in their teens".to_owned(),
            OPEN_BAND_DECADE.. => "70 or older".to_owned(),
            decade => format!("in their {decade}0s"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> CivilDay {
        CivilDay::parse(text).expect(text)
    }

    #[test]
    fn a_year_is_full_on_the_birthday() {
        let table = [
            ("1990-02-19", "2020-02-18", Some(29)),
            ("1990-02-19", "2020-02-19", Some(30)),
            ("2000-02-29", "2019-02-28", Some(18)),
            ("2000-02-29", "2019-03-01", Some(19)),
            ("2020-02-20", "2020-02-19", None),
            ("2020-02-19", "2020-02-19", Some(0)),
            ("1880-01-01", "2020-02-19", Some(140)),
        ];
        for (birth, today, years) in table {
            assert_eq!(full_years(day(birth), day(today)), years, "{birth} {today}");
        }
    }

    #[test]
    fn bands_are_said_in_both_languages() {
        let table = [
            (0, "不到 10 岁", "under 10"),
            (9, "不到 10 岁", "under 10"),
            (13, "10 多岁", "in their teens"),
            (37, "30 多岁", "in their 30s"),
            (69, "60 多岁", "in their 60s"),
            (70, "70 岁以上", "70 or older"),
            (u16::MAX, "70 岁以上", "70 or older"),
        ];
        for (years, zh, en) in table {
            let band = AgeBand::of_age(years);
            assert_eq!(
                (band.label_zh().as_str(), band.label_en().as_str()),
                (zh, en)
            );
            assert_eq!(AgeBand::from_decade(band.decade()), band);
        }
        assert_eq!(AgeBand::of_birth_year(1985, day("2020-02-19")).decade(), 3);
        assert_eq!(
            AgeBand::of_birth_year(i32::MIN, day("2020-02-19")).decade(),
            7
        );
    }
}
