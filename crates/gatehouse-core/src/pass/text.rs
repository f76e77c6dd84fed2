//! The text in a QR code: `https://HOST/v#` and the credential in base32. HOST is not signed and
//! is ignored; a stranger's camera that follows it finds a page that says only what this is.

use crate::digits::BASE32;

/// Longer texts are not looked at; the longest QR code holds 7 089 digits.
pub const TEXT_BYTES_MOST: usize = 2_048;

/// The full text for a card.
pub fn to_text(host: &str, credential: &[u8]) -> String {
    format!("https://{host}/v#{}", BASE32.encode(credential))
}

/// Full-width letters, digits and signs, as input methods make them, to their narrow forms.
pub(super) fn narrow(character: char) -> char {
    match character {
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character)
        }
        '\u{3000}' => ' ',
        other => other,
    }
}

/// Finds the credential's bytes in what a camera, a hardware scanner or a keyboard gave.
///
/// What follows the first `#` counts; where there is none (a scanner set to another keyboard
/// types another sign), what follows the last character that base32 does not have. Case, blanks,
/// line ends, byte order marks and full-width characters do not matter.
pub fn from_text(text: &str) -> Option<Vec<u8>> {
    if text.len() > TEXT_BYTES_MOST {
        return None;
    }
    let folded: String = text
        .chars()
        .map(narrow)
        .filter(|c| !c.is_whitespace() && !c.is_control() && !is_invisible(*c))
        .map(|c| c.to_ascii_uppercase())
        .collect();
    let coded = match folded.split_once('#') {
        Some((_, behind)) => behind,
        None => folded
            .rsplit(|c: char| !matches!(c, 'A'..='Z' | '2'..='7'))
            .next()?,
    };
    let bytes = BASE32.decode(coded.as_bytes())?;
    (!bytes.is_empty()).then_some(bytes)
}

fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn scanners_and_keyboards_may_add_what_they_like() {
        let bytes = [0, 1, 2, 250, 251, 252, 253];
        let text = to_text("pass.example", &bytes);
        assert_eq!(text, "https://pass.example/v#AAAQF6X37T6Q");
        let wide: String = text
            .chars()
            .map(|c| char::from_u32(u32::from(c) + 0xfee0).expect("full width"))
            .collect();
        for read in [
            text.clone(),
            text.to_lowercase(),
            text.to_uppercase(),
            format!("{text}\r\n"),
            format!("\u{feff}{text}\t"),
            text.replace("v#", "v# ").replace("QF", "Q F"),
            wide,
            text.replace('#', "§"),
            text.replace('#', "£"),
            "AAAQF6X37T6Q".to_owned(),
            "http://other.example:8443/elsewhere#aaaqf6x37t6q".to_owned(),
        ] {
            assert_eq!(from_text(&read).as_deref(), Some(&bytes[..]), "{read}");
        }
    }

    #[test]
    fn what_holds_no_bytes_is_not_read() {
        for text in [
            "",
            "#",
            "https://pass.example/v#",
            "https://pass.example/v#A",
            "https://pass.example/v#AB1",
            "https://pass.example/v#AAAQF6X37T6Q#AA",
            "AAAQF6X37T6R",
            "粤康码",
        ] {
            assert_eq!(from_text(text), None, "{text}");
        }
        assert_eq!(from_text(&"A".repeat(TEXT_BYTES_MOST + 1)), None);
    }

    proptest! {
        #[test]
        fn text_reads_back(bytes in prop::collection::vec(any::<u8>(), 1..200)) {
            prop_assert_eq!(from_text(&to_text("h", &bytes)), Some(bytes));
        }

        #[test]
        fn any_text_is_read_without_panic(text: String) {
            let _ = from_text(&text);
        }
    }
}
