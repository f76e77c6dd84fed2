//! Passes that crossed lately, so that a copied one is noticed (PASS-4).

use crate::gate::Way;
use crate::moment::Moment;
use crate::pass::{CopyFlag, PassNumber, Use, copy_flag};
use crate::wire::cbor::{Cbor, CborError, Read, Reader, Writer};

/// Minutes within which a second entry is flagged (local choice).
pub const COPIED_MINUTES: u32 = 5;
/// Passes that are remembered; a compound of 20 000 brings about 1 700 in five minutes (GATE-11).
const HELD_MOST: usize = 2048;

/// Latest uses, oldest first, each pass once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    uses: Vec<(PassNumber, Use)>,
}

impl Seen {
    /// Whether the pass came in minutes ago and comes in again.
    pub fn flag(&self, pass: PassNumber, way: Way, now: Moment) -> Option<CopyFlag> {
        // Going out twice is a forgotten scan on the way in, no copy.
        if way == Way::Out {
            return None;
        }
        let last = self.uses.iter().find(|seen| seen.0 == pass)?.1;
        copy_flag(Some(last), way, now, COPIED_MINUTES)
    }

    /// The pass crossed.
    pub fn crossed(&mut self, pass: PassNumber, way: Way, now: Moment) {
        let since = now
            .millis
            .saturating_sub(i64::from(COPIED_MINUTES) * 60_000);
        self.uses
            .retain(|seen| seen.0 != pass && seen.1.at.millis > since);
        if self.uses.len() >= HELD_MOST {
            self.uses.remove(0);
        }
        self.uses.push((pass, Use { way, at: now }));
    }

    /// The crossing did not happen after all.
    pub fn forget(&mut self, pass: PassNumber) {
        self.uses.retain(|seen| seen.0 != pass);
    }
}

impl Cbor for Seen {
    fn write(&self, to: &mut Writer) {
        to.array(self.uses.len());
        for (pass, seen) in &self.uses {
            to.array(4)
                .item(pass)
                .boolean(seen.way == Way::Out)
                .int(seen.at.millis)
                .int(seen.at.offset_minutes.into());
        }
    }
    fn read(from: &mut Reader<'_>) -> Read<Seen> {
        let count = from.array(HELD_MOST)?;
        let one = |_| {
            from.array_of(4)?;
            let pass = from.item()?;
            let way = if from.boolean()? { Way::Out } else { Way::In };
            let millis = from.int()?;
            let offset = i16::try_from(from.int()?).map_err(|_| CborError::Value)?;
            let at = Moment::new(millis, offset);
            Ok((pass, Use { way, at }))
        };
        let uses = (0..count).map(one).collect::<Read<_>>()?;
        Ok(Seen { uses })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pass::ListNumber;

    fn pass(index: u32) -> PassNumber {
        PassNumber::new(ListNumber::new(1, 2), index).expect("in the list")
    }

    #[test]
    fn a_second_entry_within_minutes_is_noticed_until_the_pass_leaves() {
        let start = Moment::new(1_600_000_000_000, 480);
        let mut seen = Seen::default();
        let flag = |seen: &Seen, way, minutes: i64| {
            let now = start.plus_millis(minutes * 60_000);
            seen.flag(pass(7), way, now).map(|flag| flag.minutes)
        };
        assert_eq!(flag(&seen, Way::In, 0), None);
        seen.crossed(pass(7), Way::In, start);
        assert_eq!(flag(&seen, Way::In, 4), Some(4));
        assert_eq!(flag(&seen, Way::In, 5), None);
        assert_eq!(flag(&seen, Way::Out, 1), None);
        assert_eq!(Seen::from_cbor(&seen.to_cbor()).as_ref(), Ok(&seen));
        seen.crossed(pass(7), Way::Out, start.plus_millis(60_000));
        assert_eq!(flag(&seen, Way::In, 2), None);
        assert_eq!(flag(&seen, Way::Out, 2), None);
        seen.crossed(pass(7), Way::In, start.plus_millis(120_000));
        seen.forget(pass(7));
        assert_eq!(flag(&seen, Way::In, 3), None);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let start = Moment::new(1_600_000_000_000, 480);
        let mut seen = Seen::default();
        for index in 0..3000 {
            seen.crossed(pass(index), Way::In, start);
        }
        assert_eq!(seen.uses.len(), HELD_MOST);
    }
}
