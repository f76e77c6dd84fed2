//! The columns of a crossing that only repeat what its event says, so that it can be found by
//! them. Written from the event, and compared with it again when the record is verified.

use crate::crossing::{counted_at, outcome_number, verdict_number};
use crate::error::StoreError;
use crate::value::Row;
use gatehouse_core::gate::Way;
use gatehouse_core::gate::fact::Fact;
use gatehouse_core::gate::record::read_facts;
use gatehouse_core::gate::value::{Known, Value as FactValue};
use gatehouse_core::id::{GateId, StaffId};
use gatehouse_core::moment::Moment;
use gatehouse_core::wire::{Crossing, OverrulingReason};

/// In the order in which [`CrossingColumns::read`] finds them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CrossingColumns {
    pub(crate) gate: GateId,
    pub(crate) staff: Option<StaffId>,
    pub(crate) is_out: bool,
    pub(crate) device_at: i64,
    pub(crate) offset_minutes: i64,
    pub(crate) counted_at: i64,
    pub(crate) subject_kind: Option<u8>,
    pub(crate) pass_list: Option<i64>,
    pub(crate) pass_index: Option<u32>,
    pub(crate) purpose: Option<u8>,
    pub(crate) policy: Option<[u8; 32]>,
    pub(crate) verdict: u8,
    pub(crate) outcome: u8,
    pub(crate) overruling_reason: Option<u8>,
    pub(crate) is_emergency: bool,
}

/// The columns by name, for statements that read them in this order.
macro_rules! repeated_columns {
    () => {
        "gate, staff, way, device_at, offset_minutes, counted_at, subject_kind, pass_list, \
         pass_index, purpose, policy, verdict, outcome, overruling_reason, is_emergency"
    };
}
pub(crate) use repeated_columns;

impl CrossingColumns {
    /// As the event says; `received_at` clamps the day it counts for.
    pub(crate) fn of(crossing: &Crossing, at: Moment, received_at: i64) -> CrossingColumns {
        CrossingColumns {
            gate: crossing.gate,
            staff: crossing.staff,
            is_out: crossing.way == Way::Out,
            device_at: at.millis,
            offset_minutes: i64::from(at.offset_minutes),
            counted_at: counted_at(at.millis, received_at),
            subject_kind: crossing.subject_kind.map(|kind| kind as u8),
            pass_list: crossing.pass.map(|pass| i64::from(pass.list().number())),
            pass_index: crossing.pass.map(|pass| pass.index()),
            purpose: purpose(crossing, at),
            policy: crossing.policy,
            verdict: verdict_number(crossing.verdict),
            outcome: outcome_number(crossing.outcome),
            overruling_reason: crossing.overruling_reason.map(OverrulingReason::number),
            is_emergency: crossing.emergency.is_some(),
        }
    }

    /// As stored, from a column on.
    pub(crate) fn read(row: &Row<'_>, first: usize) -> Result<CrossingColumns, StoreError> {
        Ok(CrossingColumns {
            gate: row.get(first)?,
            staff: row.get(first + 1)?,
            is_out: row.get(first + 2)?,
            device_at: row.get(first + 3)?,
            offset_minutes: row.get(first + 4)?,
            counted_at: row.get(first + 5)?,
            subject_kind: row.get(first + 6)?,
            pass_list: row.get(first + 7)?,
            pass_index: row.get(first + 8)?,
            purpose: row.get(first + 9)?,
            policy: row.get(first + 10)?,
            verdict: row.get(first + 11)?,
            outcome: row.get(first + 12)?,
            overruling_reason: row.get(first + 13)?,
            is_emergency: row.get(first + 14)?,
        })
    }
}

/// The purpose among the facts. Facts that cannot be read say nothing, the record stays.
fn purpose(crossing: &Crossing, at: Moment) -> Option<u8> {
    let situation = read_facts(&crossing.facts, at).ok()?;
    match situation.known(Fact::Purpose).as_ref() {
        Known::Is(FactValue::Choice(position)) => Some(*position),
        _ => None,
    }
}
