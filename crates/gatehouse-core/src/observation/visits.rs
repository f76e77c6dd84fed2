//! Visits over the days: their windows, and how each stands (OBS-3). Late, missed and "not at the
//! place" are told apart.

use super::schedule::{Laid, Ordered};
use super::types::{Found, TeamMember, Visit, VisitKind};
use crate::counting::{At, On, minute_of, plus_days};
use crate::moment::{CivilDay, Moment};
use serde::{Deserialize, Serialize};

const MILLIS_A_MINUTE: i64 = 60_000;

/// A visit that was paid.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct VisitDone {
    /// What was done.
    pub kind: VisitKind,
    /// When.
    pub at: At,
    /// Whom it found.
    pub found: Found,
    /// By whom, where that matters.
    pub by: Option<TeamMember>,
}

/// A visit with its window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
pub struct DatedVisit<'a> {
    /// What is done.
    pub kind: VisitKind,
    /// On which day.
    pub on: On,
    /// From when.
    pub from: At,
    /// To when.
    pub until: At,
    /// Least time after the one before, in minutes.
    pub gap_minutes: u16,
    /// Whether in person.
    pub in_person: bool,
    /// Who does it.
    pub by: &'a [TeamMember],
    /// How it stands.
    pub state: VisitState,
    /// The clause of how often.
    pub source: &'a str,
}

/// How a visit stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum VisitState {
    /// Its window lies ahead.
    Ahead,
    /// Now.
    Due,
    /// Its window is over, the next has not begun.
    Overdue,
    /// Paid in its window.
    Done,
    /// Paid after its window, before the next.
    Late,
    /// Not paid.
    Missed,
    /// Paid, and the person was not there.
    NotAtPlace,
    /// Paid, and nobody answered.
    NoAnswer,
}

/// The visits of all stages, in order of time: those whose window is not over when it begins, and
/// begins before the end.
pub(super) fn dated_visits<'a>(
    laid: &[Laid<'a>],
    order: &Ordered,
    over: Moment,
    now: Moment,
) -> Vec<DatedVisit<'a>> {
    let mut dated = Vec::new();
    for laid in laid {
        for visit in &laid.stage.visit {
            let mut windows = windows(laid, visit, over);
            windows.retain(|slot| order.entered.is_none_or(|entered| entered.0 < slot.until));
            dated.extend(states(visit, &windows, &order.visits, now));
        }
    }
    // Those of one time stay in the order of the document.
    dated.sort_by_key(|visit| visit.from);
    dated
}

/// One window of one day.
struct Slot {
    on: CivilDay,
    from: Moment,
    until: Moment,
    /// Until when it may still be paid: the next window, or the end of the day.
    latest: Moment,
    in_person: bool,
}

fn windows(laid: &Laid<'_>, visit: &Visit, over: Moment) -> Vec<Slot> {
    let offset = over.offset_minutes;
    let number = |day: CivilDay| u16::try_from(day.0.saturating_sub(laid.zero.0)).ok();
    let is_wanted = |day: &CivilDay| {
        number(*day).is_some_and(|number| {
            (visit.on_days.is_empty() || visit.on_days.contains(&number))
                && visit.from_day.is_none_or(|from| from <= number)
                && visit.to_day.is_none_or(|to| number <= to)
        })
    };
    let in_person = visit.in_person.as_ref().map_or(0, |number| number.value);
    let days = (laid.first.0..=laid.last.0).map(CivilDay).filter(is_wanted);
    let slots = days.flat_map(|day| {
        let windows = &visit.windows.value;
        windows
            .iter()
            .enumerate()
            .map(move |(at, [from, until])| Slot {
                on: day,
                from: minute_of(day, from.0, offset),
                until: minute_of(day, until.0, offset),
                latest: match windows.get(at + 1) {
                    Some([next, _]) => minute_of(day, next.0, offset),
                    None => minute_of(plus_days(day, 1), 0, offset),
                },
                in_person: at < usize::from(in_person),
            })
    });
    slots.filter(|slot| slot.from < over).collect()
}

fn states<'a>(
    visit: &'a Visit,
    slots: &[Slot],
    done: &[VisitDone],
    now: Moment,
) -> Vec<DatedVisit<'a>> {
    let counts = |paid: &&VisitDone| {
        let by = paid.by;
        paid.kind == visit.kind
            && (visit.by.is_empty() || by.is_none_or(|by| visit.by.contains(&by)))
    };
    let mut paid: Vec<&VisitDone> = done.iter().filter(counts).collect();
    paid.sort_by_key(|paid| paid.at);
    let gap = i64::from(visit.windows.gap_minutes) * MILLIS_A_MINUTE;
    let mut last: Option<Moment> = None;
    let mut dated = Vec::new();
    for slot in slots {
        let fits = |paid: &&&VisitDone| {
            let at = paid.at.0;
            (slot.from..slot.latest).contains(&at)
                && last.is_none_or(|last| at.millis.saturating_sub(last.millis) >= gap)
        };
        let found = paid.iter().find(fits).copied();
        if let Some(paid) = found {
            last = Some(paid.at.0);
        }
        dated.push(DatedVisit {
            kind: visit.kind,
            on: On(slot.on),
            from: At(slot.from),
            until: At(slot.until),
            gap_minutes: visit.windows.gap_minutes,
            in_person: slot.in_person,
            by: &visit.by,
            state: state(slot, found, now),
            source: &visit.a_day.source,
        });
    }
    dated
}

fn state(slot: &Slot, paid: Option<&VisitDone>, now: Moment) -> VisitState {
    match paid.map(|paid| (paid.found, paid.at.0 < slot.until)) {
        Some((Found::AtPlace, true)) => VisitState::Done,
        Some((Found::AtPlace, false)) => VisitState::Late,
        Some((Found::NotAtPlace, _)) => VisitState::NotAtPlace,
        Some((Found::NoAnswer, _)) => VisitState::NoAnswer,
        None if now < slot.from => VisitState::Ahead,
        None if now < slot.until => VisitState::Due,
        None if now < slot.latest => VisitState::Overdue,
        None => VisitState::Missed,
    }
}
