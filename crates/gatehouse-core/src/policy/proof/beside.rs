//! Documents proved together: what of a lower one the documents above it always outweigh, and where
//! the two say opposite things of the same facts. The stricter prevails (POL-2), so nothing of it
//! is wrong; whoever signs shall know.

use super::example::example;
use super::model::Model;
use super::{FINDINGS_MOST, none_of, rows_of, same_facts};
use crate::gate::compiled::{Effect, Row, Text};
use crate::policy::compile::{CompileError, compile};
use crate::policy::document::PolicyDocument;
use std::collections::BTreeSet;

/// A row of the lowest document that says the opposite of one above it, of the same people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opposed {
    /// The row.
    pub row: String,
    /// The row above.
    pub above: String,
    /// Whether the row below never decides; else the stricter of the two does where both apply.
    pub is_idle: bool,
    /// In words, with a situation.
    pub message: Text,
}

/// Rows of the lowest document that those above it oppose; at most [`FINDINGS_MOST`].
///
/// # Errors
/// Documents that do not go together.
pub fn opposed(documents: &[&PolicyDocument]) -> Result<Vec<Opposed>, CompileError> {
    let Some(lowest) = documents.len().checked_sub(1).filter(|at| *at > 0) else {
        return Ok(Vec::new());
    };
    let policy = compile(documents)?;
    let is_own = |row: &Row| row.document.map(usize::from) == Some(lowest);
    let is_above = |row: &Row| row.document.is_some() && !is_own(row);
    let mut model = Model::of(&policy);
    let mut found = always(&mut model, is_own, is_above);
    let said: BTreeSet<String> = found.iter().map(|one| one.row.clone()).collect();
    for (own, above) in opposites(&model, is_own, is_above) {
        if found.len() >= FINDINGS_MOST || model.is_tired() {
            break;
        }
        let [own_id, above_id] = [own, above].map(|at| policy.rows()[at].id.clone());
        if said.contains(&own_id) || said.contains(&above_id) {
            continue;
        }
        let Some(there) = model.find(&[model.applies(own), model.applies(above)]) else {
            continue;
        };
        let example = example(&model, &there);
        let [granted, barred] = match policy.rows()[own].effect {
            Effect::Grant => [&own_id, &above_id],
            _ => [&above_id, &own_id],
        };
        found.push(Opposed {
            message: Text {
                zh: format!(
                    "同样的情形，{granted} 放行，{barred} 不放行：按 {barred}。例如：{}",
                    example.zh
                ),
                en: format!(
                    "of the same facts {granted} lets through and {barred} does not: {barred} \
                     prevails, for example: {}",
                    example.en
                ),
            },
            row: own_id,
            above: above_id,
            is_idle: false,
        });
    }
    Ok(found)
}

/// Rows of the lowest document that could decide alone and never do beside those above.
fn always(
    model: &mut Model<'_>,
    is_own: impl Fn(&Row) -> bool,
    is_above: impl Fn(&Row) -> bool,
) -> Vec<Opposed> {
    let policy = model.policy;
    let refers = rows_of(policy, &[Effect::Refer]);
    let stops = rows_of(policy, &[Effect::Refer, Effect::Bar]);
    let mut found = Vec::new();
    for (at, row) in policy
        .rows()
        .iter()
        .enumerate()
        .filter(|(_, row)| is_own(row))
    {
        let graver: &[usize] = match row.effect {
            Effect::Grant => &stops,
            Effect::Bar => &refers,
            Effect::Refer | Effect::Duty => continue,
        };
        let mut decides = none_of(model, graver);
        decides.push(model.applies(at));
        if model.holds(&decides) || found.len() >= FINDINGS_MOST {
            continue;
        }
        // What its own document outweighs already is that one's fault, and hinders it.
        let own: Vec<usize> = graver
            .iter()
            .copied()
            .filter(|other| !is_above(&policy.rows()[*other]))
            .collect();
        let mut alone = none_of(model, &own);
        alone.push(model.applies(at));
        let Some(there) = model.find(&alone) else {
            continue;
        };
        let mut above = graver.iter().map(|other| &policy.rows()[*other]);
        let Some(above) = above.find(|other| is_above(other) && there.applies(other)) else {
            continue;
        };
        let example = example(model, &there);
        found.push(Opposed {
            row: row.id.clone(),
            above: above.id.clone(),
            is_idle: true,
            message: Text {
                zh: format!(
                    "{} 在这里不起作用：上级的条文都更严。例如：{}，这时按 {}",
                    row.id, example.zh, above.id
                ),
                en: format!(
                    "{} never matters here: documents above are graver wherever it applies, for \
                     example {}: {}",
                    row.id, above.id, example.en
                ),
            },
        });
    }
    found
}

/// Grants and bars of the same facts, one of the lowest document, one above it.
fn opposites(
    model: &Model<'_>,
    is_own: impl Fn(&Row) -> bool,
    is_above: impl Fn(&Row) -> bool,
) -> Vec<(usize, usize)> {
    let policy = model.policy;
    let of = |effect: Effect| rows_of(policy, &[effect]);
    let mut found = Vec::new();
    for grant in of(Effect::Grant) {
        for bar in of(Effect::Bar) {
            let [one, other] = [grant, bar].map(|at| &policy.rows()[at]);
            if !same_facts(one, other) {
                continue;
            }
            if is_own(one) && is_above(other) {
                found.push((grant, bar));
            } else if is_own(other) && is_above(one) {
                found.push((bar, grant));
            }
        }
    }
    found
}
