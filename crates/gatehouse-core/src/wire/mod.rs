//! What devices and server tell each other; versions are never edited.
//!
//! [`cbor`] is the one encoding of everything that is hashed or signed, [`Event`] is what a gate
//! device appends to its chain, [`Snapshot`] is what it decides by. How the device makes and uses
//! them is in [`crate::device`]; how the server stores them is the store's.

pub mod body;
pub mod cbor;
mod event;
mod snapshot;
mod snapshot_cbor;

pub use body::{
    Change, Crossing, Detail, DetailField, EmergencyKind, EventBody, Fever, OverrulingReason,
    Reading, Subject,
};
pub use event::{
    ChainHead, EVENT_BYTES_MOST, Event, EventError, HEAD_SIGNATURE_BYTES, Private, PublicEvent,
};
pub use snapshot::{
    GateEntry, HouseholdEntry, NotToCross, OutingEntry, PICTURE_BYTES_MOST, PassEntry, Phones,
    PolicySpell, ResidentEntry, SNAPSHOT_BYTES_MOST, Snapshot, SnapshotError, Span, StateSpell,
    VehicleEntry,
};

use crate::gate::{Outcome, SubjectKind, Verdict, Way};
use crate::person::Sex;
use cbor::cbor_enum;

cbor_enum!(Way { In = 0, Out = 1 });
cbor_enum!(Verdict {
    Admit = 0,
    Ask = 1,
    Refuse = 2,
    Refer = 3,
});
cbor_enum!(Outcome {
    Crossed = 0,
    TurnedBack = 1,
    TakenInCharge = 2,
    Unknown = 3,
});
// The positions of `subject_kind` in the vocabulary of the gate.
cbor_enum!(SubjectKind {
    Resident = 0,
    TemporaryResident = 1,
    ExemptWorker = 2,
    Courier = 3,
    Visitor = 4,
    Vehicle = 5,
    RegularHelper = 6,
});
// GB/T 2261.1.
cbor_enum!(Sex {
    Unknown = 0,
    Male = 1,
    Female = 2,
});

#[cfg(test)]
mod tests;
