//! Plans of observation: `[[observation]]` and `[[elsewhere]]`, asked by `plan`.

use super::Parts;
use super::checks::Complain;
use super::layers::{InForce, Layers, Part};
use super::lines::{Refusal, read_question, written};
use crate::counting::At;
use crate::gate::compiled::Text;
use crate::gate::fact::words;
use crate::observation::{
    DayZero, Elsewhere, NotSaid, Ordered, Plan, Schedule, Stage, Subject, Visit, schedule,
};
use crate::order::HealthGround;
use crate::policy::diagnostic::both;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::ops::Range;

/// The question.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    /// Any JSON; comes back.
    #[serde(default, rename = "id")]
    _id: Value,
    /// When it is asked.
    moment: At,
    /// The plan, by its id; else the strictest for `whom`.
    plan: Option<String>,
    /// Who is observed.
    whom: Option<Subject>,
    /// Since when, and what has been done.
    order: Ordered,
}

/// The answer.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(super) struct Answer<'a> {
    /// The plan.
    entry: &'a str,
    /// Its clause.
    source: &'a str,
    /// Its days.
    #[serde(flatten)]
    schedule: Schedule<'a>,
}

/// Answers a question of this kind.
pub(super) fn answer(layers: &Layers<'_>, line: &[u8]) -> Result<Value, Refusal> {
    let question: Question = read_question(line)?;
    let found = chosen(*layers, question.plan.as_deref(), question.whom)
        .and_then(|plan| Some((plan.entry, plan.counting()?)))
        .ok_or_else(|| Refusal::unsaid("no document has such a plan"))?;
    let (plan, counting) = found;
    ends_after_it_began(&question.order)?;
    let elsewhere = elsewhere(*layers, plan);
    let schedule = schedule(
        plan,
        counting,
        &question.order,
        &elsewhere,
        question.moment.0,
    );
    let schedule = schedule.map_err(|NotSaid(zero)| not_said(zero))?;
    Ok(written(&Answer {
        entry: &plan.id,
        source: &plan.source,
        schedule,
    }))
}

/// # Errors
/// What would otherwise end an observation before it began.
fn ends_after_it_began(order: &Ordered) -> Result<(), Refusal> {
    let Some(entered) = &order.entered else {
        return Ok(());
    };
    let is_before = |end: &Option<At>| {
        end.as_ref()
            .is_some_and(|end| end.0.millis < entered.0.millis)
    };
    let message = match (
        is_before(&order.contact_released),
        is_before(&order.case_excluded),
    ) {
        (true, _) => "`contact_released` lies before `entered`; look at both, or leave it out",
        (_, true) => "`case_excluded` lies before `entered`; look at both, or leave it out",
        _ => return Ok(()),
    };
    Err(Refusal::form(message))
}

/// The entries that let somebody be observed somewhere else than a plan says; where they name one
/// that a document below has replaced, what stands in its place is meant.
fn elsewhere<'a>(layers: Layers<'a>, plan: &Plan) -> Vec<&'a Elsewhere> {
    let entries = layers.of(|parts| &parts.elsewhere).into_iter();
    let means = |id: &String| {
        let named = layers.named(|parts| &parts.observation, id);
        named.is_some_and(|named| named.entry.id == plan.id)
    };
    let entries = entries.map(|one| one.entry);
    entries
        .filter(|one| one.plans.is_empty() || one.plans.iter().any(means))
        .collect()
}

/// The plan that is named, or the strictest for whom it is asked.
fn chosen<'a>(
    layers: Layers<'a>,
    plan: Option<&str>,
    whom: Option<Subject>,
) -> Option<InForce<'a, Plan>> {
    let part: Part<Plan> = |parts| &parts.observation;
    if let Some(id) = plan {
        return layers.named(part, id);
    }
    strictest(layers.of(part), whom?)
}

/// The strictest of plans for somebody; of two that ask alike the upper one.
pub(super) fn strictest(plans: Vec<InForce<'_, Plan>>, whom: Subject) -> Option<InForce<'_, Plan>> {
    let plans = plans.into_iter();
    let mut fitting = plans.filter(|plan| plan.entry.whom.contains(&whom));
    let first = fitting.next()?;
    Some(fitting.fold(first, |best, plan| {
        match plan.entry.strictness() > best.entry.strictness() {
            true => plan,
            false => best,
        }
    }))
}

fn not_said(zero: DayZero) -> Refusal {
    let key = match zero {
        DayZero::Arrival => "arrived",
        DayZero::LastExposure => "last_exposure",
        DayZero::Discharge => "discharged",
        DayZero::Entry | DayZero::LastDayBefore | DayZero::DayAfter => "entered",
    };
    Refusal {
        code: "L005",
        message: format!("the plan counts its days from `{key}`, which the order does not say"),
    }
}

/// Complains about what no type can hold.
pub(super) fn complain(parts: &Parts, complain: &mut Complain<'_>) {
    for plan in &parts.observation {
        let span = &plan.span;
        if plan.stage.is_empty() {
            complain.say(
                "P031",
                span,
                words(
                    "方案至少要有一段 `[[observation.stage]]`。",
                    "a plan has at least one `[[observation.stage]]`",
                ),
            );
        }
        for (at, stage) in plan.stage.iter().enumerate() {
            if stage.days.value == 0 {
                let message = words("一段至少一天。", "a stage has at least one day");
                complain.say("P031", span, message);
            }
            if stage.zero.value.is_of_stage_before() != (at > 0) {
                let message = words(
                    "第一段的 `zero` 是这个人的某一天；后面各段的 `zero` 由前一段定。",
                    "`zero` of the first stage is a day of the person, that of a further one \
                     follows from the stage before",
                );
                complain.say("P031", span, message);
            }
            complain_of_visits(stage, span, complain);
            complain_of_tests(stage, span, complain);
        }
        complain_of_ceilings(plan, span, complain);
    }
    for entry in &parts.elsewhere {
        for plan in &entry.plans {
            complain.unless_plan(plan, &entry.span);
        }
    }
}

fn complain_of_visits(stage: &Stage, span: &Range<usize>, complain: &mut Complain<'_>) {
    for (at, visit) in stage.visit.iter().enumerate() {
        complain_of_windows(visit, span, complain);
        let days = (
            visit.from_day.unwrap_or(0),
            visit.to_day.unwrap_or(stage.days.value),
        );
        let last_named = visit.on_days.iter().copied().max().unwrap_or(days.1);
        if days.0 > days.1 || days.1.max(last_named) > stage.days.value {
            complain.say(
                "P031",
                span,
                words(
                    "上门的日子超出了这一段的天数。",
                    "days of a visit lie outside the days of its stage",
                ),
            );
        }
        // Of one kind, by the same people, day after day.
        let is_alike = |other: &&Visit| {
            other.kind == visit.kind && other.by == visit.by && other.on_days.is_empty()
        };
        if visit.on_days.is_empty() && !stage.visit[..at].iter().any(|other| is_alike(&other)) {
            let alike: Vec<&Visit> = stage.visit.iter().filter(is_alike).collect();
            complain_of_days(&alike, stage, span, complain);
        }
    }
}

/// Days of visits of one kind: each day of the stage once.
fn complain_of_days(
    visits: &[&Visit],
    stage: &Stage,
    span: &Range<usize>,
    complain: &mut Complain<'_>,
) {
    let last = stage.days.value;
    let mut next = u16::from(stage.zero.value == DayZero::LastDayBefore);
    let mut ranges: Vec<(u16, u16)> = visits
        .iter()
        .map(|visit| (visit.from_day.unwrap_or(next), visit.to_day.unwrap_or(last)))
        .collect();
    ranges.sort_unstable();
    for (from, to) in ranges {
        if from > next {
            complain.say("P031", span, no_visits(next));
        }
        if from < next {
            complain.say(
                "P031",
                span,
                both(
                    format!("第 {from} 天的上门写了两次。"),
                    format!("visits of day {from} of a stage stand twice"),
                ),
            );
        }
        next = to.saturating_add(1);
    }
    if next <= last {
        complain.say("P031", span, no_visits(next));
    }
}

fn no_visits(day: u16) -> Text {
    both(
        format!("第 {day} 天没有人上门。"),
        format!("no visits on day {day} of a stage"),
    )
}

fn complain_of_windows(visit: &Visit, span: &Range<usize>, complain: &mut Complain<'_>) {
    let windows = &visit.windows.value;
    if windows.len() != usize::from(visit.a_day.value) || windows.is_empty() {
        let message = words(
            "一天上门几次，就要写几个时段。",
            "a visit has one window for each time a day",
        );
        complain.say("P033", span, message);
    }
    if windows.iter().any(|[from, until]| from >= until) {
        let message = words("时段的结束要在开始之后。", "a window ends after it begins");
        complain.say("P033", span, message);
    }
    if windows.len() == 1 && visit.windows.gap_minutes > 0 {
        let message = words(
            "一天只上门一次，不写最短间隔（`gap_minutes` 写 0）。",
            "one visit a day has no least time between: `gap_minutes` is 0",
        );
        complain.say("P033", span, message);
    }
    for pair in windows.windows(2) {
        let [[first, until], [next, last]] = [pair[0], pair[1]];
        if next < until {
            complain.say(
                "P033",
                span,
                words(
                    "一天里的时段重叠，或者先后不对。",
                    "windows of a day overlap, or stand out of order",
                ),
            );
        } else if last.0.saturating_sub(first.0) < visit.windows.gap_minutes {
            complain.say(
                "P033",
                span,
                words(
                    "两个时段之间容不下最短间隔。",
                    "two windows leave no room for the least time between",
                ),
            );
        }
    }
    let in_person = visit.in_person.as_ref().map_or(0, |number| number.value);
    if in_person > visit.a_day.value {
        let message = words(
            "面对面的次数比上门次数还多。",
            "more visits in person than there are",
        );
        complain.say("P033", span, message);
    }
}

fn complain_of_tests(stage: &Stage, span: &Range<usize>, complain: &mut Complain<'_>) {
    let mut next = 0;
    for test in &stage.test {
        if test.from_day < next || test.to_day < test.from_day {
            let message = words(
                "检测的日子重叠，或者先后不对。",
                "days of tests overlap, or stand out of order",
            );
            complain.say("P031", span, message);
        }
        if test.to_day > stage.days.value {
            complain.say(
                "P031",
                span,
                words(
                    "检测的日子超出了这一段的天数。",
                    "days of a test lie outside the days of its stage",
                ),
            );
        }
        next = test.to_day.saturating_add(1);
    }
}

/// No restriction beyond what an order on that ground may run, and none without a ground.
fn complain_of_ceilings(plan: &Plan, span: &Range<usize>, complain: &mut Complain<'_>) {
    let (kept_in, ..) = plan.strictness();
    for whom in &plan.whom {
        let most = ground(*whom).map_or(0, HealthGround::ceiling_days);
        if i64::from(kept_in) > most {
            let message = both(
                format!("不外出 {kept_in} 天，以这个理由最多 {most} 天（SCOPE-1）。"),
                format!(
                    "{kept_in} days are kept in, an order on this ground runs at most {most} \
                     (SCOPE-1)"
                ),
            );
            complain.say("P032", span, message);
        }
    }
    if plan.whom.is_empty() {
        let message = words("`whom` 要写观察谁。", "`whom` says who is observed");
        complain.say("P005", span, message);
    }
}

/// On which ground somebody may be kept in; a general contact on none.
const fn ground(whom: Subject) -> Option<HealthGround> {
    match whom {
        Subject::Returnee => Some(HealthGround::Exposure),
        Subject::CloseContact => Some(HealthGround::CloseContact),
        Subject::ContactOfContact => Some(HealthGround::ContactOfContact),
        Subject::Discharged => Some(HealthGround::Case),
        Subject::GeneralContact => None,
    }
}
