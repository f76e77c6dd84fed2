//! One writer's chain: what an entry's hash covers, and following a chain to find a break.

use super::Hash;
use crate::id::StaffId;
use crate::wire::cbor::{Cbor, Read, Reader, Writer};
use std::fmt;

/// Who keeps a chain: a server process, a device, a command-line run; random, once for each.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WriterId(pub [u8; 16]);

impl fmt::Display for WriterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::digits::HEX.encode(&self.0))
    }
}

impl fmt::Debug for WriterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WriterId({self})")
    }
}

impl Cbor for WriterId {
    fn write(&self, to: &mut Writer) {
        to.bytes(&self.0);
    }
    fn read(from: &mut Reader<'_>) -> Read<WriterId> {
        from.fixed().map(WriterId)
    }
}

/// One act, as its hash covers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The county's number.
    pub shard: u32,
    /// Whose chain.
    pub writer: WriterId,
    /// 1 for the first entry, then one more each time.
    pub seq: u64,
    /// Hash of the entry before; [`Hash::START`] for the first.
    pub previous: Hash,
    /// When, in milliseconds UTC.
    pub at: i64,
    /// What was done: `pass.issue`, `person.reveal` …
    pub kind: &'a str,
    /// Who did it; `None` for the program itself.
    pub actor: Option<StaffId>,
    /// Whom it concerns, hidden by [`super::commitment`].
    pub commitment: Option<Hash>,
    /// The rest, free of personal data, exactly as stored.
    pub body: &'a [u8],
}

/// The hash of an entry: the next entry names it.
pub fn entry_hash(entry: &Entry<'_>) -> Hash {
    let mut writer = Writer::default();
    writer
        .array(9)
        .uint(entry.shard.into())
        .item(&entry.writer)
        .uint(entry.seq)
        .item(&entry.previous)
        .int(entry.at)
        .text(entry.kind)
        .option(entry.actor.as_ref())
        .option(entry.commitment.as_ref())
        .bytes(entry.body);
    Hash::of(b"gatehouse/audit/1", &writer.finish())
}

/// Where a chain has got to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Number of the last entry; 0 before the first.
    pub seq: u64,
    /// Its hash.
    pub hash: Hash,
}

impl Head {
    /// Before the first entry.
    pub const START: Head = Head {
        seq: 0,
        hash: Hash::START,
    };
}

/// Where and how a chain is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Break {
    /// Number of the entry that was expected.
    pub seq: u64,
    /// What is wrong with it.
    pub kind: BreakKind,
}

/// What is wrong with an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakKind {
    /// An entry is missing or stands twice.
    Gap,
    /// It names another entry as the one before it.
    Previous,
    /// Its content is not what was hashed.
    Content,
}

/// Follows a chain from a head over its entries, in order, each with the hash stored beside it.
///
/// # Errors
/// The first [`Break`].
pub fn follow<'a>(
    from: Head,
    entries: impl IntoIterator<Item = (Entry<'a>, Hash)>,
) -> Result<Head, Break> {
    entries.into_iter().try_fold(from, |head, (entry, stored)| {
        let seq = head.seq.saturating_add(1);
        let kind = if entry.seq != seq {
            BreakKind::Gap
        } else if entry.previous != head.hash {
            BreakKind::Previous
        } else if entry_hash(&entry) != stored {
            BreakKind::Content
        } else {
            return Ok(Head { seq, hash: stored });
        };
        Err(Break { seq, kind })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn entry(seq: u64, previous: Hash, body: &[u8]) -> Entry<'_> {
        Entry {
            shard: 3,
            writer: WriterId([5; 16]),
            seq,
            previous,
            at: 1_582_066_800_000,
            kind: "pass.issue",
            actor: Some(StaffId([6; 16])),
            commitment: Some(Hash([7; 32])),
            body,
        }
    }

    fn chain(bodies: &[Vec<u8>]) -> Vec<(Entry<'_>, Hash)> {
        let mut previous = Hash::START;
        bodies
            .iter()
            .zip(1..)
            .map(|(body, seq)| {
                let entry = entry(seq, previous, body);
                previous = entry_hash(&entry);
                (entry, previous)
            })
            .collect()
    }

    #[test]
    fn each_field_is_covered() {
        let base = entry(1, Hash::START, b"body");
        for other in [
            Entry { shard: 4, ..base },
            Entry {
                writer: WriterId([9; 16]),
                ..base
            },
            Entry { seq: 2, ..base },
            Entry {
                previous: Hash([1; 32]),
                ..base
            },
            Entry { at: 0, ..base },
            Entry {
                kind: "pass.revoke",
                ..base
            },
            Entry {
                actor: None,
                ..base
            },
            Entry {
                commitment: None,
                ..base
            },
            Entry { body: b"", ..base },
        ] {
            assert_ne!(entry_hash(&base), entry_hash(&other));
        }
    }

    proptest! {
        #[test]
        fn a_whole_chain_is_followed(bodies: Vec<Vec<u8>>, cut: prop::sample::Index) {
            let entries = chain(&bodies);
            let end = follow(Head::START, entries.iter().copied()).expect("whole");
            prop_assert_eq!(end.seq, bodies.len() as u64);
            // … also from any head on the way, as after retention has dropped sealed days.
            let (first, second) = entries.split_at(cut.index(entries.len() + 1));
            let middle = follow(Head::START, first.iter().copied()).expect("whole");
            prop_assert_eq!(follow(middle, second.iter().copied()), Ok(end));
        }

        #[test]
        fn whatever_is_done_to_an_entry_is_found(
            bodies in prop::collection::vec(any::<Vec<u8>>(), 2..9),
            at: prop::sample::Index,
            what in 0..4,
        ) {
            let mut entries = chain(&bodies);
            let end = follow(Head::START, entries.iter().copied());
            let at = at.index(entries.len() - 1);
            match what {
                0 => { entries.remove(at); }
                1 => entries.swap(at, at + 1),
                2 => entries[at].0.at += 1,
                // Rewritten with a fitting hash: the next entry still names the old one.
                _ => {
                    entries[at].0.at += 1;
                    entries[at].1 = entry_hash(&entries[at].0);
                }
            }
            let found = follow(Head::START, entries.iter().copied());
            prop_assert!(found.is_err());
            prop_assert_ne!(found, end);
        }
    }
}
