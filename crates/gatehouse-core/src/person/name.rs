//! A person's name, kept as its bearer writes it.
//!
//! Rare characters (all Han blocks, variation selectors) and middle dots stay; lookalike dots
//! become U+00B7. What cannot be read or turns text around is refused. How a name is shown at a
//! gate is in `mask.rs`.

use super::mask;
use super::sex::Sex;
use super::surname::surname_length;
use crate::complaint::ComplaintCode;
use crate::text;
use std::fmt;

/// Longest name, in characters. Local choice: twice the 30 of an identity card's name field,
/// room for the two 39-character lines of a passport's usual names.
pub const MAX_NAME_CHARS: usize = 80;

/// Marks that may sit on one letter: decomposed Vietnamese needs two.
const MAX_MARKS_ON_A_LETTER: usize = 2;

/// The middle dot of names: 阿卜杜·买买提.
pub(super) const MIDDLE_DOT: char = '\u{B7}';

/// What stands between the parts of a name; the last is Tibetan's mark between syllables.
pub(super) const SEPARATORS: [char; 3] = [MIDDLE_DOT, ' ', '\u{F0B}'];

/// A name that was checked. Prints masked; see [`PersonName::reveal_text`].
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PersonName(String);

impl PersonName {
    /// Checks and tidies a typed name: trims, joins `王 华` (a spreadsheet's padding) into 王华,
    /// gives every lookalike dot the one code point U+00B7.
    ///
    /// # Errors
    /// The first thing found wrong, as the complaint for the field.
    pub fn parse(typed: &str) -> Result<PersonName, ComplaintCode> {
        let mut name = NameBuilder::default();
        // One more than the limit is enough to say that it is too long.
        for c in typed.trim().chars() {
            name.push(c)?;
        }
        name.finish().map(PersonName)
    }

    /// A name that was accepted before and kept: read back without judging it by today's rules.
    /// `None` only where there is nothing to read.
    pub fn from_stored(text: &str) -> Option<PersonName> {
        (!text.trim().is_empty()).then(|| PersonName(text.to_owned()))
    }

    /// The whole name in the clear. For storing it encrypted and for a view that was logged;
    /// everything else shows [`PersonName::masked`].
    pub fn reveal_text(&self) -> &str {
        &self.0
    }

    /// 王*, 王*华, 欧阳*娜, 阿*·买*, J* S* (glossary §2.12). One star, however much it hides.
    pub fn masked(&self) -> String {
        mask::masked(&self.0)
    }

    /// The surname where the form of the name tells it: names in Han characters without a dot.
    pub fn surname(&self) -> Option<&str> {
        let length = surname_length(&self.0)?;
        let end = self
            .0
            .char_indices()
            .nth(length)
            .map_or(self.0.len(), |(at, _)| at);
        Some(&self.0[..end])
    }

    /// The surname, or for other forms the first part of the name: 阿卜杜, John.
    pub fn surname_or_first_part(&self) -> &str {
        self.surname()
            .or_else(|| self.0.split(SEPARATORS).find(|part| !part.is_empty()))
            .unwrap_or(&self.0)
    }

    /// How a mask is said aloud: 王女士, 阿卜杜先生; 来人 where the sex is not known (§2.9, §2.12).
    pub fn spoken_zh(&self, sex: Sex) -> String {
        match sex {
            Sex::Female => format!("{}女士", self.surname_or_first_part()),
            Sex::Male => format!("{}先生", self.surname_or_first_part()),
            Sex::Unknown => "来人".to_owned(),
        }
    }

    /// The English counterpart of [`PersonName::spoken_zh`]: Ms 王, the person.
    pub fn spoken_en(&self, sex: Sex) -> String {
        match sex {
            Sex::Female => format!("Ms {}", self.surname_or_first_part()),
            Sex::Male => format!("Mr {}", self.surname_or_first_part()),
            Sex::Unknown => "the person".to_owned(),
        }
    }
}

/// What a gate holds of a name: the surname, by which a door is asked for, and the mask.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct GateName {
    /// As [`PersonName::surname_or_first_part`].
    pub surname: String,
    /// As [`PersonName::masked`].
    pub mask: String,
}

impl GateName {
    /// Of a name.
    pub fn of(name: &PersonName) -> GateName {
        GateName {
            surname: name.surname_or_first_part().to_owned(),
            mask: name.masked(),
        }
    }

    /// One text for keeping both; names hold no TAB.
    pub fn to_stored(&self) -> String {
        format!("{}\t{}", self.surname, self.mask)
    }

    /// Reads [`GateName::to_stored`].
    pub fn from_stored(text: &str) -> Option<GateName> {
        let (surname, mask) = text.split_once('\t')?;
        let (surname, mask) = (surname.to_owned(), mask.to_owned());
        Some(GateName { surname, mask })
    }
}

impl fmt::Debug for GateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GateName({})", self.mask)
    }
}

impl fmt::Display for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonName({})", self.masked())
    }
}

/// Dots that keyboards and old code pages give for U+00B7.
pub(super) fn is_lookalike_dot(c: char) -> bool {
    matches!(
        c,
        '\u{B7}'
            | '\u{387}'
            | '\u{16EB}'
            | '\u{2022}'
            | '\u{2024}'
            | '\u{2027}'
            | '\u{2219}'
            | '\u{22C5}'
            | '\u{25CF}'
            | '\u{25E6}'
            | '\u{2E31}'
            | '\u{2E33}'
            | '\u{30FB}'
            | '\u{318D}'
            | '\u{A78F}'
            | '\u{FF0E}'
            | '\u{FF65}'
            | '\u{10101}'
    )
}

/// Letters of names. Mathematical and enclosed letters are pictures of letters, not letters.
fn is_name_letter(c: char) -> bool {
    let picture = matches!(u32::from(c), 0x2460..=0x24FF | 0x1D400..=0x1D7FF | 0x1F100..=0x1F1FF);
    text::is_han(c) || (c.is_alphabetic() && !c.is_numeric() && !picture)
}

#[derive(Default)]
struct NameBuilder {
    text: String,
    length: usize,
    letters: usize,
    marks: usize,
    blank: bool,
    last: Option<char>,
}

impl NameBuilder {
    fn push(&mut self, typed: char) -> Result<(), ComplaintCode> {
        if typed.is_whitespace() && !typed.is_control() {
            self.blank = true;
            return Ok(());
        }
        if text::is_variation_selector(typed) {
            // A chosen glyph of a Han character belongs to the name; elsewhere it is invisible.
            return match self.last {
                Some(last) if text::is_han(last) && !self.blank => self.keep(typed),
                _ => Err(ComplaintCode::InvisibleCharacter),
            };
        }
        if let Some(code) = text::refusal(typed) {
            return Err(code);
        }
        if text::is_combining(typed) {
            self.marks += 1;
            let on_letter = self.last.is_some_and(|c| !text::is_han(c)) && !self.blank;
            return if on_letter && self.marks <= MAX_MARKS_ON_A_LETTER {
                self.keep(typed)
            } else {
                Err(ComplaintCode::ForbiddenCharacter)
            };
        }
        self.marks = 0;
        if is_lookalike_dot(typed) || (typed == '.' && self.last.is_some_and(text::is_han)) {
            return self.push_dot();
        }
        if is_name_letter(typed) {
            self.letters += 1;
            self.close_blank(typed)?;
            return self.keep(typed);
        }
        if matches!(typed, '-' | '\'' | '\u{2019}' | '.' | ',' | '\u{F0B}') && self.letters > 0 {
            self.close_blank(typed)?;
            return self.keep(typed);
        }
        Err(ComplaintCode::ForbiddenCharacter)
    }

    fn push_dot(&mut self) -> Result<(), ComplaintCode> {
        self.blank = false;
        match self.last {
            None | Some(MIDDLE_DOT) => Err(ComplaintCode::NameDotMisplaced),
            Some(_) => self.keep(MIDDLE_DOT),
        }
    }

    /// Blanks count only between letters that are not both Han, and never beside a dot.
    fn close_blank(&mut self, next: char) -> Result<(), ComplaintCode> {
        if !std::mem::take(&mut self.blank) {
            return Ok(());
        }
        let Some(last) = self.last else { return Ok(()) };
        let padding = text::is_han(last) && text::is_han(next);
        if padding || last == MIDDLE_DOT {
            Ok(())
        } else {
            self.keep(' ')
        }
    }

    fn keep(&mut self, c: char) -> Result<(), ComplaintCode> {
        self.length += 1;
        if self.length > MAX_NAME_CHARS {
            return Err(ComplaintCode::TooLong);
        }
        self.text.push(c);
        if !text::is_variation_selector(c) && !text::is_combining(c) {
            self.last = Some(c);
        }
        Ok(())
    }

    fn finish(self) -> Result<String, ComplaintCode> {
        match self.last {
            None => Err(ComplaintCode::Missing),
            Some(MIDDLE_DOT) => Err(ComplaintCode::NameDotMisplaced),
            Some(_) if self.letters == 0 => Err(ComplaintCode::NameWithoutLetter),
            Some(_) => Ok(self.text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(typed: &str, expected: Result<&str, ComplaintCode>) {
        let found = PersonName::parse(typed);
        let found = found
            .as_ref()
            .map(PersonName::reveal_text)
            .map_err(|code| *code);
        assert_eq!(found, expected, "{typed:?}");
    }

    #[test]
    fn names_keep_rare_characters_and_middle_dots() {
        for name in [
            "葛二蛋",
            "凯文·杜兰特",
            "德克·维尔纳·诺维茨基",
            "王䶮",
            "李𬭚",
            "赵𠅤",
            "陈𫖯",
            "周𬱖",
            "孙㛃",
            "李〇",
            "羽\u{FA1E}生",
            "葛\u{E0100}城",
            "Nguyễn Văn Anh",
            "O'Brien",
            "Jean-Luc Picard",
            "J. Smith",
            "Владимир Петров",
            "김민수",
            "བསྟན་འཛིན",
            "王Lily",
        ] {
            check(name, Ok(name));
        }
    }

    #[test]
    fn typed_names_are_tidied() {
        check("  王星华 ", Ok("王星华"));
        check("王\u{3000}华", Ok("王华"));
        check("阿卜杜•买买提", Ok("阿卜杜·买买提"));
        check("阿卜杜 ・ 买买提", Ok("阿卜杜·买买提"));
        check("阿卜杜.买买提", Ok("阿卜杜·买买提"));
        check("阿卜杜．买买提", Ok("阿卜杜·买买提"));
        check("John   Smith", Ok("John Smith"));
        check("王华\n", Ok("王华"));
    }

    #[test]
    fn what_is_no_name_is_refused_with_its_reason() {
        let table = [
            ("", ComplaintCode::Missing),
            (" \u{3000}", ComplaintCode::Missing),
            ("王\t华", ComplaintCode::ControlCharacter),
            ("王\u{0}华", ComplaintCode::ControlCharacter),
            ("王\u{202E}华", ComplaintCode::DirectionCharacter),
            ("\u{2066}王华\u{2069}", ComplaintCode::DirectionCharacter),
            ("王\u{200B}华", ComplaintCode::InvisibleCharacter),
            ("王\u{FEFF}华", ComplaintCode::InvisibleCharacter),
            ("John\u{FE0F}", ComplaintCode::InvisibleCharacter),
            ("王\u{E815}", ComplaintCode::PrivateCharacter),
            ("王2", ComplaintCode::ForbiddenCharacter),
            ("<script>", ComplaintCode::ForbiddenCharacter),
            ("王华😍", ComplaintCode::ForbiddenCharacter),
            ("𝐓𝐡𝐞", ComplaintCode::ForbiddenCharacter),
            ("o\u{35E}\u{337}\u{321}", ComplaintCode::ForbiddenCharacter),
            ("·王", ComplaintCode::NameDotMisplaced),
            ("王·", ComplaintCode::NameDotMisplaced),
            ("阿··买", ComplaintCode::NameDotMisplaced),
        ];
        for (typed, code) in table {
            check(typed, Err(code));
        }
        check(
            &"王".repeat(MAX_NAME_CHARS + 1),
            Err(ComplaintCode::TooLong),
        );
        assert!(PersonName::parse(&"王".repeat(MAX_NAME_CHARS)).is_ok());
    }

    #[test]
    fn what_a_gate_holds_of_a_name_is_kept_in_one_text() {
        for name in ["欧阳娜娜", "阿卜杜·买买提", "John Smith"] {
            let kept = GateName::of(&PersonName::parse(name).expect(name));
            assert_eq!(GateName::from_stored(&kept.to_stored()), Some(kept));
        }
        assert_eq!(GateName::from_stored("王*华"), None);
    }

    #[test]
    fn a_name_prints_masked() {
        let name = PersonName::parse("王星华").expect("a name");
        assert_eq!(format!("{name} {name:?}"), "王*华 PersonName(王*华)");
    }

    #[test]
    fn a_mask_is_spoken_by_surname() {
        let spoken = |name: &str, sex| PersonName::parse(name).expect(name).spoken_zh(sex);
        assert_eq!(spoken("王星华", Sex::Female), "王女士");
        assert_eq!(spoken("欧阳娜娜", Sex::Female), "欧阳女士");
        assert_eq!(spoken("阿卜杜·买买提", Sex::Male), "阿卜杜先生");
        assert_eq!(spoken("王星华", Sex::Unknown), "来人");
        let name = PersonName::parse("王星华").expect("a name");
        assert_eq!(name.spoken_en(Sex::Female), "Ms 王");
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(typed in any::<String>()) {
            if let Ok(name) = PersonName::parse(&typed) {
                let masked = name.masked();
                prop_assert!(masked.contains('*'));
                prop_assert!(name.reveal_text().chars().count() <= MAX_NAME_CHARS);
                // Tidying is done once: a tidied name is its own tidied form.
                prop_assert_eq!(PersonName::parse(name.reveal_text()), Ok(name.clone()));
                let _ = (name.spoken_zh(Sex::Female), name.surname());
            }
        }

        #[test]
        fn han_names_mask_to_their_ends(name in "[\u{4E00}-\u{9FA5}]{3,6}") {
            let parsed = PersonName::parse(&name).expect("Han letters are a name");
            let masked = parsed.masked();
            prop_assert!(masked.chars().count() <= 4);
            prop_assert!(!masked.contains(&name));
            prop_assert_eq!(masked.matches('*').count(), 1);
        }
    }
}
