//! The 12-digit statistical division code, valid from–to.
//!
//! Codes change, merge and split; areas keep their id and hold every code they ever had.

use super::level::AreaLevel;
use crate::complaint::ComplaintCode;
use crate::moment::CivilDay;
use crate::text;
use serde::{Deserialize, Serialize};
use std::fmt;

const LENGTH: usize = 12;

/// Twelve digits: 2 province, 2 city, 2 county, 3 township, 3 community.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AreaCode([u8; LENGTH]);

impl AreaCode {
    /// Reads a code of a level: all twelve digits, or only the level's own (6 of a county); what
    /// follows them must be zeros.
    ///
    /// # Errors
    /// `AreaCodeNotForLevel` below the community, else `AreaCodeForm`.
    pub fn parse(typed: &str, level: AreaLevel) -> Result<AreaCode, ComplaintCode> {
        let own = level
            .code_digits()
            .ok_or(ComplaintCode::AreaCodeNotForLevel)?;
        let folded = text::fold_for_lookup(typed);
        let bytes = folded.as_bytes();
        if !(bytes.len() == own || bytes.len() == LENGTH) || !bytes.iter().all(u8::is_ascii_digit) {
            return Err(ComplaintCode::AreaCodeForm);
        }
        let mut digits = [b'0'; LENGTH];
        digits[..bytes.len()].copy_from_slice(bytes);
        let code = AreaCode(digits);
        if code.fits(level) {
            Ok(code)
        } else {
            Err(ComplaintCode::AreaCodeForm)
        }
    }

    /// All twelve digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("only digits are ever kept")
    }

    /// The digits down to a level.
    pub fn prefix(&self, level: AreaLevel) -> &str {
        &self.as_str()[..level.code_digits().unwrap_or(LENGTH)]
    }

    /// Whether this code begins with all the digits that `above` uses.
    pub fn lies_within(&self, above: &AreaCode, above_level: AreaLevel) -> bool {
        self.prefix(above_level) == above.prefix(above_level)
    }

    /// Zeros below the level, and the level's own part not all zeros (a missing city is written
    /// 00 in some published lists only for municipalities' stand-ins, which start at 01).
    fn fits(&self, level: AreaLevel) -> bool {
        let Some(own) = level.code_digits() else {
            return false;
        };
        let start = match level {
            AreaLevel::Province => 0,
            AreaLevel::City => 2,
            AreaLevel::County => 4,
            AreaLevel::Township => 6,
            _ => 9,
        };
        self.0[own..].iter().all(|d| *d == b'0') && self.0[start..own].iter().any(|d| *d != b'0')
    }
}

impl fmt::Display for AreaCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for AreaCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AreaCode({self})")
    }
}

impl From<AreaCode> for String {
    fn from(code: AreaCode) -> String {
        code.as_str().to_owned()
    }
}

impl TryFrom<String> for AreaCode {
    type Error = &'static str;

    fn try_from(text: String) -> Result<AreaCode, &'static str> {
        let digits: [u8; LENGTH] = text
            .as_bytes()
            .try_into()
            .map_err(|_| "an area code has twelve digits")?;
        let digits_only = digits.iter().all(u8::is_ascii_digit);
        digits_only
            .then_some(AreaCode(digits))
            .ok_or("an area code has digits only")
    }
}

/// A code with the days on which it is the area's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeSpan {
    /// The code.
    pub code: AreaCode,
    /// First day.
    pub from_on: CivilDay,
    /// Last day, once it is known.
    pub until_on: Option<CivilDay>,
}

impl CodeSpan {
    /// Whether the code holds on a day; first and last day count.
    pub fn holds_on(&self, day: CivilDay) -> bool {
        self.from_on <= day && self.until_on.is_none_or(|until| day <= until)
    }

    /// Whether two spans share a day.
    pub fn overlaps(&self, other: &CodeSpan) -> bool {
        self.holds_on(other.from_on) || other.holds_on(self.from_on)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_code_fits_its_level() {
        let table = [
            ("11", AreaLevel::Province, Ok("110000000000")),
            ("110106", AreaLevel::County, Ok("110106000000")),
            ("110106000000", AreaLevel::County, Ok("110106000000")),
            (
                "１１０１０６００１",
                AreaLevel::Township,
                Ok("110106001000"),
            ),
            ("110106001001", AreaLevel::Community, Ok("110106001001")),
            (
                "110106001001",
                AreaLevel::Township,
                Err(ComplaintCode::AreaCodeForm),
            ),
            (
                "110106000000",
                AreaLevel::Community,
                Err(ComplaintCode::AreaCodeForm),
            ),
            (
                "110000",
                AreaLevel::County,
                Err(ComplaintCode::AreaCodeForm),
            ),
            ("11010", AreaLevel::County, Err(ComplaintCode::AreaCodeForm)),
            (
                "1101o6",
                AreaLevel::County,
                Err(ComplaintCode::AreaCodeForm),
            ),
            ("", AreaLevel::County, Err(ComplaintCode::AreaCodeForm)),
            (
                "110106001001",
                AreaLevel::Compound,
                Err(ComplaintCode::AreaCodeNotForLevel),
            ),
        ];
        for (typed, level, expected) in table {
            let found = AreaCode::parse(typed, level);
            let found = found.as_ref().map(AreaCode::as_str).map_err(|code| *code);
            assert_eq!(found, expected, "{typed} {level:?}");
        }
    }

    #[test]
    fn a_code_lies_within_the_one_above() {
        let street = AreaCode::parse("110106001", AreaLevel::Township).expect("a code");
        let inside = AreaCode::parse("110106001009", AreaLevel::Community).expect("a code");
        let outside = AreaCode::parse("110106002001", AreaLevel::Community).expect("a code");
        assert!(inside.lies_within(&street, AreaLevel::Township));
        assert!(!outside.lies_within(&street, AreaLevel::Township));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(typed in any::<String>(), level in 0usize..9) {
            if let Ok(code) = AreaCode::parse(&typed, AreaLevel::ALL[level]) {
                let json = serde_json::to_string(&code).expect("serialises");
                prop_assert_eq!(serde_json::from_str::<AreaCode>(&json).expect("reads"), code);
            }
            let _ = AreaCode::try_from(typed);
        }
    }
}
