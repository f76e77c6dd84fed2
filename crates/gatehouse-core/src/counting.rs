//! How days are counted (POL-6): civil days of the place, day 0 first, windows that end today.
//!
//! What the notices leave open is a key of each document, so that another reading is another
//! value and no `if`.

use crate::moment::{CivilDay, Moment};
use crate::sourced::Sourced;
use serde::de::{Error, Unexpected};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const MILLIS_A_DAY: i64 = 86_400_000;
const MILLIS_A_MINUTE: i64 = 60_000;

/// How a document counts days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Counting {
    /// When a stretch of N days is over.
    pub over: Sourced<Over>,
    /// Which days a window of N days holds.
    pub window: Sourced<Window>,
}

/// When a stretch of N days is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Over {
    /// When day N is full: at the midnight after it.
    DayFull,
    /// When day N begins: at the midnight before it.
    DayBegun,
}

/// Which days a window of N days holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// Today and the N - 1 days before.
    WithToday,
    /// Today and the N days before.
    BeforeToday,
}

impl Counting {
    /// When a stretch of `days` days is over whose day 0 is `zero`.
    pub fn end(&self, zero: CivilDay, days: u16, offset_minutes: i16) -> Moment {
        let last = plus_days(zero, i32::from(days));
        match self.over.value {
            Over::DayFull => midnight(plus_days(last, 1), offset_minutes),
            Over::DayBegun => midnight(last, offset_minutes),
        }
    }

    /// Whether a day lies in the window of `days` days that ends with `today`.
    pub fn in_window(&self, day: CivilDay, today: CivilDay, days: u16) -> bool {
        let back = i32::from(days)
            - match self.window.value {
                Window::WithToday => 1,
                Window::BeforeToday => 0,
            };
        (0..=back).contains(&days_between(day, today))
    }
}

/// The day so many days later.
pub fn plus_days(day: CivilDay, days: i32) -> CivilDay {
    CivilDay(day.0.saturating_add(days))
}

/// Days from one day to another; negative where the other comes first.
pub fn days_between(from: CivilDay, to: CivilDay) -> i32 {
    to.0.saturating_sub(from.0)
}

/// The instant at which a day begins under an offset.
pub fn midnight(day: CivilDay, offset_minutes: i16) -> Moment {
    minute_of(day, 0, offset_minutes)
}

/// An instant of a day, in minutes since its midnight.
pub fn minute_of(day: CivilDay, minute: u16, offset_minutes: i16) -> Moment {
    let local = i64::from(day.0) * MILLIS_A_DAY + i64::from(minute) * MILLIS_A_MINUTE;
    let offset = i64::from(offset_minutes) * MILLIS_A_MINUTE;
    Moment::new(local.saturating_sub(offset), offset_minutes)
}

/// An instant as a text with its offset, `2020-02-19T07:00:00+08:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct At(pub Moment);

/// A civil day as a text, `2020-02-19`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct On(pub CivilDay);

impl Serialize for At {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_text())
    }
}

impl Serialize for On {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_text())
    }
}

impl<'de> Deserialize<'de> for At {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<At, D::Error> {
        let text = String::deserialize(deserializer)?;
        let expected = &"a moment such as 2020-02-19T07:00:00+08:00";
        let moment = Moment::parse(&text).map(At);
        moment.ok_or_else(|| D::Error::invalid_value(Unexpected::Str(&text), expected))
    }
}

impl<'de> Deserialize<'de> for On {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<On, D::Error> {
        let text = String::deserialize(deserializer)?;
        let day = CivilDay::parse(&text).map(On);
        let expected = &"a day such as 2020-02-19";
        day.ok_or_else(|| D::Error::invalid_value(Unexpected::Str(&text), expected))
    }
}

/// As JSON Schemas: both are texts.
#[cfg(feature = "author")]
mod schema {
    use super::{At, On};
    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
    use std::borrow::Cow;

    impl JsonSchema for At {
        fn schema_name() -> Cow<'static, str> {
            "At".into()
        }
        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({ "type": "string", "format": "date-time",
                           "examples": ["2020-02-19T07:00:00+08:00"] })
        }
    }

    impl JsonSchema for On {
        fn schema_name() -> Cow<'static, str> {
            "On".into()
        }
        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({ "type": "string", "format": "date", "examples": ["2020-02-19"] })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counting(over: Over, window: Window) -> Counting {
        fn chosen<T>(value: T) -> Sourced<T> {
            let source = crate::sourced::LOCAL_CHOICE.to_owned();
            Sourced { value, source }
        }
        Counting {
            over: chosen(over),
            window: chosen(window),
        }
    }

    fn day(text: &str) -> CivilDay {
        CivilDay::parse(text).expect("a day")
    }

    #[test]
    fn fourteen_days_end_when_day_fourteen_is_full() {
        let table = [
            (Over::DayFull, 14, "2020-03-01T00:00:00+08:00"),
            (Over::DayBegun, 14, "2020-02-29T00:00:00+08:00"),
            (Over::DayFull, 0, "2020-02-16T00:00:00+08:00"),
        ];
        for (over, days, expected) in table {
            let end = counting(over, Window::WithToday).end(day("2020-02-15"), days, 480);
            assert_eq!(end.to_text(), expected, "{over:?} {days}");
        }
    }

    #[test]
    fn a_window_of_fourteen_days_is_today_and_thirteen_before() {
        let table = [
            (Window::WithToday, "2020-02-29", true),
            (Window::WithToday, "2020-02-16", true),
            (Window::WithToday, "2020-02-15", false),
            (Window::BeforeToday, "2020-02-15", true),
            (Window::BeforeToday, "2020-02-14", false),
            (Window::WithToday, "2020-03-01", false),
        ];
        for (window, text, expected) in table {
            let counting = counting(Over::DayFull, window);
            let found = counting.in_window(day(text), day("2020-02-29"), 14);
            assert_eq!(found, expected, "{window:?} {text}");
        }
    }
}
