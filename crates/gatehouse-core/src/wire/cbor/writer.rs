//! Writing: always the shortest head.

use super::*;

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

    /// A number that is not negative, or nothing.
    pub fn optional_uint(&mut self, value: Option<u64>) -> &mut Writer {
        match value {
            Some(value) => self.uint(value),
            None => self.null(),
        }
    }

    /// A number or nothing.
    pub fn optional_int(&mut self, value: Option<i64>) -> &mut Writer {
        match value {
            Some(value) => self.int(value),
            None => self.null(),
        }
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
