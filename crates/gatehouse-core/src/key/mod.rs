//! The key tree (design §4 "Keys"): the root signs a numbered [`KeyList`], which says which key may
//! issue passes, sign snapshots, sign orders, or is a device's.
//!
//! Keys are given: none is made, sealed or kept here; that is the server's.

pub mod cose;
pub mod cose_many;
mod list;
mod list_cbor;
pub mod memory;
mod strict;

pub use list::{
    DeviceKey, Grant, IssuerKey, KeyList, KeyListError, Keys, OrderKey, SnapshotKey, Term, Trust,
};

use crate::wire::cbor::{Cbor, CborError, Read, Reader, Writer};
pub use ed25519_dalek::{SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use std::fmt;

/// Names a key: the first four bytes of the SHA-256 of its public half. A key list never holds
/// two keys of one id, so a look-up is never a guess.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 4]);

impl KeyId {
    /// The id of a key.
    pub fn of(key: &VerifyingKey) -> KeyId {
        let [a, b, c, d, ..]: [u8; 32] = Sha256::digest(key.as_bytes()).into();
        KeyId([a, b, c, d])
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::digits::HEX.encode(&self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// The public half of an Ed25519 key, with its id.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey {
    id: KeyId,
    key: VerifyingKey,
}

impl PublicKey {
    /// From 32 bytes; `None` where they are no point of the curve, or a weak one, under which
    /// every signature would verify.
    pub fn from_bytes(bytes: &[u8; 32]) -> Option<PublicKey> {
        let key = VerifyingKey::from_bytes(bytes).ok()?;
        (!key.is_weak()).then(|| key.into())
    }

    /// Its name.
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// The key itself.
    pub const fn key(&self) -> &VerifyingKey {
        &self.key
    }
}

impl From<VerifyingKey> for PublicKey {
    fn from(key: VerifyingKey) -> PublicKey {
        let id = KeyId::of(&key);
        PublicKey { id, key }
    }
}

impl From<&SigningKey> for PublicKey {
    fn from(key: &SigningKey) -> PublicKey {
        key.verifying_key().into()
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.id)
    }
}

impl Cbor for PublicKey {
    fn write(&self, to: &mut Writer) {
        to.bytes(self.key.as_bytes());
    }
    fn read(from: &mut Reader<'_>) -> Read<PublicKey> {
        PublicKey::from_bytes(&from.fixed()?).ok_or(CborError::Value)
    }
}

impl serde::Serialize for KeyId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for KeyId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<KeyId, D::Error> {
        let text = <String as serde::Deserialize>::deserialize(deserializer)?;
        data_encoding::HEXLOWER_PERMISSIVE
            .decode(text.as_bytes())
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .map(KeyId)
            .ok_or_else(|| serde::de::Error::custom("a key id is eight hex digits"))
    }
}

impl Cbor for KeyId {
    fn write(&self, to: &mut Writer) {
        to.bytes(&self.0);
    }
    fn read(from: &mut Reader<'_>) -> Read<KeyId> {
        from.fixed().map(KeyId)
    }
}
