//! A strict subset of CBOR (RFC 8949 §4.2.1): definite lengths, shortest heads, no floats, no
//! tags, nothing left over. One value has one encoding, so bytes can be hashed and signed, and a
//! decoder cannot be made to allocate more than it was given.
//!
//! Every list, text and byte string is read with a bound from the caller. General CBOR (compiled
//! policies) goes through `ciborium`; see `docs/adr/` on why signed bytes do not.

use std::fmt;

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

/// Builds an encoding.
#[derive(Clone, Debug, Default)]
pub struct Writer {
    out: Vec<u8>,
}

impl Writer {
    /// What was written.
    pub fn finish(self) -> Vec<u8> {
        self.out
    }

    fn head(&mut self, major: u8, value: u64) -> &mut Writer {
        let major = major << 5;
        match value {
            0..=23 => self.out.push(major | value as u8),
            24..=0xff => self.out.extend([major | 24, value as u8]),
            0x100..=0xffff => {
                self.out.push(major | 25);
                self.out.extend((value as u16).to_be_bytes());
            }
            0x1_0000..=0xffff_ffff => {
                self.out.push(major | 26);
                self.out.extend((value as u32).to_be_bytes());
            }
            _ => {
                self.out.push(major | 27);
                self.out.extend(value.to_be_bytes());
            }
        }
        self
    }

    /// A number that is not negative.
    pub fn uint(&mut self, value: u64) -> &mut Writer {
        self.head(UNSIGNED, value)
    }

    /// A number.
    pub fn int(&mut self, value: i64) -> &mut Writer {
        match u64::try_from(value) {
            Ok(value) => self.head(UNSIGNED, value),
            Err(_) => self.head(NEGATIVE, value.unsigned_abs() - 1),
        }
    }

    /// A byte string.
    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Writer {
        self.head(BYTES, bytes.len() as u64);
        self.out.extend_from_slice(bytes);
        self
    }

    /// A text.
    pub fn text(&mut self, text: &str) -> &mut Writer {
        self.head(TEXT, text.len() as u64);
        self.out.extend_from_slice(text.as_bytes());
        self
    }

    /// The head of a list; its items follow.
    pub fn array(&mut self, items: usize) -> &mut Writer {
        self.head(ARRAY, items as u64)
    }

    /// The head of a map; its keys, ascending, and values follow.
    pub fn map(&mut self, entries: usize) -> &mut Writer {
        self.head(MAP, entries as u64)
    }

    /// Yes or no.
    pub fn boolean(&mut self, value: bool) -> &mut Writer {
        self.head(SIMPLE, if value { TRUE } else { FALSE })
    }

    /// Nothing.
    pub fn null(&mut self) -> &mut Writer {
        self.head(SIMPLE, NULL)
    }

    /// An item or nothing.
    pub fn option<T: Cbor>(&mut self, value: Option<&T>) -> &mut Writer {
        match value {
            Some(value) => value.write(self),
            None => {
                self.null();
            }
        }
        self
    }

    /// A list of items.
    pub fn list<T: Cbor>(&mut self, items: &[T]) -> &mut Writer {
        self.array(items.len());
        for item in items {
            item.write(self);
        }
        self
    }

    /// One item.
    pub fn item<T: Cbor>(&mut self, item: &T) -> &mut Writer {
        item.write(self);
        self
    }
}

/// Reads an encoding from front to back.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Over these bytes.
    pub fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { rest: bytes }
    }

    fn take(&mut self, count: usize) -> Read<&'a [u8]> {
        let (head, rest) = self.rest.split_at_checked(count).ok_or(CborError::Short)?;
        self.rest = rest;
        Ok(head)
    }

    fn head(&mut self) -> Read<(u8, u64)> {
        let first = self.take(1)?[0];
        let (major, short) = (first >> 5, first & 31);
        let extra = match short {
            0..=23 => return Ok((major, u64::from(short))),
            24..=27 => 1 << (short - 24),
            // 31 is an indefinite length, 28 to 30 are reserved.
            _ => return Err(CborError::NotCanonical),
        };
        let value = self
            .take(extra)?
            .iter()
            .fold(0, |value, byte| value << 8 | u64::from(*byte));
        let least = match extra {
            1 => 24,
            2 => 0x100,
            4 => 0x1_0000,
            _ => 0x1_0000_0000,
        };
        // Two-byte simple values and floats share major 7; none of them is ours.
        if value < least || major == SIMPLE {
            return Err(CborError::NotCanonical);
        }
        Ok((major, value))
    }

    fn expect(&mut self, wanted: u8) -> Read<u64> {
        let before = self.rest;
        let (major, value) = self.head()?;
        if major == wanted {
            return Ok(value);
        }
        self.rest = before;
        Err(CborError::Kind)
    }

    fn length(&mut self, major: u8, most: usize) -> Read<usize> {
        let length = usize::try_from(self.expect(major)?).map_err(|_| CborError::TooLong)?;
        if length > most {
            return Err(CborError::TooLong);
        }
        // Each item takes a byte at least, so a claimed count never outgrows what is there.
        if length > self.rest.len() {
            return Err(CborError::Short);
        }
        Ok(length)
    }

    /// A number that is not negative.
    ///
    /// # Errors
    /// Where something else stands here.
    pub fn uint(&mut self) -> Read<u64> {
        self.expect(UNSIGNED)
    }

    /// A number that fits the wanted type.
    ///
    /// # Errors
    /// [`CborError::Value`] where it does not fit.
    pub fn small<T: TryFrom<u64>>(&mut self) -> Read<T> {
        T::try_from(self.uint()?).map_err(|_| CborError::Value)
    }

    /// A number.
    ///
    /// # Errors
    /// [`CborError::Value`] where it does not fit 64 bits with sign.
    pub fn int(&mut self) -> Read<i64> {
        let before = self.rest;
        match self.head()? {
            (UNSIGNED, value) => i64::try_from(value).map_err(|_| CborError::Value),
            (NEGATIVE, value) => i64::try_from(value)
                .map(|value| -1 - value)
                .map_err(|_| CborError::Value),
            _ => {
                self.rest = before;
                Err(CborError::Kind)
            }
        }
    }

    /// A byte string of at most so many bytes.
    ///
    /// # Errors
    /// [`CborError::TooLong`] beyond the bound.
    pub fn bytes(&mut self, most: usize) -> Read<&'a [u8]> {
        let length = self.length(BYTES, most)?;
        self.take(length)
    }

    /// A byte string of exactly so many bytes.
    ///
    /// # Errors
    /// [`CborError::Value`] for any other length.
    pub fn fixed<const N: usize>(&mut self) -> Read<[u8; N]> {
        self.bytes(N)?.try_into().map_err(|_| CborError::Value)
    }

    /// A text of at most so many bytes.
    ///
    /// # Errors
    /// [`CborError::TooLong`] beyond the bound, [`CborError::Value`] where it is no UTF-8.
    pub fn text(&mut self, most: usize) -> Read<&'a str> {
        let length = self.length(TEXT, most)?;
        std::str::from_utf8(self.take(length)?).map_err(|_| CborError::Value)
    }

    /// The head of a list of at most so many items.
    ///
    /// # Errors
    /// [`CborError::TooLong`] beyond the bound.
    pub fn array(&mut self, most: usize) -> Read<usize> {
        self.length(ARRAY, most)
    }

    /// The head of a list of exactly so many items.
    ///
    /// # Errors
    /// [`CborError::Value`] for fewer, [`CborError::TooLong`] for more.
    pub fn array_of(&mut self, items: usize) -> Read<()> {
        if self.array(items)? == items {
            Ok(())
        } else {
            Err(CborError::Value)
        }
    }

    /// The head of a map of at most so many entries.
    ///
    /// # Errors
    /// [`CborError::TooLong`] beyond the bound.
    pub fn map(&mut self, most: usize) -> Read<usize> {
        self.length(MAP, most)
    }

    /// Yes or no.
    ///
    /// # Errors
    /// Where something else stands here.
    pub fn boolean(&mut self) -> Read<bool> {
        match self.expect(SIMPLE)? {
            FALSE => Ok(false),
            TRUE => Ok(true),
            _ => Err(CborError::Kind),
        }
    }

    /// Whether nothing stands here; takes it if so.
    ///
    /// # Errors
    /// Where the bytes end.
    pub fn null(&mut self) -> Read<bool> {
        const NULL_BYTE: u8 = SIMPLE << 5 | NULL as u8;
        let null = *self.rest.first().ok_or(CborError::Short)? == NULL_BYTE;
        if null {
            self.rest = &self.rest[1..];
        }
        Ok(null)
    }

    /// The kind of item that stands here, as the major type of RFC 8949 §3.1.
    ///
    /// # Errors
    /// Where the bytes end.
    pub fn peek(&self) -> Read<u8> {
        self.rest
            .first()
            .map(|first| first >> 5)
            .ok_or(CborError::Short)
    }

    /// An item or nothing.
    ///
    /// # Errors
    /// Those of the item.
    pub fn option<T: Cbor>(&mut self) -> Read<Option<T>> {
        if self.null()? {
            Ok(None)
        } else {
            T::read(self).map(Some)
        }
    }

    /// A list of at most so many items.
    ///
    /// # Errors
    /// Those of the items, and [`CborError::TooLong`] beyond the bound.
    pub fn list<T: Cbor>(&mut self, most: usize) -> Read<Vec<T>> {
        let count = self.array(most)?;
        (0..count).map(|_| T::read(self)).collect()
    }

    /// One item.
    ///
    /// # Errors
    /// Those of the item.
    pub fn item<T: Cbor>(&mut self) -> Read<T> {
        T::read(self)
    }

    /// Ends reading.
    ///
    /// # Errors
    /// [`CborError::Trailing`] where bytes remain.
    pub fn finish(self) -> Read<()> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(CborError::Trailing)
        }
    }
}

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
