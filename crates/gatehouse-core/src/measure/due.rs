//! By when something is to be done or told.

use super::stage::Stage;
use crate::counting::{At, Counting, midnight, minute_of, plus_days};
use crate::gate::fact::{Words, words};
use crate::moment::Moment;
use serde::{Deserialize, Serialize};

const MILLIS_AN_HOUR: i64 = 3_600_000;

/// When something is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Due {
    /// In which way.
    pub kind: DueKind,
    /// What it runs from; for `at_once` and `within`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Event>,
    /// Hours that there are; for `within`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<u16>,
    /// Days that there are, as the document counts them; for `within`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<u16>,
    /// Time of the day, `17:30`; for `daily`. The end of the day where none is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// The clause, or "deployment".
    pub source: String,
}

/// The ways of being due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DueKind {
    /// 立即, 第一时间: when it happens.
    AtOnce,
    /// 在若干小时或天内.
    Within,
    /// 每日.
    Daily,
    /// As long as the measure is in force.
    Standing,
}

/// What sets a clock going.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The level or phase was set.
    StageSet,
    /// A case was diagnosed.
    Diagnosis,
    /// 疫情苗头: the first sign of an outbreak.
    FirstSign,
    /// A spot was drawn.
    SpotDrawn,
    /// A contact was entered into a list.
    ContactListed,
    /// A feverish person was found.
    FeverFound,
    /// Somebody came back.
    Arrival,
    /// Somebody under observation is not where the plan has them (失管、脱管、漏管).
    ObservationBroken,
    /// Of confirmed cases there are ten or more.
    TenCases,
    /// A case of unknown source or a local one was found in the county.
    LocalCase,
    /// Beds of designated and reserve hospitals are more than half in use.
    BedsHalfUsed,
}

/// An event that happened.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Happened {
    /// What.
    pub event: Event,
    /// When.
    pub at: At,
    /// A name for it, given back as it is: a number, never a person.
    #[serde(default, rename = "ref")]
    pub reference: Option<String>,
}

/// When one thing is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
pub struct DueAt {
    /// The event that it runs from, by the name that it was given.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The last moment.
    pub at: At,
    /// Whether that has passed.
    pub over: bool,
}

impl Due {
    /// What in it does not go together.
    pub fn fault(&self) -> Option<Words> {
        let spans = usize::from(self.hours.is_some()) + usize::from(self.days.is_some());
        let minute = self.by.as_deref().map(minute_of_text);
        match self.kind {
            _ if minute == Some(None) => Some(words(
                "`by` 要写一天里的时间，如 \"17:30\"。",
                "`by` is a time of the day such as \"17:30\"",
            )),
            DueKind::AtOnce | DueKind::Within if self.after.is_none() => Some(words(
                "要写从什么时候算起，`after`。",
                "say what the time runs from, `after`",
            )),
            DueKind::Within if spans != 1 => Some(words(
                "`hours` 和 `days` 写一个。",
                "say either `hours` or `days`",
            )),
            DueKind::AtOnce | DueKind::Daily | DueKind::Standing if spans != 0 => Some(words(
                "只有 `within` 写 `hours` 或 `days`。",
                "only `within` has `hours` or `days`",
            )),
            DueKind::Daily | DueKind::Standing if self.after.is_some() => Some(words(
                "只有 `at_once` 和 `within` 写 `after`。",
                "only `at_once` and `within` run from something, `after`",
            )),
            kind if kind != DueKind::Daily && self.by.is_some() => Some(words(
                "只有 `daily` 写一天里的时间 `by`。",
                "only `daily` has a time of the day, `by`",
            )),
            _ => None,
        }
    }

    /// When it is due after an event; `None` for what runs from no event.
    pub fn after_event(&self, event: Moment, counting: Option<&Counting>) -> Option<Moment> {
        match self.kind {
            DueKind::AtOnce => Some(event),
            DueKind::Within => self
                .hours
                .map(|hours| event.plus_millis(i64::from(hours) * MILLIS_AN_HOUR))
                .or_else(|| Some(counting?.end(event.day(), self.days?, event.offset_minutes))),
            DueKind::Daily | DueKind::Standing => None,
        }
    }

    /// When what is due daily is due on the day of a moment.
    pub fn on_day_of(&self, moment: Moment) -> Moment {
        let (day, offset) = (moment.day(), moment.offset_minutes);
        match self.by.as_deref().and_then(minute_of_text) {
            Some(minute) => minute_of(day, minute, offset),
            None => midnight(plus_days(day, 1), offset),
        }
    }
}

/// Minutes since midnight of `17:30`.
fn minute_of_text(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let two = |digits: &str| (digits.len() == 2).then(|| digits.parse::<u16>().ok())?;
    let (hour, minute) = (two(hour)?, two(minute)?);
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

/// The stage in which something holds, for things that need not be tied to one.
pub(crate) fn in_stage(wanted: &[Stage], stages: &[Stage]) -> bool {
    wanted.is_empty() || wanted.iter().any(|stage| stages.contains(stage))
}
