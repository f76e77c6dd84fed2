//! A door in words, and a door out of what somebody typed.

use gatehouse_core::gate::wording::Lang;
use gatehouse_core::household::{Address, AddressDraft};
use gatehouse_core::text::fold_width;

/// `6 栋 2 单元 302`; what is kept in an older spelling stands as it is.
pub fn door_words(lang: Lang, building: &str, unit: &str, room: &str) -> String {
    match (address(building, unit, room), lang) {
        (Some(address), Lang::Zh) => address.label_zh(),
        (Some(address), Lang::En) => address.label_en(),
        (None, _) => [building, unit, room].join("-"),
    }
}

/// A door as typed: its unit may have been left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedDoor {
    /// Building; empty in a village.
    pub building: String,
    /// Unit; `None` where it was not typed.
    pub unit: Option<String>,
    /// Room or house number.
    pub room: String,
}

/// Reads `6-2-302`, `6 栋 2 单元 302`, `6-302`, `17 号`; `None` where it is no door.
pub fn typed_door(typed: &str) -> Option<TypedDoor> {
    const WORDS: [&str; 3] = ["号楼", "单元", "门栋"];
    const LONGEST: usize = 40;
    let folded = fold_width(typed.trim());
    if folded.chars().count() > LONGEST || !folded.chars().any(|c| c.is_ascii_digit()) {
        return None;
    }
    let is_house = folded.ends_with('号');
    let plain = WORDS
        .iter()
        .fold(folded, |text, word| text.replace(word, "-"));
    let parts: Vec<&str> = plain
        .split(|c: char| c.is_whitespace() || "-–—/#,，.栋幢楼座门室号户房".contains(c))
        .filter(|part| !part.is_empty())
        .collect();
    let (building, unit, room) = match parts[..] {
        [building, unit, room] => (building, Some(unit), room),
        [building, room] => (building, None, room),
        [room] if is_house => ("", Some(""), room),
        _ => return None,
    };
    let address = address(building, unit.unwrap_or_default(), room)?;
    Some(TypedDoor {
        building: address.building().to_owned(),
        unit: unit.map(|_| address.unit().to_owned()),
        room: address.room().to_owned(),
    })
}

fn address(building: &str, unit: &str, room: &str) -> Option<Address> {
    let draft = AddressDraft {
        building: building.to_owned(),
        unit: unit.to_owned(),
        room: room.to_owned(),
    };
    draft.check().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doors_are_read_however_they_are_said() {
        let door = |building: &str, unit: Option<&str>, room: &str| {
            Some(TypedDoor {
                building: building.to_owned(),
                unit: unit.map(str::to_owned),
                room: room.to_owned(),
            })
        };
        let table = [
            ("6-2-302", door("6", Some("2"), "302")),
            ("6栋2单元302室", door("6", Some("2"), "302")),
            (" ６ 号楼 2 单元 302 ", door("6", Some("2"), "302")),
            ("6-302", door("6", None, "302")),
            ("a座 1201", door("A", None, "1201")),
            ("17号", door("", Some(""), "17")),
            ("302", None),
            ("王华", None),
            ("楼桂芳", None),
            ("", None),
            ("1-2-3-4", None),
        ];
        for (typed, expected) in table {
            assert_eq!(typed_door(typed), expected, "{typed}");
        }
    }

    #[test]
    fn doors_are_said_in_both_languages() {
        assert_eq!(door_words(Lang::Zh, "6", "2", "302"), "6 栋 2 单元 302");
        assert_eq!(
            door_words(Lang::En, "6", "2", "302"),
            "Building 6, unit 2, room 302"
        );
        assert_eq!(door_words(Lang::Zh, "", "", "17"), "17 号");
    }
}
