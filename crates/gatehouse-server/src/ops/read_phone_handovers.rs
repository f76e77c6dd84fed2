//! Shifts that were handed over on phones: who gave to whom and when, counted from what came in;
//! what was written down for whoever comes, opened on record.

use super::in_area::lies_in;
use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use crate::error::OpError;
use crate::ops::hold_gate::keyring;
use crate::ops::local_day::DAY_MILLIS;
use crate::ops::read_area::compounds_of;
use crate::ops::read_fevers::staff_name;
use gatehouse_core::gate::SubjectKind;
use gatehouse_core::id::{AreaId, DeviceId, StaffId};
use gatehouse_store::device::DeviceRow;
use gatehouse_store::person_view::Viewer;
use gatehouse_store::phone_handover::ShiftEventRow;
use gatehouse_store::{Lane, ReadTx, Shard, StoreError, Tx};

/// Handovers that are shown.
const SHOWN: usize = 12;
/// Phones that are looked at.
const PHONES_MOST: usize = 200;
/// Events of a phone, and shifts among them, that are looked through.
const EVENTS_MOST: i64 = 5_000;
const SHIFTS_MOST: u32 = 20;

/// A shift handed over on a phone.
pub struct PhoneHandover {
    /// The event that ended it.
    pub event: (DeviceId, i64),
    /// Compound and gate.
    pub place: String,
    /// Who gave, masked.
    pub from: Vec<String>,
    /// Who took over, masked; nobody where nobody has yet.
    pub to: Vec<String>,
    /// When it began; `None` where that is too long ago.
    pub began_at: Option<i64>,
    /// When it ended.
    pub ended_at: i64,
    /// Crossings that took place: in, out.
    pub crossed: [i64; 2],
    /// Of them visitors: in, out.
    pub visitors: [i64; 2],
    /// Whether something was written down.
    pub has_note: bool,
    /// Others took over without a word: the shift before was never handed over.
    pub is_taken: bool,
}

/// What was read of one phone: its chain's shifts, and the place of the one that ended.
struct Found {
    device: DeviceId,
    place: String,
    end: ShiftEventRow,
    start: Option<ShiftEventRow>,
    next: Option<ShiftEventRow>,
    is_taken: bool,
}

/// The handovers of the last two days on phones of an area, newest first.
///
/// # Errors
/// The database's.
pub async fn read_phone_handovers(
    app: &App,
    area: &AreaInScope,
) -> Result<Vec<PhoneHandover>, OpError> {
    let (shard, top) = (area.county()?, area.area);
    let since = app.world.now_millis() - 2 * DAY_MILLIS;
    let read = move |tx: &ReadTx<'_>| {
        let mut found = Vec::new();
        for (phone, place) in phones(tx, shard, top, since)? {
            found.extend(ends(tx, shard, &phone, &place, since)?);
        }
        found.sort_by_key(|one| std::cmp::Reverse(one.end.at));
        found.truncate(SHOWN);
        let shown = found.into_iter().map(|one| count(tx, shard, one));
        shown.collect::<Result<Vec<_>, StoreError>>()
    };
    Ok(app.store.read(read).await?)
}

/// Phones of an area that were in contact lately, each with compound and gate.
fn phones(
    tx: &ReadTx<'_>,
    shard: Shard,
    top: AreaId,
    since: i64,
) -> Result<Vec<(DeviceRow, String)>, StoreError> {
    let mut phones = Vec::new();
    for compound in compounds_of(tx, top)? {
        for gate in tx.gates_of_area(shard, compound.area)? {
            for phone in tx.devices_of_gate(shard, gate.gate)? {
                let is_here = phone.seen_at.is_some_and(|at| at >= since);
                if is_here && phones.len() < PHONES_MOST {
                    phones.push((phone, format!("{} {}", compound.name, gate.name)));
                }
            }
        }
    }
    Ok(phones)
}

/// Each end of a shift on a phone, with the start before it and the one after it. Where others
/// begin while a shift runs, it ends with that.
fn ends(
    tx: &ReadTx<'_>,
    shard: Shard,
    phone: &DeviceRow,
    place: &str,
    since: i64,
) -> Result<Vec<Found>, StoreError> {
    let after = phone.last_seq - EVENTS_MOST;
    let events = tx.shift_events(shard, phone.device, after, SHIFTS_MOST)?;
    let (mut found, mut next) = (Vec::new(), None);
    for (at, event) in events.iter().enumerate() {
        let start = events.get(at + 1).filter(|e| e.guards.is_some());
        let is_taken = event.guards.is_some();
        if is_taken {
            next = Some(event.clone());
        }
        let is_end = !is_taken || start.is_some_and(|start| start.guards != event.guards);
        if is_end && event.at >= since {
            found.push(Found {
                device: phone.device,
                place: place.to_owned(),
                end: event.clone(),
                start: start.cloned(),
                next: next.clone(),
                is_taken,
            });
        }
    }
    Ok(found)
}

fn count(tx: &ReadTx<'_>, shard: Shard, one: Found) -> Result<PhoneHandover, StoreError> {
    let (mut crossed, mut visitors) = ([0; 2], [0; 2]);
    if let Some(start) = &one.start {
        let stretch = (start.seq, one.end.seq);
        for row in tx.crossed_between(shard, one.device, stretch)? {
            let side = usize::from(row.is_out);
            crossed[side] += row.crossings;
            if row.subject_kind == Some(SubjectKind::Visitor as i64) {
                visitors[side] += row.crossings;
            }
        }
    }
    let names = |event: Option<&ShiftEventRow>| {
        let guards: Vec<StaffId> = event.and_then(|e| e.guards.clone()).unwrap_or_default();
        let names = guards.into_iter().map(|staff| staff_name(tx, staff));
        names.collect::<Result<Vec<String>, StoreError>>()
    };
    Ok(PhoneHandover {
        event: (one.device, one.end.seq),
        from: names(one.start.as_ref())?,
        to: names(one.next.as_ref())?,
        began_at: one.start.as_ref().map(|start| start.at),
        ended_at: one.end.at,
        has_note: one.end.has_note,
        is_taken: one.is_taken,
        place: one.place,
        crossed,
        visitors,
    })
}

/// What was written down for whoever comes; that somebody looked is on record.
///
/// # Errors
/// [`OpError::NotFound`] for a phone of elsewhere, or where nothing was written.
pub async fn open_phone_note(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    (device, seq): (DeviceId, i64),
) -> Result<String, OpError> {
    let keys = keyring(app)?;
    let viewer = Viewer {
        staff: Some(caller.staff),
        organisation: None,
        purpose: "handover".to_owned(),
        at: app.world.now_millis(),
        salt: app.world.id(),
    };
    let area = area.clone();
    let write = move |tx: &Tx<'_>| {
        let shard = area.county()?;
        let row = tx.device(shard, device)?.ok_or(OpError::NotFound)?;
        let gate = tx.gate(shard, row.gate)?.ok_or(OpError::NotFound)?;
        lies_in(tx, gate.area, &area)?;
        if !tx.is_shift_end(shard, device, seq)? {
            return Err(OpError::NotFound);
        }
        let details = tx.reveal_event_details(&keys.vault, shard, device, seq, &viewer)?;
        let details = details.ok_or(OpError::NotFound)?;
        let lines = details.iter().map(|detail| detail.reveal_text());
        Ok::<_, OpError>(lines.collect::<Vec<_>>().join(" "))
    };
    app.store.try_write(Lane::People, write).await
}
