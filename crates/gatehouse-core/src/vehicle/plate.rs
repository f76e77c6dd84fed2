//! Number plates by GA 36: province, letter, five characters (six for new energy), without the
//! letters I and O.
//!
//! Plates of the armed forces and temporary plates are not GA 36; the gate notes such a vehicle
//! without a plate.

use crate::complaint::ComplaintCode;
use crate::text;
use std::fmt;

const PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";
const USUAL_LENGTH: usize = 7;
const NEW_ENERGY_LENGTH: usize = 8;

/// What the form of a plate tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PlateKind {
    /// Seven characters.
    Usual,
    /// Eight characters, letter in the third place.
    NewEnergySmall,
    /// Eight characters, letter at the end.
    NewEnergyLarge,
    /// 挂: trailer.
    Trailer,
    /// 学: driving school.
    Learner,
    /// 警: police.
    Police,
    /// 港 or 澳: Hong Kong or Macao vehicle with leave to drive in Guangdong.
    HongKongMacao,
    /// 使 or 领: embassy or consulate.
    Diplomatic,
}

/// A plate that was checked, in one spelling: upper case, no dot. Prints its ends only.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Plate {
    text: String,
}

impl Plate {
    /// Reads a typed plate: small and full-width letters, blanks, dots and hyphens are taken as
    /// meant.
    ///
    /// # Errors
    /// `PlateLetterIOrO` where only such a letter is wrong, else `PlateForm`.
    pub fn parse(typed: &str) -> Result<Plate, ComplaintCode> {
        let mut characters = Vec::with_capacity(NEW_ENERGY_LENGTH);
        for c in typed.trim().chars().map(text::fold_width_char) {
            if text::is_number_separator(c) || matches!(c, '·' | '•' | '.' | '・') {
                continue;
            }
            characters.push(c.to_ascii_uppercase());
            if characters.len() > NEW_ENERGY_LENGTH {
                return Err(ComplaintCode::PlateForm);
            }
        }
        if characters.is_empty() {
            return Err(ComplaintCode::Missing);
        }
        if kind_of(&characters).is_some() {
            return Ok(Plate {
                text: characters.into_iter().collect(),
            });
        }
        let corrected: Vec<char> = characters
            .iter()
            .map(|c| match c {
                'I' => '1',
                'O' => '0',
                other => *other,
            })
            .collect();
        Err(match kind_of(&corrected) {
            Some(_) => ComplaintCode::PlateLetterIOrO,
            None => ComplaintCode::PlateForm,
        })
    }

    /// A plate that was accepted before and kept.
    pub fn from_stored(text: &str) -> Option<Plate> {
        Plate::parse(text).ok().filter(|plate| plate.text == text)
    }

    /// The whole plate. Guards see plates whole (glossary §2.12); logs do not.
    pub fn reveal_text(&self) -> &str {
        &self.text
    }

    /// What its form tells.
    pub fn kind(&self) -> PlateKind {
        let characters: Vec<char> = self.text.chars().collect();
        kind_of(&characters).expect("only texts of a known form become plates")
    }

    fn masked(&self) -> String {
        let mut masked: String = self.text.chars().take(2).collect();
        masked.push('*');
        masked.extend(self.text.chars().last());
        masked
    }
}

impl fmt::Display for Plate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl fmt::Debug for Plate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Plate({})", self.masked())
    }
}

fn kind_of(plate: &[char]) -> Option<PlateKind> {
    let (first, last) = (*plate.first()?, *plate.last()?);
    // 使 001 578, and since GA 36-2018 also with 使 behind.
    if first == '使' || last == '使' {
        let digits = if first == '使' {
            &plate[1..]
        } else {
            &plate[..plate.len() - 1]
        };
        let fits = digits.len() == 6 && digits.iter().all(char::is_ascii_digit);
        return fits.then_some(PlateKind::Diplomatic);
    }
    if !PROVINCES.contains(first) || !plate.get(1).is_some_and(is_plate_letter) {
        return None;
    }
    let serial = &plate[2..];
    match plate.len() {
        USUAL_LENGTH => usual_kind(first, plate[1], serial, last),
        NEW_ENERGY_LENGTH => new_energy_kind(serial),
        _ => None,
    }
}

fn usual_kind(province: char, letter: char, serial: &[char], last: char) -> Option<PlateKind> {
    let kind = match last {
        '挂' => PlateKind::Trailer,
        '学' => PlateKind::Learner,
        '警' => PlateKind::Police,
        // Only 粤Z is given to vehicles from Hong Kong and Macao.
        '港' | '澳' if (province, letter) == ('粤', 'Z') => PlateKind::HongKongMacao,
        '领' => PlateKind::Diplomatic,
        last if is_plate_character(&last) => PlateKind::Usual,
        _ => return None,
    };
    serial[..4].iter().all(is_plate_character).then_some(kind)
}

/// Small: letter, letter or digit, four digits. Large: five digits, letter. The letter tells the
/// drive: A to E electric, F to K other new energy (GA 36-2018).
fn new_energy_kind(serial: &[char]) -> Option<PlateKind> {
    let drive = |c: char| ('A'..='K').contains(&c) && c != 'I';
    let digits = |part: &[char]| part.iter().all(char::is_ascii_digit);
    if drive(serial[0]) && is_plate_character(&serial[1]) && digits(&serial[2..]) {
        return Some(PlateKind::NewEnergySmall);
    }
    (drive(serial[5]) && digits(&serial[..5])).then_some(PlateKind::NewEnergyLarge)
}

fn is_plate_letter(c: &char) -> bool {
    c.is_ascii_uppercase() && !matches!(c, 'I' | 'O')
}

fn is_plate_character(c: &char) -> bool {
    c.is_ascii_digit() || is_plate_letter(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plates_are_read_as_people_type_them() {
        use PlateKind::*;
        let table = [
            ("京A00599", Ok(("京A00599", Usual))),
            (" 豫k·9a23b ", Ok(("豫K9A23B", Usual))),
            ("豫Ｋ１２３４５", Ok(("豫K12345", Usual))),
            ("豫K 1234挂", Ok(("豫K1234挂", Trailer))),
            ("豫K1234学", Ok(("豫K1234学", Learner))),
            ("豫K1234警", Ok(("豫K1234警", Police))),
            ("粤Z1234港", Ok(("粤Z1234港", HongKongMacao))),
            ("沪A0023领", Ok(("沪A0023领", Diplomatic))),
            ("使014578", Ok(("使014578", Diplomatic))),
            ("京AD92035", Ok(("京AD92035", NewEnergySmall))),
            ("京ADF2035", Ok(("京ADF2035", NewEnergySmall))),
            ("甘G23459F", Ok(("甘G23459F", NewEnergyLarge))),
            ("豫K1234港", Err(ComplaintCode::PlateForm)),
            ("京AO0599", Err(ComplaintCode::PlateLetterIOrO)),
            ("京AI0599", Err(ComplaintCode::PlateLetterIOrO)),
            ("京O00599", Err(ComplaintCode::PlateForm)),
            ("京A0059", Err(ComplaintCode::PlateForm)),
            ("宁AD1234555555", Err(ComplaintCode::PlateForm)),
            ("浙苏H6F681", Err(ComplaintCode::PlateForm)),
            ("京ALD2035X", Err(ComplaintCode::PlateForm)),
            ("", Err(ComplaintCode::Missing)),
            ("使", Err(ComplaintCode::PlateForm)),
        ];
        for (typed, expected) in table {
            let found = Plate::parse(typed);
            let found = found
                .as_ref()
                .map(|p| (p.reveal_text(), p.kind()))
                .map_err(|code| *code);
            assert_eq!(found, expected, "{typed}");
        }
    }

    #[test]
    fn a_plate_prints_masked() {
        let plate = Plate::parse("豫K9A23B").expect("a plate");
        assert_eq!(format!("{plate} {plate:?}"), "豫K*B Plate(豫K*B)");
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(
            typed in any::<String>(), close in "[京豫使粤]?[A-Z0-9挂学使领港]{0,8}",
        ) {
            for typed in [typed, close] {
                if let Ok(plate) = Plate::parse(&typed) {
                    let _ = plate.kind();
                    prop_assert_eq!(Plate::from_stored(plate.reveal_text()), Some(plate));
                }
            }
        }
    }
}
