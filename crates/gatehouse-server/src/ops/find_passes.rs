//! Finds who waits for a pass, and passes, by what people say at a desk: a name or its
//! beginning, pinyin initials, a door, a card number, the last four of a document or telephone.
//! Searching goes by keyed tokens; nothing that was typed is kept.

use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::error::OpError;
use crate::ops::hold_gate::keyring;
use crate::ops::read_area::compounds_of;
use crate::paging::{Page, ROWS_AND_ONE};
use gatehouse_core::household::AddressDraft;
use gatehouse_core::id::PassId;
use gatehouse_core::pass::PassNumber;
use gatehouse_core::person::search::terms_for_query;
use gatehouse_store::application::ApplicationLine;
use gatehouse_store::listing;
use gatehouse_store::pass_batch::PassLine;
use gatehouse_store::{ReadTx, StoreError};

/// Most rows of each sort.
const FOUND_MOST: u32 = 50;
/// Longest text that is looked for, in characters.
const TYPED_MOST: usize = 40;

/// What was found.
#[derive(Default)]
pub struct Found {
    /// Who waits, the longest wait first.
    pub waiting: Vec<ApplicationLine>,
    /// Passes, whatever their state.
    pub passes: Vec<PassLine>,
    /// There is more than is shown.
    pub is_cut: bool,
}

/// Looks for what was typed.
pub async fn find_passes(app: &App, area: &AreaInScope, typed: &str) -> Result<Found, OpError> {
    let (keys, shard, area) = (keyring(app)?, area.county()?, area.area);
    let typed: String = typed.chars().take(TYPED_MOST).collect();
    let number = PassNumber::parse(&typed).ok();
    let door = door(&typed);
    let terms = terms_for_query(&typed);
    let read = move |tx: &ReadTx<'_>| {
        let mut found = Found::default();
        let compounds: Vec<_> = compounds_of(tx, area)?.iter().map(|row| row.area).collect();
        if let Some(number) = number {
            let line = tx.pass_line(&keys.vault, shard, number)?;
            found
                .passes
                .extend(line.filter(|line| compounds.contains(&line.row.area)));
            return Ok(found);
        }
        for compound in compounds {
            let (vault, most) = (&keys.vault, FOUND_MOST);
            for term in &terms {
                let waiting = tx.waiting_by_term(vault, shard, compound, term, most)?;
                found.waiting.extend(waiting);
                found
                    .passes
                    .extend(tx.passes_by_term(vault, shard, compound, term, most)?);
            }
            if let Some(door) = &door {
                let door = [&*door[0], &*door[1], &*door[2]];
                let waiting = tx.waiting_by_door(vault, shard, compound, door, most)?;
                found.waiting.extend(waiting);
                found
                    .passes
                    .extend(tx.passes_by_door(vault, shard, compound, door, most)?);
            }
        }
        found.tidy();
        Ok::<_, StoreError>(found)
    };
    Ok(app.store.read(read).await?)
}

/// Passes of an area that hold now: how many there are, and a page of them.
pub struct ValidPasses {
    /// All of them, as today's figures count them.
    pub count: i64,
    /// By id, from behind a pass.
    pub page: Page<PassLine>,
}

/// The passes that hold now.
///
/// # Errors
/// The database's; no keys.
pub async fn valid_passes(
    app: &App,
    area: &AreaInScope,
    after: Option<PassId>,
) -> Result<ValidPasses, OpError> {
    let (keys, now) = (keyring(app)?, app.world.now_millis());
    let page = listing::Page {
        shard: area.county()?,
        area: area.area,
        after: after.map_or([0; 16], |pass| pass.0),
        limit: ROWS_AND_ONE,
    };
    let filter = listing::PassFilter {
        in_use_at: Some(now),
        ..listing::PassFilter::default()
    };
    let read = move |tx: &ReadTx<'_>| {
        let mut count = 0;
        for compound in compounds_of(tx, page.area)? {
            count += tx.count_valid_passes(page.shard, compound.area, now)?;
        }
        let mut lines = Vec::new();
        for row in tx.passes_inside(&page, &filter)? {
            lines.extend(tx.pass_line(&keys.vault, page.shard, row.number)?);
        }
        let page = Page::of(lines, |line: &PassLine| line.row.pass.to_string());
        Ok::<_, StoreError>(ValidPasses { count, page })
    };
    Ok(app.store.read(read).await?)
}

impl Found {
    /// Each once, in order, no more than are shown.
    fn tidy(&mut self) {
        let most = FOUND_MOST as usize;
        self.waiting
            .sort_by_key(|line| (line.row.applied_at, line.row.application));
        self.waiting.dedup_by_key(|line| line.row.application);
        self.passes
            .sort_by_key(|line| (line.row.revocation.is_some(), line.row.pass));
        self.passes.dedup_by_key(|line| line.row.pass);
        self.is_cut = self.waiting.len() > most || self.passes.len() > most;
        self.waiting.truncate(most);
        self.passes.truncate(most);
    }
}

/// Building, unit and room as they are kept: `3栋2单元302`, `3-2-302`, `3-302`, `302`.
fn door(typed: &str) -> Option<[String; 3]> {
    let is_part = |c: char| c.is_alphanumeric() && !"栋幢楼座号单元门室户房".contains(c);
    let parts: Vec<&str> = typed
        .split(|c| !is_part(c))
        .filter(|part| !part.is_empty())
        .collect();
    let has_digit = |part: &&str| part.chars().any(|c| c.is_ascii_digit());
    if !parts.last().is_some_and(has_digit) || parts.iter().any(|part| part.chars().count() > 6) {
        return None;
    }
    let (building, unit, room) = match parts[..] {
        [room] => ("", "", room),
        [building, room] => (building, "", room),
        [building, unit, room] => (building, unit, room),
        _ => return None,
    };
    let draft = AddressDraft {
        building: building.to_owned(),
        unit: unit.to_owned(),
        room: room.to_owned(),
    };
    let address = draft.check().ok()?;
    let kept = [address.building(), address.unit(), address.room()];
    Some(kept.map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::door;

    #[test]
    fn doors_are_read_as_people_say_them() {
        let expect = |typed: &str, expected: [&str; 3]| {
            let found = door(typed).unwrap_or_else(|| panic!("{typed}"));
            assert_eq!(found, expected, "{typed}");
        };
        expect("3栋2单元302", ["3", "2", "302"]);
        expect("3-2-302", ["3", "2", "302"]);
        expect("３ 栋 302 室", ["3", "", "302"]);
        expect("302", ["", "", "302"]);
        for typed in ["", "王华", "1-2-3-4", "340101199001011234", "%"] {
            assert_eq!(door(typed), None, "{typed}");
        }
    }
}
