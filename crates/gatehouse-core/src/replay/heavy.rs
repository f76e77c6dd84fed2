//! Who is met most often, in bounded memory (Misra and Gries): exact while all fit, afterwards
//! each count is too small by at most [`Heavy::short_by`].

use std::collections::BTreeMap;

/// Counts of keys.
#[derive(Clone, Debug)]
pub struct Heavy<K> {
    most: usize,
    counts: BTreeMap<K, u64>,
    short_by: u64,
}

impl<K: Ord + Copy> Heavy<K> {
    /// Holds at most so many keys, one at least.
    pub fn new(most: usize) -> Heavy<K> {
        Heavy {
            most: most.max(1),
            counts: BTreeMap::new(),
            short_by: 0,
        }
    }

    /// Met once more.
    pub fn add(&mut self, key: K) {
        if let Some(count) = self.counts.get_mut(&key) {
            *count += 1;
        } else if self.counts.len() < self.most {
            self.counts.insert(key, 1);
        } else {
            self.take_from_all(1);
        }
    }

    /// All that another one met.
    pub fn add_all(&mut self, other: Heavy<K>) {
        for (key, count) in other.counts {
            *self.counts.entry(key).or_default() += count;
        }
        self.short_by += other.short_by;
        if self.counts.len() > self.most {
            let mut counts: Vec<u64> = self.counts.values().copied().collect();
            counts.sort_unstable_by(|a, b| b.cmp(a));
            self.take_from_all(counts[self.most]);
        }
    }

    fn take_from_all(&mut self, count: u64) {
        self.short_by += count;
        self.counts.retain(|_, held| {
            *held = held.saturating_sub(count);
            *held > 0
        });
    }

    /// By how much a count may be too small; 0 while every key is held.
    pub fn short_by(&self) -> u64 {
        self.short_by
    }

    /// How many keys are held.
    pub fn held(&self) -> usize {
        self.counts.len()
    }

    /// Those met most often, at most so many; of equal ones the smaller key first.
    pub fn top(&self, most: usize) -> Vec<(K, u64)> {
        let mut all: Vec<(K, u64)> = self
            .counts
            .iter()
            .map(|(key, count)| (*key, *count))
            .collect();
        all.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        all.truncate(most);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn counts_are_exact_while_all_fit_and_short_by_no_more_than_said(
            met in proptest::collection::vec(0u8..40, 0..600),
            split in 0usize..600,
            most in 1usize..50,
        ) {
            let (left, right) = met.split_at(split.min(met.len()));
            let mut heavy = Heavy::new(most);
            left.iter().for_each(|key| heavy.add(*key));
            let mut other = Heavy::new(most);
            right.iter().for_each(|key| other.add(*key));
            heavy.add_all(other);
            prop_assert!(heavy.held() <= most);
            if most >= 40 {
                prop_assert_eq!(heavy.short_by(), 0);
            }
            for key in 0..40u8 {
                let exact = met.iter().filter(|met| **met == key).count() as u64;
                let held = heavy.counts.get(&key).copied().unwrap_or(0);
                prop_assert!(held <= exact && exact <= held + heavy.short_by());
            }
        }
    }
}
