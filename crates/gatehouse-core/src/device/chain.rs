//! The device's chain of events: numbers without a hole, each naming the hash of the one before,
//! and how far the server has acknowledged them. The events themselves lie with the page; the
//! grid worker's pages will use the same module.

use crate::audit::Hash;
use crate::moment::Moment;
use crate::planted::{Planted, is_planted};
use crate::wire::cbor::{Cbor, CborError, Read, Reader, Writer};

/// How long the page keeps an event after its acknowledgement: a server restored from an older
/// backup asks for them again.
pub const KEPT_DAYS: i64 = 7;
/// Unsent for longer than this means that there is no network (design §3: "online" means that
/// the outbox is empty within a second; three leave room for a slow one).
pub const OFFLINE_AFTER_MILLIS: i64 = 3_000;

const MILLIS_AN_HOUR: i64 = 3_600_000;
/// One mark an hour over the days kept, and some room.
const MARKS_MOST: usize = 24 * 8;

/// Where the chain has got to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chain {
    last_seq: u64,
    head: Hash,
    acknowledged: u64,
    /// Since when the oldest unsent event waits, at the latest.
    waiting_since: Option<i64>,
    /// Up to which event the server had acknowledged at which instant by its clock, about one an
    /// hour.
    marks: Vec<(u64, i64)>,
    forgotten: u64,
}

impl Default for Chain {
    fn default() -> Chain {
        Chain {
            last_seq: 0,
            head: Hash::START,
            acknowledged: 0,
            waiting_since: None,
            marks: vec![],
            forgotten: 0,
        }
    }
}

impl Chain {
    /// Number of the last event; 0 before the first.
    pub fn last_seq(&self) -> u64 {
        self.last_seq
    }

    /// Hash of the last event.
    pub fn head(&self) -> Hash {
        self.head
    }

    /// Up to which event the server has acknowledged.
    pub fn acknowledged(&self) -> u64 {
        self.acknowledged
    }

    /// How many events the server has not acknowledged.
    pub fn unsent(&self) -> u64 {
        self.last_seq - self.acknowledged
    }

    /// Whether events have waited so long that the network must be gone.
    pub fn is_offline(&self, now: Moment) -> bool {
        self.waiting_since
            .is_some_and(|since| now.millis.saturating_sub(since) > OFFLINE_AFTER_MILLIS)
    }

    /// One more event, whose number is [`Chain::last_seq`] + 1 and whose hash is `head`.
    pub fn append(&mut self, head: Hash, now: Moment) {
        self.last_seq += 1;
        self.head = head;
        self.waiting_since.get_or_insert(now.millis);
    }

    /// The server has committed everything up to `through`. A smaller number than before means
    /// that it lost some (an older backup was restored): those are unsent again. How long an
    /// acknowledgement is old goes by the server's clock alone: one that jumps here gives nothing
    /// up.
    pub fn acknowledge(&mut self, through: u64, now: Moment, server_millis: Option<i64>) {
        let through = through.clamp(self.forgotten, self.last_seq);
        if let Some(millis) = server_millis.filter(|_| through > self.acknowledged) {
            self.mark(through, millis);
        }
        self.acknowledged = through;
        self.marks.retain(|mark| mark.0 <= through);
        self.waiting_since = (self.unsent() > 0).then_some(now.millis);
        if let Some(millis) = server_millis {
            self.forget(millis);
        }
    }

    fn mark(&mut self, through: u64, millis: i64) {
        let hour = millis.div_euclid(MILLIS_AN_HOUR);
        match self.marks.last_mut() {
            // One mark for each hour of the clock; within it the later instant holds for all.
            Some(mark) if mark.1.div_euclid(MILLIS_AN_HOUR) == hour => {
                *mark = (through, millis);
            }
            _ => self.marks.push((through, millis)),
        }
        if self.marks.len() > MARKS_MOST {
            self.marks.remove(0);
        }
    }

    fn forget(&mut self, server_millis: i64) {
        let before = server_millis.saturating_sub(KEPT_DAYS * 24 * MILLIS_AN_HOUR);
        let old = self.marks.iter().filter(|mark| mark.1 <= before);
        self.forgotten = self
            .forgotten
            .max(old.map(|mark| mark.0).max().unwrap_or(0));
        self.marks.retain(|mark| mark.1 > before);
    }

    /// Up to which event the page may delete.
    pub fn forget_through(&self) -> u64 {
        if is_planted(Planted::ForgottenUnacknowledged) {
            return self.last_seq;
        }
        if is_planted(Planted::ForgottenAtOnce) {
            return self.acknowledged;
        }
        self.forgotten
    }
}

impl Cbor for Chain {
    fn write(&self, to: &mut Writer) {
        to.array(6)
            .uint(self.last_seq)
            .item(&self.head)
            .uint(self.acknowledged)
            .uint(self.forgotten);
        match self.waiting_since {
            Some(since) => to.int(since),
            None => to.null(),
        };
        to.array(self.marks.len());
        for (through, at) in &self.marks {
            to.array(2).uint(*through).int(*at);
        }
    }

    fn read(from: &mut Reader<'_>) -> Read<Chain> {
        from.array_of(6)?;
        let (last_seq, head) = (from.uint()?, from.item()?);
        let (acknowledged, forgotten) = (from.uint()?, from.uint()?);
        let waiting_since = if from.null()? {
            None
        } else {
            Some(from.int()?)
        };
        let count = from.array(MARKS_MOST)?;
        let one = |_| {
            from.array_of(2)?;
            Ok((from.uint()?, from.int()?))
        };
        let marks = (0..count).map(one).collect::<Read<_>>()?;
        if acknowledged > last_seq || forgotten > acknowledged || last_seq == u64::MAX {
            return Err(CborError::Value);
        }
        Ok(Chain {
            last_seq,
            head,
            acknowledged,
            waiting_since,
            marks,
            forgotten,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Moment = Moment::new(1_600_000_000_000, 480);

    fn after(millis: i64) -> Moment {
        START.plus_millis(millis)
    }

    fn chain_of(events: u8) -> Chain {
        let mut chain = Chain::default();
        for event in 1..=events {
            chain.append(Hash([event; 32]), START);
        }
        chain
    }

    #[test]
    fn an_acknowledgement_moves_both_ways_and_never_past_the_end() {
        let mut chain = chain_of(5);
        for (through, unsent) in [(3, 2), (9, 0), (4, 1), (0, 5), (5, 0)] {
            chain.acknowledge(through, START, Some(START.millis));
            assert_eq!(chain.unsent(), unsent, "{through}");
        }
        assert_eq!((chain.last_seq(), chain.head()), (5, Hash([5; 32])));
    }

    #[test]
    fn offline_is_what_waits_for_more_than_three_seconds() {
        let mut chain = chain_of(1);
        assert!(!chain.is_offline(after(OFFLINE_AFTER_MILLIS)));
        assert!(chain.is_offline(after(OFFLINE_AFTER_MILLIS + 1)));
        chain.append(Hash([2; 32]), after(9_000));
        chain.acknowledge(1, after(10_000), None);
        assert!(!chain.is_offline(after(12_000)));
        chain.acknowledge(2, after(12_000), None);
        assert!(!chain.is_offline(after(99_000)));
    }

    #[test]
    fn events_are_kept_seven_days_after_their_acknowledgement() {
        const DAY: i64 = 24 * MILLIS_AN_HOUR;
        let mut chain = chain_of(5);
        let at = |chain: &mut Chain, through: u64, day: i64| {
            let now = after(day * DAY);
            chain.acknowledge(through, now, Some(now.millis));
            chain.forget_through()
        };
        assert_eq!([at(&mut chain, 2, 0), at(&mut chain, 4, 1)], [0, 0]);
        for (day, through) in [(6, 0), (7, 2), (8, 4), (99, 4)] {
            assert_eq!(at(&mut chain, 4, day), through, "day {day}");
        }
        // What is gone is not asked for again.
        assert_eq!((at(&mut chain, 0, 99), chain.unsent()), (4, 1));
    }

    #[test]
    fn a_clock_that_jumps_forgets_nothing() {
        let mut chain = chain_of(2);
        chain.acknowledge(1, START, Some(START.millis));
        for through in [1, 2] {
            let weeks_ahead = after(30 * 24 * MILLIS_AN_HOUR);
            chain.acknowledge(through, weeks_ahead, Some(START.millis + 1_000));
            assert_eq!(chain.forget_through(), 0);
        }
        // A page that starts tells what it had noted, not when.
        chain.acknowledge(2, after(60 * 24 * MILLIS_AN_HOUR), None);
        assert_eq!((chain.forget_through(), chain.unsent()), (0, 0));
    }

    #[test]
    fn acknowledgements_by_the_minute_do_not_put_off_forgetting() {
        let mut chain = Chain::default();
        for minute in 0..10 * 24 * 60 {
            let now = after(minute * 60_000);
            chain.append(Hash([0; 32]), now);
            chain.acknowledge(chain.last_seq(), now, Some(now.millis));
        }
        let minutes_kept = KEPT_DAYS * 24 * 60;
        let expected = 10 * 24 * 60 - minutes_kept;
        let forgotten = chain.forget_through() as i64;
        assert!(
            (expected - 60..=expected).contains(&forgotten),
            "{forgotten}"
        );
        assert!(chain.marks.len() <= MARKS_MOST);
    }

    #[test]
    fn a_chain_reads_back_and_one_that_contradicts_itself_does_not() {
        let mut chain = chain_of(3);
        chain.acknowledge(2, START, Some(START.millis));
        assert_eq!(Chain::from_cbor(&chain.to_cbor()).as_ref(), Ok(&chain));
        chain.acknowledged = 4;
        assert_eq!(Chain::from_cbor(&chain.to_cbor()), Err(CborError::Value));
    }
}
