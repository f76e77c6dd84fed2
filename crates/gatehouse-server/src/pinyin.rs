//! How Han characters begin when they are read, for searching by initials (zgf for 张桂芳).
//!
//! Surnames that are read unlike the character elsewhere are core's to know
//! (`gatehouse_core::person::surname_initials`).

use pinyin::ToPinyin;

/// First letter of the usual reading; `None` for characters that have none.
pub fn initial(han: char) -> Option<char> {
    han.to_pinyin()?.first_letter().chars().next()
}

#[cfg(test)]
mod tests {
    use super::initial;

    #[test]
    fn characters_begin_as_they_are_read() {
        let read: Vec<Option<char>> = "张桂芳 x".chars().map(initial).collect();
        assert_eq!(read, [Some('z'), Some('g'), Some('f'), None, None]);
    }
}
