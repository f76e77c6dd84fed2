//! How names are shown where not everybody may read them (glossary §2.12).
//!
//! Surname shown, given name starred but its last character; with a middle dot or other letters,
//! the first letter of each part. One star stands for any number of hidden characters.

use super::name::SEPARATORS;
use super::surname::surname_length;
use crate::text;

/// The mask of a name that is already tidy.
pub(super) fn masked(name: &str) -> String {
    match surname_length(name) {
        Some(surname) => mask_han(name, surname),
        None => mask_parts(name),
    }
}

fn mask_han(name: &str, surname: usize) -> String {
    let letters = letters(name);
    let mut masked: String = letters.iter().take(surname).copied().collect();
    masked.push('*');
    // A given name of one character is hidden whole: 王华 is 王*.
    if letters.len() > surname + 1 {
        masked.push_str(letters[letters.len() - 1]);
    }
    masked
}

fn mask_parts(name: &str) -> String {
    let mut masked = String::new();
    for (at, part) in name.split_inclusive(SEPARATORS).enumerate() {
        let word = part.trim_end_matches(SEPARATORS);
        let separator = &part[word.len()..];
        match letters(word).first() {
            Some(first) => {
                masked.push_str(first);
                masked.push('*');
            }
            // Read back from storage, a name may be odder than `parse` allows.
            None if at == 0 => masked.push('*'),
            None => {}
        }
        masked.push_str(separator);
    }
    masked
}

/// What a reader sees as one letter: a character with its marks and variation selectors.
pub(super) fn letters(text: &str) -> Vec<&str> {
    let mut starts: Vec<usize> = text
        .char_indices()
        .filter(|(at, c)| *at == 0 || !(text::is_combining(*c) || text::is_variation_selector(*c)))
        .map(|(at, _)| at)
        .collect();
    starts.push(text.len());
    starts
        .windows(2)
        .map(|pair| &text[pair[0]..pair[1]])
        .filter(|l| !l.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn masks_are_those_of_the_glossary() {
        let table = [
            ("王华", "王*"),
            ("王星华", "王*华"),
            ("王", "王*"),
            ("欧阳娜娜", "欧阳*娜"),
            ("欧阳娜", "欧阳*"),
            ("欧阳", "欧*"),
            ("司马相如", "司马*如"),
            ("张王丽华", "张*华"),
            ("阿卜杜·买买提", "阿*·买*"),
            ("德克·维尔纳·诺维茨基", "德*·维*·诺*"),
            ("John Smith", "J* S*"),
            ("Jean-Luc Picard", "J* P*"),
            ("王Lily", "王*"),
            ("Владимир Петров", "В* П*"),
            ("李𬭚", "李*"),
            ("葛\u{E0100}二蛋", "葛\u{E0100}*蛋"),
            ("E\u{301}mile Zola", "E\u{301}* Z*"),
        ];
        for (name, expected) in table {
            assert_eq!(masked(name), expected, "{name}");
        }
    }
}
