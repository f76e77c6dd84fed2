//! Whether rows that take the place of one which "may tighten" are at least as strict in every
//! situation (POL-2): whoever the old row stopped is stopped, whoever it asked is not let through
//! without.

use super::Finding;
use super::example::example;
use super::model::Model;
use crate::gate::compiled::{Effect, Policy, Text};
use crate::policy::compile::{CompileError, compile_all_rows};
use crate::policy::document::{Below, PolicyDocument};
use varisat::Lit;

/// What the lowest document loosens although it may not, over those above it.
///
/// # Errors
/// Documents that do not go together.
pub fn loosened(documents: &[&PolicyDocument]) -> Result<Vec<Finding>, CompileError> {
    let Some((lowest, above)) = documents.split_last() else {
        return Ok(Vec::new());
    };
    let tightened = above.iter().flat_map(|document| &document.rows);
    let tightened: Vec<&str> = tightened
        .filter(|row| row.below == Below::MayTighten)
        .map(|row| row.id.as_str())
        .filter(|id| {
            lowest
                .rows
                .iter()
                .any(|row| row.replaces.iter().any(|old| old == id))
        })
        .collect();
    if tightened.is_empty() {
        return Ok(Vec::new());
    }
    let policy = compile_all_rows(documents)?;
    let mut model = Model::of(&policy);
    let replaced = |id: &str| {
        let rows = documents.iter().flat_map(|document| &document.rows);
        rows.flat_map(|row| &row.replaces).any(|old| old == id)
    };
    let in_force: Vec<usize> = positions(&policy, |id| !replaced(id));
    let mut findings = Vec::new();
    for old in tightened {
        let new_ids: Vec<&str> = lowest
            .rows
            .iter()
            .filter(|row| row.replaces.iter().any(|id| id == old))
            .map(|row| row.id.as_str())
            .collect();
        let mut before = positions(&policy, |id| id == old);
        before.extend(in_force.iter().filter(|at| {
            let id = policy.rows()[**at].id.as_str();
            !new_ids.contains(&id)
        }));
        if let Some(message) = looser(&mut model, &before, &in_force) {
            findings.push(Finding {
                code: "P026",
                row: new_ids.first().map(|id| (*id).to_owned()),
                crossing: None,
                message: Text {
                    zh: format!("{old} 只能收紧：{}", message.zh),
                    en: format!("{old} may only be tightened: {}", message.en),
                },
            });
        }
    }
    Ok(findings)
}

fn positions(policy: &Policy, wanted: impl Fn(&str) -> bool) -> Vec<usize> {
    let rows = policy.rows().iter().enumerate();
    rows.filter(|(_, row)| wanted(&row.id))
        .map(|(at, _)| at)
        .collect()
}

/// Where the rows `after` are less strict than those `before`, if anywhere.
fn looser(model: &mut Model<'_>, before: &[usize], after: &[usize]) -> Option<Text> {
    let (stopped, asked) = strictness(model, before);
    let (stopped_after, asked_after) = strictness(model, after);
    if let Some(found) = model.find(&[stopped, !stopped_after]) {
        let example = example(model, &found);
        return Some(Text {
            zh: format!("原来不放行的人，现在放行了。例如：{}", example.zh),
            en: format!("somebody who was not let through is now: {}", example.en),
        });
    }
    let found = model.find(&[!stopped, asked, !stopped_after, !asked_after])?;
    let example = example(model, &found);
    Some(Text {
        zh: format!("原来要的东西，现在不要就放行了。例如：{}", example.zh),
        en: format!(
            "somebody is let through without what was needed: {}",
            example.en
        ),
    })
}

/// Whether rows let nobody through, and whether they want something first.
fn strictness(model: &mut Model<'_>, rows: &[usize]) -> (Lit, Lit) {
    let policy = model.policy;
    let (mut stops, mut grants, mut met) = (Vec::new(), Vec::new(), Vec::new());
    for &at in rows {
        let row = &policy.rows()[at];
        let applies = model.applies(at);
        match row.effect {
            Effect::Bar | Effect::Refer => stops.push(applies),
            Effect::Grant => {
                let needs = model.needs_met(row);
                grants.push(applies);
                met.push(model.all_of(&[applies, needs]));
            }
            Effect::Duty => {}
        }
    }
    let granted = model.one_of(&grants);
    stops.push(!granted);
    (model.one_of(&stops), !model.one_of(&met))
}
