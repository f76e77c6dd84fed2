//! The number of a pass: its status list and its place in it; on the card as ten characters that
//! can be typed by hand.

use crate::wire::cbor::{Cbor, CborError, Read, Reader, Writer};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Names a status list: a community's number in the key list and a quarter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListNumber(u32);

const COMMUNITY_BITS: u32 = 16;
const QUARTER_BITS: u32 = 8;
const INDEX_BITS: u32 = 20;
/// Places in one list; every index is below.
pub const INDEX_END: u32 = 1 << INDEX_BITS;
const FIRST_YEAR: i32 = 2020;

impl ListNumber {
    /// The list of a community (its number in the key list) for a quarter counted from the first
    /// of 2020 (0); 255 is the last of 2083.
    pub const fn new(community: u16, quarter: u8) -> ListNumber {
        ListNumber((community as u32) << QUARTER_BITS | quarter as u32)
    }

    /// The list of a community for a calendar date; `None` outside 2020 to 2083.
    pub fn of_date(community: u16, year: i32, month: u8) -> Option<ListNumber> {
        let quarters = year.checked_sub(FIRST_YEAR)?.checked_mul(4)?;
        let quarter = quarters.checked_add(i32::from(month.checked_sub(1)?) / 3)?;
        let quarter = u8::try_from(quarter).ok()?;
        (month <= 12).then(|| ListNumber::new(community, quarter))
    }

    /// From the number on the wire.
    pub fn numbered(number: u32) -> Option<ListNumber> {
        (number < 1 << (COMMUNITY_BITS + QUARTER_BITS)).then_some(ListNumber(number))
    }

    /// The number on the wire.
    pub const fn number(self) -> u32 {
        self.0
    }

    /// The community's number in the key list.
    pub const fn community(self) -> u16 {
        (self.0 >> QUARTER_BITS) as u16
    }

    /// Quarters since the first of 2020.
    pub const fn quarter(self) -> u8 {
        self.0 as u8
    }
}

impl fmt::Debug for ListNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ListNumber({}, {})", self.community(), self.quarter())
    }
}

/// Which pass: printed on the card, in the QR code and in the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PassNumber {
    list: ListNumber,
    index: u32,
}

/// Why typed characters are no card number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardNumberError {
    /// Not ten characters.
    Length,
    /// A character that no card number has.
    Character,
    /// A slip of the hand: the check character does not fit.
    Check,
}

/// Digits and letters without I, L, O, U, which are misread or form words.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CHARACTERS: usize = 10;

impl PassNumber {
    /// A place in a list; `None` where the list has no such place.
    pub fn new(list: ListNumber, index: u32) -> Option<PassNumber> {
        (index < INDEX_END).then_some(PassNumber { list, index })
    }

    /// Its status list.
    pub const fn list(self) -> ListNumber {
        self.list
    }

    /// Its place in the list.
    pub const fn index(self) -> u32 {
        self.index
    }

    /// List and index in one number, as databases keep it.
    pub const fn to_u64(self) -> u64 {
        (self.list.0 as u64) << INDEX_BITS | self.index as u64
    }

    /// From [`PassNumber::to_u64`].
    pub fn from_u64(number: u64) -> Option<PassNumber> {
        let list = u32::try_from(number >> INDEX_BITS).ok()?;
        let index = (number % u64::from(INDEX_END)) as u32;
        PassNumber::new(ListNumber::numbered(list)?, index)
    }

    /// Reads what is printed on a card, typed by hand: either case, O for 0, I and L for 1, with
    /// blanks, hyphens and full-width characters.
    ///
    /// # Errors
    /// [`CardNumberError`]; one wrong character, or two that changed places, never pass.
    pub fn parse(text: &str) -> Result<PassNumber, CardNumberError> {
        let mut digits = [0; CHARACTERS];
        let mut count = 0;
        for character in text.chars().map(super::text::narrow) {
            let digit = match character.to_ascii_uppercase() {
                '-' | '‐' | '–' | '—' | '−' => continue,
                blank if blank.is_whitespace() => continue,
                'O' => 0,
                'I' | 'L' => 1,
                other => ALPHABET
                    .iter()
                    .position(|letter| char::from(*letter) == other)
                    .ok_or(CardNumberError::Character)? as u8,
            };
            *digits.get_mut(count).ok_or(CardNumberError::Length)? = digit;
            count += 1;
        }
        if count != CHARACTERS {
            return Err(CardNumberError::Length);
        }
        let (check, payload) = digits.split_last().expect("ten digits");
        if check_digit(0, payload) != *check {
            return Err(CardNumberError::Check);
        }
        let number = payload
            .iter()
            .fold(0, |number, digit| number << 5 | u64::from(*digit));
        PassNumber::from_u64(number).ok_or(CardNumberError::Check)
    }
}

/// Multiplies by the generator of GF(32), modulo x⁵ + x² + 1.
fn twice(element: u8) -> u8 {
    let shifted = element << 1;
    if shifted & 32 == 0 {
        shifted
    } else {
        shifted ^ 0b10_0101
    }
}

/// A check digit over up to thirty digits below 32, bound to what they are the digits of by
/// `start` (below 32). Weights are distinct powers of the generator of GF(32), so a single wrong
/// digit, every exchange of two digits, and another `start` change it.
pub fn check_digit(start: u8, digits: &[u8]) -> u8 {
    digits.iter().fold(start, |sum, digit| twice(sum ^ digit))
}

impl fmt::Display for PassNumber {
    /// `ABCDE-FGHJK`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.to_u64();
        let mut digits = [0; CHARACTERS];
        for (place, digit) in digits.iter_mut().take(CHARACTERS - 1).enumerate() {
            *digit = (number >> (5 * (CHARACTERS - 2 - place)) & 31) as u8;
        }
        digits[CHARACTERS - 1] = check_digit(0, &digits[..CHARACTERS - 1]);
        for (place, digit) in digits.iter().enumerate() {
            if place == CHARACTERS / 2 {
                f.write_str("-")?;
            }
            write!(f, "{}", char::from(ALPHABET[usize::from(*digit)]))?;
        }
        Ok(())
    }
}

impl Serialize for PassNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PassNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<PassNumber, D::Error> {
        let text = String::deserialize(deserializer)?;
        PassNumber::parse(&text).map_err(|_| serde::de::Error::custom("not a card number"))
    }
}

impl Cbor for ListNumber {
    fn write(&self, to: &mut Writer) {
        to.uint(self.0.into());
    }
    fn read(from: &mut Reader<'_>) -> Read<ListNumber> {
        ListNumber::numbered(from.small()?).ok_or(CborError::Value)
    }
}

impl Cbor for PassNumber {
    fn write(&self, to: &mut Writer) {
        to.uint(self.to_u64());
    }
    fn read(from: &mut Reader<'_>) -> Read<PassNumber> {
        PassNumber::from_u64(from.uint()?).ok_or(CborError::Value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number(community: u16, quarter: u8, index: u32) -> PassNumber {
        PassNumber::new(ListNumber::new(community, quarter), index).expect("in the list")
    }

    #[test]
    fn a_quarter_is_three_months() {
        for (year, month, quarter) in [
            (2020, 1, Some(0)),
            (2020, 3, Some(0)),
            (2020, 4, Some(1)),
            (2026, 11, Some(27)),
            (2083, 12, Some(255)),
            (2084, 1, None),
            (2019, 12, None),
            (2020, 0, None),
            (2020, 13, None),
            (i32::MAX, 1, None),
        ] {
            let list = ListNumber::of_date(7, year, month);
            assert_eq!(list.map(ListNumber::quarter), quarter, "{year}-{month}");
            assert!(list.is_none_or(|list| list.community() == 7));
        }
    }

    #[test]
    fn cards_are_read_as_people_type_them() {
        let pass = number(1, 27, 4711);
        let printed = pass.to_string();
        assert_eq!(printed.len(), 11);
        let wide: String = printed
            .chars()
            .map(|c| char::from_u32(u32::from(c) + 0xfee0).expect("full width"))
            .collect();
        for typed in [
            printed.clone(),
            printed.to_lowercase(),
            printed.replace('-', " "),
            printed.replace('-', ""),
            printed.replace('0', "o").replace('1', "l"),
            format!("  {printed}\r\n"),
            wide,
        ] {
            assert_eq!(PassNumber::parse(&typed), Ok(pass), "{typed}");
        }
        for (typed, error) in [
            ("", CardNumberError::Length),
            ("ABCDE-FGHJ", CardNumberError::Length),
            ("ABCDE-FGHJKM", CardNumberError::Length),
            ("ABCDE-FGHJU", CardNumberError::Character),
            ("门岗门岗门-岗门岗门岗", CardNumberError::Character),
        ] {
            assert_eq!(PassNumber::parse(typed), Err(error), "{typed}");
        }
    }

    proptest! {
        #[test]
        fn a_card_number_reads_back(community: u16, quarter: u8, index in 0..INDEX_END) {
            let pass = number(community, quarter, index);
            prop_assert_eq!(PassNumber::parse(&pass.to_string()), Ok(pass));
            prop_assert_eq!(PassNumber::from_u64(pass.to_u64()), Some(pass));
        }

        #[test]
        fn one_slip_of_the_hand_is_noticed(
            community: u16, quarter: u8, index in 0..INDEX_END,
            at in 0..CHARACTERS, to in 0..32usize, with in 0..CHARACTERS,
        ) {
            let printed = number(community, quarter, index).to_string().replace('-', "");
            let mut wrong = printed.clone().into_bytes();
            wrong[at] = ALPHABET[to];
            let mut swapped = printed.clone().into_bytes();
            swapped.swap(at, with);
            for typed in [wrong, swapped] {
                let typed = String::from_utf8(typed).expect("ASCII");
                if typed != printed {
                    prop_assert_eq!(PassNumber::parse(&typed), Err(CardNumberError::Check));
                }
            }
        }

        #[test]
        fn any_text_is_read_without_panic(text: String) {
            let _ = PassNumber::parse(&text);
        }
    }
}
