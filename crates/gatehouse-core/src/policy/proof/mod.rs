//! What no list of cases can show (design §2 "Proof"): that every kind of subject is covered in
//! either direction, that no two rows contradict each other, that every row can matter, that a row
//! which may only be tightened is not loosened, that residents come home and emergencies go
//! through; and where documents above say the opposite. Asked of a SAT solver over all situations
//! in which everything is known; each finding comes with a situation as plain as possible. There is
//! a bound to everything: rows, questions, findings of a code.

mod beside;
mod example;
mod idle;
mod invariants;
mod model;
mod plain;
mod tighten;

use crate::gate::compiled::{Effect, Policy, Row, Test, Text};
use crate::gate::fact::{Fact, Kind, Words, subject_kind};
use crate::gate::subject::SubjectKind;
use crate::policy::diagnostic::both;
use crate::policy::document::PolicyDocument;
use example::example;
use model::Model;
use std::collections::BTreeSet;
use varisat::Lit;

pub use beside::{Opposed, opposed};
pub use model::QUESTIONS_MOST;
pub use tighten::loosened;

/// Something that the rows of a policy do not do, or do twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// `P023` a gap, `P024` a contradiction, `P025` a row that can never matter, `P026` a row that
    /// was to be tightened and is loosened, `P027` not all was proved, `P028` an invariant.
    pub code: &'static str,
    /// The row that it is about, if it is about one.
    pub row: Option<String>,
    /// Of a gap: who, and which way, by their names in documents.
    pub crossing: Option<[&'static str; 2]>,
    /// What, with a situation in words.
    pub message: Text,
}

/// Rows of documents together that are proved; more are not looked at (local choice).
pub const PROVED_ROWS_MOST: usize = 300;

/// Findings of one code that are worked out; that there are more is said.
pub const FINDINGS_MOST: usize = 20;

/// Everything that is found in what these documents make, gaps first.
pub fn prove(policy: &Policy, documents: &[&PolicyDocument]) -> Vec<Finding> {
    let rows = policy.rows().iter();
    if rows.filter(|row| row.document.is_some()).count() > PROVED_ROWS_MOST {
        return vec![too_many_rows()];
    }
    let mut model = Model::of(policy);
    let mut findings = gaps(&mut model);
    findings.extend(contradictions(&mut model));
    findings.extend(idle::rows(&mut model));
    findings.extend(invariants::broken(&mut model, documents));
    if model.is_tired() {
        findings.push(not_all_proved());
    }
    findings
}

fn too_many_rows() -> Finding {
    of_all(both(
        format!(
            "各份规则一共超过 {PROVED_ROWS_MOST} 条，没有查空缺和矛盾。请分成几份，或者合并几条。"
        ),
        format!(
            "more than {PROVED_ROWS_MOST} rows together: gaps and contradictions were not looked \
             for; part the document, or join rows"
        ),
    ))
}

fn not_all_proved() -> Finding {
    of_all(both(
        format!("查到第 {QUESTIONS_MOST} 问为止，没有查完。先改已经列出的问题。"),
        format!(
            "stopped after {QUESTIONS_MOST} questions, before all was proved; mend what is listed \
             first"
        ),
    ))
}

fn of_all(message: Text) -> Finding {
    Finding {
        code: "P027",
        row: None,
        crossing: None,
        message,
    }
}

/// Takes a finding unless there are enough of its code; whether more are wanted.
fn take(findings: &mut Vec<Finding>, finding: Finding) -> bool {
    let code = finding.code;
    let is_full = findings.len() >= FINDINGS_MOST;
    findings.push(match is_full {
        false => finding,
        true => Finding {
            code,
            row: None,
            crossing: None,
            message: both(
                "还有同样的问题，没有全部列出。先改前面的。",
                "there are more of these, not all are listed; mend the ones above first",
            ),
        },
    });
    !is_full
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
                        zh: format!("{}{zh}，没有一条管。例如：{}", who.zh, example.zh),
                        en: format!("no row covers {} {en}, for example: {}", who.en, example.en),
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

/// A grant and a bar of one clause, or of the same facts, that apply together: the exceptions of
/// neither leave the other out.
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
                let finding = Finding {
                    code: "P024",
                    row: Some(other.id.clone()),
                    crossing: None,
                    message: Text {
                        zh: format!(
                            "{} 放行的人，{} 不放行，两条的“除非”都没避开对方。例如：{}",
                            one.id, other.id, example.zh
                        ),
                        en: format!(
                            "{} lets through whom {} keeps out, and neither names the other's \
                             case: {}",
                            one.id, other.id, example.en
                        ),
                    },
                };
                if !take(&mut findings, finding) {
                    return findings;
                }
            }
        }
    }
    findings
}

/// Whether two rows are of one clause, or as specific as one another; that rows overlap otherwise
/// is as it should be. An exception that leaves the other row out keeps the two apart in the model;
/// any other is a condition like those of `when`, by which a row is the more specific.
fn are_rivals(grant: &Row, bar: &Row) -> bool {
    let same_clause = grant.source == bar.source && grant.source != "deployment";
    // The last exception of a bar is ours (GATE-15).
    let (_, own) = bar.unless.split_last().unwrap_or((&Vec::new(), &[]));
    let of =
        |row: &Row, unless: &[Vec<Test>]| readings(row.all.iter().chain(unless.iter().flatten()));
    same_clause || of(grant, &grant.unless) == of(bar, own)
}

/// Whether two rows look at the same facts, exceptions aside.
fn same_facts(one: &Row, other: &Row) -> bool {
    readings(&one.all) == readings(&other.all)
}

fn readings<'a>(tests: impl IntoIterator<Item = &'a Test>) -> BTreeSet<u8> {
    tests.into_iter().map(|test| test.reading).collect()
}
