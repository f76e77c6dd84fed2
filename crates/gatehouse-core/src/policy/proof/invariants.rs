//! What holds whatever a document says: an emergency goes through (SCOPE-3), and a registered
//! resident under no order and without symptoms comes home or is asked for something (GATE-15).
//! Every temperature is healthy that the documents do not call a fever.
//! That a restriction ends and rests on health is held by the form of a document.

use super::example::example;
use super::model::Model;
use super::{Finding, rows_of, take};
use crate::gate::compiled::Effect;
use crate::gate::decide::decide;
use crate::gate::fact::Fact;
use crate::gate::situation::Situation;
use crate::gate::subject::SubjectKind;
use crate::gate::value::Value;
use crate::gate::{Policy, Verdict};
use crate::moment::Moment;
use crate::policy::compile::parameter_in_force;
use crate::policy::diagnostic::both;
use crate::policy::document::PolicyDocument;
use varisat::Lit;

/// A fever where no document of the place says what one is: 37.3 °C (local choice).
const FEVER_CELSIUS_TENTHS: i64 = 373;

/// Each invariant that does not hold.
pub(super) fn broken(model: &mut Model<'_>, documents: &[&PolicyDocument]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let policy = model.policy;
    for kind in SubjectKind::ALL {
        if !emergency_goes_through(policy, kind) && !take(&mut findings, held_up(kind)) {
            break;
        }
    }
    findings.extend(kept_from_home(model, fever(documents)));
    findings
}

fn emergency_goes_through(policy: &Policy, kind: SubjectKind) -> bool {
    let ways = [0, 1].into_iter();
    ways.map(|way| {
        let mut situation = Situation::new(Moment::new(0, 480));
        situation.set(Fact::SubjectKind, Value::Choice(kind as u8));
        situation.set(Fact::Way, Value::Choice(way));
        situation.set(Fact::Emergency, Value::Flag(true));
        decide(&situation, Some(policy)).verdict
    })
    .all(|verdict| verdict == Verdict::Admit)
}

fn held_up(kind: SubjectKind) -> Finding {
    let words = super::kind_words(kind);
    Finding {
        code: "P028",
        row: None,
        crossing: None,
        message: both(
            format!("紧急时{}也要马上放行（SCOPE-3）。", words.zh),
            format!(
                "in an emergency {} goes through at once (SCOPE-3)",
                words.en
            ),
        ),
    }
}

/// Rows that refer a healthy registered resident, under no order, on the way home. No bar can: each
/// has the exception.
fn kept_from_home(model: &mut Model<'_>, fever: i64) -> Vec<Finding> {
    let policy = model.policy;
    let mut findings = Vec::new();
    let Some(home) = coming_home(model, fever) else {
        return findings;
    };
    for at in rows_of(policy, &[Effect::Refer]) {
        let row = &policy.rows()[at];
        if row.document.is_none() {
            continue;
        }
        let wanted: Vec<Lit> = home.iter().copied().chain([model.applies(at)]).collect();
        let Some(found) = model.find(&wanted) else {
            continue;
        };
        let example = example(model, &found);
        let finding = Finding {
            code: "P028",
            row: Some(row.id.clone()),
            crossing: None,
            message: both(
                format!(
                    "{} 把没有症状、没有被通知隔离的本小区住户拦在家门外（GATE-15）。例如：{}",
                    row.id, example.zh
                ),
                format!(
                    "{} keeps a registered resident without symptoms and under no order from home \
                     (GATE-15), for example: {}",
                    row.id, example.en
                ),
            ),
        };
        if !take(&mut findings, finding) {
            break;
        }
    }
    findings
}

/// From where on the documents call it a fever, as the fact writes it.
fn fever(documents: &[&PolicyDocument]) -> i64 {
    let named = parameter_in_force(documents.iter().copied(), "fever_threshold_celsius");
    named.map_or(FEVER_CELSIUS_TENTHS, |one| {
        (one.value * 10.0).round() as i64
    })
}

fn coming_home(model: &mut Model<'_>, fever: i64) -> Option<Vec<Lit>> {
    const FIRST: usize = 1;
    const YES: usize = 2;
    let residents = [SubjectKind::Resident, SubjectKind::TemporaryResident]
        .into_iter()
        .filter_map(|kind| model.lies_in(Fact::SubjectKind, kind as usize + 1))
        .collect::<Vec<Lit>>();
    let mut wanted = vec![
        model.lies_in(Fact::RegisteredResident, YES)?,
        model.lies_in(Fact::Way, FIRST)?,
        model.lies_in(Fact::Order, FIRST)?,
        model.lies_in(Fact::Zone, FIRST)?,
    ];
    if !residents.is_empty() {
        wanted.push(model.one_of(&residents));
    }
    for fact in [Fact::Temperature, Fact::SecondTemperature] {
        wanted.extend(model.may_lie_below(fact, fever));
    }
    for fact in [Fact::Symptoms, Fact::FoundFever] {
        wanted.extend(model.nothing_is(fact));
    }
    Some(wanted)
}
