//! One thread's part of a replay: attempts go in one by one, sums come out.

use super::attempt::Attempt;
use super::by_record::{Again, Recorded, decide_by_record};
use super::counts::{Counts, To};
use super::examples::{Example, Place};
use super::memo::Memo;
use super::prepared::Prepared;
use super::summary::{Counted, LetThrough, RowPair, Summary};
use crate::gate::record::read_facts;
use crate::gate::value::Known;
use crate::gate::{Decision, Fact, Policy, Situation, Value, Verdict, Way, decide};
use crate::moment::Moment;
use std::collections::BTreeMap;

/// Places of the memory of one thread, as a power of two.
const MEMORY_POWER: u32 = 15;
/// Row of a pair where no row decided.
const NO_ROW: u32 = 0;

/// The policy by which an attempt was decided.
#[derive(Clone, Copy, Debug)]
pub enum Before<'p> {
    /// No document was in force.
    NoDocument,
    /// This one.
    Policy(&'p Prepared),
    /// It is not kept any more.
    NotKept,
}

/// By what an attempt is decided again.
#[derive(Clone, Copy, Debug)]
pub enum Draft<'p> {
    /// By what was in force: shows whether the record reproduces.
    AsItWas,
    /// By this one; `None`: no document would hold.
    Policy(Option<&'p Prepared>),
}

/// What was found about one set of facts.
#[derive(Clone, Copy, Debug)]
struct Found {
    /// By its own policy, where that is kept.
    before: Option<Side>,
    after: After,
    let_through: Option<LetThrough>,
}

#[derive(Clone, Copy, Debug)]
struct Side {
    verdict: Verdict,
    row: u32,
}

#[derive(Clone, Copy, Debug)]
enum After {
    Known(Side),
    /// Which facts were not recorded, one bit each by their position.
    CannotBeKnown(u64),
}

/// Decides attempts again and counts.
#[derive(Debug)]
pub struct Replayer {
    memory: Memo<Found>,
    key: Vec<u8>,
    clock: Situation,
    rows: RowNames,
    pairs: BTreeMap<(u32, u32), Counts>,
    unrecorded: BTreeMap<u64, u64>,
    summary: Summary,
}

impl Default for Replayer {
    fn default() -> Replayer {
        Replayer {
            memory: Memo::new(MEMORY_POWER),
            key: Vec::with_capacity(256),
            clock: Situation::new(Moment::new(0, 0)),
            rows: RowNames::default(),
            pairs: BTreeMap::new(),
            unrecorded: BTreeMap::new(),
            summary: Summary::default(),
        }
    }
}

impl Replayer {
    /// A record that is no crossing that this program can read.
    pub fn take_damaged(&mut self) {
        self.summary.damaged += 1;
    }

    /// Decides an attempt again.
    pub fn take(
        &mut self,
        attempt: &Attempt<'_>,
        place: &Place,
        before: Before<'_>,
        draft: Draft<'_>,
    ) {
        let moment = moment(attempt, before);
        let Some(found) = self.find(attempt, moment, before, draft) else {
            self.summary.damaged += 1;
            return;
        };
        let example = Example::new(place, attempt.gate, attempt.decided_at);
        match found.before {
            Some(side) if side.verdict == attempt.verdict => {}
            Some(_) => self.summary.add_unlike(example.clone()),
            None => self.summary.not_compared += 1,
        }
        let (to, row) = match found.after {
            After::Known(side) => (To::of(side.verdict), side.row),
            After::CannotBeKnown(_) => (To::CannotBeKnown, NO_ROW),
        };
        let counted = Counted {
            from: attempt.verdict,
            to,
            hour: (moment.minute_of_day() / 60) as u8,
            kind: attempt.kind,
            household: place.household,
            let_through: found.let_through,
            example,
        };
        let pair = (found.before.map_or(NO_ROW, |side| side.row), row);
        let named = || self.rows.pair(pair);
        if !self.summary.add(counted, named) {
            let is_other = |side: Side| side.verdict == attempt.verdict && side.row != row;
            self.summary.by_another_row += u64::from(found.before.is_some_and(is_other));
            return;
        }
        self.pairs.entry(pair).or_default().add(attempt.verdict, to);
        if let After::CannotBeKnown(facts) = found.after {
            *self.unrecorded.entry(facts).or_default() += 1;
        }
    }

    /// The sums.
    pub fn finish(mut self) -> Summary {
        for ((before, after), counts) in &self.pairs {
            let pair = self.rows.pair((*before, *after));
            self.summary.add_rows(pair, counts);
        }
        for (bits, count) in self.unrecorded {
            let facts = crate::gate::fact::ALL.into_iter();
            let lacking: Vec<Fact> = facts.filter(|fact| bits >> *fact as u64 & 1 == 1).collect();
            for fact in &lacking {
                *self.summary.unrecorded.entry(*fact).or_default() += count;
            }
            *self.summary.lacking.entry(lacking).or_default() += count;
        }
        self.summary
    }

    fn find(
        &mut self,
        attempt: &Attempt<'_>,
        moment: Moment,
        before: Before<'_>,
        draft: Draft<'_>,
    ) -> Option<Found> {
        self.clock.moment = moment;
        self.clock.skew_minutes = attempt.skew_minutes;
        self.write_key(attempt, before, draft);
        if let Some(found) = self.memory.get(&self.key) {
            return Some(found);
        }
        let mut situation = read_facts(attempt.facts, moment).ok()?;
        situation.skew_minutes = attempt.skew_minutes;
        if attempt.is_emergency {
            situation.set(Fact::Emergency, Value::Flag(true));
        }
        let found = self.decide(&situation, attempt.verdict, before, draft);
        if !depends_on_moment(&situation, before, draft) {
            self.memory.put(&self.key, found);
        }
        Some(found)
    }

    /// Everything that the answer depends on.
    fn write_key(&mut self, attempt: &Attempt<'_>, before: Before<'_>, draft: Draft<'_>) {
        self.key.clear();
        self.key.extend_from_slice(attempt.facts);
        self.key.push(u8::from(attempt.is_emergency));
        self.key.push(attempt.verdict as u8);
        let sides = [before.key(), draft.key()];
        for (tag, prepared) in sides {
            self.key.push(tag);
            if let Some(prepared) = prepared {
                prepared.write_key(&self.clock, &mut self.key);
            }
        }
    }

    fn decide(
        &mut self,
        situation: &Situation,
        verdict: Verdict,
        before: Before<'_>,
        draft: Draft<'_>,
    ) -> Found {
        let recorded = Recorded {
            outing_days: before.outing_days(),
            verdict,
        };
        let own = match before {
            Before::NotKept => None,
            Before::NoDocument => Some(None),
            Before::Policy(prepared) => Some(Some(prepared.policy())),
        };
        let before_side = own.map(|policy| self.side(&decide(situation, policy), policy));
        let draft = match draft {
            Draft::AsItWas => own,
            Draft::Policy(prepared) => Some(prepared.map(Prepared::policy)),
        };
        let after = match draft {
            None => After::CannotBeKnown(0),
            Some(policy) => match decide_by_record(situation, recorded, policy) {
                Again::Known(decision) => After::Known(self.side(&decision, policy)),
                Again::CannotBeKnown(facts) => {
                    let bits = facts.iter().map(|fact| 1 << *fact as u64);
                    After::CannotBeKnown(bits.fold(0, |all, bit: u64| all | bit))
                }
            },
        };
        Found {
            before: before_side,
            after,
            let_through: let_through(situation),
        }
    }

    fn side(&mut self, decision: &Decision, policy: Option<&Policy>) -> Side {
        // Of an ask the nearest grant comes first, and after it what stands in its way.
        let skipped = usize::from(decision.verdict == Verdict::Ask && decision.reasons.len() > 1);
        let row = policy.and_then(|policy| decision.reason_rows(policy).nth(skipped));
        Side {
            verdict: decision.verdict,
            row: row.map_or(NO_ROW, |row| self.rows.number(&row.id)),
        }
    }
}

impl<'p> Before<'p> {
    fn key(self) -> (u8, Option<&'p Prepared>) {
        match self {
            Before::NoDocument => (0, None),
            Before::Policy(prepared) => (1, Some(prepared)),
            Before::NotKept => (2, None),
        }
    }

    fn prepared(self) -> Option<&'p Prepared> {
        self.key().1
    }

    /// How far back the record's own outings reach.
    fn outing_days(self) -> u16 {
        self.prepared().and_then(Prepared::outing_days).unwrap_or(0)
    }
}

impl<'p> Draft<'p> {
    fn key(self) -> (u8, Option<&'p Prepared>) {
        match self {
            Draft::AsItWas => (0, None),
            Draft::Policy(Some(prepared)) => (1, Some(prepared)),
            Draft::Policy(None) => (2, None),
        }
    }
}

/// Whether it is somebody whom no document keeps.
fn let_through(situation: &Situation) -> Option<LetThrough> {
    if situation.is_emergency() {
        return Some(LetThrough::Emergency);
    }
    let is = |fact: Fact, value: Value| situation.given(fact) == Some(&Known::Is(value));
    let is_home = is(Fact::RegisteredResident, Value::Flag(true))
        && is(Fact::Way, Value::Choice(Way::In as u8))
        && [Fact::Order, Fact::Zone]
            .into_iter()
            .all(|fact| is(fact, Value::Choice(0)));
    is_home.then_some(LetThrough::ComingHome)
}

/// The attempt's own moment, with the offset by which it was decided.
fn moment(attempt: &Attempt<'_>, before: Before<'_>) -> Moment {
    let policy = before.prepared().map(Prepared::policy);
    let offset = policy.map_or(attempt.offset_minutes, |policy| {
        policy.offset_minutes(attempt.decided_at)
    });
    Moment::new(attempt.decided_at, offset)
}

/// Whether outings are counted from the moment on, so that equal records differ.
fn depends_on_moment(situation: &Situation, before: Before<'_>, draft: Draft<'_>) -> bool {
    let has_outings = matches!(
        situation.given(Fact::Outings),
        Some(Known::Is(Value::Outings(outings))) if !outings.taken.is_empty()
    );
    let counts = |prepared: Option<&Prepared>| {
        prepared.is_some_and(|prepared| prepared.outing_days().is_some())
    };
    has_outings && (counts(before.prepared()) || counts(draft.key().1))
}

/// Ids of rows by number; number 0 is no row.
#[derive(Debug, Default)]
struct RowNames {
    names: Vec<String>,
    numbers: BTreeMap<String, u32>,
}

impl RowNames {
    fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        self.names.push(name.to_owned());
        let number = self.names.len() as u32;
        self.numbers.insert(name.to_owned(), number);
        number
    }

    fn pair(&self, (before, after): (u32, u32)) -> RowPair {
        RowPair {
            before: self.name(before),
            after: self.name(after),
        }
    }

    fn name(&self, number: u32) -> String {
        let at = (number as usize).checked_sub(1);
        at.and_then(|at| self.names.get(at))
            .cloned()
            .unwrap_or_default()
    }
}
