//! Signatures that were found good before: a resident shows the same pass twice a day for weeks,
//! and the same bytes under the same key verify again.

use ed25519_dalek::VerifyingKey;
use sha2::{Digest, Sha256};

/// What one verification was about: key, everything that was signed, and the signature.
pub type SealDigest = [u8; 32];

/// Remembers good signatures, and only those: nothing that failed, so that nobody fills it without
/// a key of the list. Whether the key may still sign, and whether the pass holds, is asked each
/// time anew.
pub trait SignatureMemory {
    /// Whether this very signature was found good before.
    fn knows(&self, seal: &SealDigest) -> bool;
    /// It was found good.
    fn keep(&self, seal: SealDigest);
}

/// The digest of a verification. Key and signature have one length each, so the parts cannot be
/// taken for one another.
pub(crate) fn seal_digest(key: &VerifyingKey, signature: &[u8; 64], signed: &[u8]) -> SealDigest {
    let mut hash = Sha256::new();
    hash.update(key.as_bytes());
    hash.update(signature);
    hash.update(signed);
    hash.finalize().into()
}
