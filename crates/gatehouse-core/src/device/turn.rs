//! One turn: an input meets the device. What is opened, continued, recorded and shown follows
//! from here; nothing is decided here that `gate::decide` decides.

use super::case::{Case, Finding, Reopened};
use super::chain::Chain;
use super::input::{Answer, Change, EmergencyKind, Input, OverrulingReason, TEXT_CHARACTERS_MOST};
use super::list::List;
use super::present::needs_reason;
use super::record::{Salts, crossing, fever};
use super::screen::Appended;
use super::shift::Shift;
use super::steps_shown::{PERSON, PLATE, ROOM};
use super::view::{Notice, View, code};
use super::words;
use super::{Device, Early, Enrolled, Finished, RECENT_HELD, RecentRow};
use crate::gate::decide::Ground;
use crate::gate::fact::Source;
use crate::gate::wording::Lang;
use crate::gate::{Decision, Fact, Outcome, Policy, Step, SubjectKind, Value, Verdict, Way};
use crate::gate::{decide, json};
use crate::household::AddressDraft;
use crate::id::{HouseholdId, PersonId};
use crate::moment::Moment;
use crate::pass::{Credential, PassNumber};
use crate::wire::{EventBody, Private, Subject};

/// A graver answer replaces the screen only this long after the finish (design §3).
const GRAVER_WITHIN_MILLIS: i64 = 1_500;
/// Clocks that differ by less are taken as equal (design §2 "Time").
const SKEW_MILLIS: i64 = 5 * 60_000;

pub(crate) struct Turn<'a> {
    pub device: &'a mut Device,
    pub now: Moment,
    pub lang: Lang,
    pub salts: Salts,
    pub append: Vec<Appended>,
}

impl Turn<'_> {
    /// Everything that follows from one input.
    pub fn take(&mut self, input: &Input) -> View {
        if too_long(input) {
            return View::Notice(Notice::new(code::TOO_LONG, words::ERROR_INPUT));
        }
        match input {
            // SCOPE-3: before shift, list and policy are even looked at.
            Input::Emergency { way, what } => self.emergency(*way, *what),
            Input::Enrol {
                device,
                gate,
                root_key_base64,
            } => match Enrolled::read(*device, *gate, root_key_base64) {
                Some(enrolled) => self.enrol(enrolled),
                None => View::Notice(Notice::new(code::ENROL, words::ERROR_INPUT)),
            },
            Input::Snapshot { bytes_base64 } => self.snapshot(bytes_base64),
            Input::ShiftStart {
                guards,
                mask,
                armband,
            } => self.shift_start(Shift::start(guards, *mask, *armband, self.now)),
            Input::ShiftEnd {} => self.shift_end(),
            Input::Scan { text, way } => self.at_the_gate(|turn| turn.scan(text, *way)),
            Input::Card { number, way } => self.at_the_gate(|turn| turn.card(number, *way)),
            Input::Lookup {
                building,
                unit,
                room,
                surname,
                way,
            } => {
                let address = AddressDraft {
                    building: building.clone(),
                    unit: unit.clone(),
                    room: room.clone(),
                };
                self.at_the_gate(|turn| turn.lookup(&address, surname, *way))
            }
            Input::Begin {
                subject_kind,
                way,
                room,
                plate,
            } => self.at_the_gate(|turn| {
                turn.begin(*subject_kind, *way, room.as_deref(), plate.as_deref())
            }),
            Input::Fact { fact, value } => self.fact(fact, value),
            Input::Fever {} => self.fever(),
            Input::Finish {
                outcome,
                overruling_reason,
            } => self.finish(*outcome, *overruling_reason),
            Input::Amend { seq, change } => self.amend(*seq, change),
            Input::Cancel {} => {
                self.device.case = None;
                View::Case
            }
            Input::Sent {
                acknowledged_through,
                answers,
                server_millis,
            } => self.sent(*acknowledged_through, answers, *server_millis),
            Input::Tick {} => {
                self.decide_again();
                View::Case
            }
        }
    }

    fn enrol(&mut self, enrolled: Enrolled) -> View {
        let same = self.device.enrolled.as_ref() == Some(&enrolled);
        if self.device.enrolled.is_some() && !same && self.device.chain.unsent() > 0 {
            // Another chain would leave these behind.
            return View::Notice(Notice::new(code::ENROL, words::ERROR_INPUT));
        }
        if !same {
            self.device.chain = Chain::default();
            self.device.list = None;
            self.device.recent.clear();
            self.device.enrolled = Some(enrolled);
        }
        for early in std::mem::take(&mut self.device.early) {
            self.record_emergency(early, None);
        }
        View::Case
    }

    fn snapshot(&mut self, bytes_base64: &str) -> View {
        let Some(enrolled) = &self.device.enrolled else {
            return View::Notice(Notice::new(code::NOT_ENROLLED, words::ERROR_LIST));
        };
        let read = data_encoding::BASE64
            .decode(bytes_base64.as_bytes())
            .ok()
            .and_then(|bytes| List::open(&bytes, enrolled, &self.device.floor));
        let Some((list, floor)) = read else {
            return View::Notice(Notice::new(code::SNAPSHOT, words::ERROR_LIST));
        };
        // What the list was made after is counted there; what came later is only here.
        let made_at = list.made_at();
        self.device.outings.forget_before(made_at);
        self.device.floor = floor;
        self.see_server_clock(made_at, true);
        self.device.list = Some(list);
        self.decide_again();
        View::Case
    }

    fn shift_start(&mut self, shift: Option<Shift>) -> View {
        let Some(shift) = shift else {
            return View::Notice(Notice::plain(code::SHIFT, words::SHIFT_NOBODY));
        };
        self.device.tally = Default::default();
        let body = EventBody::ShiftStart {
            guards: shift.guards.iter().map(|guard| guard.staff).collect(),
            mask: shift.mask,
            armband: shift.armband,
        };
        self.device.shift = Some(shift);
        self.append(body, None);
        View::Case
    }

    fn shift_end(&mut self) -> View {
        if self.device.case.is_some() {
            return View::Notice(Notice::plain(code::SHIFT, words::SHIFT_CASE));
        }
        if self.device.shift.is_some() {
            self.append(EventBody::ShiftEnd, None);
            self.device.shift = None;
        }
        View::Case
    }

    /// What needs a guard on duty, a list, and a device that may write.
    fn at_the_gate(&mut self, act: impl FnOnce(&mut Self) -> View) -> View {
        if self.device.enrolled.is_none() {
            return View::Notice(Notice::new(code::NOT_ENROLLED, words::NO_LIST));
        }
        if self.device.list.is_none() {
            return View::Notice(Notice::new(code::NO_LIST, words::NO_LIST));
        }
        if self.device.shift.is_none() {
            return View::Case;
        }
        act(self)
    }

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
        let asked = self.decision().is_some_and(|d| d.steps().contains(&step));
        match self.device.case.take() {
            Some(case) if asked && case.reopened.is_none() => case,
            left => {
                self.device.case = left;
                self.leave_case();
                Case::new(way, self.now)
            }
        }
    }

    fn scan(&mut self, text: &str, way: Way) -> View {
        let Some(list) = &self.device.list else {
            return View::Case;
        };
        let offline = self.device.chain.is_offline(self.now);
        let Some(shown) = list.verify(text, self.now, offline) else {
            return View::Notice(Notice::plain(code::UNREADABLE, words::PASS_UNREADABLE));
        };
        let again = |case: &Case| shown.number.is_some() && case.pass == shown.number;
        if self.device.case.as_ref().is_some_and(again) {
            // A camera reads a code many times a second.
            return View::Case;
        }
        let mut case = self.case_for(Step::ScanPass, way);
        let way = case.way();
        case.pass = shown.number;
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

    fn card(&mut self, number: &str, way: Way) -> View {
        let offline = self.device.chain.is_offline(self.now);
        let (Ok(number), Some(list)) = (PassNumber::parse(number), &self.device.list) else {
            return View::Notice(Notice::plain(code::UNREADABLE, words::PASS_UNREADABLE));
        };
        let finding = list.typed(number, self.now, offline);
        let mut case = self.case_for(Step::ScanPass, way);
        case.pass = Some(number);
        case.finding(finding);
        match &self.device.list {
            Some(list) if case.finding.identifies() => list.know_holder(&mut case),
            _ => case.kind_of_no_pass(),
        }
        self.open(case)
    }

    fn lookup(&mut self, address: &AddressDraft, surname: &str, way: Way) -> View {
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
        let mut case = self.case_for(Step::FindByRoom, way);
        match (&self.device.list, &found[..]) {
            (Some(list), [person]) => {
                list.is_person(&mut case, *person);
            }
            _ => case.candidates = found,
        }
        self.open(case)
    }

    fn begin(
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

    fn fact(&mut self, name: &str, value: &serde_json::Value) -> View {
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

    fn take_fact(&mut self, case: &mut Case, name: &str, value: &serde_json::Value) -> bool {
        match name {
            PERSON => {
                let chosen = value.as_str().and_then(PersonId::parse);
                let Some(person) = chosen.filter(|person| case.candidates.contains(person)) else {
                    return false;
                };
                let list = self.device.list.as_ref();
                return list.is_some_and(|list| list.is_person(case, person));
            }
            PLATE => {
                let plate = value.as_str().filter(|plate| !plate.trim().is_empty());
                let (Some(plate), Some(list)) = (plate, &self.device.list) else {
                    return false;
                };
                list.know_plate(case, plate);
                return true;
            }
            ROOM => {
                let room = value.as_str();
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
        if fact == Fact::PassState {
            case.without_pass();
        } else {
            case.situation.put(fact, known);
        }
        true
    }

    fn fever(&mut self) -> View {
        if self.device.enrolled.is_none() {
            return View::Notice(Notice::plain(code::NOT_ENROLLED, words::FEVER_REPORTED));
        }
        let mut case = match self.device.case.take() {
            Some(case) if case.reopened.is_none() && case.candidates.is_empty() => case,
            _ => Case::new(Way::In, self.now),
        };
        case.situation.set(Fact::FoundFever, Value::Flag(true));
        // The report goes out at once; the crossing follows when the guard says how it ended.
        if !std::mem::replace(&mut case.fever_reported, true) {
            let body = EventBody::Fever(fever(&case, self.now));
            let whom = (case.concerned(), case.household);
            self.append(body, Some(whom));
        }
        self.open(case)
    }

    fn finish(&mut self, outcome: Outcome, reason: Option<OverrulingReason>) -> View {
        let Some(case) = self.device.case.take() else {
            return View::Notice(Notice::plain(code::NO_CASE, words::ERROR_NO_CASE));
        };
        if !case.candidates.is_empty() || (needs_reason(&case, outcome) && reason.is_none()) {
            let words = match case.candidates.is_empty() {
                true => words::ERROR_REASON,
                false => words::LOOKUP_HOW,
            };
            self.device.case = Some(case);
            return View::Notice(Notice::plain(code::REASON, words));
        }
        match &case.reopened {
            Some(reopened) => {
                let seq = reopened.seq;
                self.change(seq, &Change::Outcome { outcome, reason });
            }
            None => self.record(case, outcome, reason),
        }
        View::Case
    }

    fn amend(&mut self, seq: u64, change: &Change) -> View {
        if seq == 0 || seq > self.device.chain.last_seq() {
            return View::Notice(Notice::plain(code::AMEND, words::ERROR_NOTHING));
        }
        self.change(seq, change);
        let words = match change {
            Change::Undo {} => words::UNDONE,
            Change::Outcome { .. } | Change::Emergency { .. } => words::CHANGED,
        };
        View::Notice(Notice::plain(code::CHANGED, words))
    }

    /// A further event that names the earlier one, and what follows here: figures, counts, marks.
    fn change(&mut self, seq: u64, change: &Change) {
        let body = EventBody::Amendment {
            of: seq,
            change: change.clone(),
        };
        self.append(body, None);
        let Some(row) = self.device.recent.iter_mut().find(|row| row.seq == seq) else {
            return;
        };
        if row.undone {
            return;
        }
        let before = row.clone();
        match change {
            Change::Undo {} => row.undone = true,
            Change::Outcome { outcome, .. } => row.outcome = *outcome,
            Change::Emergency { .. } => return,
        }
        let (after, shift) = (row.clone(), self.device.shift.as_ref());
        if shift.is_none_or(|shift| shift.since_at <= before.at.millis) {
            self.device.tally.remove(before.outcome, before.emergency);
            if !after.undone {
                self.device.tally.add(after.outcome, after.emergency);
            }
        }
        if after.undone || after.outcome != Outcome::Crossed {
            self.device.outings.take_back(seq);
            if let Some(pass) = before.pass {
                self.device.seen.forget(pass);
            }
        }
    }

    fn emergency(&mut self, way: Way, what: EmergencyKind) -> View {
        let early = Early {
            at: self.now,
            way,
            what,
        };
        let case = self.device.case.take().filter(|c| c.reopened.is_none());
        if self.device.enrolled.is_none() {
            // Nobody's chain yet; written down as soon as there is one.
            if self.device.early.len() < super::EARLY_HELD {
                self.device.early.push(early);
            }
            self.device.tally.add(Outcome::Crossed, true);
            return View::EmergencyDone;
        }
        self.record_emergency(early, case);
        View::EmergencyDone
    }

    fn record_emergency(&mut self, early: Early, case: Option<Case>) {
        let mut case = case.unwrap_or_else(|| Case::new(early.way, early.at));
        case.situation.moment = early.at;
        case.situation.set(Fact::Way, Value::Choice(early.way as u8));
        case.situation.set(Fact::Emergency, Value::Flag(true));
        case.verdict = Verdict::Admit;
        self.record_as(case, Outcome::Crossed, None, Some(early.what));
    }

    fn sent(&mut self, through: u64, answers: &[Answer], server_millis: Option<i64>) -> View {
        if let Some(millis) = server_millis {
            self.see_server_clock(millis, false);
        }
        self.device.chain.acknowledge(through, self.now);
        let Some(finished) = &self.device.finished else {
            return View::Case;
        };
        let within = (0..=GRAVER_WITHIN_MILLIS)
            .contains(&self.now.millis.saturating_sub(finished.at_millis));
        let answer = answers
            .iter()
            .find(|answer| answer.seq == finished.seq && answer.graver);
        if let (Some(answer), true, None) = (answer, within, &self.device.case) {
            let mut case = finished.case.clone();
            case.verdict = answer.verdict;
            case.reopened = Some(Reopened {
                seq: answer.seq,
                sentences: answer.sentences.iter().take(3).cloned().collect(),
            });
            self.device.finished = None;
            self.device.case = Some(case);
            return View::Decided;
        }
        View::Case
    }

    /// Compares clocks. A list that was made in the future shows a slow clock, one of the past
    /// shows nothing; a reply of just now shows both.
    fn see_server_clock(&mut self, server_millis: i64, only_ahead: bool) {
        let skew = self.now.millis.saturating_sub(server_millis);
        if !only_ahead || skew < -SKEW_MILLIS {
            self.device.skew = (skew.abs() > SKEW_MILLIS).then_some(skew);
        }
    }

    /// Decides the case and shows it.
    fn open(&mut self, case: Case) -> View {
        let before = self.device.case.replace(case);
        debug_assert!(before.is_none(), "the case before was taken or left");
        self.decide_again();
        View::Decided
    }

    /// Decides the open case by what is known now.
    fn decide_again(&mut self) {
        let Some(mut case) = self.device.case.take() else {
            return;
        };
        if case.reopened.is_none() && case.candidates.is_empty() {
            self.fill(&mut case);
            case.verdict = decide(&case.situation, self.policy()).verdict;
        }
        self.device.case = Some(case);
    }

    /// What the list and this device's own records say about the one who stands there.
    fn fill(&self, case: &mut Case) {
        let offset = match self.policy() {
            Some(policy) => policy.offset_minutes(self.now.millis),
            None => self.now.offset_minutes,
        };
        let moment = Moment::new(self.now.millis, offset);
        case.situation.moment = moment;
        case.situation.skew_minutes = self.device.skew_minutes();
        if let Some(list) = &self.device.list {
            list.fill(case, &self.device.outings, moment);
        }
    }

    fn policy(&self) -> Option<&Policy> {
        self.device.list.as_ref()?.policy_at(self.now.millis)
    }

    fn decision(&self) -> Option<Decision> {
        let case = self.device.case.as_ref()?;
        if case.reopened.is_some() || !case.candidates.is_empty() {
            return None;
        }
        Some(decide(&case.situation, self.policy()))
    }

    fn record(&mut self, case: Case, outcome: Outcome, reason: Option<OverrulingReason>) {
        self.record_as(case, outcome, reason, None);
    }

    fn record_as(
        &mut self,
        case: Case,
        outcome: Outcome,
        reason: Option<OverrulingReason>,
        what: Option<EmergencyKind>,
    ) {
        let emergency = case.situation.is_emergency();
        let decision = decide(&case.situation, self.policy());
        let mut body = crossing(self.device, &case, &decision, outcome);
        body.overruling_reason = reason;
        body.emergency = what;
        // Without a document in force nothing personal is recorded (design §2); an emergency is
        // followed up whatever is in force.
        let personal = decision.ground != Ground::NoPolicy;
        let whom = personal.then(|| (case.concerned(), case.household));
        self.append(EventBody::Crossing(Box::new(body)), whom);
        let seq = self.device.chain.last_seq();
        self.device.tally.add(outcome, emergency);
        if outcome == Outcome::Crossed {
            if let Some(pass) = case.pass {
                self.device.seen.crossed(pass, case.way(), self.now);
            }
            self.device.outings.crossed(seq, &case, self.now);
        }
        self.device.recent.insert(
            0,
            RecentRow {
                seq,
                at: case.situation.moment,
                way: case.way(),
                kind: case.kind(),
                outcome,
                emergency,
                undone: false,
                pass: case.pass,
            },
        );
        self.device.recent.truncate(RECENT_HELD);
        self.device.finished = Some(Finished {
            seq,
            at_millis: self.now.millis,
            case,
        });
    }

    fn append(
        &mut self,
        body: EventBody,
        whom: Option<(Option<Subject>, Option<HouseholdId>)>,
    ) {
        let whom = whom.filter(|(subject, household)| subject.is_some() || household.is_some());
        let private = whom.map(|(subject, household)| Private {
            salt: self.salts.next(),
            subject,
            household,
            details: vec![],
        });
        let appended = self.device.append(body, private, self.now);
        self.append.extend(appended);
    }
}

/// What a guard can say at the gate. What comes from the pass, the register, orders and history
/// is read, never typed; "no pass" and "not on the register" are said by the guard.
fn guard_may_say(fact: Fact, value: &serde_json::Value) -> bool {
    match fact {
        Fact::Emergency | Fact::Way | Fact::FoundFever => false,
        Fact::PassState => value.as_str() == Some("none"),
        Fact::RegisteredResident => value.as_bool() == Some(false),
        Fact::FirstTime => true,
        _ => fact.spec().source == Source::Guard,
    }
}

fn too_long(input: &Input) -> bool {
    let long = |text: &str| text.chars().count() > TEXT_CHARACTERS_MOST;
    match input {
        Input::Scan { text, .. } => long(text),
        Input::Card { number, .. } => long(number),
        Input::Lookup {
            building,
            unit,
            room,
            surname,
            ..
        } => [building, unit, room, surname].into_iter().any(|t| long(t)),
        Input::Begin { room, plate, .. } => {
            [room, plate].into_iter().flatten().any(|text| long(text))
        }
        Input::Fact { value, .. } => value.as_str().is_some_and(long),
        _ => false,
    }
}
