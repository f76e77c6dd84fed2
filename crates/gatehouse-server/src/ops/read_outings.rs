//! The outings of a compound's households, as far back as its policies count.

use gatehouse_core::gate::reading::{Lens, Window};
use gatehouse_core::gate::{Fact, Policy, Way};
use gatehouse_core::id::{HouseholdId, PersonId};
use gatehouse_core::wire::OutingEntry;
use gatehouse_store::gate::GateRow;
use gatehouse_store::outing::OutingRow;
use gatehouse_store::{ReadTx, StoreError};
use std::collections::BTreeMap;

const DAY_MILLIS: i64 = 86_400_000;
/// Kept back where no policy counts, for how long somebody has been out.
const DAYS_LEAST: u16 = 1;
/// Longest window that a gate is told of.
const DAYS_MOST: u16 = 31;
/// Most passages of one compound.
const PASSAGES_MOST: u32 = 50_000;

/// Outings by household, oldest first.
pub type Outings = BTreeMap<HouseholdId, Vec<OutingEntry>>;

/// Reads the outings that the policies of a gate may count.
pub fn read_outings(tx: &ReadTx<'_>, gate: &GateRow, after: i64) -> Result<Outings, StoreError> {
    let rows = tx.outings_of_homes(gate.shard, gate.area, after, PASSAGES_MOST)?;
    Ok(outings(rows.iter()))
}

/// How far back a list tells of outings, in milliseconds.
pub fn days_back<'p>(policies: impl IntoIterator<Item = &'p Policy>) -> i64 {
    counted_back(policies).unwrap_or_else(|| whole_days(DAYS_LEAST))
}

/// How far back policies count passages, in milliseconds; `None` where none of them does.
pub fn counted_back<'p>(policies: impl IntoIterator<Item = &'p Policy>) -> Option<i64> {
    let policies = policies.into_iter();
    let readings = policies.flat_map(|policy| &policy.compiled().readings);
    let days = readings.filter_map(|reading| match reading.lens {
        Lens::OutingCount { window, .. } => match window {
            Window::Rolling { days } | Window::Calendar { days } => Some(days),
        },
        _ if reading.fact == Fact::MinutesOutside.spec().number => Some(DAYS_LEAST),
        _ => None,
    });
    days.max().map(whole_days)
}

fn whole_days(days: u16) -> i64 {
    // A calendar window begins at midnight, up to a day before the rolling one.
    (i64::from(days.clamp(DAYS_LEAST, DAYS_MOST)) + 1) * DAY_MILLIS
}

/// An exit begins an outing, the next entry of the same person ends it.
pub fn outings<'r>(rows: impl Iterator<Item = &'r OutingRow>) -> Outings {
    let mut outings = Outings::new();
    let mut out: BTreeMap<PersonId, (HouseholdId, usize)> = BTreeMap::new();
    for row in rows {
        let household = HouseholdId(row.household);
        let entries = outings.entry(household).or_default();
        match row.way {
            Way::Out => {
                out.insert(row.person, (household, entries.len()));
                entries.push(OutingEntry {
                    at: row.at.millis,
                    purpose: row.purpose,
                    person: Some(row.person),
                    returned: false,
                });
            }
            Way::In => {
                if let Some((home, at)) = out.remove(&row.person)
                    && let Some(entry) = outings.get_mut(&home).and_then(|list| list.get_mut(at))
                {
                    entry.returned = true;
                }
            }
        }
    }
    outings
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatehouse_core::id::DeviceId;
    use gatehouse_core::moment::Moment;

    fn row(person: u8, at: i64, way: Way) -> OutingRow {
        OutingRow {
            household: [1; 16],
            at: Moment::new(at, 480),
            device: DeviceId([9; 16]),
            seq: at,
            person: PersonId([person; 16]),
            way,
            purpose: None,
        }
    }

    #[test]
    fn an_outing_ends_with_the_return_of_the_same_person() {
        let rows = [
            row(1, 10, Way::Out),
            row(2, 20, Way::Out),
            row(1, 30, Way::In),
            row(1, 40, Way::Out),
            row(3, 50, Way::In),
        ];
        let found = outings(rows.iter());
        let taken: Vec<(i64, bool)> = found[&HouseholdId([1; 16])]
            .iter()
            .map(|outing| (outing.at, outing.returned))
            .collect();
        assert_eq!(taken, [(10, true), (20, false), (40, false)]);
    }
}
