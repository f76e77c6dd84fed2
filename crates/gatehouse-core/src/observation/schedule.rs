//! A plan laid out over the days of one person.

use super::types::{
    Circumstance, DayZero, EarlyEnd, Elsewhere, Plan, PlanTodo, Stage, StageKind, Team, Test,
};
use super::visits::{DatedVisit, VisitDone, dated_visits};
use crate::counting::{At, Counting, On, midnight, plus_days};
use crate::moment::{CivilDay, Moment};
use crate::sourced::Sourced;
use serde::{Deserialize, Serialize};

/// Who is observed since when, and what has been done; what is not known is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Ordered {
    /// When it began.
    pub entered: Option<At>,
    /// When they arrived.
    pub arrived: Option<At>,
    /// Day of the last exposure.
    pub last_exposure: Option<On>,
    /// When they were discharged from hospital.
    pub discharged: Option<At>,
    /// Days served elsewhere.
    pub served_days: u16,
    /// What makes another place suit better.
    pub circumstances: Vec<Circumstance>,
    /// Tests that were taken.
    pub tests: Vec<At>,
    /// Visits that were paid.
    pub visits: Vec<VisitDone>,
    /// When the contact with whom they had contact was released.
    pub contact_released: Option<At>,
    /// When the suspected case was excluded.
    pub case_excluded: Option<At>,
}

/// A day that the plan counts from and the order does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotSaid(pub DayZero);

/// A plan over the days of one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
pub struct Schedule<'a> {
    /// The stages, one after the other.
    pub stages: Vec<DatedStage<'a>>,
    /// Until when they stay in: the last end of a stage that keeps in, or the early end.
    pub stays_in_until: Option<At>,
    /// When it is over, and why. Past that the person is free; more days take a further order with
    /// a reason.
    pub over: Over<'a>,
    /// Visits, in order of time.
    pub visits: Vec<DatedVisit<'a>>,
    /// Tests, in order.
    pub tests: Vec<DatedTest<'a>>,
    /// Who looks after them.
    pub team: Option<&'a Team>,
    /// What is to be done besides.
    #[serde(rename = "do")]
    pub todo: &'a [PlanTodo],
}

/// A stage with its days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
pub struct DatedStage<'a> {
    /// Where.
    pub kind: StageKind,
    /// How many days, with the clause.
    pub days: &'a Sourced<u16>,
    /// Its day 0.
    pub zero: On,
    /// Its first day; days before it count all the same where day 0 lies before.
    pub first: On,
    /// Its last day; before the first where all days were served elsewhere.
    pub last: On,
    /// Where they may be observed instead.
    pub instead: Vec<MayInstead<'a>>,
}

/// Somewhere else, by an entry that lets it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
pub struct MayInstead<'a> {
    /// Where.
    pub kind: StageKind,
    /// The entry.
    pub entry: &'a str,
    /// Its clause.
    pub source: &'a str,
}

/// When an observation is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
pub struct Over<'a> {
    /// When.
    pub at: At,
    /// Why.
    pub why: Why,
    /// The clause.
    pub source: &'a str,
}

/// Why an observation is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Its days are full.
    DaysFull,
    /// The contact with whom they had contact was released.
    ContactReleased,
    /// The suspected case was excluded.
    CaseExcluded,
}

/// A test with its days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
pub struct DatedTest<'a> {
    /// First day.
    pub from: On,
    /// Last day.
    pub until: On,
    /// By how many methods.
    pub methods: u8,
    /// How it stands.
    pub state: TestState,
    /// When it was taken.
    pub taken: Option<At>,
    /// The clause.
    pub source: &'a str,
}

/// How a test stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TestState {
    /// Its days lie ahead.
    Ahead,
    /// Now.
    Due,
    /// Taken.
    Done,
    /// Its days are over. It prolongs nothing.
    Missed,
}

/// Lays a plan out. `elsewhere` are the entries that let somebody be observed somewhere else than
/// this plan says.
///
/// # Errors
/// A day that the plan counts from and the order does not say.
pub fn schedule<'a>(
    plan: &'a Plan,
    counting: &Counting,
    order: &Ordered,
    elsewhere: &[&'a Elsewhere],
    now: Moment,
) -> Result<Schedule<'a>, NotSaid> {
    let offset = now.offset_minutes;
    let mut laid: Vec<Laid<'_>> = Vec::new();
    for stage in &plan.stage {
        let before = laid.last().map(|laid| laid.last);
        laid.push(lay(stage, counting, order, before)?);
    }
    let full = laid.last().map_or(now, |laid| laid.end(offset));
    let over = over(plan, order, full);
    let kept_in = laid
        .iter()
        .filter(|laid| laid.stage.kind.keeps_in() && laid.first <= laid.last);
    let stays_in = kept_in.map(|laid| laid.end(offset)).max();
    let visits = dated_visits(&laid, order, over.at.0, now);
    Ok(Schedule {
        stays_in_until: stays_in.map(|at| At(at.min(over.at.0))),
        visits,
        tests: tests(&laid, order, over.at.0, now),
        stages: laid
            .iter()
            .map(|laid| dated(laid, order, elsewhere))
            .collect(),
        team: plan.team.as_ref(),
        todo: &plan.todo,
        over,
    })
}

/// A stage laid on days.
pub(super) struct Laid<'a> {
    pub stage: &'a Stage,
    pub zero: CivilDay,
    pub first: CivilDay,
    pub last: CivilDay,
}

impl Laid<'_> {
    /// The midnight after its last day.
    fn end(&self, offset_minutes: i16) -> Moment {
        midnight(plus_days(self.last, 1), offset_minutes)
    }
}

fn lay<'a>(
    stage: &'a Stage,
    counting: &Counting,
    order: &Ordered,
    before: Option<CivilDay>,
) -> Result<Laid<'a>, NotSaid> {
    let zero = stage.zero.value;
    let entered = order.entered.map(|at| at.0.day());
    let (day, begins) = match zero {
        DayZero::Entry => (entered, entered),
        DayZero::Arrival => (order.arrived.map(|at| at.0.day()), entered),
        DayZero::LastExposure => (order.last_exposure.map(|on| on.0), entered),
        DayZero::Discharge => (order.discharged.map(|at| at.0.day()), entered),
        DayZero::LastDayBefore => (before, before.map(|day| plus_days(day, 1))),
        DayZero::DayAfter => {
            let next = before.map(|day| plus_days(day, 1));
            (next, next)
        }
    };
    let served = match &stage.served_counts {
        Some(Sourced { value: true, .. }) => i32::from(order.served_days),
        _ => 0,
    };
    let day = day.ok_or(NotSaid(zero))?;
    let zero = plus_days(day, -served);
    let end = counting.end(zero, stage.days.value, 0);
    Ok(Laid {
        stage,
        zero,
        first: begins.unwrap_or(day).max(zero),
        last: plus_days(end.day(), -1),
    })
}

fn dated<'a>(laid: &Laid<'a>, order: &Ordered, elsewhere: &[&'a Elsewhere]) -> DatedStage<'a> {
    let suits = |entry: &&&Elsewhere| {
        entry.instead_of == laid.stage.kind
            && (entry.circumstances.is_empty()
                || entry
                    .circumstances
                    .iter()
                    .any(|one| order.circumstances.contains(one)))
    };
    let instead = elsewhere.iter().filter(suits).map(|entry| MayInstead {
        kind: entry.kind,
        entry: &entry.id,
        source: &entry.source,
    });
    DatedStage {
        kind: laid.stage.kind,
        days: &laid.stage.days,
        zero: On(laid.zero),
        first: On(laid.first),
        last: On(laid.last),
        instead: instead.collect(),
    }
}

/// When it is over: when its days are full, or at what ends it before.
fn over<'a>(plan: &'a Plan, order: &Ordered, full: Moment) -> Over<'a> {
    let early = plan.early_end.iter().filter_map(|early| {
        let (at, why) = match early.value {
            EarlyEnd::ContactReleased => (order.contact_released, Why::ContactReleased),
            EarlyEnd::CaseExcluded => (order.case_excluded, Why::CaseExcluded),
        };
        let source = early.source.as_str();
        at.map(|at| Over { at, why, source })
    });
    let source = plan
        .stage
        .last()
        .map_or(plan.source.as_str(), |stage| &stage.days.source);
    let (at, why) = (At(full), Why::DaysFull);
    let all = early.chain([Over { at, why, source }]);
    all.min_by_key(|over| over.at)
        .expect("it has at least its full days")
}

/// The tests of all stages, those before its end; each takes the first sample of its days.
fn tests<'a>(laid: &[Laid<'a>], order: &Ordered, over: Moment, now: Moment) -> Vec<DatedTest<'a>> {
    let mut samples: Vec<At> = order.tests.clone();
    samples.sort_unstable();
    let mut dated = Vec::new();
    for laid in laid {
        let mut first = None;
        for test in &laid.stage.test {
            let (from, until) = test_days(test, laid.zero, first);
            if midnight(from, over.offset_minutes) >= over {
                continue;
            }
            let is_in_time = |at: &At| (from..=until).contains(&at.0.day());
            let taken = samples
                .iter()
                .position(is_in_time)
                .map(|at| samples.remove(at));
            first = first.or(taken.map(|at| at.0.day()));
            dated.push(DatedTest {
                from: On(from),
                until: On(until),
                methods: test.methods.unwrap_or(1),
                state: test_state(taken, from, until, now.day()),
                taken,
                source: &test.source,
            });
        }
    }
    dated
}

/// The days of a test: those of the table, or so many after the first one once that is taken.
fn test_days(test: &Test, zero: CivilDay, first: Option<CivilDay>) -> (CivilDay, CivilDay) {
    match test.after_first_days.zip(first) {
        Some((days, first)) => {
            let day = plus_days(first, i32::from(days));
            (day, day)
        }
        None => {
            let day = |day: u16| plus_days(zero, i32::from(day));
            (day(test.from_day), day(test.to_day))
        }
    }
}

fn test_state(taken: Option<At>, from: CivilDay, until: CivilDay, today: CivilDay) -> TestState {
    match taken {
        Some(_) => TestState::Done,
        None if today < from => TestState::Ahead,
        None if today <= until => TestState::Due,
        None => TestState::Missed,
    }
}
