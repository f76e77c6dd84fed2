//! The key tree: root, key list, issuer, snapshot, device and order keys.
//!
//! Keys are given; none is made or kept here.

pub mod cose;

use crate::wire::cbor::{Cbor, Read, Reader, Writer};
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
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
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
