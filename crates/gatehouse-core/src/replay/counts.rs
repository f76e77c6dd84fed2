//! How many attempts went from one verdict to which.

use crate::gate::Verdict;

/// Where an attempt goes under a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum To {
    /// This verdict.
    Verdict(VerdictOrder),
    /// It hangs on a fact that was not recorded.
    CannotBeKnown,
}

/// A verdict in the order of the four words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct VerdictOrder(u8);

const VERDICTS: [Verdict; 4] = [
    Verdict::Admit,
    Verdict::Ask,
    Verdict::Refuse,
    Verdict::Refer,
];
const TO: usize = VERDICTS.len() + 1;

impl To {
    /// Every goal, in order.
    pub fn all() -> impl Iterator<Item = To> {
        let verdicts = VERDICTS.into_iter().map(To::of);
        verdicts.chain([To::CannotBeKnown])
    }

    /// Goes to a verdict.
    pub fn of(verdict: Verdict) -> To {
        To::Verdict(VerdictOrder(position(verdict) as u8))
    }

    /// The verdict, where it is known.
    pub fn verdict(self) -> Option<Verdict> {
        match self {
            To::Verdict(VerdictOrder(at)) => VERDICTS.get(usize::from(at)).copied(),
            To::CannotBeKnown => None,
        }
    }

    fn position(self) -> usize {
        match self {
            To::Verdict(VerdictOrder(at)) => usize::from(at),
            To::CannotBeKnown => VERDICTS.len(),
        }
    }
}

fn position(verdict: Verdict) -> usize {
    match verdict {
        Verdict::Admit => 0,
        Verdict::Ask => 1,
        Verdict::Refuse => 2,
        Verdict::Refer => 3,
    }
}

/// A table from verdict to verdict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts([[u64; TO]; VERDICTS.len()]);

impl Counts {
    /// One more.
    pub fn add(&mut self, from: Verdict, to: To) {
        self.0[position(from)][to.position()] += 1;
    }

    /// All of another table.
    pub fn add_all(&mut self, other: &Counts) {
        let cells = self.0.iter_mut().flatten();
        for (cell, more) in cells.zip(other.0.iter().flatten()) {
            *cell += more;
        }
    }

    /// How many went this way.
    pub fn of(&self, from: Verdict, to: To) -> u64 {
        self.0[position(from)][to.position()]
    }

    /// Every way that somebody went, in order.
    pub fn ways(&self) -> impl Iterator<Item = (Verdict, To, u64)> {
        let pairs = VERDICTS
            .into_iter()
            .flat_map(|from| To::all().map(move |to| (from, to)));
        pairs
            .map(|(from, to)| (from, to, self.of(from, to)))
            .filter(|(_, _, count)| *count > 0)
    }

    /// All attempts.
    pub fn all(&self) -> u64 {
        self.0.iter().flatten().sum()
    }

    /// Those with another verdict.
    pub fn changed(&self) -> u64 {
        self.sum(|from, to| to.verdict().is_some_and(|to| to != from))
    }

    /// Those that are stopped or asked where they were not, or stopped where they were asked.
    pub fn harder(&self) -> u64 {
        self.sum(is_harder)
    }

    /// Those that get through or are only asked where they were stopped.
    pub fn easier(&self) -> u64 {
        let easier =
            |from: Verdict, to: To| to.verdict().map(Verdict::gravity) < Some(from.gravity());
        self.sum(|from, to| to.verdict().is_some() && easier(from, to))
    }

    /// Those that cannot be known.
    pub fn unknown(&self) -> u64 {
        self.sum(|_, to| to == To::CannotBeKnown)
    }

    fn sum(&self, counts: impl Fn(Verdict, To) -> bool) -> u64 {
        let ways = self.ways().filter(|(from, to, _)| counts(*from, *to));
        ways.map(|(_, _, count)| count).sum()
    }
}

/// Whether somebody is kept more than they were.
pub(super) fn is_harder(from: Verdict, to: To) -> bool {
    to.verdict().is_some_and(|to| to.gravity() > from.gravity())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_add_up() {
        let mut counts = Counts::default();
        counts.add(Verdict::Admit, To::of(Verdict::Admit));
        counts.add(Verdict::Admit, To::of(Verdict::Refuse));
        counts.add(Verdict::Refuse, To::of(Verdict::Ask));
        counts.add(Verdict::Refuse, To::of(Verdict::Refer));
        counts.add(Verdict::Ask, To::CannotBeKnown);
        let mut twice = counts.clone();
        twice.add_all(&counts);
        assert_eq!((twice.all(), twice.changed()), (10, 6));
        assert_eq!((twice.harder(), twice.easier(), twice.unknown()), (2, 2, 2));
        assert_eq!(twice.ways().count(), 5);
        assert_eq!(twice.of(Verdict::Admit, To::of(Verdict::Refuse)), 2);
        assert!(To::all().all(|to| to.verdict().is_none_or(|v| To::of(v) == to)));
    }
}
