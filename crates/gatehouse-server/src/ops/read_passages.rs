//! The passages of a few households as they stand on record, of every gate and phone, for deciding
//! again what comes late: an older list does not hold what another phone has brought in meanwhile.

use crate::ops::read_outings::outings;
use gatehouse_core::gate::Outcome;
use gatehouse_core::id::{DeviceId, HouseholdId};
use gatehouse_core::wire::{Change, Event, EventBody, OutingEntry};
use gatehouse_store::outing::OutingRow;
use gatehouse_store::{ReadTx, Shard, StoreError};
use std::collections::{BTreeMap, BTreeSet};

/// Most passages of ten households that are looked at.
const PASSAGES_MOST: u32 = 10_000;

/// Where a passage stands among those of its household: when it was, and its event.
type Place = (i64, DeviceId, i64);

/// Passages by household, oldest first, each once.
#[derive(Default)]
pub struct Passages(BTreeMap<HouseholdId, BTreeMap<Place, OutingRow>>);

impl Passages {
    /// Reads those after an instant.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn read(
        tx: &ReadTx<'_>,
        shard: Shard,
        households: &BTreeSet<HouseholdId>,
        after_millis: i64,
    ) -> Result<Passages, StoreError> {
        let households: Vec<[u8; 16]> = households.iter().map(|household| household.0).collect();
        let rows = tx.outings_of_households(shard, &households, after_millis, PASSAGES_MOST)?;
        let mut passages = Passages::default();
        for row in rows {
            passages.put(row);
        }
        Ok(passages)
    }

    fn put(&mut self, row: OutingRow) {
        let place = (row.at.millis, row.device, row.seq);
        let home = self.0.entry(HouseholdId(row.household)).or_default();
        home.insert(place, row);
    }

    /// The outings of the household before its crossing at an instant, which is not counted itself.
    pub fn before(&self, event: &Event, millis: i64) -> Vec<OutingEntry> {
        let Some(household) = household(event) else {
            return Vec::new();
        };
        let rows = self.0.get(&household).into_iter();
        let rows = rows.flat_map(BTreeMap::values);
        let is_before = |row: &&OutingRow| row.at.millis <= millis && !is_from(row, event);
        let mut outings = outings(rows.filter(is_before));
        outings.remove(&household).unwrap_or_default()
    }

    /// Adds what an event will put on record, and takes away what it says did not happen.
    pub fn add(&mut self, event: &Event, received_at: i64) {
        if let EventBody::Amendment { of, change } = &event.body
            && did_not_cross(change)
        {
            let of = i64::try_from(*of).unwrap_or(i64::MAX);
            let is_kept = |place: &Place| (place.1, place.2) != (event.device, of);
            for home in self.0.values_mut() {
                home.retain(|place, _| is_kept(place));
            }
        }
        if let Some(row) = OutingRow::of_event(event, received_at) {
            self.put(row);
        }
    }
}

fn did_not_cross(change: &Change) -> bool {
    match change {
        Change::Undo {} => true,
        Change::Outcome { outcome, .. } => *outcome != Outcome::Crossed,
        Change::Emergency { .. } => false,
    }
}

/// The household that an event is about.
pub fn household(event: &Event) -> Option<HouseholdId> {
    event.private.as_ref()?.household
}

/// Whether a row is of this event, or of a later one of the same phone.
fn is_from(row: &OutingRow, event: &Event) -> bool {
    row.device == event.device && u64::try_from(row.seq).is_ok_and(|seq| seq >= event.seq)
}
