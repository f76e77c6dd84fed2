//! Entries of a document as the types that say what may stand in them: serde over [`Node`], with
//! the place of whatever does not fit.

use super::diagnostic::Diagnostic;
use super::node::{Entry, Node, NodeValue};
use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, Expected, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};
use std::fmt::Display;
use std::ops::Range;

/// What does not fit, and where.
#[derive(Debug)]
pub(crate) struct NodeError {
    code: &'static str,
    message: String,
    span: Option<Range<usize>>,
}

impl NodeError {
    fn new(code: &'static str, message: String) -> NodeError {
        let span = None;
        NodeError {
            code,
            message,
            span,
        }
    }

    /// The innermost place wins.
    fn at(mut self, span: &Range<usize>) -> NodeError {
        self.span.get_or_insert_with(|| span.clone());
        self
    }
}

impl Display for NodeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for NodeError {}

fn any_of(names: &[&str]) -> String {
    names.join(", ")
}

impl Error for NodeError {
    fn custom<T: Display>(message: T) -> NodeError {
        NodeError::new("P005", message.to_string())
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> NodeError {
        let keys = any_of(expected);
        NodeError::new(
            "P003",
            format!("there is no key `{field}` here; the keys are: {keys}"),
        )
    }

    fn missing_field(field: &'static str) -> NodeError {
        NodeError::new("P004", format!("`{field}` must be set"))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> NodeError {
        let names = any_of(expected);
        NodeError::new("P005", format!("`{variant}` is none of: {names}"))
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> NodeError {
        NodeError::new("P005", format!("here stands {expected}"))
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> NodeError {
        NodeError::new("P005", format!("here stands {expected}"))
    }
}

/// Reads a node as what the type says.
pub(crate) fn read_as<T: serde::de::DeserializeOwned>(node: &Node) -> Result<T, Diagnostic> {
    T::deserialize(node).map_err(|error| {
        let span = error.span.unwrap_or_else(|| node.span.clone());
        Diagnostic::new(error.code, span, error.message)
    })
}

impl<'de> Deserializer<'de> for &'de Node {
    type Error = NodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NodeError> {
        let read = match &self.value {
            NodeValue::Text(text) if text.trim().is_empty() => {
                Err(NodeError::custom("here stands a text that is not empty"))
            }
            NodeValue::Text(text) => visitor.visit_str(text),
            NodeValue::Integer(integer) => visitor.visit_i64(*integer),
            NodeValue::Real(real) => visitor.visit_f64(*real),
            NodeValue::Flag(flag) => visitor.visit_bool(*flag),
            NodeValue::List(list) => visitor.visit_seq(Items(list.iter())),
            NodeValue::Table(entries) => visitor.visit_map(Fields(entries.iter(), None)),
            NodeValue::Other => Err(NodeError::custom("dates and times are written as texts")),
        };
        read.map_err(|error| error.at(&self.span))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, NodeError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, NodeError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, NodeError> {
        visitor
            .visit_enum(Choice(self))
            .map_err(|error| error.at(&self.span))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

struct Items<'de>(std::slice::Iter<'de, Node>);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = NodeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, NodeError> {
        self.0.next().map(|node| seed.deserialize(node)).transpose()
    }
}

struct Fields<'de>(std::slice::Iter<'de, Entry>, Option<&'de Node>);

impl<'de> MapAccess<'de> for Fields<'de> {
    type Error = NodeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, NodeError> {
        let Some(entry) = self.0.next() else {
            return Ok(None);
        };
        self.1 = Some(&entry.node);
        let name = StrDeserializer::<NodeError>::new(&entry.key);
        let key = seed.deserialize(name);
        key.map(Some).map_err(|error| error.at(&entry.key_span))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, NodeError> {
        match self.1.take() {
            Some(node) => seed.deserialize(node),
            None => Err(NodeError::custom("a key without a value")),
        }
    }
}

/// A word out of a closed list.
struct Choice<'de>(&'de Node);

impl<'de> EnumAccess<'de> for Choice<'de> {
    type Error = NodeError;
    type Variant = Word;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Word), NodeError> {
        let Some(text) = self.0.as_text() else {
            return Err(NodeError::custom("here stands one word of a closed list"));
        };
        let name = StrDeserializer::<NodeError>::new(text);
        Ok((seed.deserialize(name)?, Word))
    }
}

/// Words carry nothing.
struct Word;

impl<'de> VariantAccess<'de> for Word {
    type Error = NodeError;

    fn unit_variant(self) -> Result<(), NodeError> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Result<T::Value, NodeError> {
        Err(NodeError::custom("a word carries nothing"))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, NodeError> {
        Err(NodeError::custom("a word carries nothing"))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, NodeError> {
        Err(NodeError::custom("a word carries nothing"))
    }
}
