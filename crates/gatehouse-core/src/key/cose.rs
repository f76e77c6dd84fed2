//! The one envelope of everything that is signed: COSE_Sign1 (RFC 9052 §4.2), untagged, Ed25519.
//!
//! There is exactly one envelope for a key, a payload and a context: protected header
//! `{1: -8, 4: kid}`, no unprotected header, canonical lengths, nothing behind it. What the
//! payload means is the caller's; the context (external data of RFC 9052 §4.4) keeps a signature
//! over one kind of thing from passing for one over another.

use super::KeyId;
use super::memory::{SignatureMemory, seal_digest};
use super::strict::verify_strictly;
use crate::wire::cbor::{CborError, Read, Reader, Writer};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

/// Length of the protected header with a four-byte key id.
const PROTECTED_BYTES: usize = 9;
const SIGNATURE_BYTES: usize = 64;
/// Room for the envelope around a payload.
pub const ENVELOPE_BYTES: usize = 96;

/// The protected header for a key id.
pub(crate) fn protected(key: KeyId) -> [u8; PROTECTED_BYTES] {
    // {1 (algorithm): -8 (EdDSA), 4 (key id): h'…'}
    let [a, b, c, d] = key.0;
    [0xa2, 0x01, 0x27, 0x04, 0x44, a, b, c, d]
}

/// The key id in a protected header, if the header is exactly ours.
pub(crate) fn key_of(header: &[u8]) -> Option<KeyId> {
    let key = KeyId(header.get(PROTECTED_BYTES - 4..)?.try_into().ok()?);
    (header == protected(key)).then_some(key)
}

/// What a signature is over (RFC 9052 §4.4).
pub(crate) fn to_be_signed(header: &[u8], context: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut writer = Writer::default();
    writer
        .array(4)
        .text("Signature1")
        .bytes(header)
        .bytes(context)
        .bytes(payload);
    writer.finish()
}

/// Signs a payload under a context.
pub fn seal(key: &SigningKey, context: &[u8], payload: &[u8]) -> Vec<u8> {
    let header = protected(KeyId::of(&key.verifying_key()));
    let signature = key.sign(&to_be_signed(&header, context, payload));
    let mut writer = Writer::default();
    writer.array(4).bytes(&header).map(0).bytes(payload);
    writer.bytes(&signature.to_bytes());
    writer.finish()
}

/// An envelope taken apart; nothing in it is to be believed before [`Envelope::verify`].
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
    /// Which key is said to have signed.
    pub key: KeyId,
    /// What is said to be signed.
    pub payload: &'a [u8],
    signature: [u8; SIGNATURE_BYTES],
}

impl<'a> Envelope<'a> {
    /// Takes bytes apart.
    ///
    /// # Errors
    /// Anything but the one form: another algorithm, a key id outside the protected header, an
    /// unprotected header, a payload longer than `most`, bytes behind the end.
    pub fn read(bytes: &'a [u8], most: usize) -> Read<Envelope<'a>> {
        let mut reader = Reader::new(bytes);
        reader.array_of(4)?;
        let key = key_of(reader.bytes(PROTECTED_BYTES)?).ok_or(CborError::Value)?;
        reader.map(0)?;
        let payload = reader.bytes(most)?;
        let signature = reader.fixed()?;
        reader.finish()?;
        Ok(Envelope {
            key,
            payload,
            signature,
        })
    }

    /// Whether this key signed this payload under this context.
    pub fn verify(&self, key: &VerifyingKey, context: &[u8]) -> bool {
        self.verify_remembering(key, context, None)
    }

    /// The same, without computing again what was found good before.
    pub fn verify_remembering(
        &self,
        key: &VerifyingKey,
        context: &[u8],
        memory: Option<&dyn SignatureMemory>,
    ) -> bool {
        let signed = to_be_signed(&protected(self.key), context, self.payload);
        let verify = || {
            let signature = Signature::from_bytes(&self.signature);
            verify_strictly(key, &signed, &signature)
        };
        let Some(memory) = memory else {
            return verify();
        };
        let seal = seal_digest(key, &self.signature, &signed);
        if memory.knows(&seal) {
            return true;
        }
        let is_good = verify();
        if is_good {
            memory.keep(seal);
        }
        is_good
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coset::{CborSerializable, CoseSign1, CoseSign1Builder, HeaderBuilder, iana};
    use std::cell::RefCell;
    use std::collections::BTreeSet;

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[7; 32])
    }

    #[test]
    fn another_library_reads_and_verifies_what_is_sealed() {
        let sealed = seal(&key(), b"context", b"payload");
        let other = CoseSign1::from_slice(&sealed).expect("COSE_Sign1");
        assert_eq!(other.payload.as_deref(), Some(&b"payload"[..]));
        assert_eq!(
            other.protected.header.key_id,
            KeyId::of(&key().verifying_key()).0
        );
        other
            .verify_signature(b"context", |signature, data| {
                let signature = Signature::from_slice(signature).expect("64 bytes");
                key().verifying_key().verify_strict(data, &signature)
            })
            .expect("verifies");
    }

    #[test]
    fn an_envelope_verifies_under_its_key_and_context_alone() {
        let sealed = seal(&key(), b"context", b"payload");
        let envelope = Envelope::read(&sealed, 7).expect("an envelope");
        assert!(envelope.verify(&key().verifying_key(), b"context"));
        assert!(!envelope.verify(&key().verifying_key(), b""));
        let other = SigningKey::from_bytes(&[8; 32]).verifying_key();
        assert!(!envelope.verify(&other, b"context"));
        assert_eq!(
            Envelope::read(&sealed, 6).map(|_| ()),
            Err(CborError::TooLong)
        );
    }

    /// Remembers all, and counts what it was asked and told.
    #[derive(Default)]
    struct Memory(RefCell<(BTreeSet<[u8; 32]>, u32)>);

    impl SignatureMemory for Memory {
        fn knows(&self, seal: &[u8; 32]) -> bool {
            self.0.borrow().0.contains(seal)
        }

        fn keep(&self, seal: [u8; 32]) {
            let mut memory = self.0.borrow_mut();
            memory.0.insert(seal);
            memory.1 += 1;
        }
    }

    #[test]
    fn a_good_signature_is_remembered_for_its_very_key_context_and_bytes() {
        let memory = Memory::default();
        let sealed = seal(&key(), b"context", b"payload");
        let other = SigningKey::from_bytes(&[8; 32]).verifying_key();
        let verify = |bytes: &[u8], key: &VerifyingKey, context: &[u8]| {
            let envelope = Envelope::read(bytes, 7).expect("an envelope");
            envelope.verify_remembering(key, context, Some(&memory))
        };
        for _ in 0..3 {
            assert!(verify(&sealed, &key().verifying_key(), b"context"));
        }
        assert_eq!(memory.0.borrow().1, 1, "computed once");
        assert!(!verify(&sealed, &other, b"context"));
        assert!(!verify(&sealed, &key().verifying_key(), b"contex"));
        for at in 18..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            let good = Envelope::read(&altered, 7).is_ok_and(|e| {
                e.verify_remembering(&key().verifying_key(), b"context", Some(&memory))
            });
            assert!(!good, "byte {at}");
        }
        assert_eq!(memory.0.borrow().1, 1, "nothing bad is kept");
    }

    fn foreign(header: coset::Header, unprotected: coset::Header) -> Vec<u8> {
        CoseSign1Builder::new()
            .protected(header)
            .unprotected(unprotected)
            .payload(b"payload".to_vec())
            .create_signature(b"", |data| key().sign(data).to_bytes().to_vec())
            .build()
            .to_vec()
            .expect("COSE_Sign1")
    }

    #[test]
    fn good_signatures_in_other_envelopes_are_refused() {
        let kid = KeyId::of(&key().verifying_key()).0.to_vec();
        let ours = HeaderBuilder::new()
            .algorithm(iana::Algorithm::EdDSA)
            .key_id(kid.clone())
            .build();
        let none = HeaderBuilder::new().build();
        let good = foreign(ours.clone(), none.clone());
        assert!(Envelope::read(&good, 9).is_ok());
        let without_key = HeaderBuilder::new()
            .algorithm(iana::Algorithm::EdDSA)
            .build();
        let only_key = HeaderBuilder::new().key_id(kid.clone()).build();
        let another = HeaderBuilder::new()
            .algorithm(iana::Algorithm::ES256)
            .key_id(kid.clone())
            .build();
        let long_key = HeaderBuilder::new()
            .algorithm(iana::Algorithm::EdDSA)
            .key_id([kid.clone(), vec![0]].concat())
            .build();
        for (header, unprotected) in [
            (without_key, only_key.clone()),
            (only_key.clone(), none.clone()),
            (another, none.clone()),
            (long_key, none.clone()),
            (ours, only_key),
        ] {
            assert!(Envelope::read(&foreign(header, unprotected), 9).is_err());
        }
        let tagged = [&[0xd2], &good[..]].concat();
        assert!(Envelope::read(&tagged, 9).is_err());
        let trailing = [&good[..], &[0]].concat();
        assert_eq!(
            Envelope::read(&trailing, 9).map(|_| ()),
            Err(CborError::Trailing)
        );
    }
}
