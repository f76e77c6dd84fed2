//! 规则文件: a notice as typed data, with where each entry stands in its source.

use super::condition::Condition;
use super::part::Parts;
use crate::gate::compiled::{Effect, Text};
use crate::gate::duty::Duty;
use crate::measure::Scale;
use crate::moment::{CivilDay, Moment};
use std::collections::BTreeMap;
use std::ops::Range;

pub use crate::sourced::{LOCAL_CHOICE, Sourced};

/// A policy document.
#[derive(Clone, Debug)]
pub struct PolicyDocument {
    /// Short code that starts every row id, `HN`.
    pub id: String,
    /// Grows with each version; a version that was in force is never edited.
    pub version: u32,
    /// Short title.
    pub title: Text,
    /// The notice that it runs, as it is named in lists.
    pub notice: String,
    /// When it holds.
    pub force: Force,
    /// On what the restrictions in it rest (SCOPE-1).
    pub basis: Basis,
    /// Named values.
    pub parameters: BTreeMap<String, Parameter>,
    /// The gate table; a document without it has no say at the gate.
    pub rows: Vec<DocumentRow>,
    /// Rows that are switched off (`off = true`): written, and without any effect. What they would
    /// do is shown, so that an official sees what the notice offers.
    pub off: Vec<DocumentRow>,
    /// What it says beyond the gate.
    pub parts: Parts,
    /// Clauses that no row carries, with the reason (SCOPE-7).
    pub outside: Vec<Outside>,
}

/// From when to when a document holds.
#[derive(Clone, Debug)]
pub struct Force {
    /// First instant.
    pub from: Sourced<Moment>,
    /// First instant after it. There is always an end (SCOPE-1).
    pub ends: Sourced<Moment>,
    /// Day on which it is looked at again.
    pub review: Sourced<CivilDay>,
}

/// What makes restrictions lawful.
#[derive(Clone, Debug)]
pub struct Basis {
    /// Health ground, from the closed list of orders.
    pub health_ground: String,
    /// Law and number.
    pub legal_basis: Text,
    /// Issuing authority.
    pub authority: Text,
    /// Where to object.
    pub appeal: Text,
    /// Clause, or [`LOCAL_CHOICE`].
    pub source: String,
}

/// A named value of a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// As written; scaled where a condition uses it.
    pub value: f64,
    /// Unit as written; `unit_words` says it in a language.
    pub unit: String,
    /// Clause, or [`LOCAL_CHOICE`].
    pub source: String,
}

/// How a document of a lower area may stand to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Below {
    /// It holds as it is.
    Keep,
    /// It may be replaced by rows that are at least as strict everywhere.
    MayTighten,
    /// It may be replaced.
    MayReplace,
}

/// One row as written.
#[derive(Clone, Debug)]
pub struct DocumentRow {
    /// `HN/visitor`.
    pub id: String,
    /// Where the id stands.
    pub span: Range<usize>,
    /// What it does.
    pub effect: Effect,
    /// Clauses that say it, parted by a comma and a blank; rules of ours and [`LOCAL_CHOICE`]
    /// behind them where the notice says only a part.
    pub source: String,
    /// Who, way and when.
    pub all: Vec<Condition>,
    /// Exceptions.
    pub unless: Vec<Vec<Condition>>,
    /// What can still be supplied.
    pub needs: Vec<Condition>,
    /// What is to be done.
    pub duties: Vec<Duty>,
    /// Sentences for the guard.
    pub say: Option<Text>,
    /// Sentences for the poster: what residents and visitors read.
    pub post: Option<Text>,
    /// How documents below may stand to it.
    pub below: Below,
    /// Rows of documents above that it takes out of force.
    pub replaces: Vec<String>,
    /// An official has suspended it: see [`PolicyDocument::suspend`].
    pub is_suspended: bool,
}

/// A clause without a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outside {
    /// `HN 二.5`.
    pub clause: String,
    /// Why no row carries it, and what takes its place.
    pub why: Text,
}

impl PolicyDocument {
    /// Whether it has a say at the gate: rows, or words for rows of a document above. One that has
    /// none is not in force there: without a document everybody crosses.
    pub fn is_for_gate(&self) -> bool {
        !self.rows.is_empty() || !self.parts.wording.is_empty()
    }

    /// Suspends a row, which only ever lets people through: whom it barred it grants, of whom it
    /// wanted something it wants nothing, whom it referred to somebody it leaves to the other
    /// rows. Rows from above that it took the place of stay out of force. Whether there is such a
    /// row.
    pub fn suspend(&mut self, row: &str) -> bool {
        let Some(row) = self.rows.iter_mut().find(|one| one.id == row) else {
            return false;
        };
        row.is_suspended = true;
        row.needs.clear();
        if matches!(row.effect, Effect::Bar | Effect::Grant) {
            row.effect = Effect::Grant;
            row.say = Some(Text {
                zh: "这一条已暂停，放行。".to_owned(),
                en: "This rule is suspended; let through.".to_owned(),
            });
            row.post = row.say.clone();
        }
        true
    }

    /// Whether what it asks goes by a scale: by a row of the gate, or a ladder of measures (RISK-3,
    /// AREA-6).
    pub fn goes_by(&self, scale: Scale) -> bool {
        let conditions = self.rows.iter().flat_map(|row| {
            let exceptions = row.unless.iter().flatten();
            row.all.iter().chain(exceptions).chain(&row.needs)
        });
        let ladder = self.parts.stages.iter().flat_map(|one| &one.ladder);
        conditions.into_iter().any(|one| one.fact == scale.fact())
            || ladder.into_iter().any(|stage| stage.scale() == scale)
    }

    /// Whether the document holds at an instant.
    pub fn in_force_at(&self, moment: Moment) -> bool {
        self.force.from.value.millis <= moment.millis
            && moment.millis < self.force.ends.value.millis
    }
}
