//! Why a file is not taken, so that whoever keeps the list knows what to do.

use std::fmt;

macro_rules! errors {
    ($($(#[$doc:meta])* $name:ident = $key:literal,)*) => {
        /// Why a file is not taken. Holds nothing of the file.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum SheetError {
            $($(#[$doc])* $name,)*
        }

        impl SheetError {
            /// Every reason once, for the test that looks for missing words.
            pub const ALL: &'static [SheetError] = &[$(SheetError::$name,)*];

            /// Short and stable; the words are under `import-file-` and this.
            pub const fn code(self) -> &'static str {
                match self {
                    $(SheetError::$name => $key,)*
                }
            }

            /// The reason with this code.
            pub fn from_code(code: &str) -> Option<SheetError> {
                SheetError::ALL.iter().copied().find(|error| error.code() == code)
            }
        }
    };
}

errors! {
    /// Nothing in it.
    Empty = "empty",
    /// More than 20 MB.
    FileTooLarge = "file-too-large",
    /// More than 200 MB once inflated.
    InflatedTooLarge = "inflated-too-large",
    /// More rows than 200 000.
    TooManyRows = "too-many-rows",
    /// A cell with more than 32 767 characters.
    CellTooLong = "cell-too-long",
    /// More different texts, formats, sheets or merged cells than any list of people has.
    TooMuchInside = "too-much-inside",
    /// Neither a workbook nor a text table.
    NotATable = "not-a-table",
    /// An old `.xls`, or a workbook with a password.
    OldOrLocked = "old-or-locked",
    /// A workbook in the binary form.
    BinaryWorkbook = "binary-workbook",
    /// A workbook with macros.
    Macros = "macros",
    /// Text in a file that is called a workbook.
    TextNamedWorkbook = "text-named-workbook",
    /// A zip file that is no workbook.
    NotAWorkbook = "not-a-workbook",
    /// Members whose names lead out of the file.
    LeadsOut = "leads-out",
    /// Definitions that a sheet never needs: the stuff of traps.
    Definitions = "definitions",
    /// Cut off, or damaged.
    Damaged = "damaged",
    /// Text whose characters cannot be made out.
    UnknownEncoding = "unknown-encoding",
    /// No row of headers was found.
    NoHeader = "no-header",
    /// Headers, and nobody below them.
    NobodyInside = "nobody-inside",
}

impl fmt::Display for SheetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl std::error::Error for SheetError {}
