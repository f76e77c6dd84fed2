//! A strict subset of CBOR (RFC 8949 §4.2.1): definite lengths, shortest heads, no floats, no
//! tags, nothing left over. One value has one encoding, so bytes can be hashed and signed, and a
//! decoder cannot be made to allocate more than it was given.
//!
//! Every list, text and byte string is read with a bound from the caller. Why this is not a
//! library: `docs/adr/0010-signed-bytes.md`.

mod reader;
mod writer;

pub use reader::Reader;
use std::fmt;
pub use writer::Writer;

/// Why bytes were not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CborError {
    /// The bytes end too early.
    Short,
    /// Another kind of item stands here.
    Kind,
    /// Right value, but not in the one permitted encoding.
    NotCanonical,
    /// Longer than the bound for this place.
    TooLong,
    /// The value is outside what this place can hold.
    Value,
    /// Bytes remain after the last item.
    Trailing,
}

impl fmt::Display for CborError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CborError::Short => "ends too early",
            CborError::Kind => "another kind of item was expected",
            CborError::NotCanonical => "not in the permitted encoding",
            CborError::TooLong => "longer than permitted",
            CborError::Value => "a value outside its range",
            CborError::Trailing => "bytes remain after the end",
        })
    }
}

impl std::error::Error for CborError {}

/// Result of reading.
pub type Read<T> = Result<T, CborError>;

/// Something with exactly one encoding.
pub trait Cbor: Sized {
    /// Appends the encoding.
    fn write(&self, to: &mut Writer);
    /// Reads one item.
    ///
    /// # Errors
    /// Whatever is not exactly what [`Cbor::write`] would have written.
    fn read(from: &mut Reader<'_>) -> Read<Self>;

    /// The encoding alone.
    fn to_cbor(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        self.write(&mut writer);
        writer.finish()
    }

    /// Reads a whole encoding.
    ///
    /// # Errors
    /// As [`Cbor::read`]; and [`CborError::Trailing`] where more follows.
    fn from_cbor(bytes: &[u8]) -> Read<Self> {
        let mut reader = Reader::new(bytes);
        let value = Self::read(&mut reader)?;
        reader.finish()?;
        Ok(value)
    }
}

const UNSIGNED: u8 = 0;
const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
const SIMPLE: u8 = 7;
const FALSE: u64 = 20;
const TRUE: u64 = 21;
const NULL: u64 = 22;

macro_rules! ids_as_bytes {
    ($($name:ident),*) => {$(
        impl Cbor for crate::id::$name {
            fn write(&self, to: &mut Writer) {
                to.bytes(&self.0);
            }
            fn read(from: &mut Reader<'_>) -> Read<Self> {
                from.fixed().map(Self)
            }
        }
    )*};
}

ids_as_bytes!(
    PersonId,
    HouseholdId,
    AreaId,
    GateId,
    DeviceId,
    StaffId,
    OrganisationId,
    MembershipId,
    OrderId,
    PassId,
    OpenItemId,
    VehicleId,
    ShiftId
);

/// An enum whose variants have numbers on the wire that never change meaning.
macro_rules! numbered {
    ($name:ty { $($variant:ident = $number:literal),* $(,)? }) => {
        impl $name {
            /// Every variant, in the order of the wire.
            pub const ALL: &'static [$name] = &[$(<$name>::$variant),*];

            /// Number on the wire.
            pub fn number(self) -> u8 {
                match self { $(<$name>::$variant => $number),* }
            }

            /// The variant of this number.
            pub fn numbered(number: u8) -> Option<$name> {
                match number { $($number => Some(<$name>::$variant),)* _ => None }
            }
        }
        impl $crate::wire::cbor::Cbor for $name {
            fn write(&self, to: &mut $crate::wire::cbor::Writer) {
                to.uint(u64::from(self.number()));
            }
            fn read(
                from: &mut $crate::wire::cbor::Reader<'_>,
            ) -> $crate::wire::cbor::Read<Self> {
                <$name>::numbered(from.small()?).ok_or($crate::wire::cbor::CborError::Value)
            }
        }
    };
}
pub(crate) use numbered;

/// Numbers on the wire for an enum that has names of its own elsewhere.
macro_rules! cbor_enum {
    ($name:ty { $($variant:ident = $number:literal),* $(,)? }) => {
        impl $crate::wire::cbor::Cbor for $name {
            fn write(&self, to: &mut $crate::wire::cbor::Writer) {
                let number: u8 = match self { $(<$name>::$variant => $number),* };
                to.uint(u64::from(number));
            }
            fn read(
                from: &mut $crate::wire::cbor::Reader<'_>,
            ) -> $crate::wire::cbor::Read<Self> {
                match from.small::<u8>()? {
                    $($number => Ok(<$name>::$variant),)*
                    _ => Err($crate::wire::cbor::CborError::Value),
                }
            }
        }
    };
}
pub(crate) use cbor_enum;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hex(text: &str) -> Vec<u8> {
        data_encoding::HEXLOWER
            .decode(text.as_bytes())
            .expect("hex digits")
    }

    // Numbers and encodings from RFC 8949, appendix A.
    #[test]
    fn numbers_are_written_as_the_standard_says() {
        for (number, bytes) in [
            (0, "00"),
            (23, "17"),
            (24, "1818"),
            (1000, "1903e8"),
            (1_000_000, "1a000f4240"),
            (1_000_000_000_000, "1b000000e8d4a51000"),
            (-1, "20"),
            (-100, "3863"),
            (-1000, "3903e7"),
            (i64::MIN, "3b7fffffffffffffff"),
        ] {
            let mut writer = Writer::default();
            writer.int(number);
            assert_eq!(writer.finish(), hex(bytes), "{number}");
            assert_eq!(Reader::new(&hex(bytes)).int(), Ok(number));
        }
    }

    #[test]
    fn what_is_not_canonical_is_refused() {
        for (bytes, error) in [
            ("1817", CborError::NotCanonical),
            ("190017", CborError::NotCanonical),
            ("1a0000ffff", CborError::NotCanonical),
            ("1b00000000ffffffff", CborError::NotCanonical),
            ("1f", CborError::NotCanonical),
            ("1c", CborError::NotCanonical),
            ("f97e00", CborError::NotCanonical),
            ("3bffffffffffffffff", CborError::Value),
            ("1bffffffffffffffff", CborError::Value),
            ("19", CborError::Short),
            ("", CborError::Short),
            ("60", CborError::Kind),
        ] {
            assert_eq!(Reader::new(&hex(bytes)).int(), Err(error), "{bytes}");
        }
        assert_eq!(
            Reader::new(&hex("9f00ff")).array(9),
            Err(CborError::NotCanonical)
        );
        assert_eq!(
            Reader::new(&hex("5b7fffffffffffffff")).bytes(9),
            Err(CborError::TooLong)
        );
        assert_eq!(Reader::new(&hex("8900")).array(9), Err(CborError::Short));
        assert_eq!(Reader::new(&hex("61ff")).text(9), Err(CborError::Value));
        assert_eq!(Reader::new(&hex("c000")).uint(), Err(CborError::Kind));
    }

    proptest! {
        #[test]
        fn numbers_and_texts_read_back(number: i64, text: String, bytes: Vec<u8>, flag: bool) {
            let mut writer = Writer::default();
            writer.int(number).text(&text).bytes(&bytes).boolean(flag).null();
            let written = writer.finish();
            let mut reader = Reader::new(&written);
            prop_assert_eq!(reader.int(), Ok(number));
            prop_assert_eq!(reader.text(text.len()), Ok(text.as_str()));
            prop_assert_eq!(reader.bytes(bytes.len()), Ok(&bytes[..]));
            prop_assert_eq!(reader.boolean(), Ok(flag));
            prop_assert_eq!(reader.null(), Ok(true));
            prop_assert_eq!(reader.finish(), Ok(()));
        }

        #[test]
        fn what_is_written_is_what_ciborium_reads(number: i64, text: String) {
            let mut writer = Writer::default();
            writer.array(2).int(number).text(&text);
            let read: (i64, String) = ciborium::from_reader(&writer.finish()[..]).expect("CBOR");
            prop_assert_eq!(read, (number, text));
        }
    }
}
