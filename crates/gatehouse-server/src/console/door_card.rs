//! A door as lists show it.

use crate::auth::access::AreaInScope;
use crate::door::door_words;
use crate::ops::list_doors::DoorLine;
use crate::page::Frame;

/// A door in words.
pub struct DoorCard {
    /// Its page.
    pub href: String,
    /// 6 栋 2 单元 302
    pub door: String,
    /// Name of the compound.
    pub compound: String,
    /// How many people.
    pub people: i64,
    /// Kinds with counts: 住户 3, 暂住人员 1.
    pub kinds: String,
    /// Passes in use.
    pub passes: i64,
    /// Name of the grid, or empty.
    pub grid: String,
    /// The dwelling has ceased.
    pub is_ended: bool,
}

/// A line of the ledger in words.
pub fn door_card(frame: &Frame, area: &AreaInScope, line: &DoorLine) -> DoorCard {
    let row = &line.row;
    let kinds = line.counts.kinds.iter().map(|(kind, count)| {
        let kind = frame.t(&format!("kind-{kind}"));
        format!("{kind} {count}")
    });
    DoorCard {
        href: format!("/areas/{}/households/{}", area.area, row.household),
        door: door_words(frame.lang, &row.building, &row.unit, &row.room),
        compound: line.compound.clone(),
        people: line.counts.kinds.iter().map(|(_, count)| count).sum(),
        kinds: kinds.collect::<Vec<_>>().join(" · "),
        passes: line.counts.passes,
        grid: row.grid.clone().unwrap_or_default(),
        is_ended: row.ended_on.is_some(),
    }
}
