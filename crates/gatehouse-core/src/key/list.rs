//! The key list: which key may sign what. The root signs it; lists are numbered, and an older one
//! than was seen before is refused.

use super::cose::{self, Envelope};
use super::{KeyId, PublicKey, SigningKey};
use crate::id::{AreaId, DeviceId, GateId, OrganisationId, StaffId};
use crate::pass::PassKind;
use crate::sort::sort_by_key;
use crate::wire::cbor::Cbor;
use std::fmt;

const CONTEXT: &[u8] = b"gatehouse/key-list/1";
const LIST_BYTES_MOST: usize = 16 << 20;

/// When a key may sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// First millisecond UTC.
    pub from_at: i64,
    /// First millisecond after the end.
    pub until_at: i64,
    /// What it signed from this moment on does not count; what it signed before, does. May lie in
    /// the past, also before `from_at`, when nothing of it is to count.
    pub revoked_at: Option<i64>,
}

impl Term {
    /// Whether something signed at this moment counts.
    pub fn covers(&self, at: i64) -> bool {
        (self.from_at..self.until_at).contains(&at)
            && self.revoked_at.is_none_or(|revoked| at < revoked)
    }
}

/// What an issuer may issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Kind of pass.
    pub kind: PassKind,
    /// Longest validity, in hours.
    pub longest_hours: u32,
}

/// 发证单位: signs passes of one community.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerKey {
    /// Public half.
    pub key: PublicKey,
    /// It may sign for this area and whatever lies below.
    pub area: AreaId,
    /// The community's number in [`crate::pass::ListNumber`]; once given, never another's.
    pub community_number: u16,
    /// Most passes in one list.
    pub quota: u32,
    /// What it may issue, ascending by kind.
    pub grants: Vec<Grant>,
    /// When.
    pub term: Term,
}

/// The server's key: signs snapshots, the gate state and seals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotKey {
    /// Public half.
    pub key: PublicKey,
    /// When.
    pub term: Term,
}

/// A person's key: signs orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderKey {
    /// Public half.
    pub key: PublicKey,
    /// Whose.
    pub person: StaffId,
    /// On whose behalf; two organisations make an order.
    pub organisation: OrganisationId,
    /// For subjects in this area and below.
    pub area: AreaId,
    /// Whether this person may hold somebody alone, for at most four hours.
    pub clinician: bool,
    /// When.
    pub term: Term,
}

/// A gate device: signs the head of its chain with ECDSA over P-256.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceKey {
    /// Which.
    pub device: DeviceId,
    /// The gate it is bound to.
    pub gate: GateId,
    /// The public point, uncompressed (SEC 1 §2.3.3); the server checks it.
    pub point: [u8; 65],
    /// When.
    pub term: Term,
}

/// Every key that counts, and what for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyList {
    /// Grows with each list.
    pub number: u64,
    /// Made for a demo: refused by every other database.
    pub demo: bool,
    /// When, in milliseconds UTC.
    pub made_at: i64,
    pub(super) issuers: Vec<IssuerKey>,
    pub(super) snapshots: Vec<SnapshotKey>,
    pub(super) orders: Vec<OrderKey>,
    pub(super) devices: Vec<DeviceKey>,
}

/// Why a key list is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyListError {
    /// The bytes are no key list.
    Malformed,
    /// Signed by another root.
    OtherRoot(KeyId),
    /// Altered, or not signed by the root.
    BadSignature,
    /// A newer one was seen before.
    Older {
        /// This one's number.
        number: u64,
        /// The newest seen.
        newest: u64,
    },
    /// A list made for a demo, in a database that is none.
    Demo,
    /// Two keys of one id, or two devices, or two communities of one number and area.
    Twice,
}

impl fmt::Display for KeyListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeyListError::Malformed => f.write_str("no key list"),
            KeyListError::OtherRoot(key) => write!(f, "signed by another root, {key}"),
            KeyListError::BadSignature => f.write_str("altered, or not signed by the root"),
            KeyListError::Older { number, newest } => {
                write!(f, "key list {number} is older than {newest}, seen before")
            }
            KeyListError::Demo => f.write_str("made for a demo; this is no demo database"),
            KeyListError::Twice => f.write_str("a key or device stands in it twice"),
        }
    }
}

impl std::error::Error for KeyListError {}

/// What a reader of key lists already holds.
#[derive(Clone, Copy, Debug)]
pub struct Trust<'a> {
    /// The root, learnt at enrolment or from `gatehouse init`.
    pub root: &'a PublicKey,
    /// Number of the newest list seen; 0 for none.
    pub newest: u64,
    /// Whether this database is a demo.
    pub demo: bool,
}

/// The keys of a new list, in any order.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    /// Issuers of passes.
    pub issuers: Vec<IssuerKey>,
    /// The server's keys.
    pub snapshots: Vec<SnapshotKey>,
    /// Keys of people who sign orders.
    pub orders: Vec<OrderKey>,
    /// Gate devices.
    pub devices: Vec<DeviceKey>,
}

impl KeyList {
    /// A list of these keys, sorted.
    ///
    /// # Errors
    /// [`KeyListError::Twice`].
    pub fn new(number: u64, demo: bool, made_at: i64, keys: Keys) -> Result<KeyList, KeyListError> {
        let Keys {
            mut issuers,
            mut snapshots,
            mut orders,
            mut devices,
        } = keys;
        issuers.sort_by_key(|key| key.key.id());
        for issuer in &mut issuers {
            issuer.grants.sort_by_key(|grant| grant.kind);
        }
        snapshots.sort_by_key(|key| key.key.id());
        orders.sort_by_key(|key| key.key.id());
        devices.sort_by_key(|key| key.device);
        let list = KeyList {
            number,
            demo,
            made_at,
            issuers,
            snapshots,
            orders,
            devices,
        };
        list.is_in_order()
            .then_some(list)
            .ok_or(KeyListError::Twice)
    }

    pub(super) fn is_in_order(&self) -> bool {
        let mut all: Vec<KeyId> = self.issuers.iter().map(|key| key.key.id()).collect();
        let issuers = all.is_sorted();
        let snapshots: Vec<KeyId> = (self.snapshots.iter()).map(|key| key.key.id()).collect();
        let orders: Vec<KeyId> = self.orders.iter().map(|key| key.key.id()).collect();
        let sorted = issuers && snapshots.is_sorted() && orders.is_sorted();
        all.extend(snapshots);
        all.extend(orders);
        sort_by_key(&mut all, |id| *id);
        let grants =
            (self.issuers.iter()).all(|issuer| issuer.grants.is_sorted_by(|a, b| a.kind < b.kind));
        let devices = self.devices.is_sorted_by(|a, b| a.device < b.device);
        sorted && all.is_sorted_by(|a, b| a < b) && grants && devices
    }

    /// The list signed by the root.
    pub fn sign(&self, root: &SigningKey) -> Vec<u8> {
        cose::seal(root, CONTEXT, &self.to_cbor())
    }

    /// Reads a signed list.
    ///
    /// # Errors
    /// [`KeyListError`]; nothing of a refused list is used.
    pub fn open(bytes: &[u8], trust: Trust<'_>) -> Result<KeyList, KeyListError> {
        let envelope =
            Envelope::read(bytes, LIST_BYTES_MOST).map_err(|_| KeyListError::Malformed)?;
        if envelope.key != trust.root.id() {
            return Err(KeyListError::OtherRoot(envelope.key));
        }
        if !envelope.verify(trust.root.key(), CONTEXT) {
            return Err(KeyListError::BadSignature);
        }
        let list = KeyList::from_cbor(envelope.payload).map_err(|_| KeyListError::Malformed)?;
        if list.number < trust.newest {
            return Err(KeyListError::Older {
                number: list.number,
                newest: trust.newest,
            });
        }
        if list.demo && !trust.demo {
            return Err(KeyListError::Demo);
        }
        Ok(list)
    }

    /// The issuer with this key id.
    pub fn issuer(&self, id: KeyId) -> Option<&IssuerKey> {
        find(&self.issuers, id, |key| key.key.id())
    }

    /// The server's key with this id.
    pub fn snapshot(&self, id: KeyId) -> Option<&SnapshotKey> {
        find(&self.snapshots, id, |key| key.key.id())
    }

    /// The person's key with this id.
    pub fn order(&self, id: KeyId) -> Option<&OrderKey> {
        find(&self.orders, id, |key| key.key.id())
    }

    /// The device's key.
    pub fn device(&self, device: DeviceId) -> Option<&DeviceKey> {
        find(&self.devices, device, |key| key.device)
    }

    /// All of its keys, to make the next list from.
    pub fn keys(&self) -> Keys {
        Keys {
            issuers: self.issuers.clone(),
            snapshots: self.snapshots.clone(),
            orders: self.orders.clone(),
            devices: self.devices.clone(),
        }
    }
}

fn find<T, K: Ord>(sorted: &[T], wanted: K, key: impl Fn(&T) -> K) -> Option<&T> {
    sorted
        .binary_search_by(|item| key(item).cmp(&wanted))
        .ok()
        .map(|at| &sorted[at])
}

#[cfg(test)]
#[path = "list_tests.rs"]
mod tests;
