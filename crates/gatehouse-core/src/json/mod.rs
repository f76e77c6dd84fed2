//! A small JSON value: what requests to the gate app and facts of cases are read into.
//!
//! Numbers are exact decimals, since a temperature is 36.5 and not nearly 36.5. No general JSON
//! library: reading, holding and printing by one weighs a third of the limit on what the gate app
//! may load; tests hold this one to `serde_json`.

mod read;
mod serde_form;
mod write;

pub use write::Writer;

/// Deepest nesting that is read; requests have five levels.
const NEST_MOST: usize = 16;
/// Most keys of one object; the vocabulary has sixty.
const KEYS_MOST: usize = 256;

/// A JSON value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Json {
    /// `null`.
    #[default]
    Null,
    /// `true`, `false`.
    Flag(bool),
    /// An exact decimal.
    Number(Decimal),
    /// A number with more digits than any that is meant; it is nothing that can be read.
    Beyond,
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object.
    Object(Object),
}

/// `digits` × 10^-`decimals`, without zeros at the end of a fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    digits: i64,
    decimals: u8,
}

/// The fields of an object, in the order that they were written; no name stands twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Object(Vec<(String, Json)>);

impl Decimal {
    /// From digits and how many of them stand behind the point.
    pub fn new(digits: i64, decimals: u8) -> Decimal {
        let mut number = Decimal { digits, decimals };
        while number.decimals > 0 && number.digits % 10 == 0 {
            number.digits /= 10;
            number.decimals -= 1;
        }
        number
    }

    /// As an integer of 10^-`decimals` units; `None` where it has more decimals or is too large.
    pub fn scaled(self, decimals: u8) -> Option<i64> {
        let zeros = decimals.checked_sub(self.decimals)?;
        self.digits
            .checked_mul(10_i64.checked_pow(u32::from(zeros))?)
    }
}

impl Json {
    /// An object of these fields.
    pub fn object<const N: usize>(fields: [(&str, Json); N]) -> Json {
        let owned = fields.map(|(name, value)| (name.to_owned(), value));
        Json::Object(Object(owned.into()))
    }

    /// `true` or `false`.
    pub fn as_flag(&self) -> Option<bool> {
        match self {
            Json::Flag(flag) => Some(*flag),
            _ => None,
        }
    }

    /// A whole number.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Json::Number(number) => number.scaled(0),
            _ => None,
        }
    }

    /// A whole number from zero on.
    pub fn as_count(&self) -> Option<u64> {
        self.as_int()?.try_into().ok()
    }

    /// A string.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }

    /// An array.
    pub fn as_list(&self) -> Option<&[Json]> {
        match self {
            Json::List(list) => Some(list),
            _ => None,
        }
    }

    /// An object.
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Json::Object(object) => Some(object),
            _ => None,
        }
    }
}

impl Object {
    /// The value of a field.
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.iter()
            .find(|(held, _)| *held == name)
            .map(|(_, value)| value)
    }

    /// Sets a field, in the place of an earlier value.
    pub fn insert(&mut self, name: &str, value: Json) {
        match self.0.iter_mut().find(|(held, _)| held == name) {
            Some(field) => field.1 = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }

    /// Its fields.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// How many fields it has.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<bool> for Json {
    fn from(flag: bool) -> Json {
        Json::Flag(flag)
    }
}

impl From<i64> for Json {
    fn from(number: i64) -> Json {
        Json::Number(Decimal::new(number, 0))
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Json {
        Json::Text(text.to_owned())
    }
}

#[cfg(test)]
mod tests;
