//! The parts of a document as they stand in its text: what is shown, compared and edited is each
//! key that was written, so that none can be forgotten.

use crate::policy::node::{Node, NodeValue};

/// A table or entry beyond the gate, as it is written.
#[derive(Clone, Debug)]
pub struct Written {
    /// Its table, `returnee`.
    pub table: &'static str,
    /// Its id; empty for a table that is there once.
    pub id: String,
    /// The clauses that it names; empty where it names none of its own.
    pub source: String,
    /// Written, and without any effect.
    pub is_off: bool,
    pub(super) node: Node,
}

impl Written {
    pub(super) fn new(table: &'static str, node: &Node) -> Written {
        let text = |key| node.field(key).and_then(Node::as_text).unwrap_or_default();
        Written {
            table,
            id: text("id").to_owned(),
            source: text("source").to_owned(),
            is_off: is_off(node),
            node: node.clone(),
        }
    }
}

/// Whether an entry says `off = true`.
pub(super) fn is_off(node: &Node) -> bool {
    let off = node.field("off").map(|off| &off.value);
    matches!(off, Some(NodeValue::Flag(true)))
}

/// An entry without its `off`, which is no key of its type.
pub(super) fn without_off(node: &Node) -> Node {
    let mut node = node.clone();
    if let NodeValue::Table(fields) = &mut node.value {
        fields.retain(|field| field.key != "off");
    }
    node
}
