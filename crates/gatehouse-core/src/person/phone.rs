//! Phone numbers of the mainland: mobile by segment, landline by area code.
//!
//! Segments as of 2019 (the strict list) with those of 19x opened since. A number from elsewhere
//! is not a reason to turn anyone away: leave the field empty and note it in the register.

use crate::complaint::ComplaintCode;
use crate::text;
use std::fmt;

const MOBILE_LENGTH: usize = 11;
const MAX_EXTENSION_LENGTH: usize = 6;

/// What a number is for: only a mobile one can get a text message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PhoneKind {
    /// Eleven digits beginning with 1.
    Mobile,
    /// Area code and number, perhaps an extension.
    Landline,
}

/// A number that was checked, in one spelling: `13900001111`, `0374-6180000-12`. Prints its last
/// four only.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Phone {
    text: String,
    kind: PhoneKind,
}

impl Phone {
    /// Reads a typed number: blanks, hyphens, full-width digits, +86 and 0086 before a mobile
    /// number are taken as meant.
    ///
    /// # Errors
    /// `PhoneSegment` for eleven digits that no operator gives out, else `PhoneForm`.
    pub fn parse(typed: &str) -> Result<Phone, ComplaintCode> {
        let folded = text::fold_width(typed.trim());
        if folded.is_empty() {
            return Err(ComplaintCode::Missing);
        }
        if folded.chars().count() > 32 {
            return Err(ComplaintCode::PhoneForm);
        }
        if let Some(digits) = mobile_digits(&folded) {
            if !is_open_segment(digits.as_bytes()) {
                return Err(ComplaintCode::PhoneSegment);
            }
            return Ok(Phone {
                text: digits,
                kind: PhoneKind::Mobile,
            });
        }
        let text = landline(&folded).ok_or(ComplaintCode::PhoneForm)?;
        Ok(Phone {
            text,
            kind: PhoneKind::Landline,
        })
    }

    /// A typed number of the demo town: of the segment 154, which no operator has ever had.
    pub fn parse_invented(typed: &str) -> Option<Phone> {
        let folded = text::fold_width(typed.trim());
        let short = folded.chars().count() <= 32;
        let digits = mobile_digits(&folded).filter(|digits| short && digits.starts_with("154"))?;
        Phone::from_stored(&digits)
    }

    /// A number that was accepted before and kept, or one of the demo town's, whose segment no
    /// operator has: only its form is looked at.
    pub fn from_stored(text: &str) -> Option<Phone> {
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        if digits && text.len() == MOBILE_LENGTH && text.starts_with('1') {
            return Some(Phone {
                text: text.to_owned(),
                kind: PhoneKind::Mobile,
            });
        }
        let text = landline(text).filter(|tidy| tidy == text)?;
        Some(Phone {
            text,
            kind: PhoneKind::Landline,
        })
    }

    /// The whole number in the clear; see [`super::PersonName::reveal_text`].
    pub fn reveal_text(&self) -> &str {
        &self.text
    }

    /// Mobile or landline.
    pub fn kind(&self) -> PhoneKind {
        self.kind
    }

    /// The last four digits of the number itself, not of its extension.
    pub fn last_four(&self) -> &str {
        let end = match self.kind {
            PhoneKind::Mobile => self.text.len(),
            PhoneKind::Landline => self
                .text
                .match_indices('-')
                .nth(1)
                .map_or(self.text.len(), |(at, _)| at),
        };
        &self.text[end - 4..end]
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "*{}", self.last_four())
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone(*{})", self.last_four())
    }
}

/// Eleven digits beginning with 1, without prefix and separators.
fn mobile_digits(folded: &str) -> Option<String> {
    let bare: String = folded
        .chars()
        .filter(|c| !text::is_number_separator(*c))
        .collect();
    let digits = bare
        .strip_prefix("+86")
        .or_else(|| bare.strip_prefix("0086"))
        // 86 alone is a prefix only where eleven digits are left.
        .or_else(|| {
            bare.strip_prefix("86")
                .filter(|rest| rest.len() == MOBILE_LENGTH)
        })
        .unwrap_or(&bare);
    let is_mobile = digits.len() == MOBILE_LENGTH
        && digits.starts_with('1')
        && digits.bytes().all(|b| b.is_ascii_digit());
    is_mobile.then(|| digits.to_owned())
}

fn is_open_segment(digits: &[u8]) -> bool {
    let third = digits[2];
    match digits[1] {
        b'3' | b'8' => true,
        b'4' => matches!(third, b'5' | b'7'..=b'9'),
        b'5' => third != b'4',
        b'6' => matches!(third, b'2' | b'5'..=b'7'),
        b'7' => third != b'9',
        b'9' => third != b'4',
        _ => false,
    }
}

/// `0` + area code, number, optional extension, joined by hyphens.
fn landline(folded: &str) -> Option<String> {
    let mut parts: Vec<String> = vec![String::new()];
    for c in folded.chars() {
        match c {
            c if c.is_ascii_digit() => parts.last_mut()?.push(c),
            '(' | ')' | '转' | '#' => parts.push(String::new()),
            c if text::is_number_separator(c) => parts.push(String::new()),
            _ => return None,
        }
    }
    parts.retain(|part| !part.is_empty());
    // 010-6552 9999: a blank inside the number; 01065529999: no separator at all.
    let (area, rest) = split_area(&parts.first()?.clone())?;
    let mut digits = rest;
    let mut extension = None;
    for part in parts.into_iter().skip(1) {
        if !(7..=8).contains(&digits.len()) && extension.is_none() {
            digits.push_str(&part);
        } else if extension.is_none() {
            extension = Some(part);
        } else {
            return None;
        }
    }
    let lengths = if area.len() == 3 { 8..=8 } else { 7..=8 };
    if !lengths.contains(&digits.len()) {
        return None;
    }
    match extension {
        None => Some(format!("{area}-{digits}")),
        Some(e) if e.len() <= MAX_EXTENSION_LENGTH => Some(format!("{area}-{digits}-{e}")),
        Some(_) => None,
    }
}

/// Three digits for 010 and 02x, four for the rest; the number may follow at once.
fn split_area(first: &str) -> Option<(String, String)> {
    let length = match first.as_bytes() {
        [b'0', b'1' | b'2', ..] => 3,
        [b'0', b'3'..=b'9', ..] => 4,
        _ => return None,
    };
    (first.len() >= length).then(|| (first[..length].to_owned(), first[length..].to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(typed: &str, expected: Result<&str, ComplaintCode>) {
        let found = Phone::parse(typed);
        let found = found.as_ref().map(Phone::reveal_text).map_err(|code| *code);
        assert_eq!(found, expected, "{typed:?}");
    }

    #[test]
    fn numbers_are_read_as_people_type_them() {
        check("13900001111", Ok("13900001111"));
        check("139 0000 1111", Ok("13900001111"));
        check("139-0000-1111", Ok("13900001111"));
        check("+8613900001111", Ok("13900001111"));
        check("+86 139 0000 1111", Ok("13900001111"));
        check("008613900001111", Ok("13900001111"));
        check("8613900001111", Ok("13900001111"));
        check("１３９００００１１１１", Ok("13900001111"));
        check("010-65529999", Ok("010-65529999"));
        check("01065529999", Ok("010-65529999"));
        check("(010) 6552 9999", Ok("010-65529999"));
        check("0374-6180000", Ok("0374-6180000"));
        check("0374-61800000-12", Ok("0374-61800000-12"));
        check("0374-6180000转12", Ok("0374-6180000-12"));
        check("", Err(ComplaintCode::Missing));
        check("010-6552999", Err(ComplaintCode::PhoneForm));
        check("1390000111", Err(ComplaintCode::PhoneForm));
        check("139000011112", Err(ComplaintCode::PhoneForm));
        check("0374-6180000-1-2", Err(ComplaintCode::PhoneForm));
        check("1.39E+10", Err(ComplaintCode::PhoneForm));
        check("15400001111", Err(ComplaintCode::PhoneSegment));
        check("11000001111", Err(ComplaintCode::PhoneSegment));
    }

    #[test]
    fn a_number_of_the_demo_town_is_read_only_as_one() {
        for typed in ["15400001111", "+86 154 0000 1111"] {
            let phone = Phone::parse_invented(typed).expect("invented");
            assert_eq!(phone.reveal_text(), "15400001111");
        }
        for typed in ["", "13900001111", "1540000111", "154"] {
            assert_eq!(Phone::parse_invented(typed), None, "{typed}");
        }
    }

    #[test]
    fn a_phone_prints_its_last_four() {
        let phone = Phone::parse("0374-6180123-12").expect("a phone");
        assert_eq!(format!("{phone} {phone:?}"), "*0123 Phone(*0123)");
        let phone = Phone::from_stored("15400001234").expect("the form of a mobile number");
        assert_eq!(
            (phone.last_four(), phone.kind()),
            ("1234", PhoneKind::Mobile)
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(typed in any::<String>(), close in "[0-9０-９+ ()-]{0,20}") {
            for typed in [typed, close] {
                if let Ok(phone) = Phone::parse(&typed) {
                    prop_assert_eq!(phone.last_four().len(), 4);
                    prop_assert_eq!(Phone::from_stored(phone.reveal_text()), Some(phone));
                }
                let _ = Phone::from_stored(&typed);
            }
        }
    }
}
