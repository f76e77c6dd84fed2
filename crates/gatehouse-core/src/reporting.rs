//! 报告: who owes whom a report, and since when (CASE-1, REP-1).
//!
//! A report is figures and events, upward; zero is reported too. Nothing here says what stands in
//! it about a person.

use crate::counting::{At, Counting, On, days_between, midnight, plus_days};
use crate::gate::compiled::Text;
use crate::measure::{Due, DueKind, Event, Happened, Office, Stage, in_stage};
use crate::moment::Moment;
use crate::sourced::{MayBelow, Sourced};
use serde::{Deserialize, Serialize};

/// Most days that are looked back for daily reports that were not made.
const DAYS_BACK_MOST: i32 = 31;

/// A report that is owed again and again.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// `P7/case-report`.
    pub id: String,
    /// The clause, or "deployment".
    pub source: String,
    /// How an entry below may stand to it.
    pub below: Option<MayBelow>,
    /// Entries of documents above that it takes out of force.
    #[serde(default)]
    pub replaces: Vec<String>,
    /// What is told.
    pub what: Text,
    /// Who tells it.
    pub by: Sourced<Office>,
    /// Who is told.
    pub to: Sourced<Vec<Office>>,
    /// By when.
    pub due: Due,
    /// 零报告: also where there is nothing to tell.
    #[serde(default)]
    pub zero: bool,
    /// Only in these stages; always where none are named.
    #[serde(default)]
    pub stages: Vec<Stage>,
    /// The figures that it holds, computed from records (REP-2).
    #[serde(default)]
    pub figures: Vec<Figure>,
}

crate::entry!(Report);

/// Figures of reports (REP-2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// Households and people in the ledger.
    Households,
    /// People who came back, by where they had been.
    Returned,
    /// Under observation, and released.
    Observed,
    /// On a list but without a file or a visit; not found; not on a list.
    ObservationBroken,
    /// Visits due, done, late.
    FollowUps,
    /// Tests and results.
    Tests,
    /// Fevers and what became of them.
    Fevers,
    /// Cases.
    Cases,
    /// Pupils and staff absent, with reasons.
    Absence,
    /// Flu-like visits to clinics.
    FluVisits,
    /// Inpatients, severe ones, deaths.
    Severity,
    /// Medicines, vaccines and other stock used.
    Stock,
}

/// A report that was made.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Made {
    /// Which report.
    pub entry: String,
    /// For which event.
    #[serde(default, rename = "ref")]
    pub reference: Option<String>,
    /// For which day.
    #[serde(default)]
    pub day: Option<On>,
}

/// A report that is owed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
pub struct Owed<'a> {
    /// Which report.
    pub entry: &'a str,
    /// Its clause.
    pub source: &'a str,
    /// What is told.
    pub what: &'a Text,
    /// Who tells it.
    pub by: &'a Sourced<Office>,
    /// Who is told.
    pub to: &'a Sourced<Vec<Office>>,
    /// Also where there is nothing to tell.
    pub zero: bool,
    /// The event that it is about.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The day that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day: Option<On>,
    /// The last moment.
    pub due: At,
    /// Whether that has passed.
    pub late: bool,
}

/// Where things stand when reports are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Now<'a> {
    /// When it is asked.
    pub moment: Moment,
    /// Since when reports are counted.
    pub since: Moment,
    /// The stages that are set.
    pub stages: &'a [Stage],
    /// What happened since then.
    pub events: &'a [Happened],
    /// What has been reported.
    pub made: &'a [Made],
}

/// What is owed of one report at a moment, the earliest first.
pub fn owed<'a>(report: &'a Report, counting: Option<&Counting>, now: Now<'_>) -> Vec<Owed<'a>> {
    if !in_stage(&report.stages, now.stages) {
        return Vec::new();
    }
    let mut owed = match report.due.kind {
        DueKind::Standing => Vec::new(),
        DueKind::Daily => daily(report, now),
        DueKind::AtOnce | DueKind::Within => after_events(report, counting, now),
    };
    owed.sort_by_key(|one| one.due);
    owed
}

fn after_events<'a>(
    report: &'a Report,
    counting: Option<&Counting>,
    now: Now<'_>,
) -> Vec<Owed<'a>> {
    let wanted: Option<Event> = report.due.after;
    let happened = now
        .events
        .iter()
        .filter(|one| wanted == Some(one.event) && now.since <= one.at.0 && one.at.0 <= now.moment);
    happened
        .filter(|event| {
            let mut made = now.made.iter().filter(|made| made.entry == report.id);
            !made.any(|made| made.reference == event.reference)
        })
        .filter_map(|event| {
            let at = report.due.after_event(event.at.0, counting)?;
            Some(of(report, event.reference.clone(), None, at, now))
        })
        .collect()
}

fn daily<'a>(report: &'a Report, now: Now<'_>) -> Vec<Owed<'a>> {
    let today = now.moment.day();
    let back = days_between(now.since.day(), today).clamp(-1, DAYS_BACK_MOST - 1);
    (0..=back)
        .rev()
        .map(|back| plus_days(today, -back))
        .filter(|day| {
            let mut made = now.made.iter().filter(|made| made.entry == report.id);
            !made.any(|made| made.day == Some(On(*day)))
        })
        .map(|day| {
            let noon = midnight(day, now.moment.offset_minutes);
            of(report, None, Some(On(day)), report.due.on_day_of(noon), now)
        })
        .collect()
}

fn of<'a>(
    report: &'a Report,
    reference: Option<String>,
    day: Option<On>,
    due: Moment,
    now: Now<'_>,
) -> Owed<'a> {
    Owed {
        entry: &report.id,
        source: &report.source,
        what: &report.what,
        by: &report.by,
        to: &report.to,
        zero: report.zero,
        reference,
        day,
        due: At(due),
        late: due.millis < now.moment.millis,
    }
}
