//! Following the chain of a device over its stored events, a page at a time. Each event must be
//! what the device said, follow the one before, name whom it committed to, and stand in columns
//! that repeat it; each correction that it made must be there. A row that cannot be read is a
//! break, not an end of the run.

use crate::crossing::read_subject;
use crate::crossing_columns::{CrossingColumns, repeated_columns};
use crate::device_event::audit_kind;
use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::ReadTx;
use crate::value::Row;
use crate::{params, sql};
use gatehouse_core::audit::{Hash, commitment};
use gatehouse_core::id::{DeviceId, HouseholdId};
use gatehouse_core::wire::{ChainHead, EventBody, PublicEvent, Subject};

/// Events read at once while a chain is followed.
const PAGE: u32 = 500;

/// What following a device's chain found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceReport {
    /// Events that were checked.
    pub events: u64,
    /// First event that was there: 1, or later once retention has dropped days.
    pub from_seq: i64,
    /// First event that is not as the device said, or that does not follow.
    pub broken_at: Option<i64>,
}

/// How far the chain of a device has been followed.
#[derive(Clone, Debug)]
pub struct DeviceWalk {
    /// Whose chain.
    pub device: DeviceId,
    /// Number of its last event as the walk began; 0 where there was none.
    pub last_seq: i64,
    /// What was found so far.
    pub report: DeviceReport,
    /// When the last event was received, milliseconds UTC.
    pub received_at: i64,
    last_hash: [u8; 32],
    head: Option<ChainHead>,
    amendments: i64,
}

sql! {
    DEVICES_TO_VERIFY = "SELECT device, last_seq, last_hash FROM device
        WHERE shard = ?1 ORDER BY device";
    DEVICE_TO_VERIFY = "SELECT device, last_seq, last_hash FROM device
        WHERE shard = ?1 AND device = ?2";
    CHAIN = concat!("SELECT seq, hash, subject, subject_is_vehicle, household, salt, public_part,
            received_at, kind, event_at, ", repeated_columns!(), "
        FROM (
            SELECT seq, hash, subject, subject_is_vehicle, household, salt, public_part,
                received_at, NULL AS kind, NULL AS event_at, ", repeated_columns!(), "
            FROM crossing WHERE shard = ?1 AND device = ?2 AND seq > ?3 AND seq <= ?4
            UNION ALL
            SELECT seq, hash, subject, subject_is_vehicle, household, salt, public_part,
                received_at, kind, device_at, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
                NULL, NULL, NULL, NULL, NULL, NULL, NULL
            FROM device_event WHERE shard = ?1 AND device = ?2 AND seq > ?3 AND seq <= ?4) e
        ORDER BY seq LIMIT ?5");
    AMENDED_BY = "SELECT kind, outcome, reason, emergency, made_at FROM amendment
        WHERE shard = ?1 AND device = ?2 AND of_seq = ?3 AND source_seq = ?4";
    AMENDMENTS_BY_DEVICE = "SELECT count(*) FROM amendment
        WHERE shard = ?1 AND device = ?2 AND of_seq >= ?3 AND source_seq <= ?4";
    AMENDMENTS_AT_DESKS = "SELECT count(*) FROM amendment
        WHERE shard = ?1 AND device = ?2 AND of_seq >= ?3 AND source_seq IS NULL
            AND made_at > ?4";
}

impl ReadTx<'_> {
    /// Where the walk over each device of a county begins; `None` for a row that cannot be read.
    pub fn devices_to_verify(&self, shard: Shard) -> Result<Vec<Option<DeviceWalk>>, StoreError> {
        self.query(&DEVICES_TO_VERIFY, params![shard], |row| Ok(DeviceWalk::read(row).ok()))
    }

    /// Follows the chain of a device by up to a page; says whether that was its end.
    pub fn walk_device(&self, shard: Shard, walk: &mut DeviceWalk) -> Result<bool, StoreError> {
        let device = walk.device;
        let after = walk.head.map_or(0, |head| head.seq as i64);
        let parameters = params![shard, &device, after, walk.last_seq, PAGE];
        let page = self.query(&CHAIN, parameters, |row| Ok(Link::read(row).ok()))?;
        let is_end = page.len() < PAGE as usize;
        for link in page {
            let expected = walk.head.map_or(1, |head| head.seq as i64 + 1);
            let Some((link, public)) = link.and_then(|link| link.public(device)) else {
                walk.report.broken_at = Some(expected);
                return Ok(true);
            };
            if !link.follows(&public, walk.head.as_ref()) || !self.is_amended(shard, walk, &public)?
            {
                walk.report.broken_at = Some(link.seq);
                return Ok(true);
            }
            if walk.head.is_none() {
                walk.report.from_seq = link.seq;
            }
            walk.report.events += 1;
            walk.received_at = link.received_at;
            walk.head = Some(public.head());
        }
        if is_end && !self.ends_well(shard, walk)? {
            walk.report.broken_at = Some(walk.last_seq);
        }
        Ok(is_end)
    }

    /// Follows the whole chain of a device, for as much as one transaction may read. `None` if
    /// there is no such device.
    pub fn verify_device(
        &self,
        shard: Shard,
        device: DeviceId,
    ) -> Result<Option<DeviceReport>, StoreError> {
        let parameters = params![shard, &device];
        let Some(mut walk) = self.optional(&DEVICE_TO_VERIFY, parameters, DeviceWalk::read)? else {
            return Ok(None);
        };
        while !self.walk_device(shard, &mut walk)? {}
        Ok(Some(walk.report))
    }

    /// Corrections of a device's crossings from a number on that were made at desks after an
    /// instant: each must stand in the audit.
    pub fn count_desk_amendments(
        &self,
        shard: Shard,
        device: DeviceId,
        from_seq: i64,
        after: i64,
    ) -> Result<i64, StoreError> {
        let parameters = params![shard, &device, from_seq, after];
        self.query_one(&AMENDMENTS_AT_DESKS, parameters, |row| row.get(0))
    }

    /// Whether the correction that an event made is there. One of a crossing that retention has
    /// dropped went with it.
    fn is_amended(
        &self,
        shard: Shard,
        walk: &mut DeviceWalk,
        public: &PublicEvent,
    ) -> Result<bool, StoreError> {
        let EventBody::Amendment { of, change } = &public.event.body else {
            return Ok(true);
        };
        let seq = public.event.seq as i64;
        let from_seq = walk.head.map_or(seq, |_| walk.report.from_seq);
        // A number that no crossing can have corrects nothing.
        let Some(of) = i64::try_from(*of).ok().filter(|of| *of >= from_seq) else {
            return Ok(true);
        };
        walk.amendments += 1;
        let parameters = params![shard, &walk.device, of, seq];
        let found = self.query(&AMENDED_BY, parameters, |row| {
            let made_at: i64 = row.get(4).unwrap_or(i64::MIN);
            let stored = crate::amendment::read_change(row, 0).ok();
            Ok(stored.as_ref() == Some(change) && made_at == public.event.at.millis)
        })?;
        Ok(found == [true])
    }

    fn ends_well(&self, shard: Shard, walk: &DeviceWalk) -> Result<bool, StoreError> {
        let Some(head) = walk.head else {
            return Ok(true);
        };
        let parameters = params![shard, &walk.device, walk.report.from_seq, walk.last_seq];
        let amended: i64 =
            self.query_one(&AMENDMENTS_BY_DEVICE, parameters, |row| row.get(0))?;
        let is_last = head.seq as i64 == walk.last_seq && head.hash.0 == walk.last_hash;
        Ok(is_last && amended == walk.amendments)
    }
}

impl DeviceWalk {
    fn read(row: &Row<'_>) -> Result<DeviceWalk, StoreError> {
        Ok(DeviceWalk {
            device: row.get(0)?,
            last_seq: row.get(1)?,
            last_hash: row.get(2)?,
            report: DeviceReport {
                events: 0,
                from_seq: 1,
                broken_at: None,
            },
            received_at: 0,
            head: None,
            amendments: 0,
        })
    }
}

struct Link {
    seq: i64,
    hash: Hash,
    subject: Option<Subject>,
    household: Option<HouseholdId>,
    salt: Option<[u8; 16]>,
    public_part: Vec<u8>,
    received_at: i64,
    columns: LinkColumns,
}

enum LinkColumns {
    Crossing(Box<CrossingColumns>),
    /// Its kind and the device's time.
    Other(String, i64),
}

impl Link {
    fn read(row: &Row<'_>) -> Result<Link, StoreError> {
        Ok(Link {
            seq: row.get(0)?,
            hash: row.get(1)?,
            subject: read_subject(row, 2)?,
            household: row.get(4)?,
            salt: row.get(5)?,
            public_part: row.get(6)?,
            received_at: row.get(7)?,
            columns: match row.get::<Option<String>>(8)? {
                None => LinkColumns::Crossing(Box::new(CrossingColumns::read(row, 10)?)),
                Some(kind) => LinkColumns::Other(kind, row.get(9)?),
            },
        })
    }

    /// With what the device said, if that is by this device and has this number and hash.
    fn public(self, device: DeviceId) -> Option<(Link, PublicEvent)> {
        let public = PublicEvent::from_bytes(&self.public_part).ok()?;
        let is_whole = public.hash == self.hash
            && public.event.seq == u64::try_from(self.seq).ok()?
            && public.event.device == device;
        is_whole.then_some((self, public))
    }

    /// Whether it comes after a head and says what the device said. The first event that is
    /// still there is believed about the one before it.
    fn follows(&self, public: &PublicEvent, head: Option<&ChainHead>) -> bool {
        // Without a salt there is nothing to compare: nobody was named, or they were erased.
        let is_named = self.salt.is_none_or(|salt| {
            let subject = self.subject.as_ref().map(Subject::bytes);
            let household = self.household.as_ref().map(|household| &household.0);
            public.commitment == Some(commitment(&salt, subject, household))
        });
        let at = public.event.at;
        let repeats = match (&public.event.body, &self.columns) {
            (EventBody::Crossing(crossing), LinkColumns::Crossing(columns)) => {
                CrossingColumns::of(crossing, at, self.received_at) == **columns
            }
            (EventBody::Crossing(_), _) | (_, LinkColumns::Crossing(_)) => false,
            (body, LinkColumns::Other(kind, device_at)) => {
                audit_kind(body) == kind && *device_at == at.millis
            }
        };
        let is_next = match head {
            Some(head) => public.follows(Some(head)),
            None => public.event.seq > 1 || public.follows(None),
        };
        is_named && repeats && is_next
    }
}
