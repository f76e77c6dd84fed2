//! Answers that were found before, by the bytes of the question: as many as there are places. A
//! newer answer takes the place of an older one, so memory stays as it is.

/// Remembered answers.
#[derive(Clone, Debug)]
pub(super) struct Memo<V> {
    places: Vec<Option<(Box<[u8]>, V)>>,
}

impl<V: Copy> Memo<V> {
    /// With two to this many places.
    pub(super) fn new(power: u32) -> Memo<V> {
        Memo {
            places: vec![None; 1 << power.min(24)],
        }
    }

    /// The answer to exactly this question.
    pub(super) fn get(&self, question: &[u8]) -> Option<V> {
        match &self.places[self.place(question)] {
            Some((held, answer)) if **held == *question => Some(*answer),
            _ => None,
        }
    }

    /// Remembers an answer.
    pub(super) fn put(&mut self, question: &[u8], answer: V) {
        let place = self.place(question);
        self.places[place] = Some((question.into(), answer));
    }

    fn place(&self, question: &[u8]) -> usize {
        hash(question) as usize & (self.places.len() - 1)
    }
}

/// Multiplies and folds eight bytes at a time; good enough to spread questions over places, and
/// the same everywhere.
pub(super) fn hash(bytes: &[u8]) -> u64 {
    const PRIME: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut chunks = bytes.chunks_exact(8);
    let mut hash = bytes.len() as u64 ^ PRIME;
    let mut mix = |word: u64| {
        let wide = u128::from(hash ^ word) * u128::from(PRIME);
        hash = (wide as u64) ^ ((wide >> 64) as u64);
    };
    for chunk in &mut chunks {
        mix(chunk
            .iter()
            .fold(0, |word, byte| word << 8 | u64::from(*byte)));
    }
    let rest = chunks.remainder();
    mix(rest
        .iter()
        .fold(1, |word, byte| word << 8 | u64::from(*byte)));
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_only_for_its_question() {
        let mut memo = Memo::new(0);
        memo.put(b"one", 1);
        assert_eq!((memo.get(b"one"), memo.get(b"two")), (Some(1), None));
        memo.put(b"two", 2);
        assert_eq!((memo.get(b"one"), memo.get(b"two")), (None, Some(2)));
    }

    #[test]
    fn questions_spread() {
        let mut places: Vec<u64> = (0..4096u32)
            .map(|at| hash(&[&[7; 90][..], &at.to_be_bytes()].concat()) & 0xffff)
            .collect();
        places.sort_unstable();
        places.dedup();
        assert!(places.len() > 3_900, "{}", places.len());
    }
}
