//! Statements: declared once per noun, so that a test can prepare every one of them on both
//! databases. [`Tx`](crate::Tx) takes nothing else.

/// A statement, written with `?1`, `?2`, …; made only by [`sql!`](crate::sql), which also puts
/// it into its module's list.
#[derive(Debug)]
pub struct Sql {
    /// The name of the constant.
    pub name: &'static str,
    /// The text with `?1` parameters, as SQLite reads it.
    pub text: &'static str,
}

impl Sql {
    #[doc(hidden)]
    pub const fn declared(name: &'static str, text: &'static str) -> Sql {
        Sql { name, text }
    }

    /// The text as PostgreSQL reads it: `$1` for `?1`. No statement holds a literal `?`.
    pub fn postgres_text(&self) -> String {
        self.text.replace('?', "$")
    }
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
