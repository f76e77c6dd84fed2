//! Several signatures over one payload: COSE_Sign (RFC 9052 §4.1), untagged, Ed25519, each
//! signature with the same strict header as [`super::cose`].

use super::cose::{key_of, protected};
use super::strict::verify_strictly;
use super::{KeyId, PublicKey, SigningKey};
use crate::wire::cbor::{CborError, Read, Reader, Writer};
use ed25519_dalek::{Signature, Signer};

/// Most signatures over one payload.
pub const SIGNATURES_MOST: usize = 8;
const PROTECTED_BYTES: usize = 9;

/// A payload and who is said to have signed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManySigned {
    payload: Vec<u8>,
    signatures: Vec<(KeyId, [u8; 64])>,
}

fn to_be_signed(key: KeyId, context: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut writer = Writer::default();
    writer
        .array(5)
        .text("Signature")
        .bytes(&[])
        .bytes(&protected(key))
        .bytes(context)
        .bytes(payload);
    writer.finish()
}

impl ManySigned {
    /// A payload that nobody has signed yet.
    pub fn new(payload: Vec<u8>) -> ManySigned {
        let signatures = Vec::new();
        ManySigned {
            payload,
            signatures,
        }
    }

    /// What is signed.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// Whose signatures are said to be here, in order.
    pub fn signers(&self) -> impl Iterator<Item = KeyId> {
        self.signatures.iter().map(|(key, _)| *key)
    }

    /// Puts together what is stored apart; believes nothing. `None` where a key stands twice or
    /// there are too many.
    pub fn from_parts(payload: Vec<u8>, signatures: Vec<(KeyId, [u8; 64])>) -> Option<ManySigned> {
        let twice = (signatures.iter().enumerate())
            .any(|(place, (key, _))| signatures[..place].iter().any(|(other, _)| other == key));
        (!twice && signatures.len() <= SIGNATURES_MOST).then_some(ManySigned {
            payload,
            signatures,
        })
    }

    /// The signatures, to be stored apart.
    pub fn signatures(&self) -> &[(KeyId, [u8; 64])] {
        &self.signatures
    }

    /// Adds a signature; `false`, and nothing, where this key has signed or there is no room.
    pub fn sign(&mut self, key: &SigningKey, context: &[u8]) -> bool {
        let id = KeyId::of(&key.verifying_key());
        if self.signers().any(|signer| signer == id) || self.signatures.len() == SIGNATURES_MOST {
            return false;
        }
        let signature = key.sign(&to_be_signed(id, context, &self.payload));
        self.signatures.push((id, signature.to_bytes()));
        true
    }

    /// Whether this key signed the payload under this context.
    pub fn is_signed_by(&self, key: &PublicKey, context: &[u8]) -> bool {
        let signed = to_be_signed(key.id(), context, &self.payload);
        self.signatures.iter().any(|(id, signature)| {
            let signature = Signature::from_bytes(signature);
            *id == key.id() && verify_strictly(key.key(), &signed, &signature)
        })
    }

    /// The bytes that are kept.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.array(4).bytes(&[]).map(0).bytes(&self.payload);
        writer.array(self.signatures.len());
        for (key, signature) in &self.signatures {
            writer.array(3).bytes(&protected(*key)).map(0);
            writer.bytes(signature);
        }
        writer.finish()
    }

    /// Takes bytes apart; nothing in them is to be believed before
    /// [`ManySigned::is_signed_by`].
    ///
    /// # Errors
    /// Anything but the one form, a payload longer than `most`, one key twice.
    pub fn from_bytes(bytes: &[u8], most: usize) -> Read<ManySigned> {
        let mut from = Reader::new(bytes);
        from.array_of(4)?;
        from.bytes(0)?;
        from.map(0)?;
        let mut signed = ManySigned::new(from.bytes(most)?.to_vec());
        for _ in 0..from.array(SIGNATURES_MOST)? {
            from.array_of(3)?;
            let key = key_of(from.bytes(PROTECTED_BYTES)?).ok_or(CborError::Value)?;
            from.map(0)?;
            if signed.signers().any(|signer| signer == key) {
                return Err(CborError::Value);
            }
            signed.signatures.push((key, from.fixed()?));
        }
        from.finish()?;
        Ok(signed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coset::{CborSerializable, CoseSign};

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_bytes(&[seed; 32])
    }

    #[test]
    fn another_library_reads_and_verifies_both_signatures() {
        let mut signed = ManySigned::new(b"payload".to_vec());
        assert!(signed.sign(&key(1), b"context"));
        assert!(!signed.sign(&key(1), b"context"));
        assert!(signed.sign(&key(2), b"context"));
        let other = CoseSign::from_slice(&signed.to_bytes()).expect("COSE_Sign");
        for (place, seed) in [(0, 1), (1, 2)] {
            other
                .verify_signature(place, b"context", |signature, data| {
                    let signature = Signature::from_slice(signature).expect("64 bytes");
                    key(seed).verifying_key().verify_strict(data, &signature)
                })
                .expect("verifies");
        }
        let read = ManySigned::from_bytes(&signed.to_bytes(), 7).expect("reads");
        assert_eq!(read, signed);
        assert!(read.is_signed_by(&PublicKey::from(&key(2)), b"context"));
        assert!(!read.is_signed_by(&PublicKey::from(&key(2)), b"other"));
        assert!(!read.is_signed_by(&PublicKey::from(&key(3)), b"context"));
        assert!(ManySigned::from_bytes(&signed.to_bytes(), 6).is_err());
    }
}
