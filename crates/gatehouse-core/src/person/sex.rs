//! Sex as identity documents state it; needed to tell a bearer from a pass at a glance.

use serde::{Deserialize, Serialize};

/// What a document or a person says; never guessed from a name or a look.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// 女
    Female,
    /// 男
    Male,
    /// Not said, or neither.
    #[default]
    Unknown,
}

impl Sex {
    /// Reads what registers write: 男, 女, male, f, M, 1 and 2 of GB/T 2261.1. Blank is unknown;
    /// anything else is `None`.
    pub fn parse(text: &str) -> Option<Sex> {
        match crate::text::fold_for_lookup(text).as_str() {
            "女" | "女性" | "f" | "female" | "2" => Some(Sex::Female),
            "男" | "男性" | "m" | "male" | "1" => Some(Sex::Male),
            "" | "未知" | "不详" | "未说明" | "unknown" | "0" | "9" => Some(Sex::Unknown),
            _ => None,
        }
    }

    /// The name in databases and wire formats.
    pub const fn code(self) -> &'static str {
        match self {
            Sex::Female => "female",
            Sex::Male => "male",
            Sex::Unknown => "unknown",
        }
    }

    /// 女, 男, or nothing.
    pub const fn label_zh(self) -> &'static str {
        match self {
            Sex::Female => "女",
            Sex::Male => "男",
            Sex::Unknown => "",
        }
    }

    /// female, male, or nothing.
    pub const fn label_en(self) -> &'static str {
        match self {
            Sex::Female => "female",
            Sex::Male => "male",
            Sex::Unknown => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Sex;

    #[test]
    fn registers_are_read() {
        let table = [
            ("女", Some(Sex::Female)),
            (" 男 ", Some(Sex::Male)),
            ("Female", Some(Sex::Female)),
            ("Ｍ", Some(Sex::Male)),
            ("", Some(Sex::Unknown)),
            ("ERROR", None),
        ];
        for (text, expected) in table {
            assert_eq!(Sex::parse(text), expected, "{text:?}");
        }
    }
}
