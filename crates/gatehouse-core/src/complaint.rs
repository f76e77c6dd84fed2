//! What is wrong with something a person typed: a value, not an error.
//!
//! A complaint names the field and a code; it never holds what was typed, so it may be logged and
//! counted. The words for people stand in the locale files under [`ComplaintCode::text_key`].

use serde::{Deserialize, Serialize};

/// One thing to put right in one field of a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Complaint {
    /// The field's name in the draft, such as `name` or `document.number`.
    pub field: &'static str,
    /// What is wrong with it.
    pub code: ComplaintCode,
}

impl Complaint {
    /// A complaint about one field.
    pub const fn new(field: &'static str, code: ComplaintCode) -> Complaint {
        Complaint { field, code }
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $key:literal,)*) => {
        /// What can be wrong with a field. The text key is stable: forms, imports and the
        /// command line cite it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[derive(Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        #[non_exhaustive]
        pub enum ComplaintCode {
            $($(#[$doc])* $name,)*
        }

        impl ComplaintCode {
            /// Every code once, for tests that look for missing words.
            pub const ALL: &'static [ComplaintCode] = &[$(ComplaintCode::$name,)*];

            /// Key of the sentence in the locale files.
            pub const fn text_key(self) -> &'static str {
                match self {
                    $(ComplaintCode::$name => concat!("complaint-", $key),)*
                }
            }
        }
    };
}

codes! {
    /// Nothing was filled in.
    Missing = "missing",
    /// Longer than the field's limit.
    TooLong = "too-long",
    /// A control character (TAB, line end, NUL).
    ControlCharacter = "control-character",
    /// A character that is not seen: zero width, byte order mark.
    InvisibleCharacter = "invisible-character",
    /// A character that turns the direction of the text around it.
    DirectionCharacter = "direction-character",
    /// A code point for private use: looks different on every machine.
    PrivateCharacter = "private-character",
    /// A character that this field never holds.
    ForbiddenCharacter = "forbidden-character",
    /// A name without a single letter.
    NameWithoutLetter = "name-without-letter",
    /// A middle dot at an end of the name, or two side by side.
    NameDotMisplaced = "name-dot-misplaced",
    /// Neither 15 nor 18 characters.
    IdNumberLength = "id-number-length",
    /// A character other than digits and a last X.
    IdNumberCharacter = "id-number-character",
    /// Turned into a number by a spreadsheet; its end is lost.
    IdNumberDamaged = "id-number-damaged",
    /// The first digits name no place that ever had numbers.
    IdNumberArea = "id-number-area",
    /// Digits 7 to 14 are no day of the calendar, or one still to come.
    IdNumberBirth = "id-number-birth",
    /// The last character does not fit the others.
    IdNumberCheck = "id-number-check",
    /// Not the form of this kind of document.
    DocumentNumberForm = "document-number-form",
    /// Neither a mobile nor a landline number.
    PhoneForm = "phone-form",
    /// Eleven digits, but no operator has numbers that begin like this.
    PhoneSegment = "phone-segment",
    /// Not the form of an e-mail address.
    EmailForm = "email-form",
    /// Not the form of a number plate.
    PlateForm = "plate-form",
    /// Plates have no letters I and O: it is a 1 or a 0.
    PlateLetterIOrO = "plate-letter-i-or-o",
    /// Not a day of the calendar.
    DateForm = "date-form",
    /// A day still to come where a past one is asked for.
    DateInFuture = "date-in-future",
    /// Longer ago than a person can live.
    DateTooLongAgo = "date-too-long-ago",
    /// An end before its beginning.
    EndBeforeStart = "end-before-start",
    /// Two spans of time that share a day.
    SpansOverlap = "spans-overlap",
    /// The sex said here is not the one in the ID number.
    SexDiffersFromIdNumber = "sex-differs-from-id-number",
    /// The birth date said here is not the one in the ID number.
    BirthDiffersFromIdNumber = "birth-differs-from-id-number",
    /// A worker class without the employer that it is held for.
    EmployerMissing = "employer-missing",
    /// A landlord or host who is the very same person.
    OwnLandlord = "own-landlord",
    /// A host who does not live in this household.
    HostElsewhere = "host-elsewhere",
    /// The same person twice in one household at one time.
    MemberTwice = "member-twice",
    /// No household behind this door is in the ledger.
    NoSuchDoor = "no-such-door",
    /// The door where they live already.
    SameDoor = "same-door",
    /// Twelve digits are needed, with zeros below the area's own level.
    AreaCodeForm = "area-code-form",
    /// The code does not begin with the code of the area above.
    AreaCodeOutsideParent = "area-code-outside-parent",
    /// Such a level cannot lie below the one above it.
    AreaLevelOrder = "area-level-order",
    /// This level carries no statistical code.
    AreaCodeNotForLevel = "area-code-not-for-level",
    /// Who runs it is said of compounds and natural villages only.
    ManagerNotForLevel = "manager-not-for-level",
    /// Who runs this compound is not said (AREA-2).
    ManagerMissing = "manager-missing",
    /// No area with this id.
    AreaUnknown = "area-unknown",
    /// The area would lie within itself.
    AreaCycle = "area-cycle",
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn text_keys_are_unique_and_match_the_wire_name() {
        let keys: BTreeSet<_> = ComplaintCode::ALL.iter().map(|c| c.text_key()).collect();
        assert_eq!(keys.len(), ComplaintCode::ALL.len());
        for code in ComplaintCode::ALL {
            let wire = serde_json::to_value(code).expect("serialises");
            let wire = wire.as_str().expect("a string");
            assert_eq!(format!("complaint-{wire}"), code.text_key());
        }
    }
}
