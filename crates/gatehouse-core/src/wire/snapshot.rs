//! Snapshot, version 2: what a gate decides by while it is alone. Signed by the server, numbered,
//! made for one gate. It holds no diagnosis, no document number, no full name.

use super::cbor::{Cbor, CborError, Reader};
use crate::gate::SubjectKind;
use crate::id::{AreaId, GateId, HouseholdId, PersonId, VehicleId};
use crate::key::cose::{self, Envelope};
use crate::key::{KeyId, KeyList, KeyListError, SigningKey, Trust};
use crate::pass::{PassBand, PassKind, PassNumber, StatusLists};
use crate::person::Sex;
use crate::planted::{Planted, is_planted};

pub(super) const CONTEXT: &[u8] = b"gatehouse/snapshot/1";
/// Largest snapshot that is read, in bytes; a compound of 20 000 residents has about 2 MB.
pub const SNAPSHOT_BYTES_MOST: usize = 24 << 20;
pub(super) const KEY_LIST_BYTES_MOST: usize = 16 << 20;

/// What a gate decides by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The signed key list ([`KeyList::open`]).
    pub key_list: Vec<u8>,
    /// Grows with each snapshot of this gate.
    pub number: u64,
    /// When, in milliseconds UTC by the server's clock.
    pub made_at: i64,
    /// The county's number.
    pub shard: u32,
    /// For which gate.
    pub gate: GateEntry,
    /// Which passes are revoked.
    pub status_lists: StatusLists,
    /// Compiled policies in force and beginning within 72 hours, ascending by begin.
    pub policies: Vec<PolicySpell>,
    /// Facts of the place: zone, phase, risk level, holiday.
    pub state: Vec<StateSpell>,
    /// Worker classes that are exempt here: positions in the vocabulary of the gate.
    pub exempt_classes: Vec<u8>,
    /// Devices that count against the same quotas and were silent when the list was made: each may
    /// know of outings that are missing here.
    pub silent_devices: u16,
    /// All of these devices but the one that reads the list: of none of them anything is known any
    /// more once the list is old. 0 in version 1, which does not say.
    pub other_devices: u16,
    /// Who lives here, ascending by id.
    pub households: Vec<HouseholdEntry>,
    /// Vehicles that are known here.
    pub vehicles: Vec<VehicleEntry>,
}

/// The gate and whom it can call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateEntry {
    /// Which.
    pub gate: GateId,
    /// The areas that it lies in: the compound first, then each area above.
    pub places: Vec<AreaId>,
    /// 东门.
    pub gate_name: String,
    /// 幸福里.
    pub compound_name: String,
    /// Telephones, empty where there is none.
    pub phones: Phones,
    /// Where goods are left.
    pub goods_point: String,
    /// Where outside vehicles park, clear of the road.
    pub parking_place: String,
    /// Where somebody feverish waits.
    pub waiting_place: String,
    /// Where passes are issued.
    pub office_place: String,
}

/// Telephones of offices, for the screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Phones {
    /// 值班室.
    pub duty_desk: String,
    /// 值班长.
    pub shift_lead: String,
    /// 社区.
    pub office: String,
    /// The hospital or health centre that fevers are reported to.
    pub health: String,
}

/// A stretch of time, half-open; no end means until further notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// First millisecond UTC.
    pub from_at: i64,
    /// First millisecond after it.
    pub until_at: Option<i64>,
}

impl Span {
    /// Whether a moment lies in it.
    pub fn contains(&self, at: i64) -> bool {
        at >= self.from_at && self.until_at.is_none_or(|until| at < until)
    }
}

/// A compiled policy and when it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicySpell {
    /// When.
    pub span: Span,
    /// Bytes of the compiled form; their SHA-256 is its id.
    pub compiled: Vec<u8>,
}

/// A fact that is known from the gate state, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateSpell {
    /// Number of the fact in the vocabulary of the gate.
    pub fact: u16,
    /// Position of a choice, 0 or 1 of a flag, a number, or, for days since, a civil day
    /// (days since 1970-01-01).
    pub value: i64,
    /// When.
    pub span: Span,
}

/// People at one door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HouseholdEntry {
    /// Which.
    pub id: HouseholdId,
    /// 6栋.
    pub building: String,
    /// 2单元; empty where the building has none.
    pub unit: String,
    /// 302.
    pub room: String,
    /// Who lives there.
    pub people: Vec<ResidentEntry>,
    /// Outings of the past days, oldest first.
    pub outings: Vec<OutingEntry>,
    /// Facts of the household: under an order, day of the last return.
    pub state: Vec<StateSpell>,
}

/// Largest picture of a person, in bytes.
pub const PICTURE_BYTES_MOST: usize = 4 << 10;

/// Somebody who lives here or has a pass of their own for here.
#[derive(Clone, PartialEq, Eq)]
pub struct ResidentEntry {
    /// Who.
    pub id: PersonId,
    /// Resident, temporary resident or regular helper.
    pub kind: SubjectKind,
    /// Surname, for the look-up.
    pub surname: String,
    /// 王*华: all that the guard sees of the name.
    pub masked_name: String,
    /// As the document says.
    pub sex: Sex,
    /// First digit of the age ([`crate::person::AgeBand`]); `None` where it is not known.
    pub age_decade: Option<u8>,
    /// A small picture, only where the person agreed to one; else empty.
    pub picture: Vec<u8>,
    /// Passes that are not past their end.
    pub passes: Vec<PassEntry>,
    /// Orders by which this person does not cross (GATE-9): no ground, no end on the screen.
    pub not_to_cross: Vec<NotToCross>,
}

// Names do not print.
impl std::fmt::Debug for ResidentEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ResidentEntry({})", self.id)
    }
}

/// A pass in somebody's hands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PassEntry {
    /// Which.
    pub number: PassNumber,
    /// What it is for.
    pub kind: PassKind,
    /// Coloured edge.
    pub band: PassBand,
    /// First millisecond UTC and the first one after the end.
    pub span: Span,
}

/// The effect of an order at the gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotToCross {
    /// When; always with an end (SCOPE-1).
    pub from_at: i64,
    /// First millisecond after it.
    pub until_at: i64,
    /// Timed exceptions inside the order (HL 五).
    pub exceptions: Vec<Span>,
    /// Whom to call.
    pub phone: String,
}

impl NotToCross {
    /// Whether it stops somebody at a moment.
    pub fn stops(&self, at: i64) -> bool {
        (at < self.until_at || is_planted(Planted::OrderEndIgnored))
            && at >= self.from_at
            && !self.exceptions.iter().any(|span| span.contains(at))
    }
}

/// 外出: an exit that crossed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutingEntry {
    /// When, milliseconds UTC.
    pub at: i64,
    /// Position of `purpose` in the vocabulary of the gate; `None` where it was not asked.
    pub purpose: Option<u8>,
    /// Who, if known.
    pub person: Option<PersonId>,
    /// Whether they have come back.
    pub returned: bool,
}

/// A vehicle with a pass or a place here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VehicleEntry {
    /// Which.
    pub id: VehicleId,
    /// Its plate.
    pub plate: String,
    /// Whose.
    pub household: Option<HouseholdId>,
    /// Its passes.
    pub passes: Vec<PassEntry>,
}

/// Why a snapshot is not used; the one before stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SnapshotError {
    /// The bytes are no snapshot.
    Malformed,
    /// A version that this program does not know.
    Version(u64),
    /// The key list inside is refused.
    KeyList(KeyListError),
    /// Signed with a key that is not a snapshot key, or not at that time.
    UnknownKey(KeyId),
    /// Altered, or not signed by the key it names.
    BadSignature,
    /// A newer one was used before.
    Older {
        /// This one's number.
        number: u64,
        /// The newest used.
        newest: u64,
    },
}

impl Snapshot {
    /// The signed form that a device fetches.
    pub fn sign(&self, key: &SigningKey) -> Vec<u8> {
        cose::seal(key, CONTEXT, &self.to_cbor())
    }

    /// Reads a signed snapshot: its key list by the root, its signature by that list.
    /// `newest` is the number of the last snapshot that was used; 0 for none.
    ///
    /// # Errors
    /// [`SnapshotError`]; nothing of a refused snapshot is used.
    pub fn open(
        bytes: &[u8],
        trust: Trust<'_>,
        newest: u64,
    ) -> Result<(Snapshot, KeyList), SnapshotError> {
        let envelope =
            Envelope::read(bytes, SNAPSHOT_BYTES_MOST).map_err(|_| SnapshotError::Malformed)?;
        let list = key_list_of(envelope.payload)?;
        let keys = KeyList::open(list, trust).map_err(SnapshotError::KeyList)?;
        let unknown = SnapshotError::UnknownKey(envelope.key);
        let key = keys.snapshot(envelope.key).ok_or(unknown)?;
        if !envelope.verify(key.key.key(), CONTEXT) {
            return Err(SnapshotError::BadSignature);
        }
        let snapshot =
            Snapshot::from_cbor(envelope.payload).map_err(|_| SnapshotError::Malformed)?;
        if !key.term.covers(snapshot.made_at) {
            return Err(unknown);
        }
        if snapshot.number < newest {
            let number = snapshot.number;
            return Err(SnapshotError::Older { number, newest });
        }
        Ok((snapshot, keys))
    }
}

/// The key list stands first, so that it can be read before anything else is believed.
fn key_list_of(payload: &[u8]) -> Result<&[u8], SnapshotError> {
    let mut reader = Reader::new(payload);
    let malformed = |_: CborError| SnapshotError::Malformed;
    reader
        .array(super::snapshot_cbor::PARTS)
        .map_err(malformed)?;
    match reader.uint().map_err(malformed)? {
        1..=super::snapshot_cbor::VERSION => reader.bytes(KEY_LIST_BYTES_MOST).map_err(malformed),
        other => Err(SnapshotError::Version(other)),
    }
}

impl HouseholdEntry {
    /// The household with this id in a sorted list.
    pub fn find(entries: &[HouseholdEntry], id: HouseholdId) -> Option<&HouseholdEntry> {
        entries
            .binary_search_by_key(&id, |entry| entry.id)
            .ok()
            .map(|at| &entries[at])
    }
}
