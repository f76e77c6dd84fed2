//! Corrections of crossings: further rows that name them (design §3). *Sharded*.

use crate::audit::AuditNote;
use crate::crossing::{outcome_number, outcome_of};
use crate::crossing_hour::HourKey;
use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::value::Row;
use crate::{params, sql};
use gatehouse_core::id::{DeviceId, StaffId};
use gatehouse_core::wire::cbor::Cbor;
use gatehouse_core::wire::{Change, EmergencyKind, OverrulingReason};

/// A correction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AmendmentRow {
    /// County.
    pub shard: Shard,
    /// Key of the crossing.
    pub device: DeviceId,
    /// Key of the crossing.
    pub of_seq: i64,
    /// What changes.
    pub change: Change,
    /// Who, when made at a desk.
    pub staff: Option<StaffId>,
    /// When, milliseconds UTC.
    pub made_at: i64,
    /// Event of the device that said so; `None` when made at a desk.
    pub source_seq: Option<i64>,
}

/// Kind of the audit entry about a correction made at a desk.
pub(crate) const DESK_AMENDMENT: &str = "crossing.amend";

sql! {
    NEXT_AMENDMENT = "SELECT coalesce(max(number), 0) + 1 FROM amendment
        WHERE shard = ?1 AND device = ?2 AND of_seq = ?3";
    INSERT_AMENDMENT = "INSERT INTO amendment (shard, device, of_seq, number, kind, outcome,
            reason, emergency, staff, made_at, source_seq)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    AMENDMENTS_OF = "SELECT shard, device, of_seq, kind, outcome, reason, emergency, staff,
            made_at, source_seq
        FROM amendment WHERE shard = ?1 AND device = ?2 AND of_seq = ?3 ORDER BY number";
}

/// What changed, from the columns kind, outcome, reason and emergency, the first being `first`.
pub(crate) fn read_change(row: &Row<'_>, first: usize) -> Result<Change, StoreError> {
    let kind: String = row.get(first)?;
    let [outcome, reason, emergency] = [first + 1, first + 2, first + 3];
    Ok(match kind.as_str() {
        "undo" => Change::Undo {},
        "outcome" => Change::Outcome {
            outcome: outcome_of(row.get(outcome)?).ok_or_else(|| row.corrupt(outcome))?,
            reason: match row.get::<Option<u8>>(reason)? {
                Some(number) => Some(
                    OverrulingReason::numbered(number).ok_or_else(|| row.corrupt(reason))?,
                ),
                None => None,
            },
        },
        "emergency" => Change::Emergency {
            what: EmergencyKind::numbered(row.get(emergency)?)
                .ok_or_else(|| row.corrupt(emergency))?,
        },
        _ => return Err(row.corrupt(first)),
    })
}

fn read(row: &Row<'_>) -> Result<AmendmentRow, StoreError> {
    Ok(AmendmentRow {
        shard: row.get(0)?,
        device: row.get(1)?,
        of_seq: row.get(2)?,
        change: read_change(row, 3)?,
        staff: row.get(7)?,
        made_at: row.get(8)?,
        source_seq: row.get(9)?,
    })
}

impl ReadTx<'_> {
    /// The corrections of a crossing, oldest first: the last one counts.
    pub fn amendments_of_crossing(
        &self,
        shard: Shard,
        device: DeviceId,
        of_seq: i64,
    ) -> Result<Vec<AmendmentRow>, StoreError> {
        self.query(&AMENDMENTS_OF, params![shard, &device, of_seq], read)
    }
}

impl Tx<'_> {
    /// Corrects a crossing at a desk; says whether there is such a crossing.
    pub fn amend_crossing(
        &self,
        shard: Shard,
        device: DeviceId,
        of_seq: i64,
        change: &Change,
        staff: StaffId,
        now_millis: i64,
    ) -> Result<bool, StoreError> {
        let Some(crossing) = self.crossing(shard, device, of_seq)? else {
            return Ok(false);
        };
        self.insert_amendment(&AmendmentRow {
            shard,
            device,
            of_seq,
            change: change.clone(),
            staff: Some(staff),
            made_at: now_millis,
            source_seq: None,
        })?;
        let body = [&device.0[..], &of_seq.to_be_bytes(), &change.to_cbor()].concat();
        self.append_audit(&AuditNote {
            shard,
            at: now_millis,
            kind: DESK_AMENDMENT,
            actor: Some(staff),
            commitment: crossing.public_event().and_then(|event| event.commitment),
            body: &body,
        })?;
        Ok(true)
    }

    /// Adds a correction and derives what follows from it.
    pub(crate) fn insert_amendment(&self, row: &AmendmentRow) -> Result<(), StoreError> {
        let (shard, device, of_seq) = (row.shard, &row.device, row.of_seq);
        let parameters = params![shard, device, of_seq];
        let number: i64 = self.query_one(&NEXT_AMENDMENT, parameters, |row| row.get(0))?;
        let before = self.crossing(shard, *device, of_seq)?;
        let (outcome, reason, emergency) = match &row.change {
            Change::Undo {} => (None, None, None),
            Change::Outcome { outcome, reason } => {
                let reason = reason.map(OverrulingReason::number);
                (Some(outcome_number(*outcome)), reason, None)
            }
            Change::Emergency { what } => (None, None, Some(what.number())),
        };
        self.execute_one(
            &INSERT_AMENDMENT,
            params![
                shard,
                device,
                of_seq,
                number,
                kind(&row.change),
                outcome,
                reason,
                emergency,
                row.staff.as_ref(),
                row.made_at,
                row.source_seq
            ],
        )?;
        self.derive_outing(shard, *device, of_seq)?;
        let after = self.crossing(shard, *device, of_seq)?;
        if let (Some(before), Some(after)) = (before, after)
            && before.outcome_now != after.outcome_now
        {
            self.add_to_hour(&HourKey::of(&before), -1);
            self.add_to_hour(&HourKey::of(&after), 1);
        }
        Ok(())
    }
}

pub(crate) fn kind(change: &Change) -> &'static str {
    match change {
        Change::Undo {} => "undo",
        Change::Outcome { .. } => "outcome",
        Change::Emergency { .. } => "emergency",
    }
}
