//! The level and the phase in force at a place: decided for it or for an area above, and told to
//! its gates with the end that is known (RISK-2, AREA-6).

use crate::ops::local_day::DAY_MILLIS;
use gatehouse_core::id::AreaId;
use gatehouse_core::measure::{
    Decided, STAGE_DAYS_MOST, STAGE_TOLD_DAYS, Scale, Stage, StageSpell, stages_in_force,
};
use gatehouse_store::stage::StageRow;
use gatehouse_store::{ReadTx, StoreError};

/// Decisions of one area that are read.
const DECIDED_MOST: u32 = 200;
/// What a gate's list tells of one scale: what held while a phone was alone, now, and later.
const TOLD_MOST: usize = 12;
/// So long after its end a stage is still told.
const PAST_MILLIS: i64 = STAGE_TOLD_DAYS * DAY_MILLIS;

/// What holds at a place, the last of the path, from some days ago on; each scale ascending.
///
/// # Errors
/// The database's.
pub fn read_stages(
    tx: &ReadTx<'_>,
    path: &[AreaId],
    now_millis: i64,
) -> Result<Vec<StageSpell>, StoreError> {
    read_of(tx, path, path, now_millis)
}

/// What holds at a place by the decisions for it alone, not for an area above.
///
/// # Errors
/// The database's.
pub fn read_stages_of(
    tx: &ReadTx<'_>,
    area: AreaId,
    now_millis: i64,
) -> Result<Vec<StageSpell>, StoreError> {
    let path: Vec<AreaId> = tx.area_path(area)?.iter().map(|row| row.area).collect();
    read_of(tx, &path, &[area], now_millis)
}

/// By the decisions for these areas of the path.
fn read_of(
    tx: &ReadTx<'_>,
    path: &[AreaId],
    areas: &[AreaId],
    now_millis: i64,
) -> Result<Vec<StageSpell>, StoreError> {
    let after = now_millis - PAST_MILLIS;
    // What took the place of a decision that would still hold may itself have ended before.
    let read_after = after - STAGE_DAYS_MOST * DAY_MILLIS;
    let mut nearest_first = Vec::new();
    for area in areas.iter().rev() {
        let rows = tx.stages(*area, read_after, DECIDED_MOST)?;
        let decided = rows.iter().filter_map(|row| decided(row, path));
        nearest_first.push(decided.collect());
    }
    let spells = Scale::ALL.map(|scale| {
        let mut spells = stages_in_force(&nearest_first, scale);
        spells.retain(|spell| spell.until_at > after);
        spells.truncate(TOLD_MOST);
        spells
    });
    Ok(spells.concat())
}

/// A decision that has all its signatures. One that was to begin before the last of them came
/// begins then.
fn decided(row: &StageRow, path: &[AreaId]) -> Option<Decided> {
    let from_at = row.from_at.max(row.holds_at?);
    let authority = path.iter().position(|area| *area == row.authority)?;
    (from_at < row.to_at).then_some(Decided {
        stage: Stage::named(&row.stage)?,
        from_at,
        until_at: row.to_at,
        decided_at: row.decided_at,
        authority,
    })
}

/// What holds at an instant, on each scale.
pub fn stages_at(spells: &[StageSpell], at: i64) -> [Option<StageSpell>; 2] {
    Scale::ALL.map(|scale| {
        let mut of_scale = spells.iter().filter(|one| one.stage.scale() == scale);
        let held = of_scale.find(|one| (one.from_at..one.until_at).contains(&at));
        held.copied()
    })
}
