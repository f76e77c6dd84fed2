//! The citizen identity number of GB 11643, with the residence permits that share its form.
//!
//! Check digit by ISO 7064 MOD 11-2; 15-digit numbers of before 1999 are upgraded. Which place
//! the first six digits name is asked of a table (`id_area.rs`); an abandoned code is accepted
//! and shown as old, since people keep their number when a county is dissolved.

use super::age::full_years;
use super::id_area::{self, AreaCodes, AreaStanding};
use super::sex::Sex;
use crate::complaint::ComplaintCode;
use crate::moment::CivilDay;
use crate::text;
use std::fmt;

const LENGTH: usize = 18;
const OLD_LENGTH: usize = 15;
/// Order codes that 15-digit numbers kept for people of a hundred years and more (born 18yy).
const CENTENARIAN_ORDER: std::ops::RangeInclusive<u32> = 996..=999;

/// An 18-character number that was checked. Prints its last four only.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct IdNumber {
    characters: [u8; LENGTH],
}

impl IdNumber {
    /// Reads a typed number: 18 characters, or 15 of the old form; full-width digits, blanks
    /// and a small x are taken as meant. `today` bounds the birth date.
    ///
    /// # Errors
    /// The complaint for the field: length, character, damage by a spreadsheet, place, date or
    /// check character, in this order.
    pub fn parse(
        typed: &str,
        table: &dyn AreaCodes,
        today: CivilDay,
    ) -> Result<(IdNumber, AreaStanding), ComplaintCode> {
        let characters = read_characters(typed)?;
        let standing = id_area::standing(number(&characters[..6]), table);
        if standing == AreaStanding::NoSuchPlace {
            return Err(ComplaintCode::IdNumberArea);
        }
        let id = IdNumber { characters };
        if id.birth_on().is_none_or(|birth| birth > today) {
            return Err(ComplaintCode::IdNumberBirth);
        }
        if check_character(&characters) != characters[LENGTH - 1] {
            return Err(check_complaint(&characters));
        }
        Ok((id, standing))
    }

    /// A number that was accepted before and kept; only its form is looked at.
    pub fn from_stored(text: &str) -> Option<IdNumber> {
        let characters: [u8; LENGTH] = text.as_bytes().try_into().ok()?;
        is_form(&characters).then_some(IdNumber { characters })
    }

    /// All 18 characters in the clear; see [`super::PersonName::reveal_text`].
    pub fn reveal_text(&self) -> &str {
        std::str::from_utf8(&self.characters).expect("only digits and X are ever kept")
    }

    /// The last four characters, which papers and desks may show; gates do not (glossary §2.12).
    pub fn last_four(&self) -> &str {
        &self.reveal_text()[LENGTH - 4..]
    }

    /// The six-digit code of the county where the number was first given.
    pub fn area_code(&self) -> u32 {
        number(&self.characters[..6])
    }

    /// What a table of today knows of that code.
    pub fn area_standing(&self, table: &dyn AreaCodes) -> AreaStanding {
        id_area::standing(self.area_code(), table)
    }

    /// Birth date. `None` only for a kept number that today's rules would refuse.
    pub fn birth_on(&self) -> Option<CivilDay> {
        let year = i32::try_from(number(&self.characters[6..10])).ok()?;
        let month = u8::try_from(number(&self.characters[10..12])).ok()?;
        let day = u8::try_from(number(&self.characters[12..14])).ok()?;
        CivilDay::from_date(year, month, day)
    }

    /// Odd order codes were given to men.
    pub fn sex(&self) -> Sex {
        if (self.characters[16] - b'0') % 2 == 1 {
            Sex::Male
        } else {
            Sex::Female
        }
    }

    /// Age in full years on a day.
    pub fn age_years(&self, today: CivilDay) -> Option<u16> {
        full_years(self.birth_on()?, today)
    }

    /// The number with this area code, birth date and order code (0 to 999), its check character
    /// worked out. For tests and the demo town; says nothing about whether it was ever given.
    pub fn compose(area_code: u32, birth: CivilDay, order: u32) -> Option<IdNumber> {
        let date = birth.date();
        let text = format!(
            "{area_code:06}{:04}{:02}{:02}{order:03}0",
            date.year, date.month, date.day
        );
        let mut characters: [u8; LENGTH] = text.as_bytes().try_into().ok()?;
        characters[LENGTH - 1] = check_character(&characters);
        is_form(&characters).then_some(IdNumber { characters })
    }
}

impl fmt::Display for IdNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "*{}", self.last_four())
    }
}

impl fmt::Debug for IdNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IdNumber(*{})", self.last_four())
    }
}

/// 18 characters of the right form, from what was typed.
fn read_characters(typed: &str) -> Result<[u8; LENGTH], ComplaintCode> {
    let mut bytes = Vec::with_capacity(LENGTH);
    let folded = typed.trim().chars().map(text::fold_width_char);
    for c in folded.filter(|c| !text::is_number_separator(*c)) {
        match c.to_ascii_uppercase() {
            c if c.is_ascii_digit() || c == 'X' => bytes.push(c as u8),
            // 4.40308199901102E+17: what a spreadsheet makes of a number of 18 digits.
            '.' | 'E' | '+' if !bytes.is_empty() => return Err(ComplaintCode::IdNumberDamaged),
            _ => return Err(ComplaintCode::IdNumberCharacter),
        }
        if bytes.len() > LENGTH {
            return Err(ComplaintCode::IdNumberLength);
        }
    }
    let characters = match bytes.len() {
        0 => return Err(ComplaintCode::Missing),
        LENGTH => bytes.try_into().expect("the length was just matched"),
        OLD_LENGTH => upgrade(&bytes)?,
        _ => return Err(ComplaintCode::IdNumberLength),
    };
    if is_form(&characters) {
        Ok(characters)
    } else {
        Err(ComplaintCode::IdNumberCharacter)
    }
}

/// Puts the century into a 15-digit number and adds the check character.
fn upgrade(old: &[u8]) -> Result<[u8; LENGTH], ComplaintCode> {
    if !old.iter().all(u8::is_ascii_digit) {
        return Err(ComplaintCode::IdNumberCharacter);
    }
    let century = if CENTENARIAN_ORDER.contains(&number(&old[12..])) {
        b"18"
    } else {
        b"19"
    };
    let mut characters = [b'0'; LENGTH];
    characters[..6].copy_from_slice(&old[..6]);
    characters[6..8].copy_from_slice(century);
    characters[8..17].copy_from_slice(&old[6..]);
    characters[LENGTH - 1] = check_character(&characters);
    Ok(characters)
}

fn is_form(characters: &[u8; LENGTH]) -> bool {
    let last = characters[LENGTH - 1];
    characters[..LENGTH - 1].iter().all(u8::is_ascii_digit)
        && (last.is_ascii_digit() || last == b'X')
}

/// A wrong check character on `…000` is the mark of a spreadsheet that keeps 15 digits.
fn check_complaint(characters: &[u8; LENGTH]) -> ComplaintCode {
    if characters.ends_with(b"000") {
        ComplaintCode::IdNumberDamaged
    } else {
        ComplaintCode::IdNumberCheck
    }
}

/// ISO 7064 MOD 11-2 over the first 17 digits: the running value doubles at each step.
fn check_character(characters: &[u8; LENGTH]) -> u8 {
    let sum = characters[..LENGTH - 1]
        .iter()
        .fold(0, |value: u32, digit| {
            (value + u32::from(digit - b'0')) * 2 % 11
        });
    match (12 - sum) % 11 {
        10 => b'X',
        value => b'0' + value as u8,
    }
}

fn number(digits: &[u8]) -> u32 {
    digits
        .iter()
        .fold(0, |value, digit| value * 10 + u32::from(digit - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::person::NoAreaTable;
    use proptest::prelude::*;

    fn today() -> CivilDay {
        CivilDay::parse("2020-02-19").expect("a day")
    }

    fn parse(typed: &str) -> Result<String, ComplaintCode> {
        IdNumber::parse(typed, &NoAreaTable, today()).map(|(id, _)| id.reveal_text().to_owned())
    }

    #[test]
    fn numbers_are_read_as_people_type_them() {
        let table = [
            ("440308199901101512", Ok("440308199901101512")),
            (
                "４４０３０８１９９９０１１０１５１２",
                Ok("440308199901101512"),
            ),
            (" 440308 19990110 1512\n", Ok("440308199901101512")),
            ("11010519491231002x", Ok("11010519491231002X")),
            ("11010519491231002Ｘ", Ok("11010519491231002X")),
            ("610104620927690", Ok("610104196209276908")),
            ("610104200101996", Ok("610104182001019964")),
            ("", Err(ComplaintCode::Missing)),
            ("44030819990110", Err(ComplaintCode::IdNumberLength)),
            ("4403081999011015120", Err(ComplaintCode::IdNumberLength)),
            ("4403081999O1101512", Err(ComplaintCode::IdNumberCharacter)),
            ("X40308199901101512", Err(ComplaintCode::IdNumberCharacter)),
            ("61010462092769X", Err(ComplaintCode::IdNumberCharacter)),
            ("4.40308E+17", Err(ComplaintCode::IdNumberDamaged)),
            ("440308199901101000", Err(ComplaintCode::IdNumberDamaged)),
            ("440308199902301512", Err(ComplaintCode::IdNumberBirth)),
            ("440308202002201518", Err(ComplaintCode::IdNumberBirth)),
            ("440308199901101513", Err(ComplaintCode::IdNumberCheck)),
            ("990308199901101512", Err(ComplaintCode::IdNumberArea)),
        ];
        for (typed, expected) in table {
            assert_eq!(
                parse(typed).as_deref().map_err(|code| *code),
                expected,
                "{typed}"
            );
        }
    }

    #[test]
    fn birth_sex_and_age_come_from_the_number() {
        let (id, standing) =
            IdNumber::parse("11010519491231002X", &NoAreaTable, today()).expect("valid");
        assert_eq!(standing, AreaStanding::NotChecked);
        assert_eq!(id.birth_on(), CivilDay::parse("1949-12-31"));
        assert_eq!((id.sex(), id.age_years(today())), (Sex::Female, Some(70)));
        assert_eq!(format!("{id} {id:?}"), "*002X IdNumber(*002X)");
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(typed in any::<String>()) {
            let _ = parse(&typed);
            let _ = IdNumber::from_stored(&typed);
        }

        #[test]
        fn anything_like_a_number_is_read_or_refused(typed in "[0-9０-９Xx .E+-]{0,24}") {
            if let Ok(text) = parse(&typed) {
                prop_assert_eq!(parse(&text), Ok(text.clone()));
                prop_assert!(IdNumber::from_stored(&text).is_some());
            }
        }

        #[test]
        fn one_wrong_digit_is_always_found(
            day in -20_000i32..18_000, order in 0u32..1000, at in 0usize..17, add in 1u8..10,
        ) {
            let id = IdNumber::compose(440_308, CivilDay(day), order).expect("composes");
            prop_assert_eq!(parse(id.reveal_text()), Ok(id.reveal_text().to_owned()));
            let mut changed = id.characters;
            changed[at] = b'0' + (changed[at] - b'0' + add) % 10;
            let changed = std::str::from_utf8(&changed).expect("digits");
            prop_assert!(parse(changed).is_err());
        }
    }
}
