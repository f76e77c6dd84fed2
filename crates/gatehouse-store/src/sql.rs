//! Statements: declared once per noun, so that a test can prepare every one of them on both
//! databases. [`Tx`](crate::Tx) takes nothing else.

use crate::deferred::TABLES;

/// A statement, written with `?1`, `?2`, …; made only by [`sql!`](crate::sql), which also puts
/// it into its module's list.
#[derive(Debug)]
pub struct Sql {
    /// The name of the constant.
    pub name: &'static str,
    /// The text with `?1` parameters, as SQLite reads it.
    pub text: &'static str,
    /// It names a table whose rows are written once for a commit: those are written first.
    pub(crate) settles: bool,
}

impl Sql {
    #[doc(hidden)]
    pub const fn declared(name: &'static str, text: &'static str) -> Sql {
        let mut settles = false;
        let mut table = 0;
        while table < TABLES.len() {
            settles |= names(text.as_bytes(), TABLES[table].as_bytes());
            table += 1;
        }
        Sql {
            name,
            text,
            settles,
        }
    }

    /// The text as PostgreSQL reads it: `$1` for `?1`. No statement holds a literal `?`.
    pub fn postgres_text(&self) -> String {
        self.text.replace('?', "$")
    }
}

/// Whether a text has a word in it.
const fn names(text: &[u8], word: &[u8]) -> bool {
    let mut from = 0;
    while from + word.len() <= text.len() {
        let end = from + word.len();
        let begins = from == 0 || !is_letter(text[from - 1]);
        let ends = end == text.len() || !is_letter(text[end]);
        if begins && ends && stands_at(text, from, word) {
            return true;
        }
        from += 1;
    }
    false
}

const fn stands_at(text: &[u8], from: usize, word: &[u8]) -> bool {
    let mut at = 0;
    while at < word.len() {
        if text[from + at] != word[at] {
            return false;
        }
        at += 1;
    }
    true
}

const fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Declares the statements of a module and `STATEMENTS`, the list of all of them. One call per
/// module; `nouns!` in `lib.rs` collects the lists.
#[doc(hidden)]
#[macro_export]
macro_rules! sql {
    ($($(#[$doc:meta])* $name:ident = $text:expr;)*) => {
        $($(#[$doc])* static $name: $crate::sql::Sql =
            $crate::sql::Sql::declared(stringify!($name), $text);)*
        /// Every statement of this module, for the test that prepares them.
        pub static STATEMENTS: &[&$crate::sql::Sql] = &[$(&$name),*];
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_that_names_a_deferred_table_settles() {
        let table = [
            ("SELECT seq FROM audit_head WHERE shard = ?1", true),
            ("DELETE FROM change", true),
            ("SELECT 1 FROM crossing c, crossing_hour h", true),
            ("SELECT changed_at FROM gate", false),
            ("SELECT 1 FROM amendment WHERE kind = 'exchange'", false),
            ("SELECT seq FROM audit_header", false),
        ];
        for (text, expected) in table {
            assert_eq!(Sql::declared("S", text).settles, expected, "{text}");
        }
    }
}
