//! Times in words for pages and papers (glossary §2.10): 今天 18:00, 11月28日 周六 18:00, the year
//! where it is not this one; an end at midnight is the day before, 24:00.

use crate::locale::{text, text_filled, text_with};
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::moment::{CivilDay, Moment};

const MINUTE: i64 = 60_000;
const MINUTES_A_DAY: i64 = 24 * 60;

/// Writes times for a reader of a language who reads them now.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    lang: Lang,
    now: Moment,
}

impl Times {
    /// For a reader at a place where it is `now`.
    pub fn new(lang: Lang, now_millis: i64, offset_minutes: i16) -> Times {
        let now = Moment::new(now_millis, offset_minutes);
        Times { lang, now }
    }

    /// The day on which it is read.
    pub fn today(&self) -> CivilDay {
        self.now.day()
    }

    /// The moment at which it is read.
    pub fn now(&self) -> Moment {
        self.now
    }

    /// 11月28日 周六; with the year where it is not this one.
    pub fn day(&self, day: CivilDay) -> String {
        let date = day.date();
        let month = text(self.lang, &format!("time-month-{}", date.month));
        let weekday = text(self.lang, &format!("time-weekday-{}", day.weekday()));
        let number = date.day.to_string();
        let slots = [
            ("month", month.as_str()),
            ("day", number.as_str()),
            ("weekday", weekday.as_str()),
        ];
        let said = text_filled(self.lang, "time-date", &slots);
        if date.year == self.today().date().year {
            return said;
        }
        let year = date.year.to_string();
        let slots = [("year", year.as_str()), ("date", said.as_str())];
        text_filled(self.lang, "time-date-year", &slots)
    }

    /// 18:00 at the place.
    pub fn clock(&self, millis: i64) -> String {
        let minute = self.at(millis).minute_of_day();
        format!("{:02}:{:02}", minute / 60, minute % 60)
    }

    /// 今天 18:00, 昨天 18:00, else the day and the time.
    pub fn moment(&self, millis: i64) -> String {
        self.joined(self.at(millis).day(), &self.clock(millis))
    }

    /// An end that is not included: midnight is said as 24:00 of the day before.
    pub fn end(&self, millis: i64) -> String {
        let at = self.at(millis);
        match at.minute_of_day() {
            0 => self.joined(CivilDay(at.day().0 - 1), "24:00"),
            _ => self.moment(millis),
        }
    }

    /// How long ago, rounded down: 26 分钟, 3 小时, 2 天.
    pub fn age(&self, millis: i64) -> String {
        self.length((self.now.millis - millis).max(0) / MINUTE)
    }

    /// How long: 26 分钟, 3 小时, 2 天.
    pub fn length(&self, minutes: i64) -> String {
        let (key, count) = match minutes {
            ..60 => ("time-minutes", minutes),
            60..MINUTES_A_DAY => ("time-hours", minutes / 60),
            _ => ("time-days", minutes / MINUTES_A_DAY),
        };
        text_with(self.lang, key, "count", count.to_string())
    }

    fn at(&self, millis: i64) -> Moment {
        Moment::new(millis, self.now.offset_minutes)
    }

    fn joined(&self, day: CivilDay, clock: &str) -> String {
        match self.today().0 - day.0 {
            0 => text_with(self.lang, "time-today", "clock", clock),
            1 => text_with(self.lang, "time-yesterday", "clock", clock),
            _ => {
                let day = self.day(day);
                let slots = [("day", day.as_str()), ("clock", clock)];
                text_filled(self.lang, "time-day-clock", &slots)
            }
        }
    }
}

/// The clock by which times are said: Asia/Shanghai, elsewhere UTC+06:30.
pub fn zone(offset_minutes: i16) -> String {
    /// Minutes east of UTC of China's one zone.
    const CHINA: i16 = 480;
    let (hours, minutes) = (offset_minutes.abs() / 60, offset_minutes.abs() % 60);
    match offset_minutes {
        CHINA => "Asia/Shanghai".to_owned(),
        0.. => format!("UTC+{hours:02}:{minutes:02}"),
        _ => format!("UTC-{hours:02}:{minutes:02}"),
    }
}

/// Thousands apart: 3,214.
pub fn thousands(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut said = String::from(if number < 0 { "-" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            said.push(',');
        }
        said.push(digit);
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2020-02-19T07:00 in China, a Wednesday.
    const NOW: i64 = 1_582_066_800_000;
    const HOUR: i64 = 60 * MINUTE;

    #[test]
    fn times_are_said_as_the_glossary_has_them() {
        let zh = Times::new(Lang::Zh, NOW, 480);
        let en = Times::new(Lang::En, NOW, 480);
        let table = [
            (NOW - HOUR, "今天 06:00", "today, 06:00"),
            (NOW - 24 * HOUR, "昨天 07:00", "yesterday, 07:00"),
            (NOW - 96 * HOUR, "2月15日 周六 07:00", "Sat 15 Feb, 07:00"),
            (
                NOW - 24 * 365 * HOUR,
                "2019年2月19日 周二 07:00",
                "Tue 19 Feb 2019, 07:00",
            ),
        ];
        for (millis, in_zh, in_en) in table {
            assert_eq!((&*zh.moment(millis), &*en.moment(millis)), (in_zh, in_en));
        }
        assert_eq!(zh.end(NOW - 7 * HOUR), "昨天 24:00");
        assert_eq!(zh.end(NOW + 41 * HOUR), "2月20日 周四 24:00");
        assert_eq!(zh.end(NOW + 42 * HOUR), "2月21日 周五 01:00");
    }

    #[test]
    fn lengths_are_rounded_down() {
        let zh = Times::new(Lang::Zh, NOW, 480);
        let said = [26, 59, 60, 185, 1_440, 4_000].map(|minutes| zh.length(minutes));
        assert_eq!(
            said,
            ["26 分钟", "59 分钟", "1 小时", "3 小时", "1 天", "2 天"]
        );
        assert_eq!(zh.age(NOW + 5), "0 分钟");
    }

    #[test]
    fn thousands_stand_apart() {
        let said = [0, 999, 3_214, 1_000_000, -45_678].map(thousands);
        assert_eq!(said, ["0", "999", "3,214", "1,000,000", "-45,678"]);
    }
}
