//! Time as an argument: an instant together with the offset of the place's zone.
//!
//! Civil day, weekday, parity and time of day come only from here (design §2 "Time"). Zone data
//! stays outside core; whoever builds a [`Moment`] looks the offset up.

use serde::{Deserialize, Serialize};

const MILLIS_A_MINUTE: i64 = 60_000;
const MILLIS_A_DAY: i64 = 86_400_000;

/// An instant and the offset under which people at the place read it off a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Moment {
    /// Milliseconds since 1970-01-01T00:00Z.
    pub millis: i64,
    /// Minutes to add to UTC for the local clock; +480 in China.
    pub offset_minutes: i16,
}

/// A civil day, counted from 1970-01-01 (day 0).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CivilDay(pub i32);

/// Year, month (1 to 12) and day (1 to 31) of a [`CivilDay`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct YearMonthDay {
    /// Proleptic Gregorian year.
    pub year: i32,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

impl Moment {
    /// An instant read under an offset.
    pub const fn new(millis: i64, offset_minutes: i16) -> Moment {
        Moment {
            millis,
            offset_minutes,
        }
    }

    /// Reads `2020-02-19T07:00:00+08:00` (seconds may be missing, `Z` is +00:00).
    pub fn parse(text: &str) -> Option<Moment> {
        let (date, rest) = text.split_once(['T', ' '])?;
        let day = CivilDay::parse(date)?;
        let (clock, offset_minutes) = split_offset(rest)?;
        let mut parts = clock.splitn(3, ':');
        let hour: i64 = two_digits(parts.next()?)?;
        let minute: i64 = two_digits(parts.next()?)?;
        let seconds = parts.next().unwrap_or("0");
        let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
        let second: i64 = whole.parse().ok().filter(|s| (0..60).contains(s))?;
        let digits: String = fraction.chars().chain("000".chars()).take(3).collect();
        let thousandths: i64 = digits.parse().ok().filter(|t| (0..1000).contains(t))?;
        if hour > 23 || minute > 59 {
            return None;
        }
        let local = i64::from(day.0) * MILLIS_A_DAY
            + ((hour * 60 + minute) * 60 + second) * 1000
            + thousandths;
        Some(Moment::new(
            local - i64::from(offset_minutes) * MILLIS_A_MINUTE,
            offset_minutes,
        ))
    }

    fn local_millis(self) -> i64 {
        self.millis
            .saturating_add(i64::from(self.offset_minutes) * MILLIS_A_MINUTE)
    }

    /// The civil day at the place.
    pub fn day(self) -> CivilDay {
        let day = self.local_millis().div_euclid(MILLIS_A_DAY);
        CivilDay(day.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32)
    }

    /// Minutes since local midnight, 0 to 1439.
    pub fn minute_of_day(self) -> u16 {
        (self.local_millis().rem_euclid(MILLIS_A_DAY) / MILLIS_A_MINUTE) as u16
    }

    /// The same offset, `millis` later (negative: earlier).
    pub fn plus_millis(self, millis: i64) -> Moment {
        Moment::new(self.millis.saturating_add(millis), self.offset_minutes)
    }

    /// `2020-02-19 07:00` on the clock of China; with seconds where there are some, and with the
    /// offset where it is another one, so that no two moments are called the same.
    pub fn to_words(self) -> String {
        let text = self.to_text().replacen('T', " ", 1);
        match text.strip_suffix("+08:00") {
            Some(local) => local.strip_suffix(":00").unwrap_or(local).to_owned(),
            None => text,
        }
    }

    /// `2020-02-19T07:00:00+08:00`, whole seconds.
    pub fn to_text(self) -> String {
        let minute = self.minute_of_day();
        let second = self.local_millis().rem_euclid(MILLIS_A_MINUTE) / 1000;
        let sign = if self.offset_minutes < 0 { '-' } else { '+' };
        let offset = self.offset_minutes.unsigned_abs();
        format!(
            "{}T{:02}:{:02}:{:02}{sign}{:02}:{:02}",
            self.day().to_text(),
            minute / 60,
            minute % 60,
            second,
            offset / 60,
            offset % 60
        )
    }
}

impl CivilDay {
    /// The day of a calendar date; `None` where there is no such date.
    pub fn from_date(year: i32, month: u8, day: u8) -> Option<CivilDay> {
        if !(1..=12).contains(&month) || !(-9999..=9999).contains(&year) {
            return None;
        }
        let candidate = CivilDay(days_from_civil(year, month, day));
        (day >= 1 && candidate.date() == YearMonthDay { year, month, day }).then_some(candidate)
    }

    /// Reads `2020-02-19`.
    pub fn parse(text: &str) -> Option<CivilDay> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return None;
        }
        if !bytes
            .iter()
            .enumerate()
            .all(|(i, b)| i == 4 || i == 7 || b.is_ascii_digit())
        {
            return None;
        }
        CivilDay::from_date(
            text[0..4].parse().ok()?,
            text[5..7].parse().ok()?,
            text[8..10].parse().ok()?,
        )
    }

    /// Year, month, day.
    pub fn date(self) -> YearMonthDay {
        civil_from_days(self.0)
    }

    /// `2020-02-19`.
    pub fn to_text(self) -> String {
        let date = self.date();
        format!("{:04}-{:02}-{:02}", date.year, date.month, date.day)
    }

    /// 1 = Monday … 7 = Sunday.
    pub fn weekday(self) -> u8 {
        ((i64::from(self.0) + 3).rem_euclid(7) + 1) as u8
    }
}

fn two_digits(text: &str) -> Option<i64> {
    (text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

fn split_offset(rest: &str) -> Option<(&str, i16)> {
    if let Some(clock) = rest.strip_suffix(['Z', 'z']) {
        return Some((clock, 0));
    }
    let at = rest.rfind(['+', '-'])?;
    let (clock, offset) = rest.split_at(at);
    let (hours, minutes) = offset[1..].split_once(':')?;
    let minutes = two_digits(hours)? * 60 + two_digits(minutes)?;
    let signed = if offset.starts_with('-') {
        -minutes
    } else {
        minutes
    };
    (minutes <= 18 * 60).then_some((clock, signed as i16))
}

// Days and dates after H. Hinnant, "chrono-compatible low-level date algorithms": years start in
// March, so that the leap day is the last of its year.
fn days_from_civil(year: i32, month: u8, day: u8) -> i32 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let year_of_era = y.rem_euclid(400);
    let month_from_march = (i32::from(month) + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + i32::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn civil_from_days(days: i32) -> YearMonthDay {
    let z = i64::from(days) + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * month_from_march + 2) / 5 + 1) as u8;
    let month = ((month_from_march + 2) % 12 + 1) as u8;
    let year = (year_of_era + era * 400 + i64::from(month <= 2)) as i32;
    YearMonthDay { year, month, day }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_moments_are_called_the_same() {
        let table = [
            ("2020-02-19T07:00:00+08:00", "2020-02-19 07:00"),
            ("2020-02-19T07:00:30+08:00", "2020-02-19 07:00:30"),
            ("2020-02-19T07:00:00+09:00", "2020-02-19 07:00:00+09:00"),
        ];
        for (text, told) in table {
            let moment = Moment::parse(text).expect("a moment");
            assert_eq!(moment.to_words(), told);
        }
    }

    #[test]
    fn a_day_turns_at_local_midnight() {
        let table = [
            (
                "2020-02-19T07:00:00+08:00",
                1_582_066_800_000,
                "2020-02-19",
                420,
                3,
            ),
            (
                "2020-02-18T16:00:00Z",
                1_582_041_600_000,
                "2020-02-18",
                960,
                2,
            ),
            (
                "2020-02-29T23:59:59.999+08:00",
                1_582_991_999_999,
                "2020-02-29",
                1439,
                6,
            ),
            ("1969-12-31T23:00:00-01:00", 0, "1969-12-31", 1380, 3),
        ];
        for (text, millis, day, minute, weekday) in table {
            let moment = Moment::parse(text).expect(text);
            assert_eq!(moment.millis, millis, "{text}");
            assert_eq!(moment.day().to_text(), day, "{text}");
            assert_eq!(moment.minute_of_day(), minute, "{text}");
            assert_eq!(moment.day().weekday(), weekday, "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_not_read() {
        for text in [
            "",
            "2020-02-30T07:00+08:00",
            "2020-02-19T24:00+08:00",
            "2020-02-19",
            "2020-02-19T07:00",
            "2020-02-19T7:00+08:00",
            "2020-02-19T07:61+08:00",
            "２０２０-02-19T07:00Z",
            "2020-02-19T07:00:00+99:00",
        ] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }

    #[test]
    fn text_and_day_go_both_ways() {
        for day in (-200_000..200_000).step_by(13).map(CivilDay) {
            let date = day.date();
            assert_eq!(
                CivilDay::from_date(date.year, date.month, date.day),
                Some(day)
            );
        }
        let moment = Moment::parse("2020-02-19T07:00:00+08:00").expect("a time");
        assert_eq!(moment.to_text(), "2020-02-19T07:00:00+08:00");
    }
}
