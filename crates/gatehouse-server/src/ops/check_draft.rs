//! A person as typed or imported, checked. In a demonstration a telephone of its own town passes
//! too: its segment no operator has, and elsewhere it can only be a slip.

use gatehouse_core::complaint::Complaint;
use gatehouse_core::moment::CivilDay;
use gatehouse_core::person::{NoAreaTable, Person, PersonDraft, Phone};

/// Which telephones pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phones {
    /// Those that an operator gives out.
    OfOperators,
    /// Those of the demo town as well.
    AndOfTheDemo,
}

impl Phones {
    /// Those of an installation: the console and the command line ask here.
    pub const fn of(is_demo: bool) -> Phones {
        match is_demo {
            true => Phones::AndOfTheDemo,
            false => Phones::OfOperators,
        }
    }
}

/// Checks a draft.
///
/// # Errors
/// Every complaint at once.
pub fn check_draft(
    draft: &PersonDraft,
    today: CivilDay,
    phones: Phones,
) -> Result<Person, Vec<Complaint>> {
    let invented = match phones {
        Phones::OfOperators => None,
        Phones::AndOfTheDemo => Phone::parse_invented(&draft.phone),
    };
    if invented.is_none() {
        return draft.check(&NoAreaTable, today);
    }
    let without = PersonDraft {
        phone: String::new(),
        ..draft.clone()
    };
    Ok(with_phone(&without.check(&NoAreaTable, today)?, invented))
}

/// The same person with a telephone that was accepted before.
pub fn with_phone(person: &Person, phone: Option<Phone>) -> Person {
    let mut parts = person.to_parts();
    parts.phone = phone;
    Person::from_kept(parts)
}
