//! The strings by which a person can be found: what the store turns into keyed tokens.
//!
//! Here is only which strings, folded how; the HMAC and its key are the store's. Registering
//! ([`terms_of`]) and asking ([`terms_for_query`]) fold alike, so that equal strings meet.

use super::document::Document;
use super::draft::Person;
use super::email::Email;
use super::mask::letters;
use super::name::{SEPARATORS, is_lookalike_dot};
use super::surname::surname_initials;
use crate::text;
use std::fmt;

/// Longest prefix of a name that is indexed; a longer query asks for the full name.
pub const MAX_PREFIX_LETTERS: usize = 4;
/// Longest run of pinyin initials that is indexed.
pub const MAX_INITIALS: usize = 6;
/// Terms of one person: 1 + 4 + 2 × 6 + 2 + 2 + 1.
pub const MAX_TERMS: usize = 24;

/// First pinyin letter of a Han character, where a table is at hand.
pub type Initial<'a> = &'a dyn Fn(char) -> Option<char>;

/// What a string is a part of. The number goes into the token, so that a name of four letters
/// never meets four digits of a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum SearchKind {
    /// The whole name.
    FullName = 1,
    /// The first one to four letters of the name.
    NamePrefix = 2,
    /// The first pinyin initials: zgf for 张桂芳.
    PinyinPrefix = 3,
    /// The whole phone number, digits only.
    Phone = 4,
    /// Its last four digits.
    PhoneLastFour = 5,
    /// The whole document number.
    Document = 6,
    /// Its last four characters.
    DocumentLastFour = 7,
    /// The whole e-mail address.
    Email = 8,
}

/// One string with its kind. Prints its kind only.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SearchTerm {
    /// What the string is a part of.
    pub kind: SearchKind,
    text: String,
}

impl SearchTerm {
    fn new(kind: SearchKind, text: &str) -> SearchTerm {
        SearchTerm {
            kind,
            text: text::fold_for_lookup(text),
        }
    }

    /// What is to be keyed and hashed: the kind's number, then the folded string. Plain text;
    /// it goes into an HMAC and nowhere else.
    pub fn reveal_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![self.kind as u8];
        bytes.extend_from_slice(self.text.as_bytes());
        bytes
    }
}

impl fmt::Debug for SearchTerm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SearchTerm({:?})", self.kind)
    }
}

/// Everything by which this person is to be found, sorted, each once, at most [`MAX_TERMS`].
pub fn terms_of(person: &Person, initial: Option<Initial<'_>>) -> Vec<SearchTerm> {
    let mut terms = name_terms(person.name().reveal_text());
    if let Some(initial) = initial {
        for initials in pinyin_initials(person, initial) {
            for length in 1..=initials.len().min(MAX_INITIALS) {
                terms.push(SearchTerm::new(
                    SearchKind::PinyinPrefix,
                    &initials[..length],
                ));
            }
        }
    }
    if let Some(phone) = person.phone() {
        let digits: String = phone.reveal_text().chars().filter(|c| *c != '-').collect();
        terms.push(SearchTerm::new(SearchKind::Phone, &digits));
        terms.push(SearchTerm::new(
            SearchKind::PhoneLastFour,
            phone.last_four(),
        ));
    }
    if let Some(document) = person.document() {
        terms.push(document_term(document));
        terms.push(SearchTerm::new(
            SearchKind::DocumentLastFour,
            document.last_four(),
        ));
    }
    if let Some(email) = person.email() {
        terms.push(SearchTerm::new(SearchKind::Email, email.reveal_text()));
    }
    terms.sort();
    terms.dedup();
    terms.truncate(MAX_TERMS);
    terms
}

/// The whole number of a document: by it somebody is the same person.
pub fn document_term(document: &Document) -> SearchTerm {
    SearchTerm::new(SearchKind::Document, document.reveal_text())
}

/// Every kind that a typed query may mean: 王 is a prefix; 1234 the end of a phone or an ID
/// number; zgf initials. Empty where nothing indexed could match.
pub fn terms_for_query(typed: &str) -> Vec<SearchTerm> {
    let folded = text::fold_for_lookup(typed);
    if folded.contains('@') {
        let email = Email::parse(&folded).ok();
        let term = email.map(|email| SearchTerm::new(SearchKind::Email, email.reveal_text()));
        return term.into_iter().collect();
    }
    let bare: String = folded
        .chars()
        .filter(|c| !text::is_number_separator(*c))
        .collect();
    let is_number = bare.chars().all(|c| c.is_ascii_digit() || c == 'x')
        && bare.chars().any(|c| c.is_ascii_digit());
    let mut terms = Vec::new();
    if is_number && bare.len() == 4 {
        terms.push(SearchTerm::new(SearchKind::PhoneLastFour, &bare));
        terms.push(SearchTerm::new(SearchKind::DocumentLastFour, &bare));
    } else if (5..=20).contains(&bare.len())
        && bare.bytes().any(|b| b.is_ascii_digit())
        && bare.bytes().all(|b| b.is_ascii_alphanumeric())
    {
        terms.push(SearchTerm::new(SearchKind::Phone, &bare));
        terms.push(SearchTerm::new(SearchKind::Document, &bare));
    } else if !is_number {
        let name = bare_name(&folded);
        let count = letters(&name).len();
        if count > 0 && count <= super::MAX_NAME_CHARS {
            terms.push(SearchTerm::new(SearchKind::FullName, &name));
        }
        if (1..=MAX_PREFIX_LETTERS).contains(&count) {
            terms.push(SearchTerm::new(SearchKind::NamePrefix, &name));
        }
        if (1..=MAX_INITIALS).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_lowercase())
        {
            terms.push(SearchTerm::new(SearchKind::PinyinPrefix, &name));
        }
    }
    terms
}

fn name_terms(name: &str) -> Vec<SearchTerm> {
    let bare = bare_name(name);
    let mut terms = vec![SearchTerm::new(SearchKind::FullName, &bare)];
    let mut end = 0;
    for letter in letters(&bare).into_iter().take(MAX_PREFIX_LETTERS) {
        end += letter.len();
        terms.push(SearchTerm::new(SearchKind::NamePrefix, &bare[..end]));
    }
    terms
}

/// Dots, blanks and hyphens are typed now so, now otherwise: left out on both sides.
fn bare_name(name: &str) -> String {
    let kept = |c: &char| {
        !(SEPARATORS.contains(c) || is_lookalike_dot(*c) || matches!(c, '-' | '.' | ',' | '\''))
    };
    text::fold_for_lookup(name).chars().filter(kept).collect()
}

/// The initials of a name; two of them where its surname is read in two ways.
fn pinyin_initials(person: &Person, initial: Initial<'_>) -> Vec<String> {
    let name = person.name();
    let of = |text: &str| -> String {
        text.chars()
            .filter_map(|c| {
                if c.is_ascii_alphabetic() {
                    Some(c)
                } else {
                    initial(c)
                }
            })
            .filter(char::is_ascii_alphabetic)
            .map(|c| c.to_ascii_lowercase())
            .collect()
    };
    let whole = name.reveal_text();
    match name
        .surname()
        .and_then(|surname| Some((surname, surname_initials(surname)?)))
    {
        Some((surname, readings)) => {
            let given = of(&whole[surname.len()..]);
            readings
                .iter()
                .map(|reading| format!("{reading}{given}"))
                .collect()
        }
        None => {
            // Of Latin names the first letter of each part, of Han names of each character.
            let parts = whole.split(SEPARATORS);
            let initials = parts.map(|part| match part.chars().next() {
                Some(first) if first.is_ascii_alphabetic() => of(&part[..1]),
                _ => of(part),
            });
            vec![initials.collect()]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moment::CivilDay;
    use crate::person::{DocumentKind, NoAreaTable, PersonDraft};
    use proptest::prelude::*;

    fn initial(c: char) -> Option<char> {
        [
            ('张', 'z'),
            ('桂', 'g'),
            ('芳', 'f'),
            ('单', 'd'),
            ('覃', 'x'),
            ('阿', 'a'),
            ('买', 'm'),
        ]
        .iter()
        .find(|(han, _)| *han == c)
        .map(|(_, latin)| *latin)
    }

    fn person(name: &str) -> Person {
        PersonDraft {
            name: name.to_owned(),
            document: Some((DocumentKind::IdentityCard, "11010519491231002x".to_owned())),
            phone: "0374-6180123-1".to_owned(),
            ..PersonDraft::default()
        }
        .check(&NoAreaTable, CivilDay(18_311))
        .expect("a person")
    }

    fn finds(name: &str, query: &str) -> bool {
        let terms = terms_of(&person(name), Some(&initial));
        terms_for_query(query)
            .iter()
            .any(|asked| terms.contains(asked))
    }

    #[test]
    fn people_are_found_by_what_is_typed() {
        let found = [
            ("张桂芳", "张"),
            ("张桂芳", " 张桂 "),
            ("张桂芳", "张桂芳"),
            ("张桂芳", "zgf"),
            ("张桂芳", "ＺＧ"),
            ("张桂芳", "0123"),
            ("张桂芳", "0374-61801231"),
            ("张桂芳", "002X"),
            ("张桂芳", "11010519491231002X"),
            ("单桂芳", "sg"),
            ("覃桂芳", "qgf"),
            ("覃桂芳", "tgf"),
            ("阿买·阿买", "阿买阿"),
            ("阿买·阿买", "阿买•阿买"),
            ("阿买·阿买", "ama"),
            ("John Smith", "js"),
            ("John Smith", "john smith"),
            ("John Smith", "JOHN"),
        ];
        for (name, query) in found {
            assert!(finds(name, query), "{name} by {query}");
        }
        let not_found = [
            ("张桂芳", "桂芳"),
            ("单桂芳", "dg"),
            ("张桂芳", ""),
            ("张桂芳", "9999"),
        ];
        for (name, query) in not_found {
            assert!(!finds(name, query), "{name} by {query}");
        }
    }

    #[test]
    fn kinds_never_meet_and_nothing_prints() {
        let name = SearchTerm::new(SearchKind::NamePrefix, "1234");
        let phone = SearchTerm::new(SearchKind::PhoneLastFour, "1234");
        assert_ne!(name.reveal_bytes(), phone.reveal_bytes());
        assert_eq!(format!("{phone:?}"), "SearchTerm(PhoneLastFour)");
    }

    proptest! {
        #[test]
        fn any_query_gives_few_terms(typed in any::<String>()) {
            prop_assert!(terms_for_query(&typed).len() <= 4);
        }

        #[test]
        fn everyone_is_found_by_the_full_name(name in "[\u{4E00}-\u{9FA5}A-Za-z· ]{1,30}") {
            let draft = PersonDraft { name, ..PersonDraft::default() };
            if let Ok(person) = draft.check(&NoAreaTable, CivilDay(18_311)) {
                let terms = terms_of(&person, Some(&initial));
                prop_assert!(terms.len() <= MAX_TERMS);
                let asked = terms_for_query(person.name().reveal_text());
                prop_assert!(asked.iter().any(|term| terms.contains(term)));
            }
        }
    }
}
