//! Erasing a person from what names them besides their own row: passes, residences, messages,
//! crossings and events. What stays says that somebody was there, not who.

use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::{params, sql};
use gatehouse_core::id::{DeviceId, PersonId};
use gatehouse_core::wire::Event;
use std::collections::BTreeSet;

/// Rows of one step.
const ROWS_MOST: u32 = 500;

sql! {
    CROSSINGS_OF = "SELECT device, seq FROM crossing WHERE shard = ?1 AND subject = ?2 LIMIT ?3";
    EVENTS_OF = "SELECT device, seq FROM device_event WHERE shard = ?1 AND subject = ?2 LIMIT ?3";
    ERASED_OF_TEN = "SELECT person FROM person WHERE shard = ?1 AND state = 'erased'
        AND person IN (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    ERASE_OUTING = "DELETE FROM outing
        WHERE shard = ?1 AND (household, counted_at, device, seq) IN (
            SELECT coalesce(c.household, c.subject), c.counted_at, c.device, c.seq FROM crossing c
            WHERE c.shard = ?1 AND c.device = ?2 AND c.seq = ?3)";
    ERASE_DETAIL = "DELETE FROM event_detail WHERE shard = ?1 AND device = ?2 AND seq = ?3";
    ERASE_CROSSING = "UPDATE crossing SET subject = ?5, household = ?5, salt = NULL
        WHERE shard = ?1 AND device = ?2 AND seq = ?3 AND subject = ?4";
    ERASE_EVENT = "UPDATE device_event SET subject = ?5, household = ?5, salt = NULL
        WHERE shard = ?1 AND device = ?2 AND seq = ?3 AND subject = ?4";
    ERASE_RESIDENCES = "DELETE FROM residence WHERE shard = ?1 AND person = ?2";
    ERASE_LANDLORD = "UPDATE residence SET landlord = ?3, version = version + 1
        WHERE shard = ?1 AND landlord = ?2";
    ERASE_PASSES = "UPDATE pass SET holder = ?3, household = NULL, credential = ?4
        WHERE shard = ?1 AND holder = ?2";
}

/// The place of an event: device and number.
pub type EventKey = (DeviceId, i64);

impl ReadTx<'_> {
    /// Up to 500 crossings that name somebody. There is no index for it, on purpose: nobody but
    /// erasure asks this question, and it waits for nobody.
    pub fn crossings_naming(
        &self,
        shard: Shard,
        subject: &[u8; 16],
    ) -> Result<Vec<EventKey>, StoreError> {
        self.query(&CROSSINGS_OF, params![shard, subject, ROWS_MOST], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
    }

    /// Up to 500 other events that name somebody.
    pub fn events_naming(
        &self,
        shard: Shard,
        subject: &[u8; 16],
    ) -> Result<Vec<EventKey>, StoreError> {
        self.query(&EVENTS_OF, params![shard, subject, ROWS_MOST], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
    }

    /// Who of these people was erased; ten are asked for at a time.
    pub fn erased_of(
        &self,
        shard: Shard,
        people: &[PersonId],
    ) -> Result<BTreeSet<PersonId>, StoreError> {
        let mut erased = BTreeSet::new();
        for ten in people.chunks(10) {
            // Of fewer than ten the last stands for those that are missing.
            let at = |place: usize| ten.get(place).or(ten.last());
            let parameters = params![
                shard,
                at(0),
                at(1),
                at(2),
                at(3),
                at(4),
                at(5),
                at(6),
                at(7),
                at(8),
                at(9)
            ];
            erased.extend(self.query(&ERASED_OF_TEN, parameters, |row| row.get::<PersonId>(0))?);
        }
        Ok(erased)
    }
}

impl Tx<'_> {
    /// Takes whom it is about from an event that has just come in: they were erased while it waited
    /// on a phone.
    pub fn erase_late(
        &self,
        shard: Shard,
        event: &Event,
        person: PersonId,
        random: &[u8; 16],
    ) -> Result<(), StoreError> {
        let key = [(event.device, i64::try_from(event.seq).unwrap_or(i64::MAX))];
        self.erase_crossings_at(shard, &key, &person.0, random)?;
        self.erase_events_at(shard, &key, &person.0, random)?;
        self.erase_fevers(shard, &person.0, random)?;
        Ok(())
    }

    /// Erases a person whose record exists: key, values, tokens, and what passes,
    /// applications, helpers, residences, messages, fevers, their own page and views name them by.
    /// Their crossings and events follow in steps
    /// ([`Tx::erase_crossings_at`], [`Tx::erase_events_at`]).
    pub fn erase_person_record(
        &self,
        shard: Shard,
        person: PersonId,
        random: &[u8; 16],
    ) -> Result<(), StoreError> {
        self.erase_person(shard, person, random)?;
        self.erase_messages_of(shard, person)?;
        self.erase_resident_page(shard, person, random)?;
        self.erase_applications_of(shard, person, random)?;
        self.erase_helpers(shard, person, random)?;
        self.erase_fevers(shard, &person.0, random)?;
        self.execute(&ERASE_RESIDENCES, params![shard, &person])?;
        self.execute(&ERASE_LANDLORD, params![shard, &person, random])?;
        let nothing: &[u8] = &[];
        self.execute(&ERASE_PASSES, params![shard, &person, random, nothing])?;
        self.mark_list(shard, None);
        Ok(())
    }

    /// Overwrites a subject in the named crossings; the salt goes with it, so that the chains
    /// still verify and nobody can find out who it was. Says how many.
    pub fn erase_crossings_at(
        &self,
        shard: Shard,
        keys: &[EventKey],
        subject: &[u8; 16],
        random: &[u8; 16],
    ) -> Result<u64, StoreError> {
        let mut erased = 0;
        for (device, seq) in keys {
            let place = params![shard, device, *seq];
            self.execute(&ERASE_OUTING, place)?;
            self.execute(&ERASE_DETAIL, place)?;
            let parameters = params![shard, device, *seq, subject, random];
            erased += self.execute(&ERASE_CROSSING, parameters)?;
        }
        Ok(erased)
    }

    /// The same for events that are no crossing.
    pub fn erase_events_at(
        &self,
        shard: Shard,
        keys: &[EventKey],
        subject: &[u8; 16],
        random: &[u8; 16],
    ) -> Result<u64, StoreError> {
        let mut erased = 0;
        for (device, seq) in keys {
            self.execute(&ERASE_DETAIL, params![shard, device, *seq])?;
            let parameters = params![shard, device, *seq, subject, random];
            erased += self.execute(&ERASE_EVENT, parameters)?;
        }
        Ok(erased)
    }
}
