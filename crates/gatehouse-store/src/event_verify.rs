//! Comparing what the audit says about events and corrections with the rows as they are now: a
//! page of entries at a time, their rows read in runs by device.

use crate::amendment::{DESK_AMENDMENT, kind, read_change};
use crate::audit::AuditEntryRow;
use crate::error::StoreError;
use crate::event_note::EventNote;
use crate::shard::Shard;
use crate::tx::ReadTx;
use crate::value::Row;
use crate::{params, sql};
use gatehouse_core::audit::Hash;
use gatehouse_core::id::{DeviceId, StaffId};
use gatehouse_core::wire::Change;
use gatehouse_core::wire::cbor::Cbor;
use std::collections::HashMap;

/// Numbers of one run lie no further apart than this, so that a run reads little that no entry
/// of the page speaks of.
const GAP_MOST: i64 = 64;

/// What entries of the audit say and what became of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matched {
    /// Events that entries speak of, by device and number.
    pub events: Vec<(DeviceId, i64)>,
    /// Crossings whose correction at a desk entries speak of, by device and number.
    pub desk_amendments: Vec<(DeviceId, i64)>,
    /// What does not fit.
    pub faults: Vec<EventFault>,
}

/// A row that is not as the audit says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventFault {
    /// Whose event.
    pub device: DeviceId,
    /// Its number, or that of the crossing that was corrected.
    pub seq: i64,
    /// When the entry was written, milliseconds UTC.
    pub at: i64,
    /// What is wrong.
    pub what: EventFaultKind,
}

/// What is wrong with a row that the audit speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventFaultKind {
    /// There is no event with this number, although there is one before it.
    Missing,
    /// The device's events up to this one are gone, as if retention had dropped their days.
    Dropped,
    /// It is not what was taken in, or cannot be read.
    Altered,
    /// The correction that was made at a desk is not there as it was made.
    AmendmentAltered,
}

sql! {
    ROWS_BETWEEN = "SELECT seq, hash, received_at, server_verdict, server_row_ids,
            CAST('crossing' AS TEXT)
        FROM crossing WHERE shard = ?1 AND device = ?2 AND seq >= ?3 AND seq <= ?4
        UNION ALL
        SELECT seq, hash, received_at, NULL, NULL, kind
        FROM device_event WHERE shard = ?1 AND device = ?2 AND seq >= ?3 AND seq <= ?4";
    FIRST_EVENT = "SELECT min(seq) FROM (
            SELECT min(seq) AS seq FROM crossing WHERE shard = ?1 AND device = ?2
            UNION ALL
            SELECT min(seq) FROM device_event WHERE shard = ?1 AND device = ?2) e";
    AMENDED_AT_DESK = "SELECT kind, outcome, reason, emergency, staff, made_at FROM amendment
        WHERE shard = ?1 AND device = ?2 AND of_seq = ?3 AND source_seq IS NULL";
}

/// What a row says of that which its entry covers.
struct Stored {
    hash: Hash,
    received_at: i64,
    server: (Option<u8>, String),
    kind: String,
}

impl Stored {
    fn read(row: &Row<'_>) -> Result<Stored, StoreError> {
        let rows: Option<String> = row.get(4)?;
        Ok(Stored {
            hash: row.get(1)?,
            received_at: row.get(2)?,
            server: (row.get(3)?, rows.unwrap_or_default()),
            kind: row.get(5)?,
        })
    }

    fn fits(&self, note: &EventNote) -> bool {
        self.hash == note.hash
            && self.received_at == note.at
            && self.kind == note.kind
            && note.server.as_ref().is_none_or(|server| *server == self.server)
    }
}

/// An entry about a correction at a desk.
struct DeskNote<'a> {
    device: DeviceId,
    of_seq: i64,
    says: &'a [u8],
    staff: Option<StaffId>,
    at: i64,
}

impl<'a> DeskNote<'a> {
    fn of(entry: &'a AuditEntryRow) -> Option<DeskNote<'a>> {
        if entry.kind != DESK_AMENDMENT {
            return None;
        }
        let (device, rest) = entry.body.split_first_chunk::<16>()?;
        let (of_seq, says) = rest.split_first_chunk::<8>()?;
        Some(DeskNote {
            device: DeviceId(*device),
            of_seq: i64::from_be_bytes(*of_seq),
            says,
            staff: entry.actor,
            at: entry.at,
        })
    }

    /// Older entries say only which kind of change it was.
    fn says(&self, change: &Change) -> bool {
        self.says == change.to_cbor() || self.says == kind(change).as_bytes()
    }
}

impl ReadTx<'_> {
    /// Compares the rows that a page of entries speaks of with what the entries say.
    pub fn match_entries(
        &self,
        shard: Shard,
        entries: &[AuditEntryRow],
    ) -> Result<Matched, StoreError> {
        let mut matched = Matched::default();
        let mut notes: Vec<EventNote> = entries.iter().filter_map(EventNote::of).collect();
        notes.sort_by_key(|note| (note.device, note.seq));
        for run in notes.chunk_by(|one, next| {
            one.device == next.device && next.seq.saturating_sub(one.seq) <= GAP_MOST
        }) {
            self.match_run(shard, run, &mut matched)?;
        }
        for note in entries.iter().filter_map(DeskNote::of) {
            self.match_desk(shard, &note, &mut matched)?;
        }
        Ok(matched)
    }

    fn match_run(
        &self,
        shard: Shard,
        run: &[EventNote],
        matched: &mut Matched,
    ) -> Result<(), StoreError> {
        let (Some(first), Some(last)) = (run.first(), run.last()) else {
            return Ok(());
        };
        let parameters = params![shard, &first.device, first.seq, last.seq];
        let rows = self.query(&ROWS_BETWEEN, parameters, |row| {
            Ok(row.get::<i64>(0).ok().map(|seq| (seq, Stored::read(row).ok())))
        })?;
        let rows: HashMap<i64, Option<Stored>> = rows.into_iter().flatten().collect();
        let mut left_from = None;
        if run.iter().any(|note| !rows.contains_key(&note.seq)) {
            left_from = self.first_event(shard, first.device)?;
        }
        for note in run {
            let what = match rows.get(&note.seq) {
                None if left_from.is_none_or(|seq| note.seq < seq) => {
                    Some(EventFaultKind::Dropped)
                }
                None => Some(EventFaultKind::Missing),
                Some(Some(stored)) if stored.fits(note) => None,
                Some(_) => Some(EventFaultKind::Altered),
            };
            matched.events.push((note.device, note.seq));
            matched.faults.extend(what.map(|what| EventFault {
                device: note.device,
                seq: note.seq,
                at: note.at,
                what,
            }));
        }
        Ok(())
    }

    fn match_desk(
        &self,
        shard: Shard,
        note: &DeskNote<'_>,
        matched: &mut Matched,
    ) -> Result<(), StoreError> {
        let parameters = params![shard, &note.device, note.of_seq];
        let is_there = self.query(&AMENDED_AT_DESK, parameters, |row| {
            let says = read_change(row, 0).is_ok_and(|change| note.says(&change));
            let by: Option<StaffId> = row.get(4).unwrap_or(None);
            Ok(says && by == note.staff && row.get::<i64>(5).is_ok_and(|at| at == note.at))
        })?;
        matched.desk_amendments.push((note.device, note.of_seq));
        if !is_there.contains(&true) {
            let left_from = self.first_event(shard, note.device)?;
            let is_dropped = left_from.is_none_or(|seq| note.of_seq < seq);
            matched.faults.push(EventFault {
                device: note.device,
                seq: note.of_seq,
                at: note.at,
                what: match is_dropped {
                    true => EventFaultKind::Dropped,
                    false => EventFaultKind::AmendmentAltered,
                },
            });
        }
        Ok(())
    }

    /// The first event of a device that is still there.
    fn first_event(&self, shard: Shard, device: DeviceId) -> Result<Option<i64>, StoreError> {
        let parameters = params![shard, &device];
        self.query_one(&FIRST_EVENT, parameters, |row| {
            Ok(row.get::<Option<i64>>(0).unwrap_or(None))
        })
    }
}
