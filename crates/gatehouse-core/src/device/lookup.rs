//! A resident without a pass: building, unit, room and surname together (GATE-12).
//!
//! Only the residents of the snapshot are searched; all four must fit, so that the register
//! cannot be leafed through, and look-ups are limited per device and counted in the record.

use crate::moment::Moment;
use crate::text::fold_door;
use crate::wire::cbor::{Cbor, Read, Reader, Writer};

/// Look-ups that one device may make in [`WINDOW_MINUTES`] (local choice).
pub const LOOKUPS_MOST: usize = 10;
/// The window of [`LOOKUPS_MOST`], in minutes (local choice).
pub const WINDOW_MINUTES: i64 = 10;
/// Residents of one room that are offered; a room with more is asked for by a name.
pub const OFFERED_MOST: usize = 8;

/// When the last look-ups were.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LookupLimit {
    at_millis: Vec<i64>,
}

impl LookupLimit {
    /// Takes one look-up from the budget, or tells after how many minutes there is one again.
    pub fn take(&mut self, now: Moment) -> Result<(), u32> {
        let since = now.millis.saturating_sub(WINDOW_MINUTES * 60_000);
        // A clock that was set back must not lock the look-up: what lies ahead no longer counts.
        self.at_millis.retain(|at| *at > since && *at <= now.millis);
        if self.at_millis.len() < LOOKUPS_MOST {
            self.at_millis.push(now.millis);
            return Ok(());
        }
        let first = self.at_millis.first().copied().unwrap_or(now.millis);
        let wait = first.saturating_sub(since).saturating_add(59_999) / 60_000;
        Err(u32::try_from(wait).unwrap_or(1).max(1))
    }
}

impl Cbor for LookupLimit {
    fn write(&self, to: &mut Writer) {
        to.array(self.at_millis.len());
        for at in &self.at_millis {
            to.int(*at);
        }
    }
    fn read(from: &mut Reader<'_>) -> Read<LookupLimit> {
        let count = from.array(LOOKUPS_MOST)?;
        let at_millis = (0..count).map(|_| from.int()).collect::<Read<_>>()?;
        Ok(LookupLimit { at_millis })
    }
}

/// A surname as typed: width, blanks and case do not matter; all of it must fit.
pub(crate) fn surname_fits(typed: &str, held: &str) -> bool {
    let held = fold_door(held);
    !held.is_empty() && fold_door(typed) == held
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_surname_fits_whole_or_not() {
        for (typed, held, fits) in [
            ("王", "王", true),
            (" 欧阳 ", "欧阳", true),
            ("欧", "欧阳", false),
            ("SMITH", "Smith", true),
            ("", "", false),
            ("王星", "王", false),
        ] {
            assert_eq!(surname_fits(typed, held), fits, "{typed} {held}");
        }
    }

    #[test]
    fn ten_lookups_in_ten_minutes_and_no_more() {
        let start = Moment::new(1_600_000_000_000, 480);
        let mut limit = LookupLimit::default();
        for second in 0..LOOKUPS_MOST as i64 {
            assert_eq!(limit.take(start.plus_millis(second * 1000)), Ok(()));
        }
        let later = start.plus_millis(4 * 60_000);
        assert_eq!(limit.take(later), Err(6));
        assert_eq!(limit.take(start.plus_millis(10 * 60_000)), Ok(()));
        assert_eq!(limit.take(start.plus_millis(10 * 60_000)), Err(1));
        // A clock set back by a day.
        assert_eq!(limit.take(start.plus_millis(-86_400_000)), Ok(()));
        assert_eq!(LookupLimit::from_cbor(&limit.to_cbor()), Ok(limit));
    }
}
