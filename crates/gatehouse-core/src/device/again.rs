//! The server's second decision: the device's own reading of a list, over the newest list that the
//! server has (design §3 "One gate app").
//!
//! Whatever the device recorded stays; where the server knows better (a pass revoked, an order, a
//! household's outings elsewhere) its own fact takes the place of the device's.

use super::attend::guard_may_say;
use super::case::{Case, Finding};
use super::list::List;
use super::outings::LocalOutings;
use crate::gate::compiled::CompiledError;
use crate::gate::json::{FactError, read_known};
use crate::gate::record::read_facts;
use crate::gate::{Decision, Fact, Known, Policy, Situation, Value, Way, decide};
use crate::json::{Json, Object};
use crate::key::KeyList;
use crate::key::memory::SignatureMemory;
use crate::measure::{STAGE_TOLD_DAYS, Scale};
use crate::moment::Moment;
use crate::pass::PassStatus;
use crate::wire::cbor::CborError;
use crate::wire::{Crossing, OutingEntry, Private, Snapshot, Subject};

const DAY_MILLIS: i64 = 86_400_000;

/// What the server holds of one gate, ready to decide by.
#[derive(Clone, Debug)]
pub struct GateList(List);

/// A case that was presented to the server directly.
pub struct Presented {
    /// What was decided.
    pub decision: Decision,
    /// The facts as the record keeps them.
    pub facts: Vec<u8>,
    /// Number of the pass, if one was read.
    pub pass: Option<crate::pass::PassNumber>,
    /// Whom the list knows by it.
    pub subject: Option<Subject>,
    /// Their household.
    pub household: Option<crate::id::HouseholdId>,
    /// Who or what, as far as known.
    pub kind: Option<crate::gate::SubjectKind>,
    /// Somebody is in need (SCOPE-3): the record opens a follow-up.
    pub emergency: bool,
}

impl GateList {
    /// Makes a list ready for use.
    ///
    /// # Errors
    /// Where one of its policies cannot be read.
    pub fn new(snapshot: Snapshot, keys: KeyList) -> Result<GateList, CompiledError> {
        List::ready(snapshot, keys).map(GateList)
    }

    /// What it holds.
    pub fn snapshot(&self) -> &Snapshot {
        self.0.snapshot()
    }

    /// The policy in force at an instant.
    pub fn policy_at(&self, millis: i64) -> Option<&Policy> {
        self.0.policy_at(millis)
    }

    /// Decides a recorded attempt again, at its own moment, by the policy that was in force then
    /// and by the outings of the household that are on record from before it.
    ///
    /// # Errors
    /// Where the recorded facts cannot be read.
    pub fn decide_again(
        &self,
        crossing: &Crossing,
        private: Option<&Private>,
        offset_minutes: i16,
        policy: Option<&Policy>,
        outings: &[OutingEntry],
    ) -> Result<Decision, CborError> {
        let moment = Moment::new(crossing.decided_at, offset_minutes);
        let mut case = Case::new(crossing.way, moment);
        case.situation = read_facts(&crossing.facts, moment)?;
        if crossing.emergency.is_some() {
            case.situation.set(Fact::Emergency, Value::Flag(true));
        }
        if let Some(private) = private {
            if let Some(Subject::Person(person)) = private.subject {
                case.person = Some(person);
            }
            case.household = private.household;
        }
        case.pass = crossing.pass;
        self.know_better(&mut case, moment, outings);
        Ok(decide(&case.situation, policy))
    }

    /// Decides a case that is presented to the server itself: a pass as a scanner read it, and
    /// what a guard can say, by name. What comes from the pass, the orders and history is read,
    /// never believed.
    ///
    /// # Errors
    /// A fact that cannot be read, or that nobody says; none in an emergency, which is never kept
    /// waiting (SCOPE-3).
    pub fn decide_presented(
        &self,
        pass: Option<&str>,
        way: Way,
        facts: &Object,
        now: Moment,
        memory: Option<&dyn SignatureMemory>,
    ) -> Result<Presented, FactError> {
        let mut case = Case::new(way, now);
        if let Some(shown) = pass.and_then(|text| self.0.verify(text, now, memory)) {
            case.pass = shown.number;
            case.finding(shown.finding);
            match shown.said {
                Some(said) if case.finding.identifies() => {
                    self.0.believe(&mut case, &said);
                    self.0.know_holder(&mut case);
                }
                _ => case.kind_of_no_pass(),
            }
        }
        let emergency = say(&mut case.situation, facts)?;
        self.0.fill(&mut case, &LocalOutings::default(), now);
        let policy = self.policy_at(now.millis);
        Ok(Presented {
            decision: decide(&case.situation, policy),
            facts: crate::gate::record::write_facts(&case.situation, policy),
            pass: case.pass,
            subject: case.concerned(),
            household: case.household,
            kind: case.kind(),
            emergency,
        })
    }

    fn know_better(&self, case: &mut Case, moment: Moment, outings: &[OutingEntry]) {
        let revoked = case
            .pass
            .is_some_and(|pass| self.snapshot().status_lists.status(pass) == PassStatus::Revoked);
        if revoked {
            case.finding(Finding::Revoked);
        }
        let recorded = case.situation.clone();
        self.0.fill_known(case, moment);
        if moment.millis < self.snapshot().made_at - STAGE_TOLD_DAYS * DAY_MILLIS {
            keep_stages(case, &recorded);
        }
        if case.household.is_some() {
            let seen_here = LocalOutings::default();
            self.0.fill_outings(case, outings, &seen_here, moment);
        }
    }
}

/// What the list tells no more holds as it was recorded.
fn keep_stages(case: &mut Case, recorded: &Situation) {
    for fact in Scale::ALL.map(Scale::fact) {
        if let (None, Some(known)) = (case.situation.given(fact), recorded.given(fact)) {
            case.situation.put(fact, known.clone());
        }
    }
}

/// Takes in what was said, as far as a guard can say it; whether it is an emergency.
fn say(situation: &mut Situation, facts: &Object) -> Result<bool, FactError> {
    let emergency = Fact::Emergency.spec().name;
    let is_emergency = facts.get(emergency).and_then(Json::as_flag) == Some(true);
    for (name, json) in facts.iter() {
        match said(name, json) {
            Ok((fact, known)) => {
                situation.put(fact, known);
            }
            Err(_) if is_emergency => {}
            Err(error) => return Err(error),
        }
    }
    Ok(is_emergency)
}

fn said(name: &str, json: &Json) -> Result<(Fact, Known), FactError> {
    let fact =
        Fact::named(name).ok_or_else(|| FactError::UnknownFact(name.chars().take(40).collect()))?;
    let may_say = matches!(fact, Fact::Emergency | Fact::FoundFever) || guard_may_say(fact, json);
    if !may_say {
        return Err(FactError::NotSaid(fact.spec().name));
    }
    Ok((fact, read_known(fact, json)?))
}
