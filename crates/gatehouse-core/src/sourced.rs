//! Values with the clause that they come from (POL-5).

use serde::{Deserialize, Serialize};

/// Where a value comes from when the notice leaves it open (POL-5): 本地自定.
pub const LOCAL_CHOICE: &str = "deployment";

/// A value and the clause it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Clause, or [`LOCAL_CHOICE`].
    pub source: String,
}

/// How an entry of a lower document may stand to one of an upper document; where nothing is said
/// it holds as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
pub enum MayBelow {
    /// It may be replaced.
    #[serde(rename = "may replace")]
    Replace,
}

/// An entry of a part of a policy document: a line of a table with its clause.
pub trait Entry: std::fmt::Debug {
    /// `P9/risk`.
    fn id(&self) -> &str;
    /// The clause, or [`LOCAL_CHOICE`].
    fn source(&self) -> &str;
    /// How an entry below may stand to it.
    fn below(&self) -> Option<MayBelow>;
    /// Entries of documents above that it takes out of force.
    fn replaces(&self) -> &[String];
}

/// Says that a type with the fields `id`, `source`, `below` and `replaces` is an [`Entry`].
#[macro_export]
macro_rules! entry {
    ($name:ty) => {
        impl $crate::sourced::Entry for $name {
            fn id(&self) -> &str {
                &self.id
            }
            fn source(&self) -> &str {
                &self.source
            }
            fn below(&self) -> Option<$crate::sourced::MayBelow> {
                self.below
            }
            fn replaces(&self) -> &[String] {
                &self.replaces
            }
        }
    };
}
