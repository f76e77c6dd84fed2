//! Passages that took place, by household. *Sharded*, derived: core counts outings and minutes
//! outside from these rows; crossings and amendments are the facts and rebuild them at will.

use crate::crossing::way_of;
use crate::crossing_columns::CrossingColumns;
use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::{params, sql};
use gatehouse_core::gate::{Outcome, Way};
use gatehouse_core::id::{AreaId, DeviceId, PersonId};
use gatehouse_core::moment::Moment;
use gatehouse_core::planted::{Planted, is_planted};
use gatehouse_core::wire::{Crossing, Event, EventBody, Subject};

/// A passage of a person that took place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutingRow {
    /// Household, or the person where there is none.
    pub household: [u8; 16],
    /// When, by the device's clock, clamped once.
    pub at: Moment,
    /// Key of the crossing.
    pub device: DeviceId,
    /// Key of the crossing.
    pub seq: i64,
    /// Who.
    pub person: PersonId,
    /// Out: an outing begins; in: a return.
    pub way: Way,
    /// Position in the list of purposes.
    pub purpose: Option<u8>,
}

impl OutingRow {
    /// The passage that an event puts on record when it is taken in at an instant; `None` where
    /// nobody passed, and for vehicles.
    pub fn of_event(event: &Event, received_at: i64) -> Option<OutingRow> {
        let EventBody::Crossing(crossing) = &event.body else {
            return None;
        };
        let columns = CrossingColumns::of(crossing, event.at, received_at);
        OutingRow::of(event, crossing, &columns)
    }

    /// The same of a crossing whose columns are made.
    pub(crate) fn of(
        event: &Event,
        crossing: &Crossing,
        columns: &CrossingColumns,
    ) -> Option<OutingRow> {
        let private = event.private.as_ref()?;
        let outcome = match is_planted(Planted::TurnedBackCounts) {
            true => Outcome::Crossed,
            false => crossing.outcome,
        };
        let (Some(Subject::Person(person)), Outcome::Crossed) = (private.subject, outcome) else {
            return None;
        };
        Some(OutingRow {
            household: private.household.map_or(person.0, |household| household.0),
            at: Moment::new(columns.counted_at, event.at.offset_minutes),
            device: event.device,
            seq: i64::try_from(event.seq).unwrap_or(i64::MAX),
            person,
            way: crossing.way,
            purpose: columns.purpose,
        })
    }
}

// What holds of a crossing now: the last amendment that says anything about it, else what was
// recorded; -1 where it was undone. Persons only, and nobody who was erased.
macro_rules! took_place {
    () => {
        "INSERT INTO outing (shard, household, counted_at, device, seq, subject, way, purpose,
            offset_minutes)
        SELECT c.shard, coalesce(c.household, c.subject), c.counted_at, c.device, c.seq, c.subject,
            c.way, c.purpose, c.offset_minutes
        FROM crossing c
        WHERE c.shard = ?1 AND c.subject IS NOT NULL AND c.subject_is_vehicle = 0
            AND c.salt IS NOT NULL
            AND coalesce((SELECT CASE WHEN a.kind = 'undo' THEN -1 ELSE a.outcome END
                FROM amendment a
                WHERE a.shard = c.shard AND a.device = c.device AND a.of_seq = c.seq
                    AND a.kind <> 'emergency'
                ORDER BY a.number DESC LIMIT 1), c.outcome) = 0"
    };
}

sql! {
    INSERT_OUTING = "INSERT INTO outing (shard, household, counted_at, device, seq, subject, way,
            purpose, offset_minutes)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    OUTINGS_OF_TEN = "SELECT household, counted_at, offset_minutes, device, seq, subject, way,
            purpose
        FROM outing WHERE shard = ?1 AND counted_at > ?2
            AND household IN (?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
        ORDER BY counted_at DESC, device, seq DESC LIMIT ?3";
    OUTINGS = "SELECT household, counted_at, offset_minutes, device, seq, subject, way, purpose
        FROM outing WHERE shard = ?1 ORDER BY household, counted_at, device, seq LIMIT ?2";
    OUTINGS_OF_HOMES = "SELECT o.household, o.counted_at, o.offset_minutes, o.device, o.seq,
            o.subject, o.way, o.purpose
        FROM household h CROSS JOIN outing o
        WHERE h.shard = ?1 AND h.area = ?2 AND o.shard = h.shard AND o.household = h.household
            AND o.counted_at > ?3
        ORDER BY o.household, o.counted_at, o.device, o.seq LIMIT ?4";
    FORGET_ONE = "DELETE FROM outing WHERE shard = ?1 AND device = ?2 AND seq = ?3
        AND household = (SELECT coalesce(c.household, c.subject) FROM crossing c
            WHERE c.shard = ?1 AND c.device = ?2 AND c.seq = ?3)
        AND counted_at = (SELECT c.counted_at FROM crossing c
            WHERE c.shard = ?1 AND c.device = ?2 AND c.seq = ?3)";
    DERIVE_ONE = concat!(took_place!(), " AND c.device = ?2 AND c.seq = ?3");
    FORGET_ALL = "DELETE FROM outing WHERE shard = ?1";
    DERIVE_ALL = took_place!();
}

fn read(row: &crate::value::Row<'_>) -> Result<OutingRow, StoreError> {
    let offset: i64 = row.get(2)?;
    Ok(OutingRow {
        household: row.get(0)?,
        at: Moment::new(
            row.get(1)?,
            i16::try_from(offset).map_err(|_| row.corrupt(2))?,
        ),
        device: row.get(3)?,
        seq: row.get(4)?,
        person: row.get(5)?,
        way: way_of(row.get(6)?).ok_or_else(|| row.corrupt(6))?,
        purpose: row.get(7)?,
    })
}

impl ReadTx<'_> {
    /// Passages of households (or of people without one) after an instant, newest first; ten
    /// households are asked for at a time.
    pub fn outings_of_households(
        &self,
        shard: Shard,
        households: &[[u8; 16]],
        after_millis: i64,
        limit_of_ten: u32,
    ) -> Result<Vec<OutingRow>, StoreError> {
        let mut found = Vec::new();
        for ten in households.chunks(10) {
            // Of fewer than ten the last stands for those that are missing.
            let at = |place: usize| ten.get(place).or(ten.last());
            let parameters = params![
                shard, after_millis, limit_of_ten,
                at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7), at(8), at(9)
            ];
            found.extend(self.query(&OUTINGS_OF_TEN, parameters, read)?);
        }
        Ok(found)
    }

    /// Passages of the households of a compound or village after an instant, by household, oldest
    /// first.
    pub fn outings_of_homes(
        &self,
        shard: Shard,
        area: AreaId,
        after_millis: i64,
        limit: u32,
    ) -> Result<Vec<OutingRow>, StoreError> {
        self.query(&OUTINGS_OF_HOMES, params![shard, &area, after_millis, limit], read)
    }

    /// Passages of a county, in the order of their keys: for comparing and counting by tools.
    pub fn outings(&self, shard: Shard, limit: u32) -> Result<Vec<OutingRow>, StoreError> {
        self.query(&OUTINGS, params![shard, limit], read)
    }
}

impl Tx<'_> {
    pub(crate) fn insert_outing(&self, shard: Shard, row: &OutingRow) -> Result<(), StoreError> {
        self.execute_one(
            &INSERT_OUTING,
            params![
                shard,
                &row.household,
                row.at.millis,
                &row.device,
                row.seq,
                &row.person,
                row.way == Way::Out,
                row.purpose,
                i64::from(row.at.offset_minutes)
            ],
        )
    }

    /// Derives the passage of one crossing anew, after an amendment.
    pub(crate) fn derive_outing(
        &self,
        shard: Shard,
        device: DeviceId,
        seq: i64,
    ) -> Result<(), StoreError> {
        self.execute(&FORGET_ONE, params![shard, &device, seq])?;
        self.execute(&DERIVE_ONE, params![shard, &device, seq])?;
        Ok(())
    }

    /// Derives all passages of a county anew; says how many there are. For tools and tests:
    /// nothing should ever change by it.
    pub fn rebuild_outings(&self, shard: Shard) -> Result<u64, StoreError> {
        self.execute(&FORGET_ALL, params![shard])?;
        self.execute(&DERIVE_ALL, params![shard])
    }
}
