//! What an event says (wire v1). Nothing here names a person: subject, household and whatever a
//! guard writes down are in [`super::Private`], so that they can be erased.

use super::cbor::{Cbor, CborError, Read, Reader, Writer, numbered};
use crate::gate::record::FACTS_BYTES_MOST;
use crate::gate::{Outcome, SubjectKind, Verdict, Way};
use crate::id::{GateId, PersonId, StaffId, VehicleId};
use crate::pass::PassNumber;
use serde::{Deserialize, Serialize};

/// Most guards of one shift at one device.
pub const GUARDS_MOST: usize = 12;
const ROWS_MOST: usize = crate::gate::compiled::ROWS_MOST;
const ROW_BYTES_MOST: usize = 128;

/// One thing that happened at a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventBody {
    /// 通行记录: one attempt, whatever came of it.
    Crossing(Box<Crossing>),
    /// 更正: a further row about an earlier event of this device.
    Amendment {
        /// Its number.
        of: u64,
        /// What changes.
        change: Change,
    },
    /// Guards clock in (GATE-2).
    ShiftStart {
        /// Who; the first is named in the records.
        guards: Vec<StaffId>,
        /// The masks are on (ZJ-3.三).
        mask: bool,
        /// The armbands are on (ZX 5).
        armband: bool,
    },
    /// The shift ends.
    ShiftEnd,
    /// Somebody is feverish or has symptoms: an open item begins (GATE-7).
    Fever(Fever),
    /// A further measurement for a fever.
    Measurement {
        /// Number of the fever's event.
        of: u64,
        /// What was read.
        reading: Reading,
    },
    /// Somebody took charge: ends an open item. Office and place are in the details.
    HandedOn {
        /// Number of the fever's or emergency's event.
        of: u64,
    },
    /// What an emergency was, noted afterwards.
    Emergency {
        /// Number of the crossing's event.
        of: u64,
        /// Which.
        what: EmergencyKind,
    },
    /// A resident was looked up by building, room and surname (GATE-12); whom is private.
    Lookup {
        /// Whether there was one.
        found: bool,
    },
    /// A remark; its text is in the details.
    Note {
        /// Number of the event that it is about.
        of: Option<u64>,
    },
}

/// An attempt to cross (design §3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crossing {
    /// Where.
    pub gate: GateId,
    /// Who answers for the record; `None` only where no shift had been started.
    pub staff: Option<StaffId>,
    /// Direction.
    pub way: Way,
    /// Who or what, as far as known.
    pub subject_kind: Option<SubjectKind>,
    /// The pass that was shown or typed.
    pub pass: Option<PassNumber>,
    /// The same pass came in so many minutes before: flagged, not refused (PASS-4).
    pub copied_minutes: Option<u32>,
    /// Map from fact number to raw value, as [`crate::gate::record::write_facts`] made it.
    pub facts: Vec<u8>,
    /// Id of the effective policy; `None` where none was in force.
    pub policy: Option<[u8; 32]>,
    /// Version of the code that decided.
    pub evaluator: u32,
    /// Instant of the decision, milliseconds UTC by the device's clock.
    pub decided_at: i64,
    /// Ids of the rows that applied.
    pub rows: Vec<String>,
    /// What the device decided.
    pub verdict: Verdict,
    /// What happened.
    pub outcome: Outcome,
    /// Why that differs from the verdict, where it does.
    pub overruling_reason: Option<OverrulingReason>,
    /// Admitted as an emergency, before any document was looked at (SCOPE-3).
    pub emergency: Option<EmergencyKind>,
}

/// What an amendment changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Change {
    /// 点错了: it did not happen.
    Undo {},
    /// It ended differently.
    Outcome {
        /// What really happened.
        outcome: Outcome,
        /// Why it differs from the verdict, where it does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<OverrulingReason>,
    },
    /// What the emergency was.
    Emergency {
        /// Which.
        what: EmergencyKind,
    },
}

/// Why the outcome of a crossing differs from its verdict (改判); a closed list, no free text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverrulingReason {
    /// 值班长定的.
    ShiftLeadDecided,
    /// 有单位批准.
    OfficeApproved,
    /// 后来补齐了.
    SuppliedLater,
    /// 来人自己走了.
    LeftByChoice,
    /// 没拦，已经过去.
    WentThrough,
    /// 其实是急事.
    EmergencyFound,
}

numbered!(OverrulingReason {
    ShiftLeadDecided = 1,
    OfficeApproved = 2,
    SuppliedLater = 3,
    LeftByChoice = 4,
    WentThrough = 5,
    EmergencyFound = 6,
});

/// What an emergency was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmergencyKind {
    /// Nobody said; nobody is asked.
    Unsaid,
    /// 急病.
    Illness,
    /// 生孩子.
    Birth,
    /// 着火.
    Fire,
    /// 有危险.
    Danger,
}

numbered!(EmergencyKind {
    Unsaid = 0,
    Illness = 1,
    Birth = 2,
    Fire = 3,
    Danger = 4,
});

/// A temperature as it was read off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Tenths of a degree Celsius.
    pub tenths: u16,
    /// How it was taken (GATE-6): position of `temperature_way` in the vocabulary of the gate;
    /// `None` where nobody said.
    pub way: Option<u8>,
    /// When, milliseconds UTC by the device's clock.
    pub at: i64,
}

/// 发热: what the gate knows of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fever {
    /// Number of the crossing's event, if there was one.
    pub crossing: Option<u64>,
    /// The first reading; `None` for symptoms without one.
    pub first: Option<Reading>,
    /// The reading after a rest.
    pub second: Option<Reading>,
    /// The pass that was believed of whoever it is: helpers, workers and visitors are on no
    /// phone's list, and the server finds them by it. Phones of before do not send it.
    pub pass: Option<PassNumber>,
}

/// Who or what crossed: an id, never a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A person.
    Person(PersonId),
    /// A vehicle.
    Vehicle(VehicleId),
}

impl Subject {
    /// The id, for the commitment.
    pub fn bytes(&self) -> &[u8; 16] {
        match self {
            Subject::Person(id) => &id.0,
            Subject::Vehicle(id) => &id.0,
        }
    }
}

/// One line that a guard wrote down; stored encrypted.
#[derive(Clone, PartialEq, Eq)]
pub struct Detail {
    /// What it is.
    pub field: DetailField,
    text: String,
}

impl Detail {
    /// A line; what goes beyond [`DETAIL_BYTES_MOST`] is cut off.
    pub fn new(field: DetailField, text: &str) -> Detail {
        let end = text.floor_char_boundary(DETAIL_BYTES_MOST.min(text.len()));
        let text = text[..end].to_owned();
        Detail { field, text }
    }

    /// Its words: personal data.
    pub fn reveal_text(&self) -> &str {
        &self.text
    }
}

/// Longest detail, in bytes of UTF-8.
pub const DETAIL_BYTES_MOST: usize = 1_000;

// What it holds is personal, so it does not print.
impl std::fmt::Debug for Detail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Detail({:?})", self.field)
    }
}

/// What a line that a guard wrote down is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DetailField {
    /// 姓名.
    Name,
    /// 电话.
    Phone,
    /// 证件号.
    Document,
    /// 车牌.
    Plate,
    /// 去哪户.
    Room,
    /// 单位.
    Employer,
    /// 事由, in words.
    Purpose,
    /// 谁批的.
    ApprovedBy,
    /// 接走的单位.
    TakenBy,
    /// 送到哪里.
    TakenTo,
    /// 备注.
    Remark,
}

numbered!(DetailField {
    Name = 1,
    Phone = 2,
    Document = 3,
    Plate = 4,
    Room = 5,
    Employer = 6,
    Purpose = 7,
    ApprovedBy = 8,
    TakenBy = 9,
    TakenTo = 10,
    Remark = 11,
});

impl Cbor for Detail {
    fn write(&self, to: &mut Writer) {
        to.array(2).item(&self.field).text(&self.text);
    }
    fn read(from: &mut Reader<'_>) -> Read<Detail> {
        from.array_of(2)?;
        Ok(Detail {
            field: from.item()?,
            text: from.text(DETAIL_BYTES_MOST)?.to_owned(),
        })
    }
}

impl Cbor for Subject {
    fn write(&self, to: &mut Writer) {
        match self {
            Subject::Person(id) => to.array(2).uint(0).item(id),
            Subject::Vehicle(id) => to.array(2).uint(1).item(id),
        };
    }
    fn read(from: &mut Reader<'_>) -> Read<Subject> {
        from.array_of(2)?;
        match from.uint()? {
            0 => Ok(Subject::Person(from.item()?)),
            1 => Ok(Subject::Vehicle(from.item()?)),
            _ => Err(CborError::Value),
        }
    }
}

impl Cbor for Reading {
    fn write(&self, to: &mut Writer) {
        to.array(3).uint(self.tenths.into());
        to.optional_uint(self.way.map(u64::from)).int(self.at);
    }
    fn read(from: &mut Reader<'_>) -> Read<Reading> {
        from.array_of(3)?;
        Ok(Reading {
            tenths: from.small()?,
            way: from.optional_small()?,
            at: from.int()?,
        })
    }
}

impl Cbor for Change {
    fn write(&self, to: &mut Writer) {
        match self {
            Change::Undo {} => to.array(1).uint(0),
            Change::Outcome { outcome, reason } => {
                to.array(3).uint(1).item(outcome).option(reason.as_ref())
            }
            Change::Emergency { what } => to.array(2).uint(2).item(what),
        };
    }
    fn read(from: &mut Reader<'_>) -> Read<Change> {
        let parts = from.array(3)?;
        match (from.uint()?, parts) {
            (0, 1) => Ok(Change::Undo {}),
            (1, 3) => Ok(Change::Outcome {
                outcome: from.item()?,
                reason: from.option()?,
            }),
            (2, 2) => Ok(Change::Emergency { what: from.item()? }),
            _ => Err(CborError::Value),
        }
    }
}

impl Cbor for Crossing {
    fn write(&self, to: &mut Writer) {
        to.array(15)
            .item(&self.gate)
            .option(self.staff.as_ref())
            .item(&self.way)
            .option(self.subject_kind.as_ref())
            .option(self.pass.as_ref())
            .optional_uint(self.copied_minutes.map(u64::from))
            .bytes(&self.facts);
        match &self.policy {
            Some(policy) => to.bytes(policy),
            None => to.null(),
        };
        to.uint(self.evaluator.into()).int(self.decided_at);
        to.array(self.rows.len());
        for row in &self.rows {
            to.text(row);
        }
        to.item(&self.verdict)
            .item(&self.outcome)
            .option(self.overruling_reason.as_ref())
            .option(self.emergency.as_ref());
    }
    fn read(from: &mut Reader<'_>) -> Read<Crossing> {
        from.array_of(15)?;
        Ok(Crossing {
            gate: from.item()?,
            staff: from.option()?,
            way: from.item()?,
            subject_kind: from.option()?,
            pass: from.option()?,
            copied_minutes: from.optional_small()?,
            facts: from.bytes(FACTS_BYTES_MOST)?.to_vec(),
            policy: if from.null()? {
                None
            } else {
                Some(from.fixed()?)
            },
            evaluator: from.small()?,
            decided_at: from.int()?,
            rows: {
                let count = from.array(ROWS_MOST)?;
                let row = |_| from.text(ROW_BYTES_MOST).map(str::to_owned);
                (0..count).map(row).collect::<Read<_>>()?
            },
            verdict: from.item()?,
            outcome: from.item()?,
            overruling_reason: from.option()?,
            emergency: from.option()?,
        })
    }
}

impl Cbor for EventBody {
    fn write(&self, to: &mut Writer) {
        match self {
            EventBody::Crossing(crossing) => to.array(2).uint(1).item(&**crossing),
            EventBody::Amendment { of, change } => to.array(3).uint(2).uint(*of).item(change),
            EventBody::ShiftStart {
                guards,
                mask,
                armband,
            } => {
                to.array(4)
                    .uint(3)
                    .list(&guards[..guards.len().min(GUARDS_MOST)]);
                to.boolean(*mask).boolean(*armband)
            }
            EventBody::ShiftEnd => to.array(1).uint(4),
            EventBody::Fever(fever) => {
                let parts = 4 + usize::from(fever.pass.is_some());
                to.array(parts).uint(5).optional_uint(fever.crossing);
                to.option(fever.first.as_ref())
                    .option(fever.second.as_ref());
                match &fever.pass {
                    Some(pass) => to.item(pass),
                    None => to,
                }
            }
            EventBody::Measurement { of, reading } => to.array(3).uint(6).uint(*of).item(reading),
            EventBody::HandedOn { of } => to.array(2).uint(7).uint(*of),
            EventBody::Emergency { of, what } => to.array(3).uint(8).uint(*of).item(what),
            EventBody::Lookup { found } => to.array(2).uint(9).boolean(*found),
            EventBody::Note { of } => to.array(2).uint(10).optional_uint(*of),
        };
    }
    fn read(from: &mut Reader<'_>) -> Read<EventBody> {
        let parts = from.array(5)?;
        match (from.uint()?, parts) {
            (1, 2) => from.item().map(Box::new).map(EventBody::Crossing),
            (2, 3) => Ok(EventBody::Amendment {
                of: from.uint()?,
                change: from.item()?,
            }),
            (3, 4) => Ok(EventBody::ShiftStart {
                guards: from.list(GUARDS_MOST)?,
                mask: from.boolean()?,
                armband: from.boolean()?,
            }),
            (4, 1) => Ok(EventBody::ShiftEnd),
            (5, 4 | 5) => Ok(EventBody::Fever(Fever {
                crossing: from.optional_small()?,
                first: from.option()?,
                second: from.option()?,
                // One encoding: the fifth part is there or left out, never null.
                pass: (parts == 5).then(|| from.item()).transpose()?,
            })),
            (6, 3) => Ok(EventBody::Measurement {
                of: from.uint()?,
                reading: from.item()?,
            }),
            (7, 2) => Ok(EventBody::HandedOn { of: from.uint()? }),
            (8, 3) => Ok(EventBody::Emergency {
                of: from.uint()?,
                what: from.item()?,
            }),
            (9, 2) => Ok(EventBody::Lookup {
                found: from.boolean()?,
            }),
            (10, 2) => Ok(EventBody::Note {
                of: from.optional_small()?,
            }),
            _ => Err(CborError::Value),
        }
    }
}
