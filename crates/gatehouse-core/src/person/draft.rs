//! A person as typed or imported, and as checked.
//!
//! A draft holds what was in the fields; `check` gives either a person or every complaint at
//! once, so that a form comes back a single time. Address and residence belong to households.

use super::age::{MAX_AGE_YEARS, full_years};
use super::document::{Document, DocumentKind};
use super::email::Email;
use super::id_area::{AreaCodes, AreaStanding};
use super::name::PersonName;
use super::phone::Phone;
use super::sex::Sex;
use super::worker::{Employment, WorkerClass};
use crate::complaint::{Complaint, ComplaintCode};
use crate::moment::CivilDay;
use crate::text;
use std::fmt;

/// The fields of a form or of a row of a sheet, unchecked. Blank means not said.
#[derive(Clone, Default)]
pub struct PersonDraft {
    /// Required.
    pub name: String,
    /// 男, 女 or blank; taken from an ID number where blank.
    pub sex: String,
    /// `2001-02-03` or blank; taken from an ID number where blank.
    pub birth_on: String,
    /// Kind and number of a document, if any was shown.
    pub document: Option<(DocumentKind, String)>,
    /// A mobile or landline number.
    pub phone: String,
    /// An e-mail address, or blank.
    pub email: String,
    /// Worker class and employer, for exempt workers.
    pub employment: Option<(WorkerClass, String)>,
}

// A draft is as personal as what becomes of it.
impl fmt::Debug for PersonDraft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonDraft(..)")
    }
}

/// A person as the register keeps them. Every part prints masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    name: PersonName,
    sex: Sex,
    birth_on: Option<CivilDay>,
    document: Option<(Document, AreaStanding)>,
    phone: Option<Phone>,
    email: Option<Email>,
    employment: Option<Employment>,
}

/// The parts of a person who was accepted before: what the store reads back.
#[derive(Clone, Debug)]
pub struct PersonParts {
    /// The name.
    pub name: PersonName,
    /// As said, or as the ID number has it.
    pub sex: Sex,
    /// As said, or as the ID number has it.
    pub birth_on: Option<CivilDay>,
    /// The document that was shown.
    pub document: Option<Document>,
    /// The phone number.
    pub phone: Option<Phone>,
    /// The e-mail address.
    pub email: Option<Email>,
    /// Class and employer of an exempt worker.
    pub employment: Option<Employment>,
}

impl Person {
    /// Puts a person together from kept parts, without judging them by today's rules.
    pub fn from_kept(parts: PersonParts) -> Person {
        let PersonParts {
            name,
            sex,
            birth_on,
            document,
            phone,
            email,
            employment,
        } = parts;
        let document = document.map(|document| (document, AreaStanding::NotChecked));
        Person {
            name,
            sex,
            birth_on,
            document,
            phone,
            email,
            employment,
        }
    }

    /// The parts, for keeping or for changing some of them.
    pub fn to_parts(&self) -> PersonParts {
        PersonParts {
            name: self.name.clone(),
            sex: self.sex,
            birth_on: self.birth_on,
            document: self.document().cloned(),
            phone: self.phone.clone(),
            email: self.email.clone(),
            employment: self.employment.clone(),
        }
    }

    /// The name.
    pub fn name(&self) -> &PersonName {
        &self.name
    }

    /// As said, or as the ID number has it.
    pub fn sex(&self) -> Sex {
        self.sex
    }

    /// As said, or as the ID number has it.
    pub fn birth_on(&self) -> Option<CivilDay> {
        self.birth_on
    }

    /// All of a birth date that is kept in the clear.
    pub fn birth_year(&self) -> Option<i32> {
        self.birth_on.map(|day| day.date().year)
    }

    /// The document that was shown.
    pub fn document(&self) -> Option<&Document> {
        self.document.as_ref().map(|(document, _)| document)
    }

    /// What the table of codes knew of the ID number's place: an old code is shown as old.
    pub fn id_area_standing(&self) -> Option<AreaStanding> {
        self.document.as_ref().map(|(_, standing)| *standing)
    }

    /// The phone number.
    pub fn phone(&self) -> Option<&Phone> {
        self.phone.as_ref()
    }

    /// The e-mail address.
    pub fn email(&self) -> Option<&Email> {
        self.email.as_ref()
    }

    /// Class and employer of an exempt worker.
    pub fn employment(&self) -> Option<&Employment> {
        self.employment.as_ref()
    }
}

impl PersonDraft {
    /// Checks every field and what they say of each other.
    ///
    /// # Errors
    /// All complaints, in the order of the fields.
    pub fn check(&self, table: &dyn AreaCodes, today: CivilDay) -> Result<Person, Vec<Complaint>> {
        let mut complaints = Vec::new();
        let mut note = |field, code| complaints.push(Complaint::new(field, code));
        let name = PersonName::parse(&self.name)
            .map_err(|code| note("name", code))
            .ok();
        let sex = Sex::parse(&self.sex);
        if sex.is_none() {
            note("sex", ComplaintCode::ForbiddenCharacter);
        }
        let birth_on = check_birth(&self.birth_on, today).unwrap_or_else(|code| {
            note("birth_on", code);
            None
        });
        let document = self.document.as_ref().and_then(|(kind, number)| {
            Document::parse(*kind, number, table, today)
                .map_err(|code| note("document", code))
                .ok()
        });
        let phone = (!self.phone.trim().is_empty())
            .then(|| {
                Phone::parse(&self.phone)
                    .map_err(|code| note("phone", code))
                    .ok()
            })
            .flatten();
        let email = (!self.email.trim().is_empty())
            .then(|| {
                Email::parse(&self.email)
                    .map_err(|code| note("email", code))
                    .ok()
            })
            .flatten();
        let employment = self.employment.as_ref().and_then(|(class, employer)| {
            Employment::new(*class, employer)
                .map_err(|code| note("employment", code))
                .ok()
        });
        let mut person = Person {
            name: match name {
                Some(name) => name,
                None => return Err(complaints),
            },
            sex: sex.unwrap_or_default(),
            birth_on,
            document,
            phone,
            email,
            employment,
        };
        complaints.extend(fill_from_id_number(&mut person));
        if complaints.is_empty() {
            Ok(person)
        } else {
            Err(complaints)
        }
    }
}

fn check_birth(typed: &str, today: CivilDay) -> Result<Option<CivilDay>, ComplaintCode> {
    let folded = text::fold_for_lookup(typed);
    if folded.is_empty() {
        return Ok(None);
    }
    let day = CivilDay::parse(&folded).ok_or(ComplaintCode::DateForm)?;
    match full_years(day, today) {
        None => Err(ComplaintCode::DateInFuture),
        Some(years) if years > MAX_AGE_YEARS => Err(ComplaintCode::DateTooLongAgo),
        Some(_) => Ok(Some(day)),
    }
}

/// What was not said comes from the ID number; what was said differently is a complaint.
fn fill_from_id_number(person: &mut Person) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let Some((Document::Identity(id), _)) = &person.document else {
        return complaints;
    };
    match person.sex {
        Sex::Unknown => person.sex = id.sex(),
        said if said != id.sex() => {
            complaints.push(Complaint::new("sex", ComplaintCode::SexDiffersFromIdNumber));
        }
        _ => {}
    }
    match person.birth_on {
        None => person.birth_on = id.birth_on(),
        said if said != id.birth_on() => {
            complaints.push(Complaint::new(
                "birth_on",
                ComplaintCode::BirthDiffersFromIdNumber,
            ));
        }
        _ => {}
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::person::NoAreaTable;
    use proptest::prelude::*;

    fn today() -> CivilDay {
        CivilDay::parse("2020-02-19").expect("a day")
    }

    fn draft(name: &str, sex: &str, birth_on: &str, id: &str, phone: &str) -> PersonDraft {
        PersonDraft {
            name: name.to_owned(),
            sex: sex.to_owned(),
            birth_on: birth_on.to_owned(),
            document: (!id.is_empty()).then(|| (DocumentKind::IdentityCard, id.to_owned())),
            phone: phone.to_owned(),
            email: String::new(),
            employment: None,
        }
    }

    #[test]
    fn what_is_not_said_comes_from_the_id_number() {
        let draft = draft("葛二蛋", "", "", "440308199901101512", "");
        let person = draft.check(&NoAreaTable, today()).expect("a person");
        assert_eq!((person.sex(), person.birth_year()), (Sex::Male, Some(1999)));
        assert_eq!(person.id_area_standing(), Some(AreaStanding::NotChecked));
        let printed = format!("{person:?} {draft:?}");
        for secret in ["葛二蛋", "440308", "19990110"] {
            assert!(!printed.contains(secret), "{printed}");
        }
    }

    #[test]
    fn all_complaints_come_at_once() {
        use ComplaintCode::*;
        let id = "440308199901101512";
        let table = [
            (draft("", "", "", "", ""), vec![("name", Missing)]),
            (
                draft("王2", "x", "2020-02-30", "1", "12"),
                vec![
                    ("name", ForbiddenCharacter),
                    ("sex", ForbiddenCharacter),
                    ("birth_on", DateForm),
                    ("document", IdNumberLength),
                    ("phone", PhoneForm),
                ],
            ),
            (
                draft("王华", "女", "", id, ""),
                vec![("sex", SexDiffersFromIdNumber)],
            ),
            (
                draft("王华", "", "1999-01-11", id, ""),
                vec![("birth_on", BirthDiffersFromIdNumber)],
            ),
            (
                draft("王华", "", "2020-02-20", "", ""),
                vec![("birth_on", DateInFuture)],
            ),
            (
                draft("王华", "", "1800-02-20", "", ""),
                vec![("birth_on", DateTooLongAgo)],
            ),
        ];
        for (draft, expected) in table {
            let complaints = draft.check(&NoAreaTable, today()).expect_err("complaints");
            let found: Vec<_> = complaints.iter().map(|c| (c.field, c.code)).collect();
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_name_alone_is_a_person() {
        let person = draft("王华", "", "", "", "")
            .check(&NoAreaTable, today())
            .expect("a person");
        assert_eq!(
            (person.sex(), person.birth_on(), person.phone()),
            (Sex::Unknown, None, None)
        );
    }

    proptest! {
        #[test]
        fn any_fields_are_read_or_refused(fields in prop::array::uniform5(any::<String>())) {
            let [name, sex, birth_on, id, phone] = &fields;
            let _ = draft(name, sex, birth_on, id, phone).check(&NoAreaTable, today());
        }
    }
}
