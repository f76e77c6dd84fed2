//! What is wrong with one cell, and what is odd about a row.

use super::field::Field;
use gatehouse_core::complaint::ComplaintCode;

/// What is wrong with a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// What core complains of.
    Complaint(ComplaintCode),
    /// `#N/A` and the like.
    ErrorCell,
    /// True or false: a spreadsheet's yes, nobody's value.
    BoolCell,
    /// 男, 女 were expected.
    SexUnknown,
    /// The sheet made a date of a door such as 3-2.
    DoorIsDate,
    /// The door in one cell cannot be taken apart.
    DoorUnclear,
    /// The compound has no such building.
    NoSuchBuilding,
    /// 自有, 租, 寄住 were expected.
    BasisUnknown,
    /// Not a kind of document that is known here.
    DocumentKindUnknown,
    /// The same number as another row, with another name.
    NumberOfAnother,
}

impl Fault {
    /// Faults that are not core's, for the test that looks for missing words.
    pub const OWN: [Fault; 9] = [
        Fault::ErrorCell,
        Fault::BoolCell,
        Fault::SexUnknown,
        Fault::DoorIsDate,
        Fault::DoorUnclear,
        Fault::NoSuchBuilding,
        Fault::BasisUnknown,
        Fault::DocumentKindUnknown,
        Fault::NumberOfAnother,
    ];

    /// Key of its sentence in the locale files.
    pub const fn text_key(self) -> &'static str {
        match self {
            Fault::Complaint(code) => code.text_key(),
            Fault::ErrorCell => "import-fault-error-cell",
            Fault::BoolCell => "import-fault-bool-cell",
            Fault::SexUnknown => "import-fault-sex-unknown",
            Fault::DoorIsDate => "import-fault-door-is-date",
            Fault::DoorUnclear => "import-fault-door-unclear",
            Fault::NoSuchBuilding => "import-fault-no-such-building",
            Fault::BasisUnknown => "import-fault-basis-unknown",
            Fault::DocumentKindUnknown => "import-fault-document-kind-unknown",
            Fault::NumberOfAnother => "import-fault-number-of-another",
        }
    }

    /// The fault with this key.
    pub fn from_text_key(key: &str) -> Option<Fault> {
        let complaints = ComplaintCode::ALL
            .iter()
            .map(|code| Fault::Complaint(*code));
        complaints
            .chain(Fault::OWN)
            .find(|fault| fault.text_key() == key)
    }
}

/// A fault in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellFault {
    /// Column from 0; `None` where the sheet has no such column.
    pub column: Option<usize>,
    /// The field.
    pub field: Field,
    /// What is wrong.
    pub fault: Fault,
}
