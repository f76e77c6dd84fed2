//! A door as people write it: 6 栋 2 单元 302.

use gatehouse_core::id::{AreaId, HouseholdId};
use gatehouse_core::text::fold_door;
use gatehouse_store::{ReadTx, Shard, StoreError};

/// A door as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypedDoor {
    /// Building.
    pub building: String,
    /// Unit.
    pub unit: String,
    /// Room.
    pub room: String,
}

impl TypedDoor {
    /// With blanks between.
    pub fn words(&self) -> String {
        let parts = [self.building.trim(), self.unit.trim(), self.room.trim()];
        let there: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        there.join(" ")
    }
}

/// The household behind a door as typed, whether or not 栋, 单元, 室 were written along.
pub fn find(
    tx: &ReadTx<'_>,
    shard: Shard,
    area: AreaId,
    typed: &TypedDoor,
) -> Result<Option<HouseholdId>, StoreError> {
    let building = spellings(&typed.building, &["栋", "幢", "号楼", "号"]);
    let unit = spellings(&typed.unit, &["单元"]);
    let room = spellings(&typed.room, &["室", "号", "房"]);
    for building in &building {
        for unit in &unit {
            for room in &room {
                if let Some(row) = tx.household_by_door(shard, area, building, unit, room)? {
                    return Ok(Some(row.household));
                }
            }
        }
    }
    Ok(None)
}

/// As typed, without its word, and with each.
fn spellings(typed: &str, words: &[&str]) -> Vec<String> {
    let typed = fold_door(typed);
    let bare = words
        .iter()
        .find_map(|word| typed.strip_suffix(word))
        .unwrap_or(&typed)
        .to_owned();
    let mut all = vec![typed, bare.clone()];
    if !bare.is_empty() {
        all.extend(words.iter().map(|word| format!("{bare}{word}")));
    }
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_door_is_found_with_and_without_its_words() {
        assert_eq!(spellings("６栋", &["栋", "幢"]), ["6栋", "6", "6栋", "6幢"]);
        assert_eq!(spellings(" 6 ", &["栋"]), ["6", "6栋"]);
        assert_eq!(spellings("", &["单元"]), [""]);
    }
}
