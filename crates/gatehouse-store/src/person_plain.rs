//! What identifies a person, in the clear and sealed: the fields, and how each becomes bytes.
//! Reading and writing them is `person.rs`.

use crate::error::StoreError;
use crate::vault::{Chance, PersonKey, Place};
use gatehouse_core::id::PersonId;
use gatehouse_core::moment::CivilDay;
use std::fmt;

/// What identifies a person, in the clear. Never printed, never logged.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PersonPlain {
    /// Surname and mask, for the screen at the gate.
    pub masked: Option<String>,
    /// Full name.
    pub name: Option<String>,
    /// Day of birth.
    pub birth_on: Option<CivilDay>,
    /// Kind (core's word) and number of a document.
    pub document: Option<(String, String)>,
    /// Telephone.
    pub phone: Option<String>,
    /// Employer of an exempt worker.
    pub employer: Option<String>,
    /// Small picture.
    pub photo: Option<Vec<u8>>,
    /// Free text.
    pub note: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
}

impl fmt::Debug for PersonPlain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonPlain(..)")
    }
}

/// One of the sealed values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PersonField {
    /// Surname and mask.
    Masked,
    /// Full name.
    Name,
    /// Day of birth.
    BirthOn,
    /// Document.
    Document,
    /// Telephone.
    Phone,
    /// Employer.
    Employer,
    /// Picture.
    Photo,
    /// Free text.
    Note,
    /// E-mail address.
    Email,
}

impl PersonField {
    /// All of them, in the order of the columns.
    pub const ALL: [PersonField; 9] = [
        PersonField::Masked,
        PersonField::Name,
        PersonField::BirthOn,
        PersonField::Document,
        PersonField::Phone,
        PersonField::Employer,
        PersonField::Photo,
        PersonField::Note,
        PersonField::Email,
    ];

    /// Its word in the list of views.
    pub fn word(self) -> &'static str {
        match self {
            PersonField::Masked => "masked",
            PersonField::Name => "name",
            PersonField::BirthOn => "birth_on",
            PersonField::Document => "document",
            PersonField::Phone => "phone",
            PersonField::Employer => "employer",
            PersonField::Photo => "photo",
            PersonField::Note => "note",
            PersonField::Email => "email",
        }
    }

    pub(crate) fn column(self) -> &'static str {
        match self {
            PersonField::Masked => "masked_sealed",
            PersonField::Name => "name_sealed",
            PersonField::BirthOn => "birth_on_sealed",
            PersonField::Document => "document_sealed",
            PersonField::Phone => "phone_sealed",
            PersonField::Employer => "employer_sealed",
            PersonField::Photo => "photo_sealed",
            PersonField::Note => "note_sealed",
            PersonField::Email => "email_sealed",
        }
    }
}

pub(crate) fn place<'a>(column: &'static str, person: &'a PersonId) -> Place<'a> {
    Place {
        table: "person",
        column,
        row: &person.0,
    }
}

impl PersonPlain {
    /// The bytes of a field as they are sealed.
    pub(crate) fn bytes(&self, field: PersonField) -> Option<Vec<u8>> {
        let text = |text: &Option<String>| text.as_ref().map(|text| text.as_bytes().to_vec());
        match field {
            PersonField::Masked => text(&self.masked),
            PersonField::Name => text(&self.name),
            PersonField::BirthOn => self.birth_on.map(|day| day.to_text().into_bytes()),
            PersonField::Document => {
                let document = self.document.as_ref();
                document.map(|(kind, number)| format!("{kind} {number}").into_bytes())
            }
            PersonField::Phone => text(&self.phone),
            PersonField::Employer => text(&self.employer),
            PersonField::Photo => self.photo.clone(),
            PersonField::Note => text(&self.note),
            PersonField::Email => text(&self.email),
        }
    }

    pub(crate) fn set(&mut self, field: PersonField, bytes: Vec<u8>) -> Result<(), StoreError> {
        const NOT_AS_SEALED: StoreError = StoreError::Sealed("not what was sealed");
        if field == PersonField::Photo {
            self.photo = Some(bytes);
            return Ok(());
        }
        let text = String::from_utf8(bytes).map_err(|_| NOT_AS_SEALED)?;
        match field {
            PersonField::Masked => self.masked = Some(text),
            PersonField::Name => self.name = Some(text),
            PersonField::BirthOn => {
                self.birth_on = Some(CivilDay::parse(&text).ok_or(NOT_AS_SEALED)?);
            }
            PersonField::Document => {
                let (kind, number) = text.split_once(' ').ok_or(NOT_AS_SEALED)?;
                self.document = Some((kind.to_owned(), number.to_owned()));
            }
            PersonField::Phone => self.phone = Some(text),
            PersonField::Employer => self.employer = Some(text),
            PersonField::Photo => {}
            PersonField::Note => self.note = Some(text),
            PersonField::Email => self.email = Some(text),
        }
        Ok(())
    }

    /// All fields sealed, in the order of [`PersonField::ALL`].
    pub(crate) fn seal(
        &self,
        key: &PersonKey,
        person: &PersonId,
        chance: &Chance,
    ) -> [Option<Vec<u8>>; 9] {
        PersonField::ALL.map(|field| {
            let bytes = self.bytes(field)?;
            Some(key.seal(&place(field.column(), person), &bytes, chance))
        })
    }
}
