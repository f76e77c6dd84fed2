//! E-mail addresses, as mail servers at large take them: letters, digits and a few marks before
//! the at sign, a domain with a dot behind it. Addresses with other letters are refused, since
//! most servers refuse them too.

use crate::complaint::ComplaintCode;
use crate::text;
use std::fmt;

/// Longest address, in bytes (RFC 5321, 4.5.3.1.3).
const BYTES_MOST: usize = 254;
/// Longest part before the at sign, in bytes (RFC 5321, 4.5.3.1.1).
const LOCAL_MOST: usize = 64;
/// Longest part between dots of a domain (RFC 1035, 2.3.4).
const LABEL_MOST: usize = 63;

/// An address that was checked. Prints its first letter and its last domain only.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    /// Reads a typed address: full-width letters are taken as meant, blanks around it as slips.
    ///
    /// # Errors
    /// `Missing`, else `EmailForm`.
    pub fn parse(typed: &str) -> Result<Email, ComplaintCode> {
        let folded = text::fold_width(typed.trim());
        if folded.is_empty() {
            return Err(ComplaintCode::Missing);
        }
        let (local, domain) = folded.rsplit_once('@').ok_or(ComplaintCode::EmailForm)?;
        let whole = folded.len() <= BYTES_MOST && is_local(local) && is_domain(domain);
        // Domains mean the same in any case.
        whole
            .then(|| Email(format!("{local}@{}", domain.to_ascii_lowercase())))
            .ok_or(ComplaintCode::EmailForm)
    }

    /// An address that was accepted before and kept.
    pub fn from_stored(text: &str) -> Option<Email> {
        Email::parse(text).ok()
    }

    /// The whole address in the clear; see [`super::PersonName::reveal_text`].
    pub fn reveal_text(&self) -> &str {
        &self.0
    }
}

fn is_local(local: &str) -> bool {
    const MARKS: &[u8] = b"!#$%&'*+/=?^_`{|}~-";
    let is_part = |part: &str| {
        let mut bytes = part.bytes();
        !part.is_empty() && bytes.all(|b| b.is_ascii_alphanumeric() || MARKS.contains(&b))
    };
    local.len() <= LOCAL_MOST && local.split('.').all(is_part)
}

fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        let inner = label
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let ends = !label.starts_with('-') && !label.ends_with('-');
        (1..=LABEL_MOST).contains(&label.len()) && inner && ends
    };
    let last = domain.rsplit('.').next().unwrap_or_default();
    let is_named = last.len() >= 2 && last.bytes().any(|b| b.is_ascii_alphabetic());
    domain.contains('.') && domain.split('.').all(is_label) && is_named
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.0.chars().next().unwrap_or('*');
        let last = self.0.rsplit('.').next().unwrap_or_default();
        write!(f, "{first}***@***.{last}")
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Email({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_address_is_read_or_refused() {
        for (typed, expected) in [
            (" wang.hua@example.com ", Some("wang.hua@example.com")),
            ("Wang+gate@Example.COM", Some("Wang+gate@example.com")),
            ("ｗ＠ｅｘａｍｐｌｅ．ｃｎ", Some("w@example.cn")),
            ("w@mail.example.com.cn", Some("w@mail.example.com.cn")),
            ("w", None),
            ("w@", None),
            ("@example.com", None),
            ("w@example", None),
            ("w@@example.com", None),
            ("w..h@example.com", None),
            (".w@example.com", None),
            ("w h@example.com", None),
            ("w@-example.com", None),
            ("w@example.1", None),
            ("王@example.com", None),
            ("w@example.com\r\nBcc: x@example.com", None),
            ("=cmd|'/c calc'!A1@example.com,x", None),
        ] {
            let read = Email::parse(typed).ok();
            assert_eq!(read.as_ref().map(Email::reveal_text), expected, "{typed:?}");
        }
        assert_eq!(Email::parse("  "), Err(ComplaintCode::Missing));
        let long = format!("{}@example.com", "w".repeat(65));
        assert_eq!(Email::parse(&long), Err(ComplaintCode::EmailForm));
    }

    #[test]
    fn an_address_prints_masked() {
        let email = Email::parse("wang.hua@example.com").expect("an address");
        assert_eq!(
            format!("{email} {email:?}"),
            "w***@***.com Email(w***@***.com)"
        );
    }

    proptest! {
        #[test]
        fn what_was_read_reads_the_same_again(typed in "[ -~]{0,40}@[a-z.-]{0,20}") {
            if let Ok(email) = Email::parse(&typed) {
                prop_assert_eq!(Email::from_stored(email.reveal_text()), Some(email));
            }
        }
    }
}
