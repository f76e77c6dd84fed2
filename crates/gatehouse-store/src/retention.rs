//! What is dropped when its days are over, in steps of at most 500 rows. How many days is the
//! server's business; a step says how much it dropped, so that the job goes on until nothing.

use crate::audit::SealRow;
use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::{params, sql};
use gatehouse_core::id::{AreaId, DeviceId, GateId, PersonId};

/// What one step over the events of a device dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DroppedEvents {
    /// Crossings, with their passages, amendments and details.
    pub crossings: u64,
    /// Other events, with their details.
    pub events: u64,
}

// The first 500 events of a device, of both kinds; they came in in this order.
macro_rules! first_events {
    () => {
        "(SELECT seq, received_at FROM (
            SELECT seq, received_at FROM (SELECT seq, received_at FROM crossing
                WHERE shard = ?1 AND device = ?2 ORDER BY seq LIMIT 500) c
            UNION ALL
            SELECT seq, received_at FROM (SELECT seq, received_at FROM device_event
                WHERE shard = ?1 AND device = ?2 ORDER BY seq LIMIT 500) v) e
            ORDER BY seq LIMIT 500) first"
    };
}

// Of a gate, oldest first: items closed before an instant, shifts that ended before it.
macro_rules! old_items {
    () => {
        "item IN (SELECT item FROM open_item
            WHERE shard = ?1 AND gate = ?2 AND opened_at < ?3 AND closed_at < ?3
            ORDER BY opened_at LIMIT 500)"
    };
}

macro_rules! old_shifts {
    () => {
        "shift IN (SELECT shift FROM shift
            WHERE shard = ?1 AND gate = ?2 AND started_at < ?3 AND ended_at < ?3
            ORDER BY started_at LIMIT 500)"
    };
}

sql! {
    DEVICES = "SELECT device FROM device WHERE shard = ?1 ORDER BY device";
    LAST_OVER = concat!("SELECT max(seq) FROM ", first_events!(), " WHERE received_at < ?3");
    DROP_OUTINGS = "DELETE FROM outing
        WHERE shard = ?1 AND (household, counted_at, device, seq) IN (
            SELECT coalesce(c.household, c.subject), c.counted_at, c.device, c.seq FROM crossing c
            WHERE c.shard = ?1 AND c.device = ?2 AND c.seq <= ?3)";
    DROP_DETAILS = "DELETE FROM event_detail WHERE shard = ?1 AND device = ?2 AND seq <= ?3";
    DROP_AMENDMENTS = "DELETE FROM amendment WHERE shard = ?1 AND device = ?2 AND of_seq <= ?3";
    DROP_CROSSINGS = "DELETE FROM crossing WHERE shard = ?1 AND device = ?2 AND seq <= ?3";
    DROP_EVENTS = "DELETE FROM device_event WHERE shard = ?1 AND device = ?2 AND seq <= ?3";
    LAST_DETAIL_OVER = "SELECT max(d.seq) FROM (SELECT seq FROM event_detail
            WHERE shard = ?1 AND device = ?2 ORDER BY seq LIMIT 500) d
        WHERE coalesce(
            (SELECT c.received_at FROM crossing c
                WHERE c.shard = ?1 AND c.device = ?2 AND c.seq = d.seq),
            (SELECT v.received_at FROM device_event v
                WHERE v.shard = ?1 AND v.device = ?2 AND v.seq = d.seq), 0) < ?3";
    DROP_STEPS = concat!("DELETE FROM fever_step WHERE shard = ?1 AND ", old_items!());
    DROP_FEVERS = concat!("DELETE FROM fever WHERE shard = ?1 AND ", old_items!());
    DROP_ITEMS = concat!("DELETE FROM open_item WHERE shard = ?1 AND ", old_items!());
    DROP_GUARDS = concat!("DELETE FROM shift_guard WHERE shard = ?1 AND ", old_shifts!());
    DROP_SHIFTS = concat!("DELETE FROM shift WHERE shard = ?1 AND ", old_shifts!());
    DROP_PASSES = "DELETE FROM pass WHERE shard = ?1 AND pass IN (
            SELECT pass FROM pass WHERE shard = ?1 AND area = ?2 AND expires_at < ?3 LIMIT 500)";
    DROP_CHANGES = "DELETE FROM change WHERE shard = ?1 AND changed_at < ?2";
    LAST_SEAL_BEFORE = "SELECT shard, number, made_at, signed FROM seal
        WHERE shard = ?1 AND made_at <= ?2 ORDER BY number DESC LIMIT 1";
    ENDED_PERSONS = "SELECT p.person, p.ended_at FROM person p
        WHERE p.shard = ?1 AND p.person > ?2
            AND (p.state IN ('left', 'died') OR (p.state = 'active' AND p.household IS NULL
                AND p.kind IN ('visitor', 'courier', 'regular_helper')
                AND p.created_at < ?3))
            AND NOT EXISTS (SELECT 1 FROM pass x WHERE x.shard = ?1 AND x.holder = p.person
                AND x.revoked_at IS NULL AND x.expires_at > ?3)
            AND NOT EXISTS (SELECT 1 FROM order_record o WHERE o.shard = ?1
                AND o.person = p.person AND o.ends_at > ?3)
        ORDER BY p.person LIMIT ?4";
    MARKED_PERSONS = "SELECT p.person FROM person p
        WHERE p.shard = ?1 AND p.person > ?2 AND p.ended_at IS NOT NULL
            AND p.state = 'active' AND p.household IS NOT NULL
        ORDER BY p.person LIMIT ?3";
    MARK_PERSON = "UPDATE person SET ended_at = ?3
        WHERE shard = ?1 AND person = ?2 AND ended_at IS NULL";
    UNMARK_PERSON = "UPDATE person SET ended_at = NULL WHERE shard = ?1 AND person = ?2";
}

impl ReadTx<'_> {
    /// Every device of a county.
    pub fn devices_of_shard(&self, shard: Shard) -> Result<Vec<DeviceId>, StoreError> {
        self.query(&DEVICES, params![shard], |row| row.get(0))
    }

    /// The last seal made at or before an instant.
    pub fn last_seal_before(
        &self,
        shard: Shard,
        millis: i64,
    ) -> Result<Option<SealRow>, StoreError> {
        self.optional(&LAST_SEAL_BEFORE, params![shard, millis], |row| {
            Ok(SealRow {
                shard: row.get(0)?,
                number: row.get(1)?,
                made_at: row.get(2)?,
                signed: row.get(3)?,
            })
        })
    }

    /// A page of people whose record has lost its purpose, by id, with when that was first
    /// found: who left or died, and who only came by, without a pass or an order that holds
    /// after `since`.
    pub fn ended_persons(
        &self,
        shard: Shard,
        after: PersonId,
        since: i64,
        limit: u32,
    ) -> Result<Vec<(PersonId, Option<i64>)>, StoreError> {
        self.query(&ENDED_PERSONS, params![shard, &after, since, limit], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
    }

    /// A page of people who were found so once and live here again.
    pub fn returned_persons(
        &self,
        shard: Shard,
        after: PersonId,
        limit: u32,
    ) -> Result<Vec<PersonId>, StoreError> {
        let parameters = params![shard, &after, limit];
        self.query(&MARKED_PERSONS, parameters, |row| row.get(0))
    }
}

impl Tx<'_> {
    /// Drops the oldest events of a device that came in before an instant, up to 500. They are
    /// the beginning of its chain, so that what is left still verifies. The days must be sealed
    /// (`seal_audit`): the seal then proves that nothing but retention took them.
    pub fn drop_events(
        &self,
        shard: Shard,
        device: DeviceId,
        before: i64,
    ) -> Result<DroppedEvents, StoreError> {
        let last: Option<i64> =
            self.query_one(&LAST_OVER, params![shard, &device, before], |row| row.get(0))?;
        let Some(last) = last else {
            return Ok(DroppedEvents::default());
        };
        let through = params![shard, &device, last];
        self.execute(&DROP_OUTINGS, through)?;
        self.execute(&DROP_DETAILS, through)?;
        self.execute(&DROP_AMENDMENTS, through)?;
        Ok(DroppedEvents {
            crossings: self.execute(&DROP_CROSSINGS, through)?,
            events: self.execute(&DROP_EVENTS, through)?,
        })
    }

    /// Drops up to 500 of the oldest details of a device whose events came in before an
    /// instant; says how many.
    pub fn drop_details(
        &self,
        shard: Shard,
        device: DeviceId,
        before: i64,
    ) -> Result<u64, StoreError> {
        let parameters = params![shard, &device, before];
        let last: Option<i64> =
            self.query_one(&LAST_DETAIL_OVER, parameters, |row| row.get(0))?;
        match last {
            Some(last) => self.execute(&DROP_DETAILS, params![shard, &device, last]),
            None => Ok(0),
        }
    }

    /// Drops up to 500 open items of a gate that were opened and closed before an instant.
    pub fn drop_items(&self, shard: Shard, gate: GateId, before: i64) -> Result<u64, StoreError> {
        let over = params![shard, &gate, before];
        self.execute(&DROP_STEPS, over)?;
        self.execute(&DROP_FEVERS, over)?;
        self.execute(&DROP_ITEMS, over)
    }

    /// Drops up to 500 shifts of a gate that ended before an instant.
    pub fn drop_shifts(&self, shard: Shard, gate: GateId, before: i64) -> Result<u64, StoreError> {
        self.execute(&DROP_GUARDS, params![shard, &gate, before])?;
        self.execute(&DROP_SHIFTS, params![shard, &gate, before])
    }

    /// Drops up to 500 passes of a compound that expired before an instant.
    pub fn drop_passes(&self, shard: Shard, area: AreaId, before: i64) -> Result<u64, StoreError> {
        self.execute(&DROP_PASSES, params![shard, &area, before])
    }

    /// Drops what nobody asks about any more: topics that did not change since an instant.
    pub fn drop_changes(&self, shard: Shard, before: i64) -> Result<u64, StoreError> {
        self.execute(&DROP_CHANGES, params![shard, before])
    }

    /// Notes that the purpose of records was found ended; the first time counts.
    pub fn mark_persons_ended(
        &self,
        shard: Shard,
        persons: &[PersonId],
        now_millis: i64,
    ) -> Result<(), StoreError> {
        persons.iter().try_for_each(|person| {
            let parameters = params![shard, person, now_millis];
            self.execute(&MARK_PERSON, parameters).map(|_| ())
        })
    }

    /// Takes that back.
    pub fn unmark_persons_ended(
        &self,
        shard: Shard,
        persons: &[PersonId],
    ) -> Result<(), StoreError> {
        persons.iter().try_for_each(|person| {
            self.execute(&UNMARK_PERSON, params![shard, person]).map(|_| ())
        })
    }
}
