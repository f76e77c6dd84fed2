//! Bytes as text: hexadecimal, base32, base64 (RFC 4648). Strict: one text for one byte string,
//! so unused bits are zero and padding is exact.
//!
//! Not a library: `data-encoding` unrolls every alphabet and costs 44 kB of the gate app's WASM.

/// An alphabet of 2^`bits` digits.
#[derive(Clone, Copy, Debug)]
pub struct Alphabet {
    digits: &'static [u8],
    bits: u32,
    /// Digits in a full group, filled with `=`; 1 for none.
    group: usize,
}

/// Lower-case hexadecimal.
pub const HEX: Alphabet = Alphabet {
    digits: b"0123456789abcdef",
    bits: 4,
    group: 1,
};

/// Base32 without padding, upper case.
pub const BASE32: Alphabet = Alphabet {
    digits: b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
    bits: 5,
    group: 1,
};

/// Base64 with padding.
pub const BASE64: Alphabet = Alphabet {
    digits: b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    bits: 6,
    group: 4,
};

const NO_DIGIT: u8 = 0xff;

impl Alphabet {
    /// The text of bytes.
    pub fn encode(&self, bytes: &[u8]) -> String {
        let mut text = String::with_capacity((bytes.len() * 8).div_ceil(self.bits as usize) + 3);
        let (mut held, mut count) = (0_u32, 0);
        let mut push = |digit: u32| text.push(char::from(self.digits[digit as usize]));
        let mask = (1 << self.bits) - 1;
        for byte in bytes {
            held = held << 8 | u32::from(*byte);
            count += 8;
            while count >= self.bits {
                count -= self.bits;
                push(held >> count & mask);
            }
            held &= (1 << count) - 1;
        }
        if count > 0 {
            push(held << (self.bits - count) & mask);
        }
        while !text.len().is_multiple_of(self.group) {
            text.push('=');
        }
        text
    }

    /// The bytes of a text; `None` where it is not exactly what [`Alphabet::encode`] writes.
    pub fn decode(&self, text: &[u8]) -> Option<Vec<u8>> {
        let mut values = [NO_DIGIT; 256];
        for (value, digit) in self.digits.iter().enumerate() {
            values[usize::from(*digit)] = value as u8;
        }
        let mut bare = text;
        if self.group > 1 {
            let padding = text
                .iter()
                .rev()
                .take_while(|digit| **digit == b'=')
                .count();
            if !text.len().is_multiple_of(self.group) || padding >= self.group {
                return None;
            }
            bare = &text[..text.len() - padding];
        }
        let mut bytes = Vec::with_capacity(bare.len() * self.bits as usize / 8);
        let (mut held, mut count) = (0_u32, 0);
        for digit in bare {
            let value = values[usize::from(*digit)];
            if value == NO_DIGIT {
                return None;
            }
            held = held << self.bits | u32::from(value);
            count += self.bits;
            if count >= 8 {
                count -= 8;
                bytes.push((held >> count) as u8);
                held &= (1 << count) - 1;
            }
        }
        // A whole digit too many, or bits that no byte has.
        if count >= self.bits || held != 0 {
            return None;
        }
        let padded = (text.len() - bare.len()) * self.bits as usize;
        (self.group == 1 || padded < 8 * self.group).then_some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::{BASE32_NOPAD, BASE64 as OTHER_BASE64, HEXLOWER};
    use proptest::prelude::*;

    fn pairs() -> [(Alphabet, data_encoding::Encoding); 3] {
        [
            (HEX, HEXLOWER),
            (BASE32, BASE32_NOPAD),
            (BASE64, OTHER_BASE64),
        ]
    }

    /// The other library also reads several padded texts in a row; we read one.
    fn read_by(other: &data_encoding::Encoding, text: &[u8]) -> Option<Vec<u8>> {
        let inner = text.iter().rev().skip_while(|byte| **byte == b'=');
        let is_one = inner.into_iter().all(|byte| *byte != b'=');
        other.decode(text).ok().filter(|_| is_one)
    }

    proptest! {
        #[test]
        fn bytes_are_written_as_another_library_writes_them(bytes: Vec<u8>) {
            for (ours, other) in pairs() {
                let text = ours.encode(&bytes);
                prop_assert_eq!(&text, &other.encode(&bytes));
                prop_assert_eq!(ours.decode(text.as_bytes()), Some(bytes.clone()));
            }
        }

        #[test]
        fn texts_are_read_or_refused_as_by_another_library(text in "[A-Za-z0-9+/=]{0,9}") {
            for (ours, other) in pairs() {
                prop_assert_eq!(ours.decode(text.as_bytes()), read_by(&other, text.as_bytes()));
            }
        }

        #[test]
        fn any_bytes_are_read_without_panic(text: Vec<u8>) {
            for (ours, other) in pairs() {
                prop_assert_eq!(ours.decode(&text), read_by(&other, &text));
            }
        }
    }

    #[test]
    fn every_short_padding_is_read_or_refused_as_by_another_library() {
        for text in [
            "", "=", "A", "AA", "AA=", "AA==", "AB==", "AAA=", "AAB=", "A===", "====", "AAAA====",
        ] {
            let other = OTHER_BASE64.decode(text.as_bytes()).ok();
            assert_eq!(BASE64.decode(text.as_bytes()), other, "{text}");
        }
    }
}
