//! What came of a replay: small, whatever the number of attempts.

use super::counts::{Counts, To, is_harder};
use super::examples::{Example, keep};
use super::heavy::Heavy;
use crate::gate::{Fact, SubjectKind, Verdict};
use crate::id::{GateId, HouseholdId};
use std::collections::BTreeMap;

/// Households whose changes are counted at one time; with more, the counts of those that are hit
/// hardest stay nearly right, and how nearly is said.
pub const HOUSEHOLDS_HELD: usize = 100_000;
/// Pairs of rows that are told apart; further ones count together.
const PAIRS_MOST: usize = 2_000;

/// The row that decided, then and now; empty where none did: an emergency, no document, no rule,
/// or a verdict that cannot be known.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowPair {
    /// By the policy of the record.
    pub before: String,
    /// By the draft.
    pub after: String,
}

/// Who is never kept, whatever a document says; of these the draft may stop nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetThrough {
    /// An emergency (SCOPE-3).
    Emergency,
    /// A registered resident under no order who comes home (GATE-15).
    ComingHome,
}

/// A household that would be kept more often, and at which gate it was met last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Which.
    pub household: HouseholdId,
    /// In which gate's area it lies.
    pub gate: GateId,
    /// How often it would have been stopped or asked where it was not.
    pub times: u64,
}

/// The sums of a replay.
#[derive(Clone, Debug)]
pub struct Summary {
    /// From verdict to verdict.
    pub counts: Counts,
    /// The same by gate.
    pub gates: BTreeMap<GateId, Counts>,
    /// The same by hour of the day at the gate.
    pub hours: [Counts; 24],
    /// The same by kind of subject.
    pub kinds: BTreeMap<Option<u8>, Counts>,
    /// The same of emergencies.
    pub emergencies: Counts,
    /// The same of residents under no order who came home.
    pub coming_home: Counts,
    /// The same by the rows that decided; only of attempts that change or cannot be known.
    pub rows: BTreeMap<RowPair, Counts>,
    /// Attempts with the same verdict by another row than then: no change for whoever stands there,
    /// and for the official the answer to which clause carries it now.
    pub by_another_row: u64,
    /// Facts that were not recorded, and for how many attempts that leaves the verdict open.
    pub unrecorded: BTreeMap<Fact, u64>,
    /// The attempts that cannot be known, each once, by all the facts that it lacks; by none where
    /// its own policy is not kept.
    pub lacking: BTreeMap<Vec<Fact>, u64>,
    /// Examples of each change, and of what cannot be known.
    examples: BTreeMap<(u8, To), Vec<Example>>,
    /// Attempts whose own policy gives another verdict than was recorded; there are none, unless
    /// something is wrong.
    pub not_reproduced: u64,
    /// Examples of these.
    pub unlike: Vec<Example>,
    /// Attempts whose own policy is not kept, so that nothing can be said of that.
    pub not_compared: u64,
    /// Records that could not be read.
    pub damaged: u64,
    households: Heavy<(HouseholdId, GateId)>,
}

impl Default for Summary {
    fn default() -> Summary {
        Summary {
            counts: Counts::default(),
            gates: BTreeMap::new(),
            hours: Default::default(),
            kinds: BTreeMap::new(),
            emergencies: Counts::default(),
            coming_home: Counts::default(),
            rows: BTreeMap::new(),
            by_another_row: 0,
            unrecorded: BTreeMap::new(),
            lacking: BTreeMap::new(),
            examples: BTreeMap::new(),
            not_reproduced: 0,
            unlike: Vec::new(),
            not_compared: 0,
            damaged: 0,
            households: Heavy::new(HOUSEHOLDS_HELD),
        }
    }
}

/// One attempt, for the sums.
pub(super) struct Counted {
    pub from: Verdict,
    pub to: To,
    pub hour: u8,
    pub kind: Option<SubjectKind>,
    pub household: Option<HouseholdId>,
    pub let_through: Option<LetThrough>,
    pub example: Example,
}

impl Summary {
    /// Adds an attempt; true where it is one whose rows are counted too.
    pub(super) fn add(&mut self, one: Counted, rows: impl FnOnce() -> RowPair) -> bool {
        let (from, to) = (one.from, one.to);
        let gate = one.example.gate;
        self.counts.add(from, to);
        self.gates.entry(gate).or_default().add(from, to);
        if let Some(hour) = self.hours.get_mut(usize::from(one.hour)) {
            hour.add(from, to);
        }
        let kind = one.kind.map(|kind| kind as u8);
        self.kinds.entry(kind).or_default().add(from, to);
        match one.let_through {
            Some(LetThrough::Emergency) => self.emergencies.add(from, to),
            Some(LetThrough::ComingHome) => self.coming_home.add(from, to),
            None => {}
        }
        if to.verdict() == Some(from) {
            return false;
        }
        if let Some(household) = one.household.filter(|_| is_harder(from, to)) {
            self.households.add((household, gate));
        }
        let examples = self.examples.entry((from as u8, to)).or_default();
        if let Some(kept) = keep(examples, one.example) {
            kept.rows = rows();
        }
        true
    }

    pub(super) fn add_unlike(&mut self, example: Example) {
        self.not_reproduced += 1;
        keep(&mut self.unlike, example);
    }

    pub(super) fn add_rows(&mut self, pair: RowPair, counts: &Counts) {
        let pair = match self.rows.len() < PAIRS_MOST || self.rows.contains_key(&pair) {
            true => pair,
            false => RowPair::default(),
        };
        self.rows.entry(pair).or_default().add_all(counts);
    }

    /// All that another replay of other attempts found.
    pub fn add_all(&mut self, other: Summary) {
        self.counts.add_all(&other.counts);
        for (gate, counts) in other.gates {
            self.gates.entry(gate).or_default().add_all(&counts);
        }
        for (hour, counts) in self.hours.iter_mut().zip(&other.hours) {
            hour.add_all(counts);
        }
        for (kind, counts) in other.kinds {
            self.kinds.entry(kind).or_default().add_all(&counts);
        }
        self.emergencies.add_all(&other.emergencies);
        self.coming_home.add_all(&other.coming_home);
        for (pair, counts) in other.rows {
            self.add_rows(pair, &counts);
        }
        for (fact, count) in other.unrecorded {
            *self.unrecorded.entry(fact).or_default() += count;
        }
        for (facts, count) in other.lacking {
            *self.lacking.entry(facts).or_default() += count;
        }
        for (way, examples) in other.examples {
            let held = self.examples.entry(way).or_default();
            for one in examples {
                keep(held, one);
            }
        }
        for example in other.unlike {
            keep(&mut self.unlike, example);
        }
        self.not_reproduced += other.not_reproduced;
        self.not_compared += other.not_compared;
        self.by_another_row += other.by_another_row;
        self.damaged += other.damaged;
        self.households.add_all(other.households);
    }

    /// Some attempts that went this way.
    pub fn examples_of(&self, from: Verdict, to: To) -> &[Example] {
        let examples = self.examples.get(&(from as u8, to));
        examples.map_or(&[], Vec::as_slice)
    }

    /// The households that would be kept most often beyond what they were, at most so many.
    pub fn hit_hardest(&self, most: usize) -> Vec<Hit> {
        let top = self.households.top(most).into_iter();
        top.map(|((household, gate), times)| Hit {
            household,
            gate,
            times,
        })
        .collect()
    }

    /// How many households would be kept more than they were, as far as they are held.
    pub fn households_hit(&self) -> usize {
        self.households.held()
    }

    /// By how much a count of a household may be too small; 0 while all are held.
    pub fn households_short_by(&self) -> u64 {
        self.households.short_by()
    }
}
