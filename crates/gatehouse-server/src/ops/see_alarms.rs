//! Alarms: something that should not happen did. They wait until somebody says that they looked.

use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use gatehouse_core::id::{AreaId, DeviceId, GateId};
use gatehouse_store::alarm::AlarmRow;
use gatehouse_store::audit::AuditNote;
use gatehouse_store::{Lane, ReadTx, Shard, StoreError, Tx};

/// Most alarms of a county that are looked through.
const ALARMS_MOST: u32 = 500;

/// An alarm that waits.
pub struct AlarmLine {
    /// Kind, thing and time.
    pub row: AlarmRow,
    /// Compound and gate, where it is about one.
    pub place: Option<String>,
    /// What the guards call the device, where it is about one.
    pub device: Option<String>,
}

/// Alarms of the area that nobody has looked at, oldest first.
pub async fn list_alarms(app: &App, area: &AreaInScope) -> Result<Vec<AlarmLine>, OpError> {
    let (shard, top) = (area.county()?, area.area);
    let wide = is_wide(area);
    Ok(app
        .store
        .read(move |tx| alarms_in(tx, shard, top, wide))
        .await?)
}

/// At a county and above everything is shown, also what is about no place.
pub(crate) fn is_wide(area: &AreaInScope) -> bool {
    matches!(area.level.as_str(), "county" | "city" | "province")
}

pub(crate) fn alarms_in(
    tx: &ReadTx<'_>,
    shard: Shard,
    top: AreaId,
    wide: bool,
) -> Result<Vec<AlarmLine>, StoreError> {
    let mut lines = Vec::new();
    for row in tx.alarms(shard, ALARMS_MOST)? {
        let (gate, device) = about(tx, shard, &row.about)?;
        let mut place = None;
        let mut lies_here = wide;
        if let Some(gate) = gate
            && let Some(gate) = tx.gate(shard, gate)?
        {
            let path = tx.area_path(gate.area)?;
            lies_here |= path.iter().any(|above| above.area == top);
            let compound = path.last().map_or("", |row| row.name.as_str());
            place = Some(format!("{compound} {}", gate.name));
        }
        if lies_here {
            lines.push(AlarmLine { row, place, device });
        }
    }
    Ok(lines)
}

/// The gate and device that an alarm names: `device <id> …`, `gate <id> …`.
fn about(
    tx: &ReadTx<'_>,
    shard: Shard,
    about: &str,
) -> Result<(Option<GateId>, Option<String>), StoreError> {
    let mut words = about.split([' ', '/']);
    let (kind, id) = (words.next(), words.next().unwrap_or_default());
    Ok(match kind {
        Some("device") => match DeviceId::parse(id) {
            Some(device) => match tx.device(shard, device)? {
                Some(row) => (Some(row.gate), Some(row.label)),
                None => (None, None),
            },
            None => (None, None),
        },
        Some("gate") => (GateId::parse(id), None),
        _ => (None, None),
    })
}

/// Notes that somebody looked.
///
/// # Errors
/// [`OpError::NotFound`] for an alarm that does not wait in the area.
pub async fn see_alarm(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    kind: &str,
    thing: &str,
) -> Result<(), OpError> {
    let (shard, top, wide) = (area.county()?, area.area, is_wide(area));
    let (at, staff) = (app.world.now_millis(), caller.staff);
    let (kind, thing) = (kind.to_owned(), thing.to_owned());
    let write = move |tx: &Tx<'_>| {
        let waiting = alarms_in(tx, shard, top, wide)?;
        let mut waiting = waiting.iter();
        if !waiting.any(|line| line.row.kind == kind && line.row.about == thing) {
            return Ok(false);
        }
        tx.see_alarm(shard, &kind, &thing, staff, at)?;
        tx.append_audit(&AuditNote {
            shard,
            at,
            kind: "alarm.seen",
            actor: Some(staff),
            commitment: None,
            body: format!("{kind} {thing}").as_bytes(),
        })?;
        tx.note_change(shard, "alarm", at)?;
        Ok::<bool, StoreError>(true)
    };
    let seen = app.store.write(Lane::People, write).await?;
    seen.then_some(()).ok_or(OpError::NotFound)
}
