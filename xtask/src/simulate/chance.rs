//! Chance from a seed: the same seed, the same choices.

use gatehouse_server::world::World;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// SplitMix64, after S. Vigna.
fn mixed(step: u64) -> u64 {
    let step = (step ^ (step >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let step = (step ^ (step >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    step ^ (step >> 31)
}

/// Choices.
pub struct Chance(u64);

impl Chance {
    /// From a seed; neighbouring seeds have nothing in common.
    pub fn new(seed: u64) -> Chance {
        Chance(mixed(seed.wrapping_add(GOLDEN)))
    }

    /// A number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mixed(self.0)
    }

    /// A number below `end`; 0 where that is 0.
    pub fn below(&mut self, end: usize) -> usize {
        let end = end.max(1) as u64;
        usize::try_from(self.next() % end).unwrap_or(0)
    }

    /// True in so many of a hundred.
    pub fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of them; `None` of none.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }

    /// Bytes.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        for chunk in bytes.chunks_mut(8) {
            let next = self.next().to_le_bytes();
            chunk.copy_from_slice(&next[..chunk.len()]);
        }
        bytes
    }
}

/// The server's world: a clock that moves when told, chance from a seed.
pub struct SimulatedWorld {
    now: AtomicI64,
    chance: AtomicU64,
}

impl SimulatedWorld {
    /// A world that begins at an instant.
    pub fn new(now: i64, seed: u64) -> SimulatedWorld {
        SimulatedWorld {
            now: AtomicI64::new(now),
            chance: AtomicU64::new(mixed(seed)),
        }
    }

    /// Sets the clock.
    pub fn set(&self, now: i64) {
        self.now.store(now, Ordering::Relaxed);
    }
}

impl World for SimulatedWorld {
    fn now_millis(&self) -> i64 {
        self.now.load(Ordering::Relaxed)
    }

    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            let step = self.chance.fetch_add(GOLDEN, Ordering::Relaxed);
            let next = mixed(step).to_le_bytes();
            chunk.copy_from_slice(&next[..chunk.len()]);
        }
    }
}
