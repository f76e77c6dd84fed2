//! Seals: an hourly signature over the heads of all chains of a shard. A kept seal proves every
//! entry up to its heads; retention drops only what is sealed.

use super::Hash;
use super::chain::{Head, WriterId};
use crate::key::cose::{self, Envelope};
use crate::key::{KeyId, PublicKey, SigningKey};
use crate::wire::cbor::{Cbor, CborError, Read, Reader, Writer};

const CONTEXT: &[u8] = b"gatehouse/seal/1";

/// Most chains under one seal.
pub const WRITERS_MOST: usize = 65_536;
const SEAL_BYTES_MOST: usize = 4 << 20;

/// The head of one chain as a seal holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealedHead {
    /// Whose chain.
    pub writer: WriterId,
    /// How far it had got.
    pub head: Head,
}

/// All heads of a shard at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// The county's number.
    pub shard: u32,
    /// 1 for the first seal of the shard, then one more each time.
    pub number: u64,
    /// [`Seal::hash`] of the seal before; [`Hash::START`] for the first.
    pub previous: Hash,
    /// When, in milliseconds UTC.
    pub made_at: i64,
    /// Heads, ascending by writer.
    pub heads: Vec<SealedHead>,
}

/// Why a seal does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealError {
    /// The bytes are no seal.
    Malformed,
    /// Signed by another key.
    UnknownKey(KeyId),
    /// Altered, or not signed by the key it names.
    BadSignature,
    /// Not the next one after the seal before it.
    NotNext,
    /// A chain is shorter than, or differs from, what the seal before it held.
    WentBack(WriterId),
}

impl Seal {
    /// The signed form: what is kept.
    pub fn sign(&self, key: &SigningKey) -> Vec<u8> {
        cose::seal(key, CONTEXT, &self.to_cbor())
    }

    /// Reads a kept seal and checks its signature.
    ///
    /// # Errors
    /// [`SealError::Malformed`], [`SealError::UnknownKey`], [`SealError::BadSignature`].
    pub fn open(bytes: &[u8], key: &PublicKey) -> Result<Seal, SealError> {
        let envelope = Envelope::read(bytes, SEAL_BYTES_MOST).map_err(|_| SealError::Malformed)?;
        if envelope.key != key.id() {
            return Err(SealError::UnknownKey(envelope.key));
        }
        if !envelope.verify(key.key(), CONTEXT) {
            return Err(SealError::BadSignature);
        }
        Seal::from_cbor(envelope.payload).map_err(|_| SealError::Malformed)
    }

    /// What the next seal names.
    pub fn hash(&self) -> Hash {
        Hash::of(CONTEXT, &self.to_cbor())
    }

    /// The sealed head of a writer's chain.
    pub fn head(&self, writer: WriterId) -> Option<Head> {
        self.heads
            .binary_search_by_key(&writer, |sealed| sealed.writer)
            .ok()
            .map(|at| self.heads[at].head)
    }

    /// Checks that this seal comes right after `before`: no chain may be lost, go back, or stand
    /// at the same entry with another hash.
    ///
    /// # Errors
    /// [`SealError::NotNext`], [`SealError::WentBack`].
    pub fn follows(&self, before: &Seal) -> Result<(), SealError> {
        let next = self.shard == before.shard
            && Some(self.number) == before.number.checked_add(1)
            && self.previous == before.hash()
            && self.made_at >= before.made_at;
        if !next {
            return Err(SealError::NotNext);
        }
        for SealedHead { writer, head } in &before.heads {
            let went_on = self
                .head(*writer)
                .is_some_and(|now| now.seq > head.seq || now == *head);
            if !went_on {
                return Err(SealError::WentBack(*writer));
            }
        }
        Ok(())
    }
}

impl Cbor for SealedHead {
    fn write(&self, to: &mut Writer) {
        to.array(3).item(&self.writer).uint(self.head.seq);
        to.item(&self.head.hash);
    }
    fn read(from: &mut Reader<'_>) -> Read<SealedHead> {
        from.array_of(3)?;
        Ok(SealedHead {
            writer: from.item()?,
            head: Head {
                seq: from.uint()?,
                hash: from.item()?,
            },
        })
    }
}

impl Cbor for Seal {
    fn write(&self, to: &mut Writer) {
        to.array(5)
            .uint(self.shard.into())
            .uint(self.number)
            .item(&self.previous)
            .int(self.made_at)
            .list(&self.heads);
    }
    fn read(from: &mut Reader<'_>) -> Read<Seal> {
        from.array_of(5)?;
        let seal = Seal {
            shard: from.small()?,
            number: from.uint()?,
            previous: from.item()?,
            made_at: from.int()?,
            heads: from.list(WRITERS_MOST)?,
        };
        // One seal has one encoding: heads ascend, so none stands twice.
        let ascending = seal.heads.is_sorted_by(|a, b| a.writer < b.writer);
        ascending.then_some(seal).ok_or(CborError::NotCanonical)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key() -> SigningKey {
        SigningKey::from_bytes(&[3; 32])
    }

    fn public() -> PublicKey {
        PublicKey::from(&key())
    }

    fn head(writer: u8, seq: u64, hash: u8) -> SealedHead {
        SealedHead {
            writer: WriterId([writer; 16]),
            head: Head {
                seq,
                hash: Hash([hash; 32]),
            },
        }
    }

    fn seal(number: u64, previous: Hash, heads: &[SealedHead]) -> Seal {
        Seal {
            shard: 1,
            number,
            previous,
            made_at: 1_582_066_800_000,
            heads: heads.to_vec(),
        }
    }

    #[test]
    fn a_seal_reads_back_under_its_key_alone() {
        let first = seal(1, Hash::START, &[head(1, 5, 9), head(2, 7, 9)]);
        let bytes = first.sign(&key());
        assert_eq!(Seal::open(&bytes, &public()), Ok(first));
        let other = PublicKey::from(&SigningKey::from_bytes(&[4; 32]));
        assert_eq!(
            Seal::open(&bytes, &other),
            Err(SealError::UnknownKey(public().id()))
        );
    }

    #[test]
    fn heads_only_go_forward() {
        let first = seal(1, Hash::START, &[head(1, 5, 9), head(2, 7, 9)]);
        let next = |heads: &[SealedHead]| seal(2, first.hash(), heads).follows(&first);
        assert_eq!(next(&[head(1, 5, 9), head(2, 8, 1), head(3, 1, 1)]), Ok(()));
        let back = |writer| Err(SealError::WentBack(WriterId([writer; 16])));
        assert_eq!(next(&[head(1, 4, 9), head(2, 7, 9)]), back(1));
        assert_eq!(next(&[head(1, 5, 8), head(2, 7, 9)]), back(1));
        assert_eq!(next(&[head(1, 5, 9)]), back(2));
        let skipped = seal(3, first.hash(), &first.heads);
        assert_eq!(skipped.follows(&first), Err(SealError::NotNext));
        let elsewhere = seal(2, Hash([1; 32]), &first.heads);
        assert_eq!(elsewhere.follows(&first), Err(SealError::NotNext));
    }

    #[test]
    fn heads_out_of_order_are_no_seal() {
        for heads in [
            [head(2, 1, 1), head(1, 1, 1)],
            [head(1, 1, 1), head(1, 2, 1)],
        ] {
            let bytes = seal(1, Hash::START, &heads).sign(&key());
            assert_eq!(Seal::open(&bytes, &public()), Err(SealError::Malformed));
        }
    }

    proptest! {
        #[test]
        fn a_changed_byte_breaks_a_seal(at: prop::sample::Index, flip in 1u8..) {
            let mut bytes = seal(1, Hash::START, &[head(1, 5, 9)]).sign(&key());
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
            prop_assert!(Seal::open(&bytes, &public()).is_err());
        }

        #[test]
        fn any_bytes_are_read_without_panic(bytes: Vec<u8>) {
            prop_assert!(Seal::open(&bytes, &public()).is_err());
        }
    }
}
