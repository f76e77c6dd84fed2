//! Rows that decide in no situation: whatever they say, another row has said, or nothing ever
//! brings them about.

use super::example::{self, example};
use super::model::Model;
use super::{Finding, none_of, rows_of, take};
use crate::gate::compiled::{Effect, Text};
use crate::policy::diagnostic::both;

/// Each of them, with the plainest situation in which a graver row is before it, or with the
/// conditions that never meet.
pub(super) fn rows(model: &mut Model<'_>) -> Vec<Finding> {
    let policy = model.policy;
    let refers = rows_of(policy, &[Effect::Refer]);
    let stops = rows_of(policy, &[Effect::Refer, Effect::Bar]);
    let mut findings = Vec::new();
    for (at, row) in policy.rows().iter().enumerate() {
        if row.document.is_none() {
            continue;
        }
        let before: &[usize] = match row.effect {
            Effect::Grant => &stops,
            Effect::Bar => &refers,
            Effect::Refer | Effect::Duty => &[],
        };
        let mut wanted = none_of(model, before);
        wanted.push(model.applies(at));
        if model.holds(&wanted) {
            continue;
        }
        let message = idle(model, at, before);
        if model.is_tired() {
            break;
        }
        let finding = Finding {
            code: "P025",
            row: Some(row.id.clone()),
            crossing: None,
            message,
        };
        if !take(&mut findings, finding) {
            break;
        }
    }
    findings
}

fn idle(model: &mut Model<'_>, at: usize, before: &[usize]) -> Text {
    let policy = model.policy;
    let row = &policy.rows()[at];
    let id = &row.id;
    let Some(found) = model.find(&[model.applies(at)]) else {
        return never(model, at);
    };
    let example = example(model, &found);
    let mut graver = before.iter().map(|other| &policy.rows()[*other]);
    let graver = graver.find(|other| found.applies(other));
    let graver = graver.map_or("", |other| other.id.as_str());
    both(
        format!(
            "{id} 不起作用：用得上它的时候，都有更严的一条。例如：{}，这时按 {graver}",
            example.zh
        ),
        format!(
            "{id} never matters: graver rows apply wherever it does, for example {graver}: {}",
            example.en
        ),
    )
}

fn never(model: &mut Model<'_>, at: usize) -> Text {
    let row = &model.policy.rows()[at];
    let id = &row.id;
    let apart = model.at_odds(row);
    let words = example::facts(model, &apart);
    match apart.is_empty() {
        true => both(
            format!("{id} 什么时候都用不上：除外的情形把它全部盖住了。"),
            format!("{id} can never apply: its exceptions leave nothing of it"),
        ),
        false => both(
            format!("{id} 什么时候都用不上：这些条件碰不到一起：{}", words.zh),
            format!(
                "{id} can never apply: these are never so together: {}",
                words.en
            ),
        ),
    }
}
