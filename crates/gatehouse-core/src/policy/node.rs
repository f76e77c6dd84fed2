//! TOML as a small tree that keeps where everything stands, and a reader that collects every
//! complaint instead of stopping at the first.

use super::diagnostic::{Diagnostic, both};
use crate::gate::compiled::Text;
use crate::gate::fact::Words;
use std::ops::Range;
use toml::de::{DeTable, DeValue};

#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub span: Range<usize>,
    pub value: NodeValue,
}

#[derive(Clone, Debug)]
pub(crate) enum NodeValue {
    Text(String),
    Integer(i64),
    Real(f64),
    Flag(bool),
    List(Vec<Node>),
    Table(Vec<Entry>),
    /// A date or time as TOML writes it; documents write theirs as text.
    Other,
}

#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub key: String,
    pub key_span: Range<usize>,
    pub node: Node,
}

pub(crate) fn parse(source: &str) -> Result<Node, Diagnostic> {
    let table = DeTable::parse(source).map_err(|error| {
        let span = error.span().unwrap_or(0..0);
        let zh = "这里不合 TOML 的写法：看引号、括号、等号和换行，同一个键有没有写两次。";
        let en = format!("this is not TOML: {}", error.message());
        Diagnostic::new("P001", span, both(zh, en))
    })?;
    Ok(Node {
        span: table.span(),
        value: of_table(table.get_ref()),
    })
}

fn of_table(table: &DeTable<'_>) -> NodeValue {
    let mut entries: Vec<Entry> = table
        .iter()
        .map(|(key, value)| Entry {
            key: key.get_ref().to_string(),
            key_span: key.span(),
            node: Node {
                span: value.span(),
                value: of_value(value.get_ref()),
            },
        })
        .collect();
    // As they stand in the text, whatever order the parser keeps.
    entries.sort_by_key(|entry| entry.key_span.start);
    NodeValue::Table(entries)
}

fn of_value(value: &DeValue<'_>) -> NodeValue {
    match value {
        DeValue::String(text) => NodeValue::Text(text.to_string()),
        DeValue::Integer(integer) => {
            let digits = integer.as_str().replace('_', "");
            i64::from_str_radix(&digits, integer.radix())
                .map_or(NodeValue::Other, NodeValue::Integer)
        }
        DeValue::Float(float) => {
            let digits = float.as_str().replace('_', "");
            digits.parse().map_or(NodeValue::Other, NodeValue::Real)
        }
        DeValue::Boolean(flag) => NodeValue::Flag(*flag),
        DeValue::Datetime(_) => NodeValue::Other,
        DeValue::Array(list) => NodeValue::List(
            list.iter()
                .map(|item| Node {
                    span: item.span(),
                    value: of_value(item.get_ref()),
                })
                .collect(),
        ),
        DeValue::Table(table) => of_table(table),
    }
}

impl Node {
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            NodeValue::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The field of a table.
    pub fn field(&self, key: &str) -> Option<&Node> {
        match &self.value {
            NodeValue::Table(fields) => fields.iter().find(|field| field.key == key),
            _ => None,
        }
        .map(|field| &field.node)
    }

    pub fn as_integer(&self) -> Option<i64> {
        match self.value {
            NodeValue::Integer(integer) => Some(integer),
            _ => None,
        }
    }

    /// A table as JSON, for facts in cases; `None` for dates and numbers that JSON has not.
    pub fn to_json(&self) -> Option<serde_json::Value> {
        Some(match &self.value {
            NodeValue::Text(text) => text.as_str().into(),
            NodeValue::Integer(integer) => (*integer).into(),
            NodeValue::Real(real) => serde_json::Number::from_f64(*real)?.into(),
            NodeValue::Flag(flag) => (*flag).into(),
            NodeValue::List(list) => list
                .iter()
                .map(Node::to_json)
                .collect::<Option<Vec<_>>>()?
                .into(),
            NodeValue::Table(entries) => {
                let pairs = entries
                    .iter()
                    .map(|e| Some((e.key.clone(), e.node.to_json()?)));
                serde_json::Value::Object(pairs.collect::<Option<_>>()?)
            }
            NodeValue::Other => return None,
        })
    }
}

/// One table being read: fields are taken by name, what is left over is complained about.
pub(crate) struct TableReader<'a> {
    what: Words,
    span: Range<usize>,
    left: Vec<&'a Entry>,
    pub complaints: &'a mut Vec<Diagnostic>,
}

impl<'a> TableReader<'a> {
    /// `None`, with a complaint, where the node is no table.
    pub fn new(
        node: &'a Node,
        what: Words,
        complaints: &'a mut Vec<Diagnostic>,
    ) -> Option<TableReader<'a>> {
        let NodeValue::Table(entries) = &node.value else {
            complaints.push(Diagnostic::new(
                "P002",
                node.span.clone(),
                both(
                    format!("{}要写成一个表。", what.zh),
                    format!("{} must be a table", what.en),
                ),
            ));
            return None;
        };
        Some(TableReader {
            what,
            span: node.span.clone(),
            left: entries.iter().collect(),
            complaints,
        })
    }

    pub fn complain(&mut self, code: &'static str, span: Range<usize>, message: impl Into<Text>) {
        self.complaints.push(Diagnostic::new(code, span, message));
    }

    pub fn optional(&mut self, key: &str) -> Option<&'a Node> {
        let at = self.left.iter().position(|entry| entry.key == key)?;
        Some(&self.left.remove(at).node)
    }

    pub fn required(&mut self, key: &'static str) -> Option<&'a Node> {
        let found = self.optional(key);
        if found.is_none() {
            let message = both(
                format!("{}缺少 `{key}`，要写上。", self.what.zh),
                format!("{} has no `{key}`; it must be set", self.what.en),
            );
            self.complain("P004", self.span.clone(), message);
        }
        found
    }

    pub fn text(&mut self, key: &'static str) -> Option<(String, Range<usize>)> {
        let node = self.required(key)?;
        let text = node.as_text().map(str::to_owned);
        if text.as_ref().is_none_or(|text| text.trim().is_empty()) {
            let message = both(
                format!("`{key}` 要写文字，不能空着。"),
                format!("`{key}` must be a text that is not empty"),
            );
            self.complain("P005", node.span.clone(), message);
            return None;
        }
        Some((text?, node.span.clone()))
    }

    /// Complains that something is not written as a list of tables.
    pub fn complain_about_tables(&mut self, key: &str, span: Range<usize>) {
        let (zh, en) = (format!("要写成 [[{key}]]。"), format!("write [[{key}]]"));
        self.complain("P002", span, both(zh, en));
    }

    /// Complains about every key that nobody took.
    pub fn finish(self) {
        for entry in self.left {
            self.complaints.push(Diagnostic::new(
                "P003",
                entry.key_span.clone(),
                both(
                    format!("{}没有 `{}` 这个键。", self.what.zh, entry.key),
                    format!("{} has no key `{}`", self.what.en, entry.key),
                ),
            ));
        }
    }
}
