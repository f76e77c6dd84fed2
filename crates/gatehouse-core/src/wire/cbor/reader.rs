//! Reading: every length is bounded, every other form is refused.

use super::*;

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

    /// A number that fits the wanted type, or nothing.
    ///
    /// # Errors
    /// [`CborError::Value`] where it does not fit.
    pub fn optional_small<T: TryFrom<u64>>(&mut self) -> Read<Option<T>> {
        if self.null()? {
            Ok(None)
        } else {
            self.small().map(Some)
        }
    }

    /// A number or nothing.
    ///
    /// # Errors
    /// As [`Reader::int`].
    pub fn optional_int(&mut self) -> Read<Option<i64>> {
        if self.null()? {
            Ok(None)
        } else {
            self.int().map(Some)
        }
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
        let mut items = Vec::new();
        for _ in 0..count {
            items.push(T::read(self)?);
        }
        Ok(items)
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
