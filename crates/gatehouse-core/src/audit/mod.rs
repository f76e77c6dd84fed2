//! Hash chains of what was done, salted commitments, seals (design §5 "Audit").
//!
//! Each writer has its own chain per shard. An entry holds no personal data: subject and household
//! stand in it as a [`commitment`], whose salt is kept beside them and goes when they go, so a
//! chain still verifies after an erasure. Storing and timing are the store's.

mod chain;
mod seal;

pub use chain::{Break, BreakKind, Entry, Head, WriterId, entry_hash, follow};
pub use seal::{Seal, SealError, SealedHead, WRITERS_MOST};

use crate::wire::cbor::{Cbor, Read, Reader, Writer};
use sha2::{Digest, Sha256};
use std::fmt;

/// A SHA-256 in a chain; zeros stand before the first entry.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// What the first entry of a chain names as the one before it.
    pub const START: Hash = Hash([0; 32]);

    /// The hash of bytes under a name that tells kinds of bytes apart.
    pub fn of(context: &[u8], bytes: &[u8]) -> Hash {
        let length = [context.len() as u8];
        let hash = Sha256::new()
            .chain_update(length)
            .chain_update(context)
            .chain_update(bytes);
        Hash(hash.finalize().into())
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::digits::HEX.encode(&self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl Cbor for Hash {
    fn write(&self, to: &mut Writer) {
        to.bytes(&self.0);
    }
    fn read(from: &mut Reader<'_>) -> Read<Hash> {
        from.fixed().map(Hash)
    }
}

/// Length of a salt: random, made outside core, one for each commitment.
pub const SALT_BYTES: usize = 16;

/// Hides a subject (person or vehicle, sixteen bytes) and a household behind a salt. Without the
/// salt nothing can be learnt from it, also not by trying every id.
pub fn commitment(
    salt: &[u8; SALT_BYTES],
    subject: Option<&[u8; 16]>,
    household: Option<&[u8; 16]>,
) -> Hash {
    let mut writer = Writer::default();
    writer.array(3).bytes(salt);
    for id in [subject, household] {
        match id {
            Some(id) => writer.bytes(id),
            None => writer.null(),
        };
    }
    Hash::of(b"gatehouse/commitment/1", &writer.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commitment_depends_on_each_of_its_parts() {
        let base = commitment(&[1; 16], Some(&[2; 16]), Some(&[3; 16]));
        for other in [
            commitment(&[9; 16], Some(&[2; 16]), Some(&[3; 16])),
            commitment(&[1; 16], Some(&[9; 16]), Some(&[3; 16])),
            commitment(&[1; 16], Some(&[2; 16]), Some(&[9; 16])),
            commitment(&[1; 16], Some(&[3; 16]), Some(&[2; 16])),
            commitment(&[1; 16], None, Some(&[3; 16])),
            commitment(&[1; 16], Some(&[2; 16]), None),
        ] {
            assert_ne!(base, other);
        }
    }

    /// An independent program worked these out; if they change, every chain in use breaks.
    #[test]
    fn version_one_stays_as_it_is() {
        let vector: serde_json::Value =
            serde_json::from_str(include_str!("../../../../testdata/audit/chain-v1.json"))
                .expect("JSON");
        let hex = |value: &serde_json::Value| {
            value.as_str().map(|text| {
                data_encoding::HEXLOWER
                    .decode(text.as_bytes())
                    .expect("hex digits")
            })
        };
        let fixed = |value: &serde_json::Value| {
            hex(value).map(|bytes| <[u8; 16]>::try_from(bytes).expect("16 bytes"))
        };
        let given = &vector["commitment"];
        let salt = fixed(&given["salt"]).expect("a salt");
        let subject = fixed(&given["subject"]);
        let hidden = commitment(&salt, subject.as_ref(), None);
        assert_eq!(given["hash"], hidden.to_string());

        let mut head = Head::START;
        for given in vector["entries"].as_array().expect("entries") {
            let entry = Entry {
                shard: 3,
                writer: WriterId(fixed(&vector["writer"]).expect("a writer")),
                seq: given["seq"].as_u64().expect("a number"),
                previous: head.hash,
                at: given["at"].as_i64().expect("a number"),
                kind: given["kind"].as_str().expect("a kind"),
                actor: fixed(&given["actor"]).map(crate::id::StaffId),
                commitment: given["commitment"].is_string().then_some(hidden),
                body: &hex(&given["body"]).expect("a body"),
            };
            let stored = entry_hash(&entry);
            assert_eq!(given["hash"], stored.to_string());
            head = follow(head, [(entry, stored)]).expect("whole");
        }
        assert_eq!(head.seq, 3);
    }
}
