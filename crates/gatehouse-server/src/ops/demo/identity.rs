//! Numbers that no real person has.
//!
//! - **ID numbers** begin with 4199: GB/T 2260 has never had a city 4199 (Henan's are 4101 to
//!   4117 and 4190), so nobody was ever given such a number. Date, order code and check digit are
//!   right, so forms and masks behave as with a real one; a check against a table of codes
//!   refuses it.
//! - **Phones** begin with 154, a segment that was never opened: no call or text can arrive.
//!   [`Phone::parse`] refuses it, so a demo number is never typed in by mistake either.
//! - **Plates** begin with 豫Z, a letter that Henan has not given to any city.

use super::random::Chance;
use gatehouse_core::moment::CivilDay;
use gatehouse_core::person::{IdNumber, Phone, Sex};
use gatehouse_core::vehicle::Plate;
use std::collections::HashSet;

/// The six "counties" of the city that is none.
const AREA_CODES: std::ops::RangeInclusive<u32> = 419_901..=419_906;
/// Numbers behind 154.
const PHONES: u64 = 100_000_000;
/// Prime to [`PHONES`], so that counting up goes through all of them in no visible order.
const PHONE_STEP: u64 = 38_196_601;
/// Plates behind 豫Z.
const PLATES: u64 = 100_000;
const PLATE_STEP: u64 = 38_197;

/// Hands out numbers, each once.
#[derive(Debug)]
pub struct Numbers {
    id_numbers: HashSet<(u32, CivilDay, u32)>,
    phones: u64,
    plates: u64,
}

impl Numbers {
    /// Begins somewhere in each range.
    pub fn new(chance: &mut Chance) -> Numbers {
        Numbers {
            id_numbers: HashSet::new(),
            phones: u64::from(chance.below(PHONES as u32)),
            plates: u64::from(chance.below(PLATES as u32)),
        }
    }

    /// A number for someone of this birth date and sex.
    pub fn id_number(&mut self, birth: CivilDay, sex: Sex, chance: &mut Chance) -> IdNumber {
        let parity = u32::from(sex == Sex::Male);
        loop {
            let area = chance.between(*AREA_CODES.start(), *AREA_CODES.end());
            // 996 to 999 meant people of a hundred years on old cards.
            let order = chance.between(0, 497) * 2 + parity;
            if self.id_numbers.insert((area, birth, order)) {
                return IdNumber::compose(area, birth, order)
                    .expect("six digits, a day after year 0 and three digits make a number");
            }
        }
    }

    /// A phone that rings nowhere.
    pub fn phone(&mut self) -> Phone {
        self.phones = (self.phones + PHONE_STEP) % PHONES;
        Phone::from_stored(&format!("154{:08}", self.phones)).expect("eleven digits from 1")
    }

    /// A plate that no car has.
    pub fn plate(&mut self) -> Plate {
        self.plates = (self.plates + PLATE_STEP) % PLATES;
        Plate::parse(&format!("豫Z{:05}", self.plates)).expect("province, letter, five digits")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatehouse_core::complaint::ComplaintCode;
    use gatehouse_core::person::NoAreaTable;

    #[test]
    fn numbers_are_well_formed_and_given_once() {
        let mut chance = Chance::new(1, "numbers");
        let mut numbers = Numbers::new(&mut chance);
        let birth = CivilDay::parse("1962-09-27").expect("a day");
        let today = CivilDay::parse("2020-02-19").expect("a day");
        let mut seen = HashSet::new();
        for at in 0..2000 {
            let sex = if at % 2 == 0 { Sex::Female } else { Sex::Male };
            let id = numbers.id_number(birth, sex, &mut chance);
            let (read, _) =
                IdNumber::parse(id.reveal_text(), &NoAreaTable, today).expect("well formed");
            assert_eq!((read.sex(), read.birth_on()), (sex, Some(birth)));
            assert!(seen.insert(id.reveal_text().to_owned()));
            assert!(seen.insert(numbers.phone().reveal_text().to_owned()));
            assert!(seen.insert(numbers.plate().reveal_text().to_owned()));
        }
        let phone = numbers.phone();
        assert_eq!(
            Phone::parse(phone.reveal_text()),
            Err(ComplaintCode::PhoneSegment)
        );
    }
}
