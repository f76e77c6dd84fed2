//! Attending to the one who stands at the gate: opening a case and continuing it.

use super::case::Case;
use super::input::Noted;
use super::record::fever;
use super::steps_shown::{PERSON, PLATE, ROOM};
use super::turn::Turn;
use super::view::{Notice, View, code};
use super::words;
use crate::gate::duty::Duty;
use crate::gate::fact::Source;
use crate::gate::{Decision, Fact, Outcome, Policy, Step, SubjectKind, Value, Verdict, Way, json};
use crate::household::AddressDraft;
use crate::id::PersonId;
use crate::json::Json;
use crate::pass::PassNumber;
use crate::wire::{EventBody, Subject};

/// A pass that was let through and out of sight for so long was taken away (local choice).
const AWAY_MILLIS: i64 = 30_000;
/// Where its case is not settled: longer than the rest before a second measurement (local choice).
const LEFT_MILLIS: i64 = 3_600_000;

impl Turn<'_> {
    /// Ends a case that the guard has left by turning to the next person: after "admit" that is
    /// how people pass at the peak, one scan each; after anything else nobody knows.
    fn leave_case(&mut self) {
        let Some(case) = self.device.case.take() else {
            return;
        };
        if case.reopened.is_some() || !case.candidates.is_empty() {
            return;
        }
        let outcome = match case.verdict {
            Verdict::Admit => Outcome::Crossed,
            Verdict::Ask | Verdict::Refuse | Verdict::Refer => Outcome::Unknown,
        };
        self.record(case, outcome, None);
    }

    /// Takes the open case where this step was asked of it, else begins a new one.
    fn case_for(&mut self, step: Step, way: Way) -> Case {
        let asked = self
            .device
            .decision()
            .is_some_and(|decision| decision.steps().contains(&step));
        match self.device.case.take() {
            Some(case) if asked && case.reopened.is_none() => case,
            left => {
                self.device.case = left;
                self.leave_case();
                Case::new(way, self.now)
            }
        }
    }

    pub(super) fn scan(&mut self, text: &str, way: Way) -> View {
        let Some(list) = &self.device.list else {
            return View::Case;
        };
        let Some(shown) = list.verify(text, self.now, None) else {
            return View::Notice(Notice::plain(code::UNREADABLE, words::PASS_UNREADABLE));
        };
        let now = self.now.millis;
        if let Some(case) = self.device.case.as_mut()
            && shown.number.is_some()
            && case.pass == shown.number
        {
            // A camera reads a code many times a second. Whoever was let through and comes again
            // crosses again, and so does a copy of the pass (PASS-4); what was left open hours ago
            // says nothing of now.
            let away = now.saturating_sub(std::mem::replace(&mut case.read_at, now));
            let is_settled = case.verdict == Verdict::Admit;
            if away < if is_settled { AWAY_MILLIS } else { LEFT_MILLIS } {
                return View::Case;
            }
        }
        let mut case = self.case_for(Step::ScanPass, way);
        let way = case.way();
        case.pass = shown.number;
        case.read_at = now;
        case.finding(shown.finding);
        match (&self.device.list, shown.said) {
            (Some(list), Some(said)) if case.finding.identifies() => {
                list.believe(&mut case, &said);
                list.know_holder(&mut case);
            }
            // What cannot be believed is as no pass at all, with its own sentence beside.
            _ => case.kind_of_no_pass(),
        }
        let flag = case
            .pass
            .and_then(|pass| self.device.seen.flag(pass, way, self.now));
        case.copied_minutes = flag.map(|flag| flag.minutes.max(1));
        self.open(case)
    }

    pub(super) fn card(&mut self, number: &str, way: Way) -> View {
        let (Ok(number), Some(list)) = (PassNumber::parse(number), &self.device.list) else {
            return View::Notice(Notice::plain(code::UNREADABLE, words::PASS_UNREADABLE));
        };
        let finding = list.typed(number, self.now);
        let mut case = self.case_for(Step::ScanPass, way);
        case.pass = Some(number);
        case.finding(finding);
        match &self.device.list {
            Some(list) if case.finding.identifies() => list.know_holder(&mut case),
            _ => case.kind_of_no_pass(),
        }
        self.open(case)
    }

    pub(super) fn lookup(&mut self, address: &AddressDraft, surname: &str, way: Way) -> View {
        if let Err(minutes) = self.device.lookups.take(self.now) {
            let mut notice = Notice::plain(code::LOOKUP_LIMIT, words::LOOKUP_WAIT);
            notice.minutes = Some(minutes);
            return View::Notice(notice);
        }
        let found = match (&self.device.list, address.check()) {
            (Some(list), Ok(address)) => list.lookup(&address, surname),
            _ => vec![],
        };
        let body = EventBody::Lookup {
            found: !found.is_empty(),
        };
        let household = found.first().and_then(|id| {
            let (household, _) = self.device.list.as_ref()?.resident(*id)?;
            Some(household.id)
        });
        // Several people of one door: the household says it all.
        let subject = match found[..] {
            [person] => Some(Subject::Person(person)),
            _ => None,
        };
        self.append(body, Some((subject, household)));
        if found.is_empty() {
            return View::Notice(Notice::plain(code::LOOKUP_NONE, words::LOOKUP_NONE));
        }
        // Whose pass does not help is looked up; that is the same person.
        let same = |case: &Case| {
            let kinds = [
                None,
                Some(SubjectKind::Resident),
                Some(SubjectKind::TemporaryResident),
            ];
            case.reopened.is_none() && case.person.is_none() && kinds.contains(&case.kind())
        };
        let mut case = match self.device.case.take() {
            Some(case) if same(&case) => case,
            other => {
                self.device.case = other;
                self.case_for(Step::FindByRoom, way)
            }
        };
        match (&self.device.list, &found[..]) {
            (Some(list), [person]) => {
                list.is_person(&mut case, *person);
            }
            _ => case.candidates = found,
        }
        self.open(case)
    }

    pub(super) fn begin(
        &mut self,
        kind: SubjectKind,
        way: Way,
        room: Option<&str>,
        plate: Option<&str>,
    ) -> View {
        self.leave_case();
        let mut case = Case::new(way, self.now);
        case.subject(kind);
        if kind == SubjectKind::Vehicle {
            case.situation.set(Fact::VehicleOutside, Value::Flag(true));
        }
        if !matches!(kind, SubjectKind::Resident | SubjectKind::TemporaryResident) {
            case.without_pass();
        }
        if let Some(room) = room {
            self.goes_to(&mut case, room);
        }
        if let (Some(plate), Some(list)) = (plate, &self.device.list) {
            list.know_plate(&mut case, plate);
        }
        self.open(case)
    }

    /// Where somebody goes, `3-2-302`: the household, if the list has that door.
    fn goes_to(&mut self, case: &mut Case, room: &str) {
        let list = self.device.list.as_ref();
        case.household = list.and_then(|list| list.household_at(room));
        case.goes_home();
    }

    pub(super) fn fact(&mut self, name: &str, value: &Json) -> View {
        let Some(mut case) = self.device.case.take() else {
            return View::Notice(Notice::plain(code::NO_CASE, words::ERROR_NO_CASE));
        };
        let taken = self.take_fact(&mut case, name, value);
        if !taken {
            self.device.case = Some(case);
            return View::Notice(Notice::new(code::FACT, words::ERROR_INPUT));
        }
        self.open(case)
    }

    fn take_fact(&mut self, case: &mut Case, name: &str, value: &Json) -> bool {
        match name {
            PERSON => {
                let chosen = value.as_text().and_then(PersonId::parse);
                let Some(person) = chosen.filter(|person| case.candidates.contains(person)) else {
                    return false;
                };
                let list = self.device.list.as_ref();
                return list.is_some_and(|list| list.is_person(case, person));
            }
            PLATE => {
                let plate = value.as_text().filter(|plate| !plate.trim().is_empty());
                let (Some(plate), Some(list)) = (plate, &self.device.list) else {
                    return false;
                };
                list.know_plate(case, plate);
                return true;
            }
            ROOM => {
                let room = value.as_text();
                return room.map(|room| self.goes_to(case, room)).is_some();
            }
            _ => {}
        }
        let Some(fact) = Fact::named(name).filter(|fact| guard_may_say(*fact, value)) else {
            return false;
        };
        let Ok(known) = json::read_known(fact, value) else {
            return false;
        };
        match fact {
            Fact::PassState => case.without_pass(),
            _ => {
                case.situation.put(fact, known);
                self.measured(case, fact);
            }
        }
        true
    }

    /// What the guard wrote down, where a rule asks for it; that is the registration.
    pub(super) fn register(&mut self, noted: &Noted) -> View {
        let Some(mut case) = self.device.case.take() else {
            return View::Notice(Notice::plain(code::NO_CASE, words::ERROR_NO_CASE));
        };
        let decision = self.device.decide(&case);
        let policy = self.device.policy_at(case.situation.moment.millis);
        let asked = case.reopened.is_none()
            && policy.is_some_and(|policy| asks_to_register(&decision, policy));
        if !asked || noted.name.trim().is_empty() {
            self.device.case = Some(case);
            return View::Notice(Notice::new(code::FACT, words::ERROR_INPUT));
        }
        case.details = noted.details();
        if !noted.room.trim().is_empty() && case.household.is_none() {
            self.goes_to(&mut case, &noted.room);
        }
        case.situation.set(Fact::RegisteredNow, Value::Flag(true));
        self.open(case)
    }

    pub(super) fn fever(&mut self) -> View {
        if self.device.list.is_none() {
            // No policy to decide by, but the report goes out as soon as there is a chain.
            let case = Case::new(Way::In, self.now);
            self.append(EventBody::Fever(fever(&case)), None);
            return View::Notice(Notice::plain(code::NO_LIST, words::FEVER_REPORTED));
        }
        let mut case = match self.device.case.take() {
            Some(case) if case.reopened.is_none() && case.candidates.is_empty() => case,
            _ => Case::new(Way::In, self.now),
        };
        case.situation.set(Fact::FoundFever, Value::Flag(true));
        self.report_fever(&mut case);
        self.open(case)
    }
}

/// Whether a step or a duty of the decision says that this crossing is written down.
pub(super) fn asks_to_register(decision: &Decision, policy: &Policy) -> bool {
    let mut duties = decision.duty_rows(policy).flat_map(|row| &row.duties);
    decision.steps().contains(&Step::Register)
        || (!decision.done.contains(&Step::Register) && duties.any(|duty| *duty == Duty::Register))
}

/// What a guard can say at the gate: what they see, ask and measure, and what a step asks them to
/// look at. What comes from the pass, orders and history is read, never typed; "no pass" and "not
/// on the register" are said by the guard.
pub(super) fn guard_may_say(fact: Fact, value: &Json) -> bool {
    match fact {
        Fact::Emergency | Fact::Way | Fact::FoundFever | Fact::TemperatureTaken => false,
        Fact::PassKind | Fact::PassBand => false,
        Fact::PassState => value.as_text() == Some("none"),
        Fact::RegisteredResident => value.as_flag() == Some(false),
        _ => fact.spec().source == Source::Guard || fact.spec().step.is_some(),
    }
}
