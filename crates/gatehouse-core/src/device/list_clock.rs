//! By which clock a list grows old: the phone's, as far as the server said how far that is off.

use super::turn::SKEW_MILLIS;
use crate::moment::Moment;
use crate::planted::{Planted, is_planted};

/// What is known of the phone's clock while a list is in use.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ListClock {
    /// This clock minus the server's, as far as an age may go by it; 0 where it may not.
    skew: i64,
    /// When it was last read.
    read_at: i64,
    /// When the server was last heard, by this clock.
    heard_at: i64,
}

impl ListClock {
    /// Of the server's own list.
    pub const OWN: ListClock = ListClock {
        skew: 0,
        read_at: 0,
        heard_at: i64::MAX,
    };

    /// The server said how far this clock is off, or that it is right.
    pub fn compared(skew: i64, now: Moment) -> ListClock {
        ListClock {
            skew,
            read_at: now.millis,
            heard_at: now.millis,
        }
    }

    /// As after a start, in which the clock may have been set: what was known before it makes a
    /// list older, never younger.
    pub fn started(skew: i64, now: Moment) -> ListClock {
        ListClock {
            heard_at: i64::MIN,
            ..ListClock::compared(skew.min(0), now)
        }
    }

    /// Whether the server is out of reach: nothing was heard of it for five minutes, while it is
    /// asked each minute, also where nothing waits to be sent (GATE-11).
    pub fn is_silent(self, now: Moment) -> bool {
        now.millis.saturating_sub(self.heard_at) > SKEW_MILLIS
    }

    /// It is read. One that went back, or was not read for a while, may have been set by hand: so
    /// that nobody is restricted by a list past its hard life because a clock was set right, a list
    /// is as old as it can be until the server speaks again.
    #[inline(never)] // once in the file that every phone loads
    pub fn read(&mut self, now: Moment) {
        let since = now.millis.saturating_sub(self.read_at);
        self.read_at = now.millis;
        if since.saturating_abs() > SKEW_MILLIS && !is_planted(Planted::ClockSetUnseen) {
            self.skew = self.skew.min(0);
        }
    }

    /// Milliseconds since something was made, by the server's clock as far as it is known.
    #[inline(never)] // as above
    pub fn age(self, made_at: i64, now: Moment) -> i64 {
        let age = now.millis.saturating_sub(made_at);
        age.saturating_sub(self.skew)
    }
}
