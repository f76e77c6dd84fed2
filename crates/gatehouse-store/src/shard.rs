//! The number of a county: first part of every sharded key.

use crate::value::{Column, Value};

/// A small number given to a county once and never changed. Codes and names of the county may
/// change; its rows never move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shard(pub u32);

impl From<Shard> for Value<'_> {
    fn from(shard: Shard) -> Self {
        Value::Int(i64::from(shard.0))
    }
}

impl Column for Shard {
    fn from_value(value: Value<'_>) -> Option<Self> {
        u32::from_value(value).map(Shard)
    }
}
