//! Crossings: attempts at a gate, whatever came of them (design §3). *Sharded*. They come in
//! through [`Tx::append_event`] and are never changed but by retention and erasure.

use crate::crossing_columns::CrossingColumns;
use crate::crossing_hour::HourKey;
use crate::device_event::{Arrival, ServerDecision};
use crate::error::StoreError;
use crate::outing::OutingRow;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::value::Row;
use crate::webhook_event::{About, Topic};
use crate::{params, sql};
use gatehouse_core::audit::Hash;
use gatehouse_core::gate::{Outcome, SubjectKind, Verdict, Way};
use gatehouse_core::id::{DeviceId, GateId, HouseholdId, PersonId, StaffId, VehicleId};
use gatehouse_core::moment::Moment;
use gatehouse_core::planted::{Planted, is_planted};
use gatehouse_core::wire::{Crossing, Event, EventBody, OverrulingReason, PublicEvent, Subject};

const MINUTE: i64 = 60_000;
/// A device's clock is believed so far back before the receipt, and so far ahead of it.
const CLAMP_BACK: i64 = 7 * 24 * 60 * MINUTE;
const CLAMP_AHEAD: i64 = 5 * MINUTE;

/// A crossing as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrossingRow {
    /// County.
    pub shard: Shard,
    /// Gate device.
    pub device: DeviceId,
    /// Number of the event in the device's chain.
    pub seq: i64,
    /// Where.
    pub gate: GateId,
    /// Guard who answers for it.
    pub staff: Option<StaffId>,
    /// Direction.
    pub way: Way,
    /// By the device's clock.
    pub device_at: Moment,
    /// The same, clamped to what can be true; days are counted by it. Milliseconds UTC.
    pub counted_at: i64,
    /// By our clock, milliseconds UTC.
    pub received_at: i64,
    /// What kind of subject, as far as known.
    pub subject_kind: Option<SubjectKind>,
    /// Who or what; random once erased, `None` for a stranger.
    pub subject: Option<Subject>,
    /// Whose household.
    pub household: Option<HouseholdId>,
    /// Of the device.
    pub verdict: Verdict,
    /// Of the server, where it decided too.
    pub server: Option<ServerDecision>,
    /// As recorded at the gate.
    pub outcome: Outcome,
    /// As it stands after amendments; `None` once undone.
    pub outcome_now: Option<Outcome>,
    /// Why outcome and verdict differ.
    pub overruling_reason: Option<OverrulingReason>,
    /// Admitted as an emergency.
    pub is_emergency: bool,
    /// The event as its chain covers it.
    pub public_part: Vec<u8>,
}

/// How many crossings of one sort a gate had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrossingCount {
    /// Direction.
    pub way: Way,
    /// Of the device.
    pub verdict: Verdict,
    /// As it stands after amendments; `None` once undone.
    pub outcome_now: Option<Outcome>,
    /// Admitted as an emergency.
    pub is_emergency: bool,
    /// How many.
    pub crossings: i64,
}

impl CrossingRow {
    /// What the device said, with facts, rows and policy; `None` only for a damaged row.
    pub fn public_event(&self) -> Option<PublicEvent> {
        PublicEvent::from_bytes(&self.public_part).ok()
    }

    /// The crossing as the device said it.
    pub fn crossing(&self) -> Option<Crossing> {
        match self.public_event()?.event.body {
            EventBody::Crossing(crossing) => Some(*crossing),
            _ => None,
        }
    }

    pub(crate) fn read(row: &Row<'_>) -> Result<CrossingRow, StoreError> {
        let offset: i64 = row.get(7)?;
        let offset = i16::try_from(offset).map_err(|_| row.corrupt(7))?;
        let server = match (row.get(15)?, row.get::<Option<String>>(16)?) {
            (Some(verdict), Some(row_ids)) => Some(ServerDecision {
                verdict: verdict_of(verdict).ok_or_else(|| row.corrupt(15))?,
                row_ids: row_ids.split(' ').map(str::to_owned).collect(),
            }),
            (None, None) => None,
            _ => return Err(row.corrupt(16)),
        };
        let reason: Option<u8> = row.get(19)?;
        Ok(CrossingRow {
            shard: row.get(0)?,
            device: row.get(1)?,
            seq: row.get(2)?,
            gate: row.get(3)?,
            staff: row.get(4)?,
            way: way_of(row.get(5)?).ok_or_else(|| row.corrupt(5))?,
            device_at: Moment::new(row.get(6)?, offset),
            counted_at: row.get(8)?,
            received_at: row.get(9)?,
            subject_kind: match row.get::<Option<u8>>(10)? {
                Some(kind) => Some(SubjectKind::at(kind).ok_or_else(|| row.corrupt(10))?),
                None => None,
            },
            subject: read_subject(row, 11)?,
            household: row.get(13)?,
            verdict: verdict_of(row.get(14)?).ok_or_else(|| row.corrupt(14))?,
            server,
            outcome: outcome_of(row.get(17)?).ok_or_else(|| row.corrupt(17))?,
            outcome_now: read_outcome_now(row, 18)?,
            overruling_reason: match reason {
                Some(number) => {
                    Some(OverrulingReason::numbered(number).ok_or_else(|| row.corrupt(19))?)
                }
                None => None,
            },
            is_emergency: row.get(20)?,
            public_part: row.get(21)?,
        })
    }
}

/// Subject in two columns: the id, and whether it is a vehicle.
pub(crate) fn read_subject(row: &Row<'_>, column: usize) -> Result<Option<Subject>, StoreError> {
    Ok(match (row.get(column)?, row.get(column + 1)?) {
        (Some(id), Some(false)) => Some(Subject::Person(PersonId(id))),
        (Some(id), Some(true)) => Some(Subject::Vehicle(VehicleId(id))),
        (None, None) => None,
        _ => return Err(row.corrupt(column)),
    })
}

fn read_outcome_now(row: &Row<'_>, column: usize) -> Result<Option<Outcome>, StoreError> {
    match row.get::<i64>(column)? {
        UNDONE => Ok(None),
        number => u8::try_from(number)
            .ok()
            .and_then(outcome_of)
            .map(Some)
            .ok_or_else(|| row.corrupt(column)),
    }
}

const UNDONE: i64 = -1;

macro_rules! outcome_now {
    () => {
        "coalesce((SELECT CASE WHEN a.kind = 'undo' THEN -1 ELSE a.outcome END FROM amendment a
            WHERE a.shard = c.shard AND a.device = c.device AND a.of_seq = c.seq
                AND a.kind <> 'emergency'
            ORDER BY a.number DESC LIMIT 1), c.outcome)"
    };
}

macro_rules! crossing_columns {
    () => {
        concat!(
            "c.shard, c.device, c.seq, c.gate, c.staff, c.way, c.device_at, c.offset_minutes, \
             c.counted_at, c.received_at, c.subject_kind, c.subject, c.subject_is_vehicle, \
             c.household, c.verdict, c.server_verdict, c.server_row_ids, c.outcome, ",
            $crate::crossing::outcome_now!(),
            ", c.overruling_reason, c.is_emergency, c.public_part"
        )
    };
}
pub(crate) use {crossing_columns, outcome_now};

sql! {
    INSERT_CROSSING = "INSERT INTO crossing (shard, device, seq, hash, gate, staff, way, device_at,
            offset_minutes, counted_at, received_at, subject_kind, subject, subject_is_vehicle,
            household, salt, pass_list, pass_index, purpose, policy, verdict, server_verdict,
            server_row_ids, outcome, overruling_reason, is_emergency, public_part)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
            ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27)";
    CROSSING = concat!("SELECT ", crossing_columns!(), " FROM crossing c
        WHERE c.shard = ?1 AND c.device = ?2 AND c.seq = ?3");
    CROSSINGS_OF_GATE = concat!("SELECT ", crossing_columns!(), " FROM crossing c
        WHERE c.shard = ?1 AND c.gate = ?2 AND c.counted_at >= ?3 AND c.counted_at < ?4
        ORDER BY c.counted_at DESC, c.device, c.seq DESC LIMIT ?5");
    COUNT_CROSSINGS = concat!("SELECT way, verdict, outcome_now, is_emergency, count(*) FROM (
            SELECT c.way, c.verdict, c.is_emergency, ", outcome_now!(), " AS outcome_now
            FROM crossing c
            WHERE c.shard = ?1 AND c.gate = ?2 AND c.counted_at >= ?3 AND c.counted_at < ?4) n
        GROUP BY way, verdict, outcome_now, is_emergency
        ORDER BY way, verdict, outcome_now, is_emergency");
}

impl ReadTx<'_> {
    /// A crossing by its key.
    pub fn crossing(
        &self,
        shard: Shard,
        device: DeviceId,
        seq: i64,
    ) -> Result<Option<CrossingRow>, StoreError> {
        self.optional(&CROSSING, params![shard, &device, seq], CrossingRow::read)
    }

    /// The crossings of a gate with `counted_at` in [from, until), newest first.
    pub fn crossings_of_gate(
        &self,
        shard: Shard,
        gate: GateId,
        from: i64,
        until: i64,
        limit: u32,
    ) -> Result<Vec<CrossingRow>, StoreError> {
        let parameters = params![shard, &gate, from, until, limit];
        self.query(&CROSSINGS_OF_GATE, parameters, CrossingRow::read)
    }

    /// How many crossings of each sort a gate had with `counted_at` in [from, until).
    pub fn count_crossings(
        &self,
        shard: Shard,
        gate: GateId,
        from: i64,
        until: i64,
    ) -> Result<Vec<CrossingCount>, StoreError> {
        self.query(&COUNT_CROSSINGS, params![shard, &gate, from, until], |row| {
            Ok(CrossingCount {
                way: way_of(row.get(0)?).ok_or_else(|| row.corrupt(0))?,
                verdict: verdict_of(row.get(1)?).ok_or_else(|| row.corrupt(1))?,
                outcome_now: read_outcome_now(row, 2)?,
                is_emergency: row.get(3)?,
                crossings: row.get(4)?,
            })
        })
    }
}

impl Tx<'_> {
    /// Writes a crossing that is the next event of its device, and the passage that it was.
    pub(crate) fn insert_crossing(
        &self,
        shard: Shard,
        event: &Event,
        crossing: &Crossing,
        (hash, public_part): (&Hash, &[u8]),
        arrival: &Arrival,
    ) -> Result<(), StoreError> {
        let columns = CrossingColumns::of(crossing, event.at, arrival.received_at);
        let private = event.private.as_ref();
        let subject = private.and_then(|private| private.subject);
        let household = private.and_then(|private| private.household);
        let seq = i64::try_from(event.seq).unwrap_or(i64::MAX);
        let server_rows = arrival.server.as_ref().map(|server| server.row_ids.join(" "));
        let server_verdict = arrival.server.as_ref().map(|server| server.verdict);
        self.execute_one(
            &INSERT_CROSSING,
            params![
                shard,
                &event.device,
                seq,
                hash,
                &columns.gate,
                columns.staff.as_ref(),
                columns.is_out,
                columns.device_at,
                columns.offset_minutes,
                columns.counted_at,
                arrival.received_at,
                columns.subject_kind,
                subject.as_ref().map(Subject::bytes),
                subject.map(|subject| matches!(subject, Subject::Vehicle(_))),
                household.as_ref(),
                private.map(|private| &private.salt),
                columns.pass_list,
                columns.pass_index,
                columns.purpose,
                columns.policy.as_ref(),
                columns.verdict,
                server_verdict.map(verdict_number),
                server_rows.as_ref(),
                columns.outcome,
                columns.overruling_reason,
                columns.is_emergency,
                public_part
            ],
        )?;
        let hour = HourKey::recorded(shard, event.device, columns.counted_at, crossing);
        self.add_to_hour(&hour, 1);
        let about = About::Crossing(event.device, seq);
        self.tell(shard, Topic::CrossingRecorded, about, arrival.received_at)?;
        match OutingRow::of(event, crossing, &columns) {
            Some(row) => self.insert_outing(shard, &row),
            None => Ok(()),
        }
    }
}

/// The device's time, clamped to what can be true.
pub(crate) fn counted_at(device_at: i64, received_at: i64) -> i64 {
    if is_planted(Planted::ClockUnclamped) {
        return device_at;
    }
    let earliest = received_at.saturating_sub(CLAMP_BACK);
    let latest = received_at.saturating_add(CLAMP_AHEAD);
    device_at.clamp(earliest, latest)
}

pub(crate) fn way_of(number: u8) -> Option<Way> {
    match number {
        0 => Some(Way::In),
        1 => Some(Way::Out),
        _ => None,
    }
}

pub(crate) fn verdict_number(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Admit => 0,
        Verdict::Ask => 1,
        Verdict::Refuse => 2,
        Verdict::Refer => 3,
    }
}

pub(crate) fn verdict_of(number: u8) -> Option<Verdict> {
    const ALL: [Verdict; 4] = [
        Verdict::Admit,
        Verdict::Ask,
        Verdict::Refuse,
        Verdict::Refer,
    ];
    ALL.get(usize::from(number)).copied()
}

pub(crate) fn outcome_number(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Crossed => 0,
        Outcome::TurnedBack => 1,
        Outcome::TakenInCharge => 2,
        Outcome::Unknown => 3,
    }
}

pub(crate) fn outcome_of(number: u8) -> Option<Outcome> {
    const ALL: [Outcome; 4] = [
        Outcome::Crossed,
        Outcome::TurnedBack,
        Outcome::TakenInCharge,
        Outcome::Unknown,
    ];
    ALL.get(usize::from(number)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_back() {
        for number in 0..4 {
            assert_eq!(verdict_of(number).map(verdict_number), Some(number));
            assert_eq!(outcome_of(number).map(outcome_number), Some(number));
        }
        assert_eq!((verdict_of(4), outcome_of(4), way_of(2)), (None, None, None));
    }

    #[test]
    fn a_clock_is_believed_within_a_week_back_and_five_minutes_ahead() {
        let received = 1_582_066_800_000;
        for (device, counted) in [
            (received, received),
            (received - CLAMP_BACK, received - CLAMP_BACK),
            (received - CLAMP_BACK - 1, received - CLAMP_BACK),
            (received + CLAMP_AHEAD + 1, received + CLAMP_AHEAD),
            (i64::MIN, received - CLAMP_BACK),
            (i64::MAX, received + CLAMP_AHEAD),
        ] {
            assert_eq!(counted_at(device, received), counted);
        }
    }
}
