//! Passes that came in lately: the same pass inside twice within minutes is flagged, not refused
//! (PASS-4).

use crate::moment::Moment;
use crate::wire::cbor::{Cbor, CborError, Read, Reader, Writer};

/// Minutes within which a second entry is flagged (local choice).
pub const COPIED_MINUTES: i64 = 5;
/// Passes that are remembered; a compound of 20 000 brings about 1 700 in five minutes (GATE-11).
const HELD_MOST: usize = 2048;

/// Whole minutes of a time in milliseconds.
pub(crate) struct Minutes;

impl Minutes {
    /// Begun minutes; never negative.
    pub fn up(millis: i64) -> u32 {
        let minutes = millis.max(0).saturating_add(59_999) / 60_000;
        u32::try_from(minutes).unwrap_or(u32::MAX)
    }

    /// Full minutes; never negative.
    pub fn full(millis: i64) -> u32 {
        u32::try_from(millis.max(0) / 60_000).unwrap_or(u32::MAX)
    }
}

/// Number of a pass: (list, index).
pub(crate) type PassNumber = (u32, u32);

/// Latest entries, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    inside: Vec<(PassNumber, i64)>,
}

impl Seen {
    /// How many minutes ago the pass came in, if that makes it a copied one.
    pub fn minutes_since_entry(&self, pass: PassNumber, now: Moment) -> Option<u32> {
        let at = self.inside.iter().rev().find(|seen| seen.0 == pass)?.1;
        let since = now.millis.saturating_sub(at);
        (0..COPIED_MINUTES * 60_000)
            .contains(&since)
            .then(|| Minutes::up(since).max(1))
    }

    /// The pass came in.
    pub fn came_in(&mut self, pass: PassNumber, now: Moment) {
        let since = now.millis.saturating_sub(COPIED_MINUTES * 60_000);
        self.inside
            .retain(|seen| seen.0 != pass && seen.1 > since && seen.1 <= now.millis);
        if self.inside.len() >= HELD_MOST {
            self.inside.remove(0);
        }
        self.inside.push((pass, now.millis));
    }

    /// The pass went out, or its entry was undone.
    pub fn left(&mut self, pass: PassNumber) {
        self.inside.retain(|seen| seen.0 != pass);
    }
}

impl Cbor for Seen {
    fn write(&self, to: &mut Writer) {
        to.array(self.inside.len());
        for ((list, index), at) in &self.inside {
            to.array(3)
                .uint(u64::from(*list))
                .uint(u64::from(*index))
                .int(*at);
        }
    }
    fn read(from: &mut Reader<'_>) -> Read<Seen> {
        let count = from.array(HELD_MOST)?;
        let inside = (0..count)
            .map(|_| {
                from.array_of(3)?;
                Ok(((from.small()?, from.small()?), from.int()?))
            })
            .collect::<Result<_, CborError>>()?;
        Ok(Seen { inside })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_entry_within_minutes_is_noticed_until_the_pass_leaves() {
        let start = Moment::new(1_600_000_000_000, 480);
        let mut seen = Seen::default();
        assert_eq!(seen.minutes_since_entry((1, 2), start), None);
        seen.came_in((1, 2), start);
        for (minutes, expected) in [(0, Some(1)), (3, Some(3)), (4, Some(4)), (5, None)] {
            let now = start.plus_millis(minutes * 60_000);
            assert_eq!(seen.minutes_since_entry((1, 2), now), expected);
        }
        assert_eq!(seen.minutes_since_entry((1, 3), start), None);
        let earlier = start.plus_millis(-1);
        assert_eq!(seen.minutes_since_entry((1, 2), earlier), None);
        assert_eq!(Seen::from_cbor(&seen.to_cbor()).as_ref(), Ok(&seen));
        seen.left((1, 2));
        assert_eq!(seen.minutes_since_entry((1, 2), start), None);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let start = Moment::new(1_600_000_000_000, 480);
        let mut seen = Seen::default();
        for index in 0..3000 {
            seen.came_in((0, index), start);
        }
        assert_eq!(seen.inside.len(), HELD_MOST);
    }
}
