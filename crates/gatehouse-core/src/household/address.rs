//! The door within a compound or village: building, unit, room.
//!
//! One spelling is kept, so that 6 栋, 6号楼 and ６ are one building and a guard finds the door
//! however it is said.

use crate::complaint::{Complaint, ComplaintCode};
use crate::text;
use std::fmt;

/// Longest name of a building, unit or room, in characters (local choice).
const MAX_LABEL_CHARS: usize = 16;

/// A door. In villages building and unit are empty and the room is the house number.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address {
    building: String,
    unit: String,
    room: String,
}

impl Address {
    /// Name of the building without 栋; empty where there is none.
    pub fn building(&self) -> &str {
        &self.building
    }

    /// Name of the unit without 单元; empty where there is none.
    pub fn unit(&self) -> &str {
        &self.unit
    }

    /// Name of the room or house without 室.
    pub fn room(&self) -> &str {
        &self.room
    }

    /// `6 栋 2 单元 302`, in a village `17 号` (glossary §2.11).
    pub fn label_zh(&self) -> String {
        let mut parts = Vec::new();
        if !self.building.is_empty() {
            parts.push(format!("{} 栋", self.building));
        }
        if !self.unit.is_empty() {
            parts.push(format!("{} 单元", self.unit));
        }
        parts.push(match parts.is_empty() {
            true => format!("{} 号", self.room),
            false => self.room.clone(),
        });
        parts.join(" ")
    }

    /// `Building 6, unit 2, room 302`; `House 17`.
    pub fn label_en(&self) -> String {
        match (self.building.is_empty(), self.unit.is_empty()) {
            (true, true) => format!("House {}", self.room),
            (false, true) => format!("Building {}, room {}", self.building, self.room),
            (true, false) => format!("Unit {}, room {}", self.unit, self.room),
            (false, false) => {
                format!(
                    "Building {}, unit {}, room {}",
                    self.building, self.unit, self.room
                )
            }
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.label_zh())
    }
}

/// The fields as typed.
#[derive(Clone, Debug, Default)]
pub struct AddressDraft {
    /// `6`, `6栋`, `6 号楼`, or blank.
    pub building: String,
    /// `2`, `2单元`, or blank.
    pub unit: String,
    /// `302`, `302室`, `17号`; required.
    pub room: String,
}

impl AddressDraft {
    /// # Errors
    /// All complaints, in the order of the fields.
    pub fn check(&self) -> Result<Address, Vec<Complaint>> {
        let mut complaints = Vec::new();
        let mut read = |field, typed: &str, words: &[&str], required: bool| {
            let label = label(typed, words).or_else(|code| match code {
                ComplaintCode::Missing if !required => Ok(String::new()),
                other => Err(other),
            });
            label.unwrap_or_else(|code| {
                complaints.push(Complaint::new(field, code));
                String::new()
            })
        };
        let building = read(
            "building",
            &self.building,
            &["号楼", "栋", "幢", "楼", "座"],
            false,
        );
        let unit = read("unit", &self.unit, &["单元", "门栋", "门"], false);
        let room = read("room", &self.room, &["室", "号", "户", "房"], true);
        if complaints.is_empty() {
            Ok(Address {
                building,
                unit,
                room,
            })
        } else {
            Err(complaints)
        }
    }
}

/// Half-width, upper case, no blanks, without the word that says what it is.
fn label(typed: &str, words: &[&str]) -> Result<String, ComplaintCode> {
    let clean = text::clean_line(typed, MAX_LABEL_CHARS)?;
    let bare = text::fold_door(&clean).to_ascii_uppercase();
    let bare = words
        .iter()
        .find_map(|word| bare.strip_suffix(word))
        .unwrap_or(&bare);
    // Leading zeros are a matter of taste; 0 alone is a name.
    let tidy = match bare.trim_start_matches('0') {
        "" => bare,
        rest if rest.starts_with(|c: char| c.is_ascii_digit()) => rest,
        _ => bare,
    };
    if tidy.is_empty() {
        Err(ComplaintCode::Missing)
    } else {
        Ok(tidy.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(building: &str, unit: &str, room: &str) -> AddressDraft {
        AddressDraft {
            building: building.into(),
            unit: unit.into(),
            room: room.into(),
        }
    }

    #[test]
    fn one_door_has_one_spelling() {
        let expected = draft("6", "2", "302").check().expect("a door");
        for (building, unit, room) in [
            ("6栋", "2单元", "302室"),
            ("6 号楼", " 2 单元 ", "302 号"),
            ("６", "２", "３０２"),
            ("06", "02", "0302"),
            ("6幢", "2门", "302"),
        ] {
            assert_eq!(
                draft(building, unit, room).check(),
                Ok(expected.clone()),
                "{building}"
            );
        }
        assert_eq!(expected.label_zh(), "6 栋 2 单元 302");
        assert_eq!(expected.label_en(), "Building 6, unit 2, room 302");
    }

    #[test]
    fn a_village_house_has_a_number_only() {
        let house = draft("", "", "17号").check().expect("a door");
        assert_eq!(
            (house.label_zh().as_str(), house.label_en().as_str()),
            ("17 号", "House 17")
        );
        let lettered = draft("a座", "", "12b").check().expect("a door");
        assert_eq!(lettered.label_zh(), "A 栋 12B");
    }

    #[test]
    fn a_door_needs_a_room() {
        let complaints = draft("6\t7", "", "室").check().expect_err("complaints");
        let found: Vec<_> = complaints.iter().map(|c| (c.field, c.code)).collect();
        let expected = [
            ("building", ComplaintCode::ControlCharacter),
            ("room", ComplaintCode::Missing),
        ];
        assert_eq!(found, expected);
    }
}
