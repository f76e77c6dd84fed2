//! How a draft answers its cases, at the gate and beyond it: which of them it answers otherwise,
//! and situations that would try what no case tries.

use super::policy_folder::Texts;
use gatehouse_core::gate::Policy;
use gatehouse_core::gate::compiled::Row;
use gatehouse_core::policy::cases::{
    Case, CaseFile, Expect, answer_case, read_case_file, run_case,
};
use gatehouse_core::policy::check::upon;
use gatehouse_core::policy::coverage::untried_of;
use gatehouse_core::policy::part::{Layers, PartCase, answer_part_case, run_part_case};
use gatehouse_core::policy::trial::{Trial, trials};
use gatehouse_core::policy::{PolicyDocument, compile, read};
use std::collections::BTreeMap;

/// Rows for which examples are looked for at one time.
const TRIED_MOST: usize = 10;

/// A case that is answered otherwise than it expects.
#[derive(Clone, Debug)]
pub enum CaseChange {
    /// Of the gate.
    Gate {
        /// The case, with its situation.
        case: Box<Case>,
        /// What is answered now.
        answer: Expect,
    },
    /// Of a part.
    Part {
        /// The case, with its question.
        case: Box<PartCase>,
        /// What it would expect now.
        answer: serde_json::Value,
    },
}

impl CaseChange {
    /// The id of the case.
    pub fn id(&self) -> &str {
        match self {
            CaseChange::Gate { case, .. } => &case.id,
            CaseChange::Part { case, .. } => &case.id,
        }
    }
}

/// A draft that can be read, upon the documents on which it stands.
pub(super) struct Answers {
    /// These documents; the draft is the last.
    layers: Vec<PolicyDocument>,
    /// As it decides at the gate; `None` where it has no say there, or does not go together.
    policy: Option<Policy>,
    cases: CaseFile,
}

impl Answers {
    /// `None` where the document or its cases cannot be read.
    pub fn of(texts: &Texts, above: &[PolicyDocument]) -> Option<Answers> {
        let document = read(&texts.policy).ok()?;
        let mut layers: Vec<PolicyDocument> = upon(&document, above).cloned().collect();
        layers.push(document);
        let at_gate = layers.iter().filter(|one| one.is_for_gate());
        let at_gate: Vec<&PolicyDocument> = at_gate.collect();
        Some(Answers {
            policy: compile(&at_gate).ok().filter(|_| !at_gate.is_empty()),
            cases: read_case_file(&texts.cases).ok()?,
            layers,
        })
    }

    /// The cases that are answered otherwise than they expect.
    pub fn changed(&self) -> Vec<CaseChange> {
        let mut found = self.changed_at_gate();
        found.extend(self.changed_parts());
        found
    }

    fn changed_at_gate(&self) -> Vec<CaseChange> {
        let Some(policy) = &self.policy else {
            return Vec::new();
        };
        let cases = self.cases.gate.iter();
        let changed = cases.filter(|case| run_case(case, policy).is_err());
        let found = changed.map(|case| CaseChange::Gate {
            answer: answer_case(case, policy).1,
            case: Box::new(case.clone()),
        });
        found.collect()
    }

    fn changed_parts(&self) -> Vec<CaseChange> {
        let layers: Vec<&PolicyDocument> = self.layers.iter().collect();
        let Ok(layers) = Layers::new(&layers) else {
            return Vec::new();
        };
        let cases = self.cases.parts.iter();
        let changed = cases.filter(|case| run_part_case(case, &layers).is_err());
        let found = changed.map(|case| CaseChange::Part {
            answer: answer_part_case(case, &layers),
            case: Box::new(case.clone()),
        });
        found.collect()
    }

    /// Situations that would try the rows that no case tries, by row.
    pub fn trials(&self) -> BTreeMap<String, Vec<Trial>> {
        let (Some(policy), Some(document)) = (&self.policy, self.layers.last()) else {
            return BTreeMap::new();
        };
        let cases = &self.cases.gate;
        let own = |row: &Row| document.rows.iter().any(|one| one.id == row.id);
        let from = document.force.from.value;
        let rows = untried_of(cases, policy, own).into_iter();
        let rows = rows.take(TRIED_MOST).map(|untried| {
            let found = trials(&untried, cases, policy, from);
            (untried.row, found)
        });
        rows.filter(|(_, found)| !found.is_empty()).collect()
    }
}
