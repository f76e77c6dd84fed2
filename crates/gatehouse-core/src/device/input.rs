//! What the page tells the device: one JSON object per tap, scan or reply of the server.
//!
//! Unknown keys are refused. The catalogue with an example of each is `docs/device.md`.

use crate::gate::subject::SubjectKind;
use crate::gate::wording::Lang;
use crate::gate::{Outcome, Verdict, Way};
use crate::id::{DeviceId, GateId, StaffId};
use crate::json::Json;
use crate::moment::Moment;
pub use crate::wire::{Change, EmergencyKind, OverrulingReason};
use crate::wire::{Detail, DetailField};
use serde::{Deserialize, Serialize};

/// Most bytes of one request; a snapshot of a large compound fits several times.
pub const REQUEST_BYTES_MOST: usize = 32 << 20;

/// Most characters of anything a guard types or scans.
pub const TEXT_CHARACTERS_MOST: usize = 2_000;

/// One call of the device: when, in which language, what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The device's clock.
    pub moment: Moment,
    /// Language of everything on the screen that follows.
    pub lang: Lang,
    /// 32 random bytes, new for each request: salts of the events that follow.
    pub random_base64: String,
    /// What happened.
    pub input: Input,
}

/// What happened on the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "input", rename_all = "snake_case", deny_unknown_fields)]
pub enum Input {
    /// Once after enrolment: whose chain this is and which root key it trusts.
    Enrol {
        /// This device.
        device: DeviceId,
        /// The gate it is bound to.
        gate: GateId,
        /// Ed25519 public key of the root, 32 bytes.
        root_key_base64: String,
    },
    /// A signed snapshot (COSE_Sign1) as the server sent it; again after every start.
    Snapshot {
        /// Its bytes.
        bytes_base64: String,
    },
    /// Guards clock in (GATE-2: mask and armband are part of it).
    ShiftStart {
        /// Who is on duty; the first is named in the records.
        guards: Vec<Guard>,
        /// The masks are on (ZJ-3.三).
        mask: bool,
        /// The armbands are on (ZX 5).
        armband: bool,
        /// Which thermometer is in use, a value of `temperature_way`; without it the one of
        /// before is kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        thermometer: Option<String>,
    },
    /// The shift ends, handed over to whoever comes.
    ShiftEnd {
        /// What they are to know, in words; kept sealed by the server.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    },
    /// Another thermometer is in use from now on (GATE-6).
    Thermometer {
        /// A value of `temperature_way`.
        way: String,
    },
    /// A camera or hardware scanner read this.
    Scan {
        /// Text of the QR code.
        text: String,
        /// Direction chosen on the screen.
        way: Way,
    },
    /// The number on the card, typed.
    Card {
        /// As printed.
        number: String,
        /// Direction.
        way: Way,
    },
    /// A resident without a pass: all four together (GATE-12).
    Lookup {
        /// Building, `6` or `6栋`.
        building: String,
        /// Unit; empty where the building has none.
        unit: String,
        /// Room, `302`.
        room: String,
        /// Surname.
        surname: String,
        /// Direction.
        way: Way,
    },
    /// Somebody without a pass of this compound.
    Begin {
        /// Who or what it is.
        subject_kind: SubjectKind,
        /// Direction.
        way: Way,
        /// Where they go, as the guard heard it: `3-2-302`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        room: Option<String>,
        /// Plate of a vehicle.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        plate: Option<String>,
    },
    /// The answer to one control of the open case.
    Fact {
        /// Name of the fact, from the control.
        fact: String,
        /// Its value in the form of the vocabulary (`gatehouse gate facts`).
        value: Json,
    },
    /// Written down where a rule asks to register (HN 三(三), ZX 6); the answer to a `register`
    /// control. Kept sealed by the server, never shown here again.
    Register {
        /// What the guard wrote.
        noted: Noted,
    },
    /// Illness, birth, fire, danger: admitted before anything else (SCOPE-3).
    Emergency {
        /// Direction.
        way: Way,
        /// Which, if somebody said so.
        #[serde(default = "unsaid")]
        what: EmergencyKind,
    },
    /// The guard reports that somebody is feverish (GATE-7).
    Fever {},
    /// What really happened; ends the case with exactly one event.
    Finish {
        /// The outcome.
        outcome: Outcome,
        /// Why it differs from the verdict, where it does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        overruling_reason: Option<OverrulingReason>,
    },
    /// A further event that names an earlier one (GATE-3).
    Amend {
        /// Number of the earlier event of this device.
        seq: u64,
        /// What it changes.
        change: Change,
    },
    /// Drops the open case; nothing is recorded.
    Cancel {},
    /// The server's reply to a batch of events.
    Sent {
        /// Everything up to here is committed.
        acknowledged_through: u64,
        /// What the server decided with its own facts.
        answers: Vec<Answer>,
        /// The server's clock, to notice a wrong one here.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        server_millis: Option<i64>,
    },
    /// Time passed.
    Tick {},
}

/// What a guard writes down of somebody who is not on the register; everything but the surname
/// may be empty.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Noted {
    /// 姓.
    pub name: String,
    /// 电话.
    pub phone: String,
    /// 去哪户, `3-2-302`.
    pub room: String,
    /// 谁同意的.
    pub approved_by: String,
}

// What it holds is personal, so it does not print.
impl std::fmt::Debug for Noted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Noted")
    }
}

impl Noted {
    /// Its lines as an event carries them.
    pub(super) fn details(&self) -> Vec<Detail> {
        let lines = [
            (DetailField::Name, &self.name),
            (DetailField::Phone, &self.phone),
            (DetailField::Room, &self.room),
            (DetailField::ApprovedBy, &self.approved_by),
        ];
        let written = lines
            .into_iter()
            .filter(|(_, text)| !text.trim().is_empty());
        written
            .map(|(field, text)| Detail::new(field, text.trim()))
            .collect()
    }
}

/// A guard on duty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Guard {
    /// Account.
    pub staff: StaffId,
    /// As colleagues call them, 李师傅.
    pub name: String,
}

/// The server's second decision on one event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The event.
    pub seq: u64,
    /// Its verdict there.
    pub verdict: Verdict,
    /// Whether that is graver than the device's.
    pub graver: bool,
    /// Row ids that decided it.
    pub rows: Vec<String>,
    /// Their sentences, ready to show.
    pub sentences: Vec<String>,
}

fn unsaid() -> EmergencyKind {
    EmergencyKind::Unsaid
}
