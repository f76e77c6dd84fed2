//! Signatures of passes that were verified a while ago, so that a pass that is shown again and
//! again is verified once. In memory, bounded, gone with the process.

use gatehouse_core::key::memory::{SealDigest, SignatureMemory};
use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard};

/// The signatures that were seen lately, in two halves: when the younger is full it becomes the
/// older one, and what was in that and not seen since is forgotten.
#[derive(Debug)]
pub struct SeenSignatures {
    half: usize,
    halves: Mutex<Halves>,
}

#[derive(Debug, Default)]
struct Halves {
    younger: HashSet<SealDigest>,
    older: HashSet<SealDigest>,
}

impl SeenSignatures {
    /// Keeps `most` signatures at most; with 0 each is verified every time.
    pub fn new(most: usize) -> SeenSignatures {
        SeenSignatures {
            half: most / 2,
            halves: Mutex::default(),
        }
    }

    // Each half is whole after every step: what a panic leaves behind is still true.
    fn lock(&self) -> MutexGuard<'_, Halves> {
        self.halves
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn put(&self, halves: &mut Halves, seal: SealDigest) {
        if halves.younger.len() >= self.half {
            halves.older = std::mem::take(&mut halves.younger);
        }
        halves.younger.insert(seal);
    }
}

impl SignatureMemory for SeenSignatures {
    fn knows(&self, seal: &SealDigest) -> bool {
        let mut halves = self.lock();
        if halves.younger.contains(seal) {
            return true;
        }
        let was_there = halves.older.remove(seal);
        if was_there {
            self.put(&mut halves, *seal);
        }
        was_there
    }

    fn keep(&self, seal: SealDigest) {
        if self.half > 0 {
            let mut halves = self.lock();
            self.put(&mut halves, seal);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal(n: u8) -> SealDigest {
        [n; 32]
    }

    #[test]
    fn what_is_seen_again_stays_and_the_rest_is_forgotten_within_the_bound() {
        let seen = SeenSignatures::new(8);
        for n in 0..100 {
            seen.keep(seal(n));
            assert!(seen.knows(&seal(0)), "shown between any two others: {n}");
            let halves = seen.lock();
            assert!(halves.younger.len() + halves.older.len() <= 8);
        }
        assert!(seen.knows(&seal(99)) && !seen.knows(&seal(1)));
    }

    #[test]
    fn without_room_nothing_is_remembered() {
        let seen = SeenSignatures::new(0);
        seen.keep(seal(1));
        assert!(!seen.knows(&seal(1)));
    }
}
