//! What somebody may open a value for: closed lists, shown to the person as office and purpose.

/// Purposes of opening a name, number or telephone.
pub const REVEAL: &[&str] = &[
    "follow_up",
    "deliver_goods",
    "fever",
    "correct_data",
    "print_card",
    "find_household",
];

/// Purposes of listing the crossings of a household.
pub const CROSSINGS: &[&str] = &["fever", "missing_person", "correction", "appeal"];

/// Key of the words for a purpose.
pub fn purpose_key(purpose: &str) -> String {
    format!("purpose-{purpose}")
}

/// The purpose of a list that was sent, if it is one.
pub fn named(list: &[&'static str], sent: &str) -> Option<&'static str> {
    list.iter().copied().find(|purpose| *purpose == sent)
}
