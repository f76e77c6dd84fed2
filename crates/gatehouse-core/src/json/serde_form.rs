//! The same values for `serde`: what the server and the tests read and write. The gate app uses
//! none of it, so it is not in there.

use super::{Decimal, Json, Object};
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Number, Value};
use std::fmt;

impl From<&Value> for Json {
    fn from(value: &Value) -> Json {
        match value {
            Value::Null => Json::Null,
            Value::Bool(flag) => Json::Flag(*flag),
            // The shortest text of a number is what was meant by it.
            Value::Number(number) => {
                Json::parse(number.to_string().as_bytes()).unwrap_or(Json::Beyond)
            }
            Value::String(text) => Json::Text(text.clone()),
            Value::Array(list) => Json::List(list.iter().map(Json::from).collect()),
            Value::Object(fields) => Json::Object(fields.into()),
        }
    }
}

impl From<&Map<String, Value>> for Object {
    fn from(fields: &Map<String, Value>) -> Object {
        let owned = |(name, value): (&String, &Value)| (name.clone(), Json::from(value));
        Object(fields.iter().map(owned).collect())
    }
}

impl From<&Json> for Value {
    fn from(json: &Json) -> Value {
        match json {
            Json::Null | Json::Beyond => Value::Null,
            Json::Flag(flag) => Value::Bool(*flag),
            Json::Number(number) => number.into(),
            Json::Text(text) => Value::String(text.clone()),
            Json::List(list) => list.iter().map(Value::from).collect(),
            Json::Object(object) => object.into(),
        }
    }
}

impl From<&Decimal> for Value {
    fn from(number: &Decimal) -> Value {
        match number.decimals {
            0 => number.digits.into(),
            decimals => {
                let real = number.digits as f64 / 10_f64.powi(i32::from(decimals));
                Number::from_f64(real).map_or(Value::Null, Value::Number)
            }
        }
    }
}

impl From<&Object> for Value {
    fn from(object: &Object) -> Value {
        let fields = object.iter();
        Value::Object(
            fields
                .map(|(name, value)| (name.to_owned(), value.into()))
                .collect(),
        )
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Value::from(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Json, D::Error> {
        Ok((&Value::deserialize(deserializer)?).into())
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Value::from(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Object, D::Error> {
        deserializer.deserialize_map(Once)
    }
}

/// Takes an object in which no key stands twice: of two values one would be lost in silence.
struct Once;

impl<'de> Visitor<'de> for Once {
    type Value = Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Object, A::Error> {
        let mut map = Map::new();
        while let Some((key, value)) = entries.next_entry::<String, Value>()? {
            if map.insert(key, value).is_some() {
                return Err(A::Error::custom("a key stands twice"));
            }
        }
        Ok((&map).into())
    }
}
