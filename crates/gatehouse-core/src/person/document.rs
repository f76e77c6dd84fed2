//! Documents by which someone shows who they are: the resident identity card and its relatives,
//! passports and travel permits.
//!
//! Forms only: whether a document was ever issued cannot be known here. A form we do not know is
//! better left out of the register than forced into a wrong kind.

use super::id_area::{AreaCodes, AreaStanding};
use super::id_number::IdNumber;
use crate::complaint::ComplaintCode;
use crate::moment::CivilDay;
use crate::text;
use serde::{Deserialize, Serialize};
use std::fmt;

const MAX_NUMBER_LENGTH: usize = 20;

/// Kind of document; the first covers every card with a number of GB 11643.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// 居民身份证, 港澳台居民居住证 (81, 82, 83) and the foreigners' card of 2023 (9…).
    IdentityCard,
    /// 护照 of any country.
    Passport,
    /// 港澳居民来往内地通行证.
    HongKongMacaoPermit,
    /// 台湾居民来往大陆通行证.
    TaiwanPermit,
    /// 外国人永久居留身份证 of before 2023: three letters, twelve digits.
    PermanentResidencePermit,
    /// 军官证, 士兵证 and the like: their numbers have no public form.
    ServiceCard,
}

impl DocumentKind {
    /// Every kind once.
    pub const ALL: [DocumentKind; 6] = [
        DocumentKind::IdentityCard,
        DocumentKind::Passport,
        DocumentKind::HongKongMacaoPermit,
        DocumentKind::TaiwanPermit,
        DocumentKind::PermanentResidencePermit,
        DocumentKind::ServiceCard,
    ];

    /// The name in databases and wire formats.
    pub const fn code(self) -> &'static str {
        match self {
            DocumentKind::IdentityCard => "identity_card",
            DocumentKind::Passport => "passport",
            DocumentKind::HongKongMacaoPermit => "hong_kong_macao_permit",
            DocumentKind::TaiwanPermit => "taiwan_permit",
            DocumentKind::PermanentResidencePermit => "permanent_residence_permit",
            DocumentKind::ServiceCard => "service_card",
        }
    }

    /// The kind with this [`DocumentKind::code`].
    pub fn from_code(code: &str) -> Option<DocumentKind> {
        DocumentKind::ALL
            .into_iter()
            .find(|kind| kind.code() == code)
    }

    /// Name on Chinese forms.
    pub const fn label_zh(self) -> &'static str {
        match self {
            DocumentKind::IdentityCard => "居民身份证",
            DocumentKind::Passport => "护照",
            DocumentKind::HongKongMacaoPermit => "港澳居民来往内地通行证",
            DocumentKind::TaiwanPermit => "台湾居民来往大陆通行证",
            DocumentKind::PermanentResidencePermit => "外国人永久居留身份证",
            DocumentKind::ServiceCard => "军人证件",
        }
    }

    /// Name on English forms.
    pub const fn label_en(self) -> &'static str {
        match self {
            DocumentKind::IdentityCard => "identity card",
            DocumentKind::Passport => "passport",
            DocumentKind::HongKongMacaoPermit => "Hong Kong and Macao permit",
            DocumentKind::TaiwanPermit => "Taiwan permit",
            DocumentKind::PermanentResidencePermit => "permanent residence permit",
            DocumentKind::ServiceCard => "military card",
        }
    }

    fn accepts(self, number: &str) -> bool {
        let bytes = number.as_bytes();
        let digits = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_digit);
        match self {
            DocumentKind::IdentityCard => IdNumber::from_stored(number).is_some(),
            // ICAO 9303 gives nine places; longer national numbers exist.
            DocumentKind::Passport => {
                (5..=15).contains(&bytes.len()) && bytes.iter().any(u8::is_ascii_digit)
            }
            // H or M, eight digits, on older cards two more for the count of renewals.
            DocumentKind::HongKongMacaoPermit => {
                matches!(bytes.first(), Some(b'H' | b'M'))
                    && matches!(bytes.len(), 9 | 11)
                    && digits(&bytes[1..])
            }
            // Eight digits; the booklet had ten and a letter for the issuing place.
            DocumentKind::TaiwanPermit => match bytes.len() {
                8 | 10 => digits(bytes),
                11 => digits(&bytes[..10]) && bytes[10].is_ascii_uppercase(),
                _ => false,
            },
            DocumentKind::PermanentResidencePermit => {
                bytes.len() == 15
                    && bytes[..3].iter().all(u8::is_ascii_uppercase)
                    && digits(&bytes[3..])
            }
            DocumentKind::ServiceCard => (4..=MAX_NUMBER_LENGTH).contains(&number.chars().count()),
        }
    }
}

/// Number of a document other than an identity card, checked against its kind's form.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PermitNumber(String);

/// A document with its number. Prints the kind and the last four characters.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Document {
    /// A number of GB 11643.
    Identity(IdNumber),
    /// Every other kind.
    Permit(DocumentKind, PermitNumber),
}

impl Document {
    /// Reads a typed number of a kind.
    ///
    /// # Errors
    /// What [`IdNumber::parse`] says of identity cards, `DocumentNumberForm` for the rest.
    pub fn parse(
        kind: DocumentKind,
        typed: &str,
        table: &dyn AreaCodes,
        today: CivilDay,
    ) -> Result<(Document, AreaStanding), ComplaintCode> {
        if kind == DocumentKind::IdentityCard {
            let (id, standing) = IdNumber::parse(typed, table, today)?;
            return Ok((Document::Identity(id), standing));
        }
        let number = tidy_number(kind, typed)?;
        let permit = Document::Permit(kind, PermitNumber(number));
        Ok((permit, AreaStanding::NotChecked))
    }

    /// A document that was accepted before and kept.
    pub fn from_stored(kind: DocumentKind, text: &str) -> Option<Document> {
        match kind {
            DocumentKind::IdentityCard => IdNumber::from_stored(text).map(Document::Identity),
            _ if text.is_empty() => None,
            _ => Some(Document::Permit(kind, PermitNumber(text.to_owned()))),
        }
    }

    /// What kind of document it is.
    pub fn kind(&self) -> DocumentKind {
        match self {
            Document::Identity(_) => DocumentKind::IdentityCard,
            Document::Permit(kind, _) => *kind,
        }
    }

    /// The whole number in the clear; see [`super::PersonName::reveal_text`].
    pub fn reveal_text(&self) -> &str {
        match self {
            Document::Identity(id) => id.reveal_text(),
            Document::Permit(_, number) => &number.0,
        }
    }

    /// The last four characters.
    pub fn last_four(&self) -> &str {
        let text = self.reveal_text();
        let start = text.char_indices().rev().nth(3).map_or(0, |(at, _)| at);
        &text[start..]
    }
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "*{}", self.last_four())
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Document({:?}, *{})", self.kind(), self.last_four())
    }
}

impl fmt::Debug for PermitNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PermitNumber(*)")
    }
}

fn tidy_number(kind: DocumentKind, typed: &str) -> Result<String, ComplaintCode> {
    let mut number = String::new();
    for c in typed.trim().chars().map(text::fold_width_char) {
        let in_words = kind == DocumentKind::ServiceCard && text::is_han(c);
        match c.to_ascii_uppercase() {
            // Taiwan's booklet writes its letter in brackets.
            '(' | ')' => {}
            c if text::is_number_separator(c) => {}
            c if c.is_ascii_alphanumeric() || in_words => number.push(c),
            _ => return Err(ComplaintCode::DocumentNumberForm),
        }
        if number.chars().count() > MAX_NUMBER_LENGTH {
            return Err(ComplaintCode::DocumentNumberForm);
        }
    }
    match number.as_str() {
        "" => Err(ComplaintCode::Missing),
        text if kind.accepts(text) => Ok(number),
        _ => Err(ComplaintCode::DocumentNumberForm),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::person::NoAreaTable;
    use proptest::prelude::*;

    fn today() -> CivilDay {
        CivilDay::parse("2020-02-19").expect("a day")
    }

    #[test]
    fn each_kind_has_its_form() {
        use DocumentKind::*;
        let table = [
            (IdentityCard, "11010519491231002x", Ok("11010519491231002X")),
            (
                IdentityCard,
                "E12345678",
                Err(ComplaintCode::IdNumberCharacter),
            ),
            (Passport, "e12345678", Ok("E12345678")),
            (Passport, "ABCDEFGH", Err(ComplaintCode::DocumentNumberForm)),
            (Passport, "E123-456 78", Ok("E12345678")),
            (Passport, "E12/345", Err(ComplaintCode::DocumentNumberForm)),
            (HongKongMacaoPermit, "H12345678", Ok("H12345678")),
            (HongKongMacaoPermit, "h1234567801", Ok("H1234567801")),
            (
                HongKongMacaoPermit,
                "A12345678",
                Err(ComplaintCode::DocumentNumberForm),
            ),
            (TaiwanPermit, "12345678", Ok("12345678")),
            (TaiwanPermit, "1234567801(D)", Ok("1234567801D")),
            (
                TaiwanPermit,
                "T2345678",
                Err(ComplaintCode::DocumentNumberForm),
            ),
            (
                PermanentResidencePermit,
                "USA310090010101",
                Ok("USA310090010101"),
            ),
            (ServiceCard, "军字第1234567号", Ok("军字第1234567号")),
            (ServiceCard, "", Err(ComplaintCode::Missing)),
        ];
        for (kind, typed, expected) in table {
            let found = Document::parse(kind, typed, &NoAreaTable, today());
            let found = found
                .as_ref()
                .map(|(d, _)| d.reveal_text())
                .map_err(|code| *code);
            assert_eq!(found, expected, "{kind:?} {typed}");
        }
    }

    #[test]
    fn codes_are_the_wire_names() {
        for kind in DocumentKind::ALL {
            assert_eq!(serde_json::to_value(kind).expect("serialises"), kind.code());
            assert_eq!(DocumentKind::from_code(kind.code()), Some(kind));
        }
    }

    #[test]
    fn a_document_prints_its_kind_and_last_four() {
        let document = Document::from_stored(DocumentKind::Passport, "E12345678").expect("kept");
        assert_eq!(
            format!("{document} {document:?}"),
            "*5678 Document(Passport, *5678)"
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(typed in any::<String>(), kind in 0usize..6) {
            let kind = DocumentKind::ALL[kind];
            if let Ok((document, _)) = Document::parse(kind, &typed, &NoAreaTable, today()) {
                let kept = Document::from_stored(kind, document.reveal_text());
                prop_assert_eq!(kept, Some(document));
            }
            let _ = Document::from_stored(kind, &typed).map(|d| d.to_string());
        }
    }
}
