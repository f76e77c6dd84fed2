//! Events of gate devices: taking them in exactly once, and what follows from each. *Sharded*.
//!
//! The device row keeps number and hash of the last event; taking one in moves both in the same
//! transaction as everything that follows, so that no index is needed to know what is there.

use crate::before::Before;
use crate::amendment::AmendmentRow;
use crate::audit::AuditNote;
use crate::error::StoreError;
use crate::event_note::EventNote;
use crate::open_item::{OpenItemEnd, OpenItemRow};
use crate::set_aside::SetAsideReason;
use crate::shard::Shard;
use crate::shift::ShiftRow;
use crate::tx::Tx;
use crate::vault::{Chance, Vault};
use crate::{params, sql};
use gatehouse_core::audit::Hash;
use gatehouse_core::gate::Verdict;
use gatehouse_core::id::{DeviceId, GateId, OpenItemId, ShiftId, StaffId};
use gatehouse_core::planted::{Planted, is_planted};
use gatehouse_core::wire::{ChainHead, Event, EventBody, PublicEvent, Subject};

/// What the server decided about a crossing with its own facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerDecision {
    /// Its verdict.
    pub verdict: Verdict,
    /// Ids of the rows that applied.
    pub row_ids: Vec<String>,
}

/// How an event came in.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// By our clock, milliseconds UTC.
    pub received_at: i64,
    /// What the server decided, for crossings.
    pub server: Option<ServerDecision>,
    /// For sealing what a guard wrote down.
    pub chance: Chance,
    /// What its device still keeps of what goes before it.
    pub before: Before,
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// Taken in now.
    New,
    /// Taken in before, with the same content.
    AlreadyThere,
    /// The event before it is missing, or is not the one that it names: the device sends again all
    /// that it keeps. Not only from here on, as what is here may be another copy's.
    BeforeMissing,
    /// Not taken in, kept aside, an alarm raised.
    SetAside(SetAsideReason),
    /// No such device in this county.
    UnknownDevice,
}

sql! {
    ADVANCE = "UPDATE device SET last_seq = ?3, last_hash = ?4, seen_at = ?5
        WHERE shard = ?1 AND device = ?2 AND last_seq = ?6 AND last_hash = ?7
            AND ended_at IS NULL";
    INSERT_EVENT = "INSERT INTO device_event (shard, device, seq, hash, kind, device_at,
            received_at, subject, subject_is_vehicle, household, salt, public_part)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    ITEM_OF_EVENT = "SELECT item FROM open_item WHERE shard = ?1 AND device = ?2 AND seq = ?3
        AND kind = 'emergency'";
}

/// An event as it is written down.
struct Written<'a> {
    event: &'a Event,
    arrival: &'a Arrival,
    seq: i64,
    public: PublicEvent,
    bytes: Vec<u8>,
}

impl Written<'_> {
    /// Whether it is the next of the same device.
    fn follows(&self, before: &Written<'_>) -> bool {
        self.event.device == before.event.device
            && self.seq - 1 == before.seq
            && self.event.previous == before.public.hash
    }
}

impl Tx<'_> {
    /// Takes an event of a device in, exactly once, with everything that follows from it: the
    /// crossing and its passage, an amendment, a shift, an open item, and an audit entry with a
    /// commitment to whom it concerns. Signatures have been checked before.
    pub fn append_event(
        &self,
        vault: &Vault,
        shard: Shard,
        event: &Event,
        arrival: &Arrival,
    ) -> Result<Appended, StoreError> {
        let taken = self.append_events(vault, shard, &[(event, arrival)], |_| Ok(()))?;
        Ok(taken.first().copied().unwrap_or(Appended::UnknownDevice))
    }

    /// The same for events of one device in their order; `then` follows each that is taken in. A
    /// chain that goes on where the device stands moves it on once: gates that come back after
    /// days are long chains.
    ///
    /// # Errors
    /// The database's, and those of `then`.
    pub fn append_events(
        &self,
        vault: &Vault,
        shard: Shard,
        events: &[(&Event, &Arrival)],
        mut then: impl FnMut(&Event) -> Result<(), StoreError>,
    ) -> Result<Vec<Appended>, StoreError> {
        let written = events.iter().map(|(event, at)| self.written(event, at));
        let written = written.collect::<Result<Vec<Written<'_>>, _>>()?;
        let is_chain = written.windows(2).all(|two| two[1].follows(&two[0]));
        let is_moved = match (written.first(), written.last()) {
            (Some(first), Some(last)) if is_chain => self.advance(shard, first, last)?,
            _ => false,
        };
        let one = |written: &Written<'_>| {
            let moved = is_moved || self.advance(shard, written, written)?;
            if !moved {
                return self.not_next(vault, shard, written);
            }
            self.take_in(vault, shard, written)?;
            then(written.event)?;
            Ok(Appended::New)
        };
        let taken = written.iter().map(one).collect::<Result<Vec<_>, _>>()?;
        self.out_of_tray(shard, &written, &taken)?;
        Ok(taken)
    }

    /// What was taken in now waits for nobody any more, if it came before without proof.
    fn out_of_tray(
        &self,
        shard: Shard,
        written: &[Written<'_>],
        taken: &[Appended],
    ) -> Result<(), StoreError> {
        let pairs = written.iter().zip(taken);
        let mut new = pairs.filter_map(|(one, taken)| (*taken == Appended::New).then_some(one));
        let Some(first) = new.next() else {
            return Ok(());
        };
        let last = new.next_back().unwrap_or(first);
        self.drop_taken_in(shard, first.event.device, (first.seq, last.seq))
    }

    fn written<'a>(
        &self,
        event: &'a Event,
        arrival: &'a Arrival,
    ) -> Result<Written<'a>, StoreError> {
        let bytes = event.public_bytes();
        match PublicEvent::from_bytes(&bytes) {
            Ok(public) => Ok(Written {
                event,
                arrival,
                // No device stands before a number that is none here.
                seq: i64::try_from(event.seq).unwrap_or(i64::MAX),
                public,
                bytes,
            }),
            // Only for events made by hand: reading one from bytes has checked this.
            Err(_) => Err(self.fail(StoreError::Driver {
                code: "event".to_owned(),
                message: "the event is not one that can be written".to_owned(),
            })),
        }
    }

    /// Moves the device on from before the first of a chain to its last; false where it does not
    /// stand there.
    fn advance(
        &self,
        shard: Shard,
        first: &Written<'_>,
        last: &Written<'_>,
    ) -> Result<bool, StoreError> {
        let previous = self.previous(shard, first.event)?;
        let parameters = params![
            shard,
            &last.event.device,
            last.seq,
            &last.public.hash,
            last.arrival.received_at,
            first.seq - 1,
            &previous
        ];
        Ok(self.execute(&ADVANCE, parameters)? > 0)
    }

    /// Everything that follows from an event by which the device has moved on.
    fn take_in(
        &self,
        vault: &Vault,
        shard: Shard,
        written: &Written<'_>,
    ) -> Result<(), StoreError> {
        let (event, arrival, seq) = (written.event, written.arrival, written.seq);
        let (hash, bytes) = (&written.public.hash, &written.bytes[..]);
        match &event.body {
            EventBody::Crossing(crossing) => {
                self.insert_crossing(shard, event, crossing, (hash, bytes), arrival)?;
            }
            _ => self.insert_device_event(shard, event, seq, (hash, bytes), arrival)?,
        }
        self.insert_event_details(vault, shard, event, &arrival.chance)?;
        self.follow_from(shard, event, seq, hash, arrival.received_at)?;
        let body = EventNote::body(event.device, seq, hash, arrival.server.as_ref());
        self.append_audit(&AuditNote {
            shard,
            at: arrival.received_at,
            kind: audit_kind(&event.body),
            actor: actor(&event.body),
            commitment: written.public.commitment,
            body: &body,
        })?;
        Ok(())
    }

    /// The event did not move the device on: says why, and keeps aside what must not be lost.
    fn not_next(
        &self,
        vault: &Vault,
        shard: Shard,
        written: &Written<'_>,
    ) -> Result<Appended, StoreError> {
        let (event, arrival, seq) = (written.event, written.arrival, written.seq);
        let hash = &written.public.hash;
        let Some(device) = self.device(shard, event.device)? else {
            return Ok(Appended::UnknownDevice);
        };
        let reason = if seq <= device.last_seq {
            match self.hash_of(shard, event.device, seq)? {
                Some(there) if there != *hash && !is_planted(Planted::CloneDropped) => {
                    SetAsideReason::OtherContent
                }
                _ if is_planted(Planted::NotDeduplicated) => {
                    self.follow_from(shard, event, seq, hash, arrival.received_at)?;
                    return Ok(Appended::AlreadyThere);
                }
                // Retention has dropped it: there is nothing left to compare with.
                _ => return Ok(Appended::AlreadyThere),
            }
        } else if device.ended_at.is_some() {
            if is_planted(Planted::EndedDeviceTaken) {
                return Ok(Appended::New);
            }
            SetAsideReason::EndedDevice
        } else if seq > device.last_seq + 1
            && arrival.before == Before::Kept
            && !self.is_before_there(shard, event)?
        {
            return Ok(Appended::BeforeMissing);
        } else {
            SetAsideReason::BrokenChain
        };
        let follows = self.is_before_there(shard, event)?;
        let (at, chance) = (arrival.received_at, &arrival.chance);
        self.set_event_aside(vault, (shard, event), reason, at, chance)?;
        Ok(match arrival.before == Before::Kept && !follows {
            // A restored backup does not hold what goes before it: the device sends it again.
            true => Appended::BeforeMissing,
            false => Appended::SetAside(reason),
        })
    }

    /// Whether the event that this one names as the one before it is here.
    fn is_before_there(&self, shard: Shard, event: &Event) -> Result<bool, StoreError> {
        let (device, hash, seq) = (event.device, event.previous, event.seq.saturating_sub(1));
        self.is_there(shard, &ChainHead { device, seq, hash })
    }

    /// The hash that an event names as the one before it.
    fn previous(&self, shard: Shard, event: &Event) -> Result<Hash, StoreError> {
        if is_planted(Planted::ChainUnchecked) {
            let device = self.device(shard, event.device)?;
            return Ok(device.map_or(event.previous, |device| Hash(device.last_hash)));
        }
        Ok(event.previous)
    }

    fn insert_device_event(
        &self,
        shard: Shard,
        event: &Event,
        seq: i64,
        (hash, public_part): (&Hash, &[u8]),
        arrival: &Arrival,
    ) -> Result<(), StoreError> {
        let private = event.private.as_ref();
        let subject = private.and_then(|private| private.subject);
        self.execute_one(
            &INSERT_EVENT,
            params![
                shard,
                &event.device,
                seq,
                hash,
                audit_kind(&event.body),
                event.at.millis,
                arrival.received_at,
                subject.as_ref().map(Subject::bytes),
                subject.map(|subject| matches!(subject, Subject::Vehicle(_))),
                private.and_then(|private| private.household.as_ref()),
                private.map(|private| &private.salt),
                public_part
            ],
        )
    }

    /// What other tables learn from an event. Their ids come from its hash, so that nothing
    /// random is needed and the same event makes the same rows.
    fn follow_from(
        &self,
        shard: Shard,
        event: &Event,
        seq: i64,
        hash: &Hash,
        received_at: i64,
    ) -> Result<(), StoreError> {
        let at = event.at.millis;
        match &event.body {
            EventBody::Crossing(crossing) if crossing.emergency.is_some() => {
                let item = item_from(shard, event, hash, crossing.gate, "emergency");
                self.insert_open_item(&item).map(|_| ())
            }
            EventBody::Fever(_) => match self.device(shard, event.device)? {
                Some(device) => {
                    let item = item_from(shard, event, hash, device.gate, "fever");
                    self.fever_from(event, hash, &item, received_at)
                }
                None => Ok(()),
            },
            EventBody::Measurement { .. } => self.follow_fever(shard, event, hash, received_at),
            EventBody::Amendment { of, change } => {
                let Ok(of_seq) = i64::try_from(*of) else {
                    return Ok(());
                };
                self.insert_amendment(&AmendmentRow {
                    shard,
                    device: event.device,
                    of_seq,
                    change: change.clone(),
                    staff: None,
                    made_at: at,
                    source_seq: Some(seq),
                })
            }
            EventBody::ShiftStart {
                guards,
                mask,
                armband,
            } => self.shift_from(shard, event, hash, guards, [*mask, *armband]),
            EventBody::ShiftEnd => {
                self.end_shifts_of_device(shard, event.device, at)
            }
            EventBody::HandedOn { of } => {
                self.close_emergencies_of(shard, event.device, *of, at)?;
                self.follow_fever(shard, event, hash, received_at)
            }
            _ => Ok(()),
        }
    }

    /// A shift begins; one that still runs on the device ends with it.
    fn shift_from(
        &self,
        shard: Shard,
        event: &Event,
        hash: &Hash,
        guards: &[StaffId],
        [has_mask, has_armband]: [bool; 2],
    ) -> Result<(), StoreError> {
        let at = event.at.millis;
        self.end_shifts_of_device(shard, event.device, at)?;
        let Some(device) = self.device(shard, event.device)? else {
            return Ok(());
        };
        let shift = ShiftRow {
            shard,
            shift: ShiftId(first_sixteen(hash)),
            gate: device.gate,
            device: Some(event.device),
            started_at: at,
            ended_at: None,
            has_mask,
            has_armband,
        };
        self.insert_shift(&shift, guards)
    }

    /// Somebody took charge of an emergency. Of a fever that is a step, not its end (GATE-7).
    fn close_emergencies_of(
        &self,
        shard: Shard,
        device: DeviceId,
        of: u64,
        at: i64,
    ) -> Result<(), StoreError> {
        let of_seq = i64::try_from(of).unwrap_or(0);
        let parameters = params![shard, &device, of_seq];
        for item in self.query(&ITEM_OF_EVENT, parameters, |row| row.get(0))? {
            let end = OpenItemEnd {
                outcome: "handed_on".to_owned(),
                at,
                staff: None,
            };
            self.close_open_item(shard, item, &end)?;
        }
        Ok(())
    }
}

/// An open item as an event begins it; its id comes from the event.
fn item_from(shard: Shard, event: &Event, hash: &Hash, gate: GateId, kind: &str) -> OpenItemRow {
    OpenItemRow {
        shard,
        item: OpenItemId(first_sixteen(hash)),
        kind: kind.to_owned(),
        gate,
        crossing: i64::try_from(event.seq).ok().map(|seq| (event.device, seq)),
        opened_at: event.at.millis,
        end: None,
    }
}

pub(crate) fn first_sixteen(hash: &Hash) -> [u8; 16] {
    let mut first = [0; 16];
    first.copy_from_slice(&hash.0[..16]);
    first
}

/// Every word of [`audit_kind`]: an entry of such a kind is compared with its event.
pub(crate) const EVENT_KINDS: [&str; 10] = [
    "crossing",
    "amendment",
    "shift_start",
    "shift_end",
    "fever",
    "measurement",
    "handed_on",
    "emergency",
    "lookup",
    "note",
];

pub(crate) fn audit_kind(body: &EventBody) -> &'static str {
    match body {
        EventBody::Crossing(_) => "crossing",
        EventBody::Amendment { .. } => "amendment",
        EventBody::ShiftStart { .. } => "shift_start",
        EventBody::ShiftEnd => "shift_end",
        EventBody::Fever(_) => "fever",
        EventBody::Measurement { .. } => "measurement",
        EventBody::HandedOn { .. } => "handed_on",
        EventBody::Emergency { .. } => "emergency",
        EventBody::Lookup { .. } => "lookup",
        EventBody::Note { .. } => "note",
    }
}

fn actor(body: &EventBody) -> Option<StaffId> {
    match body {
        EventBody::Crossing(crossing) => crossing.staff,
        EventBody::ShiftStart { guards, .. } => guards.first().copied(),
        _ => None,
    }
}
