//! A few attempts of each change, to be looked at one by one.

use super::memo::hash;
use super::summary::RowPair;
use crate::id::{DeviceId, GateId, HouseholdId};

/// Examples of one change.
pub const EXAMPLES_MOST: usize = 20;

/// Whose attempt it was: the key of its record, and the household.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Gate device.
    pub device: DeviceId,
    /// Number in its chain.
    pub seq: i64,
    /// Whose; `None` for a stranger and for whoever was erased.
    pub household: Option<HouseholdId>,
}

/// An attempt to be looked at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Example {
    /// Decides which are kept: the same for one thread as for two.
    order: u64,
    /// Gate device.
    pub device: DeviceId,
    /// Number in its chain.
    pub seq: i64,
    /// Where.
    pub gate: GateId,
    /// When, milliseconds UTC.
    pub at: i64,
    /// The rows that decided, where it is a change.
    pub rows: RowPair,
}

impl Example {
    pub(super) fn new(place: &Place, gate: GateId, at: i64) -> Example {
        let mut key = [0; 24];
        key[..16].copy_from_slice(&place.device.0);
        key[16..].copy_from_slice(&place.seq.to_be_bytes());
        Example {
            order: hash(&key),
            device: place.device,
            seq: place.seq,
            gate,
            at,
            rows: RowPair::default(),
        }
    }
}

/// Keeps an example if it is one of the first by order; where it lies then.
pub(super) fn keep(examples: &mut Vec<Example>, example: Example) -> Option<&mut Example> {
    let at = examples.partition_point(|held| *held < example);
    if at >= EXAMPLES_MOST {
        return None;
    }
    examples.insert(at, example);
    examples.truncate(EXAMPLES_MOST);
    examples.get_mut(at)
}
