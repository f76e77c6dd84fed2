//! People: names, document numbers, phones; draft and valid.
//!
//! Every type that holds personal data prints masked in `Debug` and `Display`; the plain text
//! leaves only through `reveal_text`, and none of them serialises. Where people live and on what
//! basis is in [`crate::household`]; encryption and search tokens are the store's, the strings
//! behind the tokens are in [`search`].

mod age;
mod document;
mod draft;
mod email;
mod id_area;
mod id_number;
mod mask;
mod name;
mod phone;
pub mod search;
mod sex;
mod surname;
mod worker;

#[cfg(test)]
mod shared_data_tests;

pub use age::{AgeBand, MAX_AGE_YEARS, full_years};
pub use document::{Document, DocumentKind, PermitNumber};
pub use draft::{Person, PersonDraft, PersonParts};
pub use email::Email;
pub use id_area::{AreaCodeTable, AreaCodes, AreaStanding, NoAreaTable};
pub use id_number::IdNumber;
pub use name::{GateName, MAX_NAME_CHARS, PersonName};
pub use phone::{Phone, PhoneKind};
pub use sex::Sex;
pub use surname::surname_initials;
pub use worker::{Employment, WorkerClass};
