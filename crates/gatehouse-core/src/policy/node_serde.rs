//! Entries of a document as the types that say what may stand in them: serde over [`Node`], with
//! the place of whatever does not fit.

use super::diagnostic::{Diagnostic, both};
use super::node::{Entry, Node, NodeValue};
use crate::gate::compiled::Text;
use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, Expected, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};
use std::fmt::Display;
use std::ops::Range;

const EMPTY_TEXT: &str = "here stands a text that is not empty";
const NO_DATES: &str = "dates and times are written as texts";
const A_WORD: &str = "here stands one word of a closed list";

/// What does not fit, and where.
#[derive(Debug)]
pub(crate) struct NodeError {
    code: &'static str,
    message: Text,
    span: Option<Range<usize>>,
}

impl NodeError {
    fn new(code: &'static str, message: Text) -> NodeError {
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
        f.write_str(&self.message.en)
    }
}

impl std::error::Error for NodeError {}

fn any_of(names: &[&str]) -> String {
    names.join(", ")
}

/// What serde expects, in Chinese; what it calls by the name of a type of ours is a table.
fn expected_zh(expected: &str) -> String {
    let plain = match expected {
        "a boolean" => "true 或 false",
        "a string" => "文字",
        "a sequence" => "列表",
        "a map" => "一个表",
        "u8" => "0 到 255 的整数",
        "u16" => "0 到 65535 的整数",
        "u32" | "u64" | "usize" => "0 以上的整数",
        "i16" | "i32" | "i64" => "整数",
        "f32" | "f64" => "数",
        "an array of length 2" => "两个值的列表",
        "variant identifier" => "规定的词",
        "sixteen bytes or their hex digits" => "32 位十六进制数",
        _ => "",
    };
    match plain {
        "" if expected.starts_with("struct ") => "这里要写一个表。".to_owned(),
        "" if expected.starts_with("enum ") => "这里要写规定的词。".to_owned(),
        "" => "这里的写法不对。".to_owned(),
        plain => format!("这里要写{plain}。"),
    }
}

impl Error for NodeError {
    fn custom<T: Display>(message: T) -> NodeError {
        let en = message.to_string();
        let zh = match en.as_str() {
            EMPTY_TEXT => "这里要写文字，不能空着。",
            NO_DATES => "日期和时间要写成文字，加引号。",
            A_WORD => "这里要写规定的词。",
            _ => "这里的值不对。",
        };
        NodeError::new("P005", both(zh, en))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> NodeError {
        let keys = any_of(expected);
        NodeError::new(
            "P003",
            both(
                format!("这里没有 `{field}` 这个键，可以写：{keys}。"),
                format!("there is no key `{field}` here; the keys are: {keys}"),
            ),
        )
    }

    fn missing_field(field: &'static str) -> NodeError {
        let message = both(
            format!("缺少 `{field}`，要写上。"),
            format!("`{field}` must be set"),
        );
        NodeError::new("P004", message)
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> NodeError {
        let names = any_of(expected);
        let message = both(
            format!("没有 `{variant}`，只能是：{names}。"),
            format!("`{variant}` is none of: {names}"),
        );
        NodeError::new("P005", message)
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> NodeError {
        let expected = expected.to_string();
        let message = both(expected_zh(&expected), format!("here stands {expected}"));
        NodeError::new("P005", message)
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> NodeError {
        NodeError::invalid_type(found, expected)
    }

    fn invalid_length(_: usize, expected: &dyn Expected) -> NodeError {
        NodeError::invalid_type(Unexpected::Seq, expected)
    }

    fn duplicate_field(field: &'static str) -> NodeError {
        let message = both(
            format!("`{field}` 写了两次。"),
            format!("`{field}` stands twice"),
        );
        NodeError::new("P005", message)
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
            NodeValue::Text(text) if text.trim().is_empty() => Err(NodeError::custom(EMPTY_TEXT)),
            NodeValue::Text(text) => visitor.visit_str(text),
            NodeValue::Integer(integer) => visitor.visit_i64(*integer),
            NodeValue::Real(real) => visitor.visit_f64(*real),
            NodeValue::Flag(flag) => visitor.visit_bool(*flag),
            NodeValue::List(list) => visitor.visit_seq(Items(list.iter())),
            NodeValue::Table(entries) => visitor.visit_map(Fields(entries.iter(), None)),
            NodeValue::Other => Err(NodeError::custom(NO_DATES)),
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
            return Err(NodeError::custom(A_WORD));
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
