//! The decision: rows of a policy over a situation (design §2, GATE-4 to GATE-10, GATE-14).
//!
//! Verdict, in this order: emergency admits before any document is looked at; a refer row that
//! applies; a bar row that applies; no grant that applies or is open (the shift lead decides);
//! something is still open or missing (ask, with the smallest set of steps); else admit.

use super::Verdict;
use super::compiled::{Effect, Policy, Row, Test};
use super::fact::Fact;
use super::situation::Situation;
use super::step::Step;
use super::steps::{Missing, smallest_steps};
use super::value::{Known, Value};

/// Id of the row that refers whoever an order stops (GATE-9); no document can replace it.
pub const UNDER_ORDER: &str = "always/order";
/// Id of the row that lets residents home (GATE-15); no document can replace it.
pub const COMING_HOME: &str = "always/coming-home";

/// 判定: everything that is decided about one case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// One of the four words.
    pub verdict: Verdict,
    /// What the verdict rests on.
    pub ground: Ground,
    /// Positions of the rows that give it, weightiest first: refers, then bars; for ask the
    /// grant that is nearest, then the open rows; for admit the grants.
    pub reasons: Vec<u16>,
    /// Positions of every row that applies.
    pub applied: Vec<u16>,
    /// The smallest set of steps after which the case can be decided again, in order.
    pub missing: Vec<Missing>,
    /// The steps of duties ([`super::duty::Duty::step`]) that the facts show to be done.
    pub done: Vec<Step>,
}

/// What a verdict rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// SCOPE-3; no document was looked at.
    Emergency,
    /// No document is in force here: people cross as usual, nothing personal is recorded.
    NoPolicy,
    /// No row covers the case; the shift lead decides and the decision is recorded.
    NoRule,
    /// Rows of the policy.
    Rows,
}

/// How a row stands to a situation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowState {
    /// 适用: who, way and when hold, no exception does.
    Applies,
    /// 未定: an unknown fact keeps it undecided.
    Open,
    /// It does not apply.
    Not,
}

/// Three-valued truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Truth {
    No,
    Unknown,
    Yes,
}

/// Decides a case. `policy` is `None` where no document is in force.
pub fn decide(situation: &Situation, policy: Option<&Policy>) -> Decision {
    if situation.is_emergency() {
        return Decision::plain(Verdict::Admit, Ground::Emergency);
    }
    let Some(policy) = policy else {
        return Decision::plain(Verdict::Admit, Ground::NoPolicy);
    };
    let (_, mut decision) = weigh_classes(policy, &classes(situation, policy));
    decision.done = steps_done(situation);
    decision
}

/// How each row stands where the readings lie in these classes, and what follows.
pub(crate) fn weigh_classes(policy: &Policy, classes: &[u64]) -> (Vec<RowState>, Decision) {
    let rows = policy.rows().iter();
    let states: Vec<RowState> = rows.map(|row| row_state(row, classes)).collect();
    let decision = weigh(policy, classes, &states);
    (states, decision)
}

/// Of the steps that duties name, those whose fact is supplied.
fn steps_done(situation: &Situation) -> Vec<Step> {
    let measured = |fact| matches!(situation.given(fact), Some(Known::Is(_)));
    let said = |fact| situation.given(fact) == Some(&Known::Is(Value::Flag(true)));
    let table = [
        (Step::PutOnMask, said(Fact::Mask)),
        (Step::MeasureTemperature, measured(Fact::Temperature)),
        (Step::MeasureAgain, measured(Fact::SecondTemperature)),
        (Step::Register, said(Fact::RegisteredNow)),
    ];
    table
        .into_iter()
        .filter(|(_, done)| *done)
        .map(|(step, _)| step)
        .collect()
}

impl Decision {
    fn plain(verdict: Verdict, ground: Ground) -> Decision {
        Decision {
            verdict,
            ground,
            reasons: vec![],
            applied: vec![],
            missing: vec![],
            done: vec![],
        }
    }

    /// The rows that give the verdict.
    pub fn reason_rows<'a>(&'a self, policy: &'a Policy) -> impl Iterator<Item = &'a Row> {
        self.reasons
            .iter()
            .filter_map(|at| policy.rows().get(usize::from(*at)))
    }

    /// The rows that apply and ask for something to be done.
    pub fn duty_rows<'a>(&'a self, policy: &'a Policy) -> impl Iterator<Item = &'a Row> {
        self.applied
            .iter()
            .filter_map(|at| policy.rows().get(usize::from(*at)))
            .filter(|row| !row.duties.is_empty())
    }

    /// The steps, in order.
    pub fn steps(&self) -> Vec<Step> {
        self.missing.iter().map(|missing| missing.step).collect()
    }
}

/// The classes that each reading of the policy may lie in.
pub(crate) fn classes(situation: &Situation, policy: &Policy) -> Vec<u64> {
    policy
        .compiled()
        .readings
        .iter()
        .zip(policy.lookups())
        .map(|(reading, (fact, every))| reading.classes(*fact, *every, situation))
        .collect()
}

/// How each row of the policy stands to a situation.
pub fn row_states(situation: &Situation, policy: &Policy) -> Vec<RowState> {
    let classes = classes(situation, policy);
    policy
        .rows()
        .iter()
        .map(|row| row_state(row, &classes))
        .collect()
}

/// Whether a row reads this, and nothing else keeps that row from the case.
pub(crate) fn is_read(situation: &Situation, policy: &Policy, reading: usize) -> bool {
    let mut classes = classes(situation, policy);
    // Whatever it says: only then does a row stand or fall with the rest.
    classes[reading] = u64::MAX;
    policy.rows().iter().any(|row| {
        let mut tests = row.all.iter().chain(row.unless.iter().flatten());
        tests.any(|test| usize::from(test.reading) == reading)
            && truth_of_all(&row.all, &classes) != Truth::No
    })
}

pub(crate) fn truth(test: &Test, classes: &[u64]) -> Truth {
    let possible = classes[usize::from(test.reading)];
    if possible & test.accept == 0 {
        Truth::No
    } else if possible & !test.accept == 0 {
        Truth::Yes
    } else {
        Truth::Unknown
    }
}

/// Whether all hold.
pub(crate) fn truth_of_all(tests: &[Test], classes: &[u64]) -> Truth {
    let mut all = Truth::Yes;
    for test in tests {
        match truth(test, classes) {
            Truth::No => return Truth::No,
            Truth::Unknown => all = Truth::Unknown,
            Truth::Yes => {}
        }
    }
    all
}

fn row_state(row: &Row, classes: &[u64]) -> RowState {
    let mut state = match truth_of_all(&row.all, classes) {
        Truth::No => return RowState::Not,
        Truth::Unknown => RowState::Open,
        Truth::Yes => RowState::Applies,
    };
    for exception in &row.unless {
        match truth_of_all(exception, classes) {
            Truth::Yes => return RowState::Not,
            Truth::Unknown => state = RowState::Open,
            Truth::No => {}
        }
    }
    state
}

fn weigh(policy: &Policy, classes: &[u64], states: &[RowState]) -> Decision {
    let select = |effect: Effect, wanted: RowState| -> Vec<u16> {
        let rows = policy.rows().iter().zip(states).enumerate();
        rows.filter(|(_, (row, state))| row.effect == effect && **state == wanted)
            .map(|(at, _)| at as u16)
            .collect()
    };
    let applied: Vec<u16> = (0..states.len() as u16)
        .filter(|at| states[usize::from(*at)] == RowState::Applies)
        .collect();
    let decision = |verdict, ground, reasons, missing| Decision {
        verdict,
        ground,
        reasons,
        applied: applied.clone(),
        missing,
        done: vec![],
    };

    let bars = select(Effect::Bar, RowState::Applies);
    let mut refers = select(Effect::Refer, RowState::Applies);
    if !refers.is_empty() {
        refers.extend(bars);
        return decision(Verdict::Refer, Ground::Rows, refers, vec![]);
    }
    if !bars.is_empty() {
        return decision(Verdict::Refuse, Ground::Rows, bars, vec![]);
    }
    let mut granted = select(Effect::Grant, RowState::Applies);
    let mut open_grants = select(Effect::Grant, RowState::Open);
    let home = take_coming_home(policy, &mut granted, &mut open_grants);
    if granted.is_empty() && open_grants.is_empty() {
        match home {
            // The rows of documents come first; where none covers the case, home is home.
            Some((at, RowState::Applies)) => granted.push(at),
            Some((at, _)) => open_grants.push(at),
            None => return decision(Verdict::Refer, Ground::NoRule, vec![], vec![]),
        }
    }
    let at_home = matches!(home, Some((_, RowState::Applies)));
    let mut open = select(Effect::Refer, RowState::Open);
    open.extend(select(Effect::Bar, RowState::Open));
    let needs_met =
        |at: &u16| truth_of_all(&policy.rows()[usize::from(*at)].needs, classes) == Truth::Yes;
    let satisfied: Vec<u16> = granted.iter().copied().filter(needs_met).collect();
    if open.is_empty() && !satisfied.is_empty() {
        return decision(Verdict::Admit, Ground::Rows, satisfied, vec![]);
    }
    if let Some((home, RowState::Applies)) = home
        && open.is_empty()
        && granted.iter().any(|at| {
            let row = &policy.rows()[usize::from(*at)];
            unmet_needs(policy, row, classes, at_home).next().is_none()
        })
    {
        // Only the pass is missing; what lets them in is that they come home.
        return decision(Verdict::Admit, Ground::Rows, vec![home], vec![]);
    }
    let candidates: Vec<u16> = granted.into_iter().chain(open_grants).collect();
    let (nearest, missing) = smallest_steps(policy, classes, at_home, &open, &candidates);
    open.insert(0, nearest);
    decision(Verdict::Ask, Ground::Rows, open, missing)
}

/// The built-in grant for people coming home, taken out of the lists, and how it stands.
fn take_coming_home(
    policy: &Policy,
    granted: &mut Vec<u16>,
    open: &mut Vec<u16>,
) -> Option<(u16, RowState)> {
    let is_it = |at: &u16| policy.rows()[usize::from(*at)].id == COMING_HOME;
    for (list, state) in [(granted, RowState::Applies), (open, RowState::Open)] {
        if let Some(position) = list.iter().position(is_it) {
            return Some((list.remove(position), state));
        }
    }
    None
}

/// The needs of a grant that are not met. Who comes home needs no pass (GATE-15), whatever a
/// document says.
pub(crate) fn unmet_needs<'a>(
    policy: &'a Policy,
    row: &'a Row,
    classes: &'a [u64],
    at_home: bool,
) -> impl Iterator<Item = &'a Test> {
    row.needs.iter().filter(move |test| {
        let fact = policy.lookups()[usize::from(test.reading)].0;
        let waived = at_home && fact.spec().step == Some(Step::ScanPass);
        !waived && truth(test, classes) != Truth::Yes
    })
}

/// The facts that the policy reads in this situation and that are unknown.
pub fn unknown_facts(situation: &Situation, policy: &Policy) -> Vec<Fact> {
    policy
        .facts()
        .into_iter()
        .filter(|fact| matches!(situation.known(*fact).as_ref(), Known::Unknown))
        .collect()
}
