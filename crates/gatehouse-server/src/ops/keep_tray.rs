//! The tray: what gates' phones sent and could not be taken in. It lies there until somebody says
//! what came of it; the event itself stays as it came (design §3, GATE-11).

use super::in_area::lies_in;
use super::settle_alike::count_alike;
use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::auth::caller::Caller;
use crate::auth::role::Permission;
use crate::error::OpError;
use crate::ops::hold_gate::keyring;
use crate::ops::read_fevers::staff_name;
use crate::paging::{Page, ROWS_AND_ONE};
use data_encoding::HEXLOWER as HEX;
use gatehouse_core::audit::Hash;
use gatehouse_core::id::{DeviceId, PersonId, StaffId};
use gatehouse_core::wire::{Event, EventBody, Subject};
use gatehouse_store::person::PersonRow;
use gatehouse_store::person_view::Viewer;
use gatehouse_store::set_aside::{SetAsideKey, SetAsideRow, SettledRow, TrayPart};
use gatehouse_store::{Lane, ReadTx, Shard, StoreError, Tx};

/// What may have come of an event that was not taken in (local choice).
pub const OUTCOMES: [&str; 5] = ["entered", "there", "told", "no_crossing", "unreadable"];
/// Up to so many are counted.
pub const COUNT_MOST: u32 = 1_000;
/// Changes of mind about one event.
const SETTLED_MOST: u32 = 20;

/// An event of the tray.
pub struct TrayLine {
    /// What is known of it without opening it.
    pub row: SetAsideRow,
    /// What the guards call the phone.
    pub device: String,
    /// Compound and gate.
    pub place: String,
    /// Whether the same was taken in after all, though somebody had said what came of it: what
    /// nobody had looked at does not wait any more.
    pub is_taken: bool,
    /// What people found out, in order, each with who did, masked; the last one counts.
    pub settled: Vec<(SettledRow, String)>,
}

/// An event of the tray, opened.
pub struct TrayEvent {
    /// What is known without opening it.
    pub line: TrayLine,
    /// What it says; `None` where that cannot be read, or was erased with whom it was about.
    pub event: Option<Event>,
    /// Who it was about, masked.
    pub person: Option<(PersonRow, Option<String>)>,
    /// The plate of a vehicle of the register.
    pub plate: Option<String>,
    /// Who recorded it, masked.
    pub guards: Vec<String>,
    /// Whether names and numbers that a guard wrote down are shown.
    pub is_plain: bool,
    /// How many others of the same phone wait for the same reason.
    pub alike: usize,
}

/// How an event is written in addresses: `<device>-<seq>-<hash>`.
pub fn key_text(key: &SetAsideKey) -> String {
    format!("{}-{}-{}", key.device, key.seq, HEX.encode(&key.hash.0))
}

/// The opposite of [`key_text`].
pub fn read_key(text: &str) -> Option<SetAsideKey> {
    // Ids have hyphens of their own.
    let (rest, hash) = text.rsplit_once('-')?;
    let (device, seq) = rest.rsplit_once('-')?;
    let hash = HEX.decode(hash.as_bytes()).ok()?;
    Some(SetAsideKey {
        device: DeviceId::parse(device)?,
        seq: seq.parse().ok()?,
        hash: Hash(hash.try_into().ok()?),
    })
}

/// A page of the tray of an area.
///
/// # Errors
/// The database's.
pub async fn list_tray(
    app: &App,
    area: &AreaInScope,
    part: TrayPart,
    after: Option<SetAsideKey>,
) -> Result<Page<TrayLine>, OpError> {
    let (shard, top) = (area.county()?, area.area);
    let after = after.unwrap_or(SetAsideKey::FIRST);
    let read = move |tx: &ReadTx<'_>| {
        let rows = tx.tray(shard, top, part, &after, ROWS_AND_ONE)?;
        let page = Page::of(rows, |row| key_text(&row.key()));
        let mut lines = Vec::with_capacity(page.rows.len());
        for row in page.rows {
            lines.push(line(tx, shard, row)?);
        }
        let next = page.next;
        Ok::<_, StoreError>(Page { rows: lines, next })
    };
    Ok(app.store.read(read).await?)
}

/// How many events of an area wait, counted up to [`COUNT_MOST`].
///
/// # Errors
/// The database's.
pub async fn count_tray(app: &App, area: &AreaInScope) -> Result<i64, OpError> {
    let (shard, top) = (area.county()?, area.area);
    let read = move |tx: &ReadTx<'_>| tx.count_tray(shard, top, COUNT_MOST);
    Ok(app.store.read(read).await?)
}

fn line(tx: &ReadTx<'_>, shard: Shard, row: SetAsideRow) -> Result<TrayLine, StoreError> {
    let device = tx.device(shard, row.device)?;
    let gate = match &device {
        Some(device) => tx.gate(shard, device.gate)?,
        None => None,
    };
    let place = match gate {
        Some(gate) => {
            let path = tx.area_path(gate.area)?;
            let compound = path.last().map_or("", |row| row.name.as_str());
            format!("{compound} {}", gate.name)
        }
        None => String::new(),
    };
    let mut settled = Vec::new();
    for one in tx.settled(shard, &row.key(), SETTLED_MOST)? {
        let name = staff_name(tx, one.staff)?;
        settled.push((one, name));
    }
    let is_taken = tx.hash_of(shard, row.device, row.seq)? == Some(row.hash);
    Ok(TrayLine {
        is_taken,
        device: device.map(|device| device.label).unwrap_or_default(),
        place,
        settled,
        row,
    })
}

/// An event that came from a gate of the area.
pub(super) fn in_area(
    tx: &ReadTx<'_>,
    area: &AreaInScope,
    key: &SetAsideKey,
) -> Result<SetAsideRow, OpError> {
    let shard = area.county()?;
    let row = tx.event_set_aside(shard, key)?.ok_or(OpError::NotFound)?;
    let device = tx.device(shard, key.device)?.ok_or(OpError::NotFound)?;
    let gate = tx.gate(shard, device.gate)?.ok_or(OpError::NotFound)?;
    lies_in(tx, gate.area, area)?;
    Ok(row)
}

/// Opens an event; that somebody looked is written down with it.
///
/// # Errors
/// [`OpError::NotFound`] for one of elsewhere.
pub async fn open_tray_event(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    key: SetAsideKey,
) -> Result<TrayEvent, OpError> {
    let keys = keyring(app)?;
    let viewer = Viewer {
        staff: Some(caller.staff),
        organisation: None,
        purpose: "tray".to_owned(),
        at: app.world.now_millis(),
        salt: app.world.id(),
    };
    let is_plain = caller.may_in(Permission::RevealPeople, &area.path);
    let area = area.clone();
    let write = move |tx: &Tx<'_>| {
        let shard = area.county()?;
        let row = in_area(tx, &area, &key)?;
        let alike = count_alike(tx, shard, &row)?;
        let line = line(tx, shard, row)?;
        let bytes = tx.reveal_set_aside(&keys.vault, shard, &key, &viewer)?;
        // Emptied by its days once settled; before that only with whom it was about, and then
        // somebody still has to say what came of it.
        if bytes.is_none() && !line.settled.is_empty() {
            return Err(OpError::NotFound);
        }
        let bytes = bytes.and_then(Result::ok);
        let event = bytes.and_then(|bytes| Event::from_bytes(&bytes).ok());
        let (mut person, mut plate) = (None, None);
        let private = event.as_ref().and_then(|event| event.private.as_ref());
        match private.and_then(|private| private.subject) {
            Some(Subject::Person(id)) => {
                person = tx.masked_person(&keys.vault, shard, PersonId(id.0))?;
            }
            Some(Subject::Vehicle(id)) => {
                plate = tx.vehicle(shard, id)?.map(|vehicle| vehicle.plate);
            }
            None => {}
        }
        let mut guards = Vec::new();
        for staff in event.iter().flat_map(|event| staff_of(&event.body)) {
            guards.push(staff_name(tx, staff)?);
        }
        Ok::<_, OpError>(TrayEvent {
            line,
            event,
            person,
            plate,
            guards,
            is_plain,
            alike,
        })
    };
    app.store.try_write(Lane::People, write).await
}

/// Guards whom an event names.
fn staff_of(body: &EventBody) -> Vec<StaffId> {
    match body {
        EventBody::Crossing(crossing) => crossing.staff.into_iter().collect(),
        EventBody::ShiftStart { guards, .. } => guards.clone(),
        _ => Vec::new(),
    }
}

/// What became of settling an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settling {
    /// It is written down; the same form again changes nothing.
    Done,
    /// None of the list.
    NoOutcome,
    /// Somebody was faster: what they say stands.
    Stale,
    /// Too many changes of mind already.
    Full,
}

/// Says what came of an event, as a row after the `version` rows that were read.
///
/// # Errors
/// [`OpError::NotFound`] for an event of elsewhere.
pub async fn settle_tray_event(
    app: &App,
    area: &AreaInScope,
    caller: &Caller,
    key: SetAsideKey,
    (version, outcome): (i64, &str),
) -> Result<Settling, OpError> {
    let at = app.world.now_millis();
    let known = OUTCOMES.into_iter().find(|known| *known == outcome);
    let staff = caller.staff;
    let area = area.clone();
    let write = move |tx: &Tx<'_>| {
        let shard = area.county()?;
        in_area(tx, &area, &key)?;
        let Some(outcome) = known else {
            return Ok(Settling::NoOutcome);
        };
        let there = tx.settled(shard, &key, SETTLED_MOST)?;
        let number = i64::try_from(there.len()).unwrap_or(i64::MAX);
        let is_mine = |row: &SettledRow| row.staff == staff && row.outcome == outcome;
        if number == version.saturating_add(1) && there.last().is_some_and(is_mine) {
            return Ok(Settling::Done);
        }
        if number != version {
            return Ok(Settling::Stale);
        }
        if there.len() >= SETTLED_MOST as usize {
            return Ok(Settling::Full);
        }
        let row = SettledRow {
            number: number + 1,
            outcome: outcome.to_owned(),
            staff,
            settled_at: at,
        };
        if !tx.settle_set_aside(shard, &key, &row)? {
            return Ok(Settling::Stale);
        }
        tx.note_change(shard, "alarm", at)?;
        Ok::<_, OpError>(Settling::Done)
    };
    app.store.try_write(Lane::People, write).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_is_written() {
        let key = SetAsideKey {
            device: DeviceId([7; 16]),
            seq: 42,
            hash: Hash([9; 32]),
        };
        assert_eq!(read_key(&key_text(&key)), Some(key));
        let whole = key_text(&key);
        for wrong in [
            "",
            "1",
            "1-2",
            "1-2-3",
            &whole[1..],
            &whole[..whole.len() - 2],
        ] {
            assert_eq!(read_key(wrong), None, "{wrong}");
        }
    }
}
