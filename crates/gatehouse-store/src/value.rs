//! Values that cross the border between Rust and either database, and the typed way back.
//!
//! Five kinds only, the same on both: null, 64-bit integer, text, real, bytes. NULLs of
//! PostgreSQL are typed, so [`Value`] itself implements its `ToSql` and writes what the column
//! asks for.

use crate::error::StoreError;
use gatehouse_core::audit::{Hash, WriterId};
use gatehouse_core::id::{
    ApplicationId, AreaId, DeviceId, GateId, HouseholdId, MembershipId, OpenItemId, OrderId,
    OrganisationId, PassId, PersonId, ShiftId, StaffId, VehicleId,
};
use gatehouse_core::moment::CivilDay;
use postgres::types::private::BytesMut;
use postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use std::error::Error;

/// One parameter or one cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// Nothing.
    Null,
    /// Integers, instants (milliseconds UTC), truth values (0, 1).
    Int(i64),
    /// Text, civil days as ISO text.
    Text(&'a str),
    /// Measurements that are no whole number.
    Real(f64),
    /// Ids, hashes, keys, cipher texts, CBOR.
    Bytes(&'a [u8]),
}

/// The parameters of a statement, in the order of `?1`, `?2`, …: anything that is a [`Value`],
/// an `Option` of it included.
#[doc(hidden)]
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::value::Value::from($value)),*] };
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Value::Int(value)
    }
}

impl From<u32> for Value<'_> {
    fn from(value: u32) -> Self {
        Value::Int(i64::from(value))
    }
}

impl From<u8> for Value<'_> {
    fn from(value: u8) -> Self {
        Value::Int(i64::from(value))
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Value::Int(i64::from(value))
    }
}

impl From<f64> for Value<'_> {
    fn from(value: f64) -> Self {
        Value::Real(value)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Value::Text(value)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(value: &'a String) -> Self {
        Value::Text(value)
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(value: &'a [u8]) -> Self {
        Value::Bytes(value)
    }
}

impl<'a> From<&'a Vec<u8>> for Value<'a> {
    fn from(value: &'a Vec<u8>) -> Self {
        Value::Bytes(value)
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(value: &'a [u8; N]) -> Self {
        Value::Bytes(value)
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

/// What a cell can be read as. `None` from [`Column::from_value`] means that the row holds
/// something else: a corrupt row.
pub trait Column: Sized {
    /// Reads the cell, or says by `None` that it is of another kind.
    fn from_value(value: Value<'_>) -> Option<Self>;
}

impl Column for i64 {
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Int(value) => Some(value),
            _ => None,
        }
    }
}

impl Column for u32 {
    fn from_value(value: Value<'_>) -> Option<Self> {
        u32::try_from(i64::from_value(value)?).ok()
    }
}

impl Column for u8 {
    fn from_value(value: Value<'_>) -> Option<Self> {
        u8::try_from(i64::from_value(value)?).ok()
    }
}

impl Column for bool {
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Int(0) => Some(false),
            Value::Int(1) => Some(true),
            _ => None,
        }
    }
}

impl Column for f64 {
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Real(value) => Some(value),
            _ => None,
        }
    }
}

impl Column for String {
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Text(value) => Some(value.to_owned()),
            _ => None,
        }
    }
}

impl Column for Vec<u8> {
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Bytes(value) => Some(value.to_vec()),
            _ => None,
        }
    }
}

impl<const N: usize> Column for [u8; N] {
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Bytes(value) => value.try_into().ok(),
            _ => None,
        }
    }
}

impl<T: Column> Column for Option<T> {
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            other => T::from_value(other).map(Some),
        }
    }
}

impl Column for CivilDay {
    fn from_value(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Text(text) => CivilDay::parse(text),
            _ => None,
        }
    }
}

macro_rules! ids {
    ($($name:ident),* $(,)?) => {$(
        impl<'a> From<&'a $name> for Value<'a> {
            fn from(id: &'a $name) -> Self {
                Value::Bytes(&id.0)
            }
        }

        impl Column for $name {
            fn from_value(value: Value<'_>) -> Option<Self> {
                <[u8; 16]>::from_value(value).map($name)
            }
        }
    )*};
}

ids!(
    ApplicationId,
    AreaId,
    DeviceId,
    GateId,
    HouseholdId,
    MembershipId,
    OpenItemId,
    OrderId,
    OrganisationId,
    PassId,
    PersonId,
    ShiftId,
    StaffId,
    VehicleId,
    WriterId,
);

impl<'a> From<&'a Hash> for Value<'a> {
    fn from(hash: &'a Hash) -> Self {
        Value::Bytes(&hash.0)
    }
}

impl Column for Hash {
    fn from_value(value: Value<'_>) -> Option<Self> {
        <[u8; 32]>::from_value(value).map(Hash)
    }
}

/// A text without its NULs, if it has any. PostgreSQL keeps none, and a filter that somebody
/// typed one into is no fault of ours: both databases get U+FFFD in its place.
fn without_nul(text: &str) -> Option<String> {
    text.contains('\0').then(|| text.replace('\0', "\u{FFFD}"))
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::{ToSqlOutput, ValueRef};
        if let Value::Text(text) = self
            && let Some(text) = without_nul(text)
        {
            return Ok(ToSqlOutput::from(text));
        }
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Int(value) => ValueRef::Integer(*value),
            Value::Text(value) => ValueRef::Text(value.as_bytes()),
            Value::Real(value) => ValueRef::Real(*value),
            Value::Bytes(value) => ValueRef::Blob(value),
        }))
    }
}

impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Value::Null => Ok(IsNull::Yes),
            Value::Int(value) if *ty == Type::INT8 => value.to_sql(ty, out),
            Value::Int(value) if *ty == Type::INT4 => i32::try_from(*value)?.to_sql(ty, out),
            Value::Int(value) if *ty == Type::BOOL => (*value != 0).to_sql(ty, out),
            Value::Text(value) if <&str as ToSql>::accepts(ty) => match without_nul(value) {
                Some(value) => value.to_sql(ty, out),
                None => value.to_sql(ty, out),
            },
            Value::Real(value) if *ty == Type::FLOAT8 => value.to_sql(ty, out),
            Value::Bytes(value) if *ty == Type::BYTEA => value.to_sql(ty, out),
            // The kind, never the value: messages carry no personal data.
            _ => Err(format!("a parameter of another kind than {ty}").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Value<'a> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(match *ty {
            Type::INT8 => Value::Int(i64::from_sql(ty, raw)?),
            Type::INT4 => Value::Int(i64::from(i32::from_sql(ty, raw)?)),
            Type::INT2 => Value::Int(i64::from(i16::from_sql(ty, raw)?)),
            Type::BOOL => Value::Int(i64::from(bool::from_sql(ty, raw)?)),
            Type::FLOAT8 => Value::Real(f64::from_sql(ty, raw)?),
            Type::BYTEA => Value::Bytes(<&[u8]>::from_sql(ty, raw)?),
            _ => Value::Text(<&str>::from_sql(ty, raw)?),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Value::Null)
    }

    fn accepts(ty: &Type) -> bool {
        [Type::INT8, Type::INT4, Type::INT2, Type::BOOL].contains(ty)
            || [Type::FLOAT8, Type::BYTEA].contains(ty)
            || <&str as FromSql<'_>>::accepts(ty)
    }
}

/// One row of an answer, read by column number from 0.
pub struct Row<'a> {
    pub(crate) source: RowSource<'a>,
    pub(crate) statement: &'static str,
}

pub(crate) enum RowSource<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a postgres::Row),
}

impl Row<'_> {
    /// The cell as a `T`; a cell of another kind is [`StoreError::CorruptRow`].
    pub fn get<T: Column>(&self, column: usize) -> Result<T, StoreError> {
        let value = match &self.source {
            RowSource::Sqlite(row) => row.get_ref(column).ok().and_then(sqlite_value),
            RowSource::Postgres(row) => row.try_get::<_, Value<'_>>(column).ok(),
        };
        value
            .and_then(T::from_value)
            .ok_or_else(|| self.corrupt(column))
    }

    /// The error for a cell whose value is of the right kind but means nothing.
    pub fn corrupt(&self, column: usize) -> StoreError {
        StoreError::CorruptRow {
            statement: self.statement,
            column,
        }
    }
}

fn sqlite_value(value: rusqlite::types::ValueRef<'_>) -> Option<Value<'_>> {
    use rusqlite::types::ValueRef;
    Some(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(value) => Value::Int(value),
        ValueRef::Real(value) => Value::Real(value),
        ValueRef::Text(value) => Value::Text(std::str::from_utf8(value).ok()?),
        ValueRef::Blob(value) => Value::Bytes(value),
    })
}
