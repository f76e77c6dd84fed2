//! What no list of cases can show (design §2 "Proof"): that every kind of subject is covered in
//! either direction, that no two rows contradict each other, that every row can matter, that a row
//! which may only be tightened is not loosened. Asked of a
//! SAT solver over all situations in which everything is known; each finding comes with a
//! situation as plain as possible.

mod example;
mod model;
mod tighten;

use crate::gate::compiled::{Effect, Policy, Row, Text};
use crate::gate::fact::{Fact, Kind, Words, subject_kind};
use crate::gate::subject::SubjectKind;
use example::example;
use model::Model;
use varisat::Lit;

pub use tighten::loosened;

/// Something that the rows of a policy do not do, or do twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// `P023` a gap, `P024` a contradiction, `P025` a row that can never matter, `P026` a row that
    /// was to be tightened and is loosened.
    pub code: &'static str,
    /// The row that it is about, if it is about one.
    pub row: Option<String>,
    /// Of a gap: who, and which way, by their names in documents.
    pub crossing: Option<[&'static str; 2]>,
    /// What, with a situation in words.
    pub message: Text,
}

/// Everything that is found, gaps first.
pub fn prove(policy: &Policy) -> Vec<Finding> {
    let mut model = Model::of(policy);
    let mut findings = gaps(&mut model);
    findings.extend(contradictions(&mut model));
    findings.extend(idle_rows(&mut model));
    findings
}

/// Rows of some effects.
fn rows_of(policy: &Policy, effects: &[Effect]) -> Vec<usize> {
    let rows = policy.rows().iter().enumerate();
    rows.filter(|(_, row)| effects.contains(&row.effect))
        .map(|(at, _)| at)
        .collect()
}

/// None of these rows applies.
fn none_of(model: &Model<'_>, rows: &[usize]) -> Vec<Lit> {
    rows.iter().map(|row| !model.applies(*row)).collect()
}

/// Kinds of subject and directions in which there is a situation that no row covers.
fn gaps(model: &mut Model<'_>) -> Vec<Finding> {
    let covering = rows_of(model.policy, &[Effect::Grant, Effect::Bar, Effect::Refer]);
    let uncovered = none_of(model, &covering);
    let mut findings = Vec::new();
    for kind in SubjectKind::ALL {
        for (way, zh, en) in [(1, "进门", "coming in"), (2, "出门", "going out")] {
            let here = [
                model.lies_in(Fact::SubjectKind, kind as usize + 1),
                model.lies_in(Fact::Way, way),
            ];
            let here = here.into_iter().flatten();
            let wanted: Vec<Lit> = uncovered.iter().copied().chain(here).collect();
            if let Some(found) = model.find(&wanted) {
                let example = example(model, &found);
                let who = kind_words(kind);
                findings.push(Finding {
                    code: "P023",
                    row: None,
                    crossing: Some([kind_name(kind), if way == 1 { "in" } else { "out" }]),
                    message: Text {
                        zh: format!("没写到：{}{zh}，没有一条管。例如：{}", who.zh, example.zh),
                        en: format!(
                            "a gap: no row covers {} {en}, for example: {}",
                            who.en, example.en
                        ),
                    },
                });
            }
        }
    }
    findings
}

fn kind_name(kind: SubjectKind) -> &'static str {
    let choice = subject_kind::CHOICES.get(kind as usize);
    choice.map_or("", |choice| choice.name)
}

fn kind_words(kind: SubjectKind) -> Words {
    let en = match kind {
        SubjectKind::Resident => "a resident",
        SubjectKind::TemporaryResident => "a temporary resident",
        SubjectKind::ExemptWorker => "an exempt worker",
        SubjectKind::Courier => "a courier",
        SubjectKind::Visitor => "a visitor",
        SubjectKind::Vehicle => "a vehicle",
        SubjectKind::RegularHelper => "a regular helper",
    };
    let zh = match Fact::SubjectKind.spec().kind {
        Kind::Choice(choices) => choices
            .get(kind as usize)
            .map_or(en, |choice| choice.label.zh),
        _ => en,
    };
    Words { zh, en }
}

/// A grant and a bar of one clause, or of the same facts, of which neither says when the other
/// holds, although both can.
fn contradictions(model: &mut Model<'_>) -> Vec<Finding> {
    let policy = model.policy;
    let mut findings = Vec::new();
    for grant in rows_of(policy, &[Effect::Grant]) {
        for bar in rows_of(policy, &[Effect::Bar]) {
            let (one, other) = (&policy.rows()[grant], &policy.rows()[bar]);
            // What a lower document does to an upper one is asked of `below`.
            if one.document.is_none() || one.document != other.document || !are_rivals(one, other) {
                continue;
            }
            if let Some(found) = model.find(&[model.applies(grant), model.applies(bar)]) {
                let example = example(model, &found);
                findings.push(Finding {
                    code: "P024",
                    row: Some(other.id.clone()),
                    crossing: None,
                    message: Text {
                        zh: format!(
                            "互相矛盾：{} 放行的人，{} 不放行，两条都没写“除非”。例如：{}",
                            one.id, other.id, example.zh
                        ),
                        en: format!(
                            "{} lets through whom {} keeps out, and neither names the other's \
                             case: {}",
                            one.id, other.id, example.en
                        ),
                    },
                });
            }
        }
    }
    findings
}

fn are_rivals(grant: &Row, bar: &Row) -> bool {
    // The last exception of a bar is ours (GATE-15).
    let says_when = !grant.unless.is_empty() || bar.unless.len() > 1;
    let facts = |row: &Row| {
        let mut facts: Vec<u8> = row.all.iter().map(|test| test.reading).collect();
        facts.sort_unstable();
        facts.dedup();
        facts
    };
    let same_clause = grant.source == bar.source && grant.source != "deployment";
    !says_when && (same_clause || facts(grant) == facts(bar))
}

/// Rows that decide in no situation: whatever they say, another row has said.
fn idle_rows(model: &mut Model<'_>) -> Vec<Finding> {
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
        if !model.holds(&wanted) {
            let can_apply = model.holds(&[model.applies(at)]);
            findings.push(Finding {
                code: "P025",
                row: Some(row.id.clone()),
                crossing: None,
                message: idle(&row.id, can_apply),
            });
        }
    }
    findings
}

fn idle(row: &str, can_apply: bool) -> Text {
    match can_apply {
        false => Text {
            zh: format!("{row} 什么时候都用不上。"),
            en: format!("{row} can never apply"),
        },
        true => Text {
            zh: format!("{row} 不起作用：用得上它的时候，都有更严的一条。"),
            en: format!("{row} never matters: graver rows apply wherever it does"),
        },
    }
}
