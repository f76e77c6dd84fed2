//! Adds an area below another, or changes name, manager and end of one.

use super::Refusal;
use crate::app::App;
use crate::auth::caller::Caller;
use crate::error::OpError;
use crate::ops::note::note;
use gatehouse_core::area::{Area, AreaDraft, AreaLevel, ManagerKind};
use gatehouse_core::complaint::{Complaint, ComplaintCode};
use gatehouse_core::id::AreaId;
use gatehouse_core::moment::{CivilDay, Moment};
use gatehouse_store::area::AreaRow;
use gatehouse_store::{Lane, StoreError, Tx};

/// What the form asks for.
#[derive(Clone, Debug)]
pub struct AreaEdit {
    /// Which area; made with the form for a new one.
    pub area: AreaId,
    /// The version that was shown; not used for a new one.
    pub version: i64,
    /// Its level; that of a known one stays.
    pub level: AreaLevel,
    /// Its name.
    pub name: String,
    /// Statistical code of a new one.
    pub code: String,
    /// Who runs a compound.
    pub manager: Option<(ManagerKind, String)>,
    /// Whether it ends today.
    pub is_ended: bool,
}

impl AreaEdit {
    fn draft(&self, today: CivilDay) -> Result<Area, Refusal> {
        let code = Some(self.code.trim()).filter(|code| !code.is_empty());
        let draft = AreaDraft {
            level: self.level,
            name: self.name.clone(),
            codes: code
                .map(|code| (code.to_owned(), today, None))
                .into_iter()
                .collect(),
            manager: self.manager.clone(),
        };
        draft.check().map_err(|complaints| first(&complaints))
    }
}

fn first(complaints: &[Complaint]) -> Refusal {
    let code = complaints.first().map(|complaint| complaint.code);
    Refusal::Complaint(code.unwrap_or(ComplaintCode::Missing))
}

/// Adds an area directly below `parent`. A community that is added so issues passes once
/// `gatehouse init --request` has given it a key.
pub async fn add_area(
    app: &App,
    caller: &Caller,
    parent: AreaId,
    edit: AreaEdit,
) -> Result<Result<(), Refusal>, OpError> {
    let (now, staff) = (app.world.now_millis(), caller.staff);
    let add = move |tx: &Tx<'_>| {
        let Some(above) = tx.area(parent)? else {
            return Ok(None);
        };
        if tx.area(edit.area)?.is_some() {
            return Ok(Some(Ok(())));
        }
        let offset = i16::try_from(above.zone_offset_minutes).unwrap_or(480);
        let today = Moment::new(now, offset).day();
        let area = match edit.draft(today) {
            Ok(area) => area,
            Err(refusal) => return Ok(Some(Err(refusal))),
        };
        let level = AreaLevel::ALL
            .into_iter()
            .find(|level| level.code() == above.level);
        if !level.is_some_and(|level| edit.level.may_lie_below(level)) {
            return Ok(Some(Err(ComplaintCode::AreaLevelOrder.into())));
        }
        if let (Some(code), Some(level)) = (area.code_on(today), level)
            && !lies_in(tx, parent, level, code.as_str())?
        {
            return Ok(Some(Err(ComplaintCode::AreaCodeOutsideParent.into())));
        }
        tx.insert_area(&AreaRow {
            area: edit.area,
            parent: Some(parent),
            shard: above.shard,
            level: edit.level.code().to_owned(),
            name: area.name().to_owned(),
            manager: area
                .manager()
                .map(|manager| manager.kind().code().to_owned()),
            zone_offset_minutes: above.zone_offset_minutes,
            ended_on: None,
            version: 1,
        })?;
        let shard = match edit.level {
            AreaLevel::County => Some(tx.shard_for_county(edit.area)?),
            _ => above.shard,
        };
        if let Some(code) = area.code_on(today) {
            tx.insert_area_code(edit.area, code.as_str(), today)?;
        }
        note(tx, shard, staff, now, "area.add", &edit.area.0)?;
        Ok::<_, StoreError>(Some(Ok(())))
    };
    let added = app.store.write(Lane::People, add).await?;
    added.ok_or(OpError::NotFound)
}

/// Whether a code begins as that of the area above does, where that one has a code.
fn lies_in(tx: &Tx<'_>, parent: AreaId, level: AreaLevel, code: &str) -> Result<bool, StoreError> {
    let above = tx.codes_of_area(parent)?;
    let above = above.iter().find(|row| row.to_on.is_none());
    let digits = level.code_digits().unwrap_or(0);
    Ok(above.is_none_or(|above| above.code.get(..digits) == code.get(..digits)))
}

/// Changes an area that is still at the version shown.
///
/// # Errors
/// Stale where somebody was faster.
pub async fn change_area(
    app: &App,
    caller: &Caller,
    edit: AreaEdit,
) -> Result<Result<(), Refusal>, OpError> {
    let (now, staff) = (app.world.now_millis(), caller.staff);
    let change = move |tx: &Tx<'_>| {
        let Some(known) = tx.area(edit.area)? else {
            return Ok(None);
        };
        let offset = i16::try_from(known.zone_offset_minutes).unwrap_or(480);
        let today = Moment::new(now, offset).day();
        let level = AreaLevel::ALL
            .into_iter()
            .find(|level| level.code() == known.level);
        let checked = AreaEdit {
            level: level.unwrap_or(edit.level),
            code: String::new(),
            ..edit.clone()
        };
        let area = match checked.draft(today) {
            Ok(area) => area,
            Err(refusal) => return Ok(Some(Err(refusal))),
        };
        if edit.is_ended
            && !tx
                .areas_in(edit.area)?
                .iter()
                .all(|row| row.ended_on.is_some())
        {
            return Ok(Some(Err(Refusal::NotEmpty)));
        }
        let ended_on = edit.is_ended.then(|| known.ended_on.unwrap_or(today));
        let shard = known.shard;
        tx.update_area(&AreaRow {
            name: area.name().to_owned(),
            manager: area
                .manager()
                .map(|manager| manager.kind().code().to_owned()),
            ended_on,
            version: edit.version,
            ..known
        })?;
        note(tx, shard, staff, now, "area.change", &edit.area.0)?;
        Ok::<_, StoreError>(Some(Ok(())))
    };
    let changed = app.store.write(Lane::People, change).await?;
    changed.ok_or(OpError::NotFound)
}
