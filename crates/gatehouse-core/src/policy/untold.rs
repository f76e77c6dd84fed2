//! Rows that ask for what nobody at a gate says: no question to the guard, no register, list or
//! order supplies it yet. They read well and are proved like others, and never apply.

use super::diagnostic::both;
use super::document::PolicyDocument;
use crate::gate::compiled::Text;
use crate::gate::fact::Fact;
use std::ops::Range;

/// The facts in question: the vocabulary has them, and other systems may state them to
/// `gatehouse gate decide`.
const UNTOLD: [Fact; 4] = [
    Fact::Holiday,
    Fact::Goods,
    Fact::Companions,
    Fact::PeopleInside,
];

/// Whether nothing at a gate supplies a fact.
pub fn is_untold(fact: Fact) -> bool {
    UNTOLD.contains(&fact)
}

/// A row that asks for one of them.
pub(super) struct Untold {
    /// The row.
    pub row: String,
    /// Where it asks.
    pub span: Range<usize>,
    /// In words.
    pub message: Text,
}

/// All of them, in the order of the document.
pub(super) fn untold(document: &PolicyDocument) -> Vec<Untold> {
    let of_row = |row: &super::document::DocumentRow| {
        let unless = row.unless.iter().flatten();
        let asked = row.all.iter().chain(unless).chain(&row.needs);
        let found = asked.filter(|condition| is_untold(condition.fact));
        let found = found.map(|condition| Untold {
            row: row.id.clone(),
            span: condition.span.clone(),
            message: message(&row.id, condition.fact),
        });
        found.collect::<Vec<_>>()
    };
    document.rows.iter().flat_map(of_row).collect()
}

fn message(row: &str, fact: Fact) -> Text {
    let label = fact.spec().label;
    both(
        format!(
            "{row} 问“{}”，可是在门口还没有谁告诉手机这件事：到时候按没说处理。",
            label.zh
        ),
        format!(
            "{row} asks for “{}”, but nothing tells a phone at the gate: it is taken as not said",
            label.en
        ),
    )
}
