//! Characters that keyboards, spreadsheets and attackers put into short texts.
//!
//! Folding here is for numbers and for looking things up; names keep their own characters. No
//! Unicode normalisation on purpose: NFC would replace compatibility ideographs that stand in
//! people's identity cards by others.

use crate::complaint::ComplaintCode;

/// Full-width forms (U+FF01 to U+FF5E) and the ideographic space become their ASCII twins.
pub fn fold_width_char(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => {
            char::from_u32(u32::from(c) - 0xFEE0).expect("FF01..FF5E less FEE0 is printable ASCII")
        }
        '\u{3000}' | '\u{A0}' => ' ',
        other => other,
    }
}

/// [`fold_width_char`] over a text.
pub fn fold_width(text: &str) -> String {
    text.chars().map(fold_width_char).collect()
}

/// For comparing what was typed with what is kept: half-width, lower case, no blanks.
pub fn fold_for_lookup(text: &str) -> String {
    text.chars()
        .map(fold_width_char)
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}

/// [`fold_for_lookup`] for doors and surnames, where letters beyond ASCII keep their case: the
/// tables for them would weigh on the gate app.
pub fn fold_door(text: &str) -> String {
    text.chars()
        .map(|c| fold_width_char(c).to_ascii_lowercase())
        .filter(|c| !c.is_whitespace())
        .collect()
}

/// Characters that people put between the digits of a number: blanks, hyphens, dashes.
pub fn is_number_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FF0D}')
}

/// Han characters of every block, with 〇 and the compatibility ideographs.
pub fn is_han(c: char) -> bool {
    matches!(u32::from(c),
        0x3005..=0x3007
        | 0x3400..=0x4DBF
        | 0x4E00..=0x9FFF
        | 0xF900..=0xFAFF
        | 0x20000..=0x323AF)
}

/// Without the blanks between two Han characters: a slot stands between blanks for numbers; filled
/// with a word it needs none.
pub fn without_gaps(text: &str) -> String {
    let is_gap = |(at, letter): (usize, char)| {
        let before = text[..at].chars().next_back();
        let after = text[at..].chars().nth(1);
        letter == ' ' && before.is_some_and(is_han) && after.is_some_and(is_han)
    };
    let kept = text.char_indices().filter(|one| !is_gap(*one));
    kept.map(|(_, letter)| letter).collect()
}

/// Selects a glyph variant of the character before it; kept after Han characters only.
pub fn is_variation_selector(c: char) -> bool {
    matches!(u32::from(c), 0xFE00..=0xFE0F | 0xE0100..=0xE01EF)
}

/// A mark that sits on the character before it.
pub fn is_combining(c: char) -> bool {
    matches!(u32::from(c), 0x0300..=0x036F | 0x1AB0..=0x1AFF | 0x1DC0..=0x1DFF | 0x20D0..=0x20FF)
}

/// Why a character may stand in no text that people read, if so (variation selectors apart).
pub fn refusal(c: char) -> Option<ComplaintCode> {
    match u32::from(c) {
        0x061C | 0x200E..=0x200F | 0x202A..=0x202E | 0x2066..=0x2069 => {
            Some(ComplaintCode::DirectionCharacter)
        }
        0x2028..=0x2029 => Some(ComplaintCode::ControlCharacter),
        0xAD
        | 0x034F
        | 0x115F..=0x1160
        | 0x17B4..=0x17B5
        | 0x180B..=0x180F
        | 0x200B..=0x200D
        | 0x2060..=0x2065
        | 0x206A..=0x206F
        | 0x3164
        | 0xFEFF
        | 0xFFA0
        | 0xFFF0..=0xFFFC
        | 0x1BCA0..=0x1BCA3
        | 0x1D173..=0x1D17A
        | 0xE0000..=0xE00FF
        | 0xE01F0..=0xE0FFF => Some(ComplaintCode::InvisibleCharacter),
        0xE000..=0xF8FF | 0xF0000..=0x10FFFF => Some(ComplaintCode::PrivateCharacter),
        0xFFFD..=0xFFFF | 0xFDD0..=0xFDEF => Some(ComplaintCode::ForbiddenCharacter),
        _ if c.is_control() => Some(ComplaintCode::ControlCharacter),
        _ => None,
    }
}

/// Trims, turns runs of blanks into one, and refuses what [`refusal`] refuses.
///
/// `limit` counts characters. For short texts that people read: area names, rooms, employers.
pub fn clean_line(text: &str, limit: usize) -> Result<String, ComplaintCode> {
    let mut clean = String::new();
    let mut length = 0;
    let mut blank = false;
    // Trimming first: a trailing line end of a pasted cell is no reason to refuse it.
    for c in text.trim().chars() {
        if let Some(code) = refusal(c) {
            return Err(code);
        }
        if c.is_whitespace() {
            blank = true;
            continue;
        }
        if blank {
            clean.push(' ');
            length += 1;
            blank = false;
        }
        clean.push(c);
        length += 1;
        if length > limit {
            return Err(ComplaintCode::TooLong);
        }
    }
    if clean.is_empty() {
        Err(ComplaintCode::Missing)
    } else {
        Ok(clean)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_is_folded_and_nothing_else() {
        assert_eq!(fold_width("４４０ａＸ　，𠮷華"), "440aX ,𠮷華");
        assert_eq!(fold_for_lookup(" Ａb c王\u{3000}华"), "abc王华");
    }

    #[test]
    fn a_line_is_trimmed_and_refused_for_what_cannot_be_read() {
        let table = [
            (" 桂花里  小区\n", Ok("桂花里 小区")),
            ("", Err(ComplaintCode::Missing)),
            (" \u{3000} ", Err(ComplaintCode::Missing)),
            ("a\tb", Err(ComplaintCode::ControlCharacter)),
            ("a\u{202E}b", Err(ComplaintCode::DirectionCharacter)),
            ("a\u{200B}b", Err(ComplaintCode::InvisibleCharacter)),
            ("a\u{E001}b", Err(ComplaintCode::PrivateCharacter)),
            ("一二三四五六七八九十一", Err(ComplaintCode::TooLong)),
        ];
        for (text, expected) in table {
            assert_eq!(
                clean_line(text, 10).as_deref().map_err(|e| *e),
                expected,
                "{text:?}"
            );
        }
    }
}
