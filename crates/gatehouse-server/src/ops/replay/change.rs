//! What a change of verdict means for whoever stands there.

use super::report::{LetThroughSums, Sums, WayTo};
use gatehouse_core::gate::Verdict;

/// Three kinds, and every change is of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// 变成不放行: is not let through any more.
    Refused,
    /// 多一步: is asked for something, or handed to somebody, and was not before.
    Step,
    /// 变松: is let through, or only asked.
    Easier,
}

/// All, the gravest first.
pub const CHANGES: [Change; 3] = [Change::Refused, Change::Step, Change::Easier];

impl Change {
    /// Of which kind it is to go from a verdict to another; `None` where it stays or cannot be
    /// known.
    pub fn of(way: &WayTo) -> Option<Change> {
        let to = way.to.filter(|to| *to != way.from)?;
        Some(match to {
            Verdict::Refuse => Change::Refused,
            _ if to.gravity() < way.from.gravity() => Change::Easier,
            _ => Change::Step,
        })
    }
}

impl Sums {
    /// How many changes of a kind.
    pub fn of_change(&self, change: Change) -> u64 {
        let ways = self.ways.iter();
        let ways = ways.filter(|way| Change::of(way) == Some(change));
        ways.map(|way| way.attempts).sum()
    }

    /// How many stay as they are.
    pub fn same(&self) -> u64 {
        self.attempts
            .saturating_sub(self.changed)
            .saturating_sub(self.cannot_be_known)
    }

    /// How many went from a verdict to another, or to what cannot be known.
    pub fn of_way(&self, from: Verdict, to: Option<Verdict>) -> u64 {
        let ways = self.ways.iter();
        let ways = ways.filter(|way| (way.from, way.to) == (from, to));
        ways.map(|way| way.attempts).sum()
    }
}

impl LetThroughSums {
    /// How many of them the draft would stop: none, or something is wrong.
    pub fn stopped(&self) -> u64 {
        let ways = self.emergencies.ways.iter().chain(&self.coming_home.ways);
        let stopped = ways.filter(|way| way.to == Some(Verdict::Refuse));
        stopped.map(|way| way.attempts).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERDICTS: [Verdict; 4] = [
        Verdict::Admit,
        Verdict::Ask,
        Verdict::Refuse,
        Verdict::Refer,
    ];

    #[test]
    fn every_change_is_of_one_kind() {
        let to = VERDICTS.map(Some).into_iter().chain([None]);
        let ways: Vec<WayTo> = to
            .flat_map(|to| {
                VERDICTS.map(|from| WayTo {
                    from,
                    to,
                    attempts: 1,
                })
            })
            .collect();
        let sums = Sums {
            attempts: 20,
            changed: 12,
            cannot_be_known: 4,
            ways,
            ..Sums::default()
        };
        // Three become a refusal, four are asked or handed over, five get milder.
        assert_eq!(CHANGES.map(|change| sums.of_change(change)), [3, 4, 5]);
        assert_eq!(sums.same(), 4);
        assert_eq!(sums.of_way(Verdict::Ask, None), 1);
    }
}
