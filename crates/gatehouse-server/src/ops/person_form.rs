//! What is typed of a person: put together with what is kept, checked, and what becomes of it.

use crate::auth::access::AreaInScope;
use crate::error::OpError;
use crate::ops::check_draft::{Phones, check_draft, with_phone};
use crate::ops::in_area::person_in;
use gatehouse_core::complaint::Complaint;
use gatehouse_core::moment::CivilDay;
use gatehouse_core::person::search::{SearchTerm, terms_of};
use gatehouse_core::person::{
    Document, DocumentKind, Email, GateName, Person, PersonDraft, Phone, WorkerClass,
};
use gatehouse_store::person::{PersonPlain, PersonRow};
use gatehouse_store::{ReadTx, StoreError, Vault};

/// Fields as typed. When somebody is edited, an empty one leaves what is kept.
#[derive(Clone, Default)]
pub struct PersonForm {
    /// Full name.
    pub name: String,
    /// `male`, `female`, or empty.
    pub sex: String,
    /// Day of birth.
    pub birth_on: String,
    /// Core's word for a kind of document.
    pub document_kind: String,
    /// Number of the document.
    pub document: String,
    /// Telephone.
    pub phone: String,
    /// E-mail address.
    pub email: String,
    /// Kind of person.
    pub kind: String,
    /// Core's word for a class of exempt workers, or empty.
    pub worker_class: String,
    /// Their employer.
    pub employer: String,
    /// The telephone that is kept goes.
    pub without_phone: bool,
    /// The e-mail address that is kept goes.
    pub without_email: bool,
    /// The document that is kept goes.
    pub without_document: bool,
}

/// Why nothing was written.
pub enum NotSaved {
    /// Fields to put right.
    Complaints(Vec<Complaint>),
    /// Somebody else was faster: what is there now.
    Stale(Box<PersonNow>),
    /// Not possible at all.
    Op(OpError),
}

/// Somebody as they are kept now, for whoever may not see more: what identifies is masked.
#[derive(Debug)]
pub struct PersonNow {
    /// The plain columns.
    pub row: PersonRow,
    /// Surname and mask, as stored.
    pub masked: Option<String>,
    /// Kind and last four of the document.
    pub document: Option<(DocumentKind, String)>,
    /// The last four of the telephone.
    pub phone: Option<String>,
    /// The e-mail address, masked.
    pub email: Option<String>,
    /// The first character of the employer.
    pub employer: Option<String>,
}

/// Somebody of the area as they were shown: nothing is changed that was changed meanwhile.
///
/// # Errors
/// [`NotSaved::Stale`] with what is kept now; not found as in [`person_in`].
pub fn as_shown(
    tx: &ReadTx<'_>,
    vault: &Vault,
    area: &AreaInScope,
    person: &str,
    version: i64,
) -> Result<PersonRow, NotSaved> {
    let row = person_in(tx, area, person)?;
    if row.version == version && row.state == "active" {
        return Ok(row);
    }
    let masked = tx.masked_person(vault, row.shard, row.person)?;
    let masked = masked.and_then(|(_, masked)| masked);
    Err(NotSaved::Stale(Box::new(PersonNow::short(row, masked))))
}

impl PersonNow {
    /// Without document, telephone and employer.
    pub fn short(row: PersonRow, masked: Option<String>) -> PersonNow {
        PersonNow {
            row,
            masked,
            document: None,
            phone: None,
            email: None,
            employer: None,
        }
    }

    /// With the masks of what is kept.
    pub fn masks_of(row: PersonRow, plain: &PersonPlain) -> PersonNow {
        let document = plain.document.as_ref().and_then(|(kind, number)| {
            let kind = DocumentKind::from_code(kind)?;
            Some((kind, Document::from_stored(kind, number)?.to_string()))
        });
        let phone = plain.phone.as_deref().and_then(Phone::from_stored);
        let email = plain.email.as_deref().and_then(Email::from_stored);
        let first = |text: &String| text.chars().next().map(|first| format!("{first}*"));
        PersonNow {
            row,
            masked: plain.masked.clone(),
            document,
            phone: phone.map(|phone| phone.to_string()),
            email: email.map(|email| email.to_string()),
            employer: plain.employer.as_ref().and_then(first),
        }
    }
}

impl From<OpError> for NotSaved {
    fn from(error: OpError) -> NotSaved {
        NotSaved::Op(error)
    }
}

impl From<StoreError> for NotSaved {
    fn from(error: StoreError) -> NotSaved {
        NotSaved::Op(error.into())
    }
}

/// What is to be kept of a checked person.
pub struct Checked {
    /// What identifies them.
    pub plain: PersonPlain,
    /// What they are found by.
    pub terms: Vec<SearchTerm>,
    /// Core's word.
    pub sex: String,
    /// For the age.
    pub birth_year: Option<i64>,
    /// Core's word for exempt workers.
    pub worker_class: Option<String>,
}

impl PersonForm {
    /// Words of the fields that were typed into, for the audit entry.
    pub fn touched(&self) -> String {
        let fields = [
            ("name", !self.name.trim().is_empty()),
            ("sex", !self.sex.is_empty()),
            ("birth_on", !self.birth_on.trim().is_empty()),
            (
                "document",
                !self.document.trim().is_empty() || self.without_document,
            ),
            ("phone", !self.phone.trim().is_empty() || self.without_phone),
            ("email", !self.email.trim().is_empty() || self.without_email),
            ("kind", !self.kind.is_empty()),
            ("employer", !self.employer.trim().is_empty()),
        ];
        let touched = fields.iter().filter(|(_, is)| *is).map(|(word, _)| *word);
        touched.collect::<Vec<_>>().join(" ")
    }

    /// Checks what was typed together with what is kept.
    ///
    /// # Errors
    /// Every complaint at once.
    pub fn check(
        &self,
        kept: &PersonPlain,
        row: &PersonRow,
        today: CivilDay,
        phones: Phones,
    ) -> Result<Checked, Vec<Complaint>> {
        let mut person = check_draft(&self.draft(kept, row), today, phones)?;
        // What was accepted before is not judged by today's segments.
        if self.phone.trim().is_empty() && !self.without_phone {
            let phone = kept.phone.as_deref().and_then(Phone::from_stored);
            person = with_phone(&person, phone);
        }
        let initial = |c: char| crate::pinyin::initial(c);
        Ok(Checked {
            terms: terms_of(&person, Some(&initial)),
            sex: person.sex().code().to_owned(),
            birth_year: person.birth_year().map(i64::from),
            worker_class: person.employment().map(|e| e.class().code().to_owned()),
            plain: plain_of(&person, kept),
        })
    }

    fn draft(&self, kept: &PersonPlain, row: &PersonRow) -> PersonDraft {
        let or_kept = |typed: &str, kept: Option<String>| match typed.trim() {
            "" => kept.unwrap_or_default(),
            _ => typed.to_owned(),
        };
        let kept_sex = Some(row.sex.clone()).filter(|sex| sex == "male" || sex == "female");
        let new_document = !self.document.trim().is_empty();
        let kept_document = kept.document.as_ref().filter(|_| !self.without_document);
        let document = match (new_document, kept_document) {
            (true, _) => {
                let kind = DocumentKind::from_code(&self.document_kind);
                let kind = kind.unwrap_or(DocumentKind::IdentityCard);
                Some((kind, self.document.clone()))
            }
            (false, Some((kind, number))) => {
                DocumentKind::from_code(kind).map(|kind| (kind, number.clone()))
            }
            (false, None) => None,
        };
        // A new number says anew who somebody is: what it tells is taken from it.
        let from_number = new_document && self.sex.is_empty();
        let sex = match from_number {
            true => String::new(),
            false => sex_typed(&or_kept(&self.sex, kept_sex)),
        };
        let kept_birth = kept.birth_on.map(CivilDay::to_text);
        let class = match self.worker_class.as_str() {
            "" => row.worker_class.clone().unwrap_or_default(),
            class => class.to_owned(),
        };
        let is_worker = self.kind == "exempt_worker" || !class.is_empty();
        PersonDraft {
            name: or_kept(&self.name, kept.name.clone()),
            sex,
            birth_on: or_kept(&self.birth_on, kept_birth.filter(|_| !new_document)),
            document,
            phone: self.phone.clone(),
            email: or_kept(
                &self.email,
                kept.email.clone().filter(|_| !self.without_email),
            ),
            employment: WorkerClass::from_code(&class)
                .filter(|_| is_worker)
                .map(|class| (class, or_kept(&self.employer, kept.employer.clone()))),
        }
    }
}

/// Core reads the words of forms.
fn sex_typed(sex: &str) -> String {
    match sex {
        "male" => "男".to_owned(),
        "female" => "女".to_owned(),
        other => other.to_owned(),
    }
}

fn plain_of(person: &Person, kept: &PersonPlain) -> PersonPlain {
    let document = person.document();
    PersonPlain {
        masked: Some(GateName::of(person.name()).to_stored()),
        name: Some(person.name().reveal_text().to_owned()),
        birth_on: person.birth_on(),
        document: document.map(|d| (d.kind().code().to_owned(), d.reveal_text().to_owned())),
        phone: person.phone().map(|phone| phone.reveal_text().to_owned()),
        employer: person.employment().map(|e| e.employer().to_owned()),
        email: person.email().map(|email| email.reveal_text().to_owned()),
        photo: kept.photo.clone(),
        note: kept.note.clone(),
    }
}
