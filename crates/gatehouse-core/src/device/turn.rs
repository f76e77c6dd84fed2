//! One turn: an input meets the device. What is opened, continued, recorded and shown follows
//! from here; nothing is decided here that `gate::decide` decides.

use super::case::{Case, Reopened};
use super::chain::Chain;
use super::input::{Answer, Input, TEXT_CHARACTERS_MOST};
use super::list::List;
use super::list_clock::ListClock;
use super::record::{Salts, fever};
use super::screen::Appended;
use super::shift::Shift;
use super::thermometer::way_named;
use super::view::{Notice, View, code};
use super::{Device, Enrolled, words};
use crate::digits::BASE64;
use crate::gate::duty::Duty;
use crate::gate::wording::Lang;
use crate::gate::{Decision, Effect, Verdict};
use crate::household::AddressDraft;
use crate::id::HouseholdId;
use crate::moment::Moment;
use crate::planted::{Planted, is_planted};
use crate::wire::{Detail, DetailField, EventBody, Private, Subject};

/// A graver answer replaces the screen only this long after the finish (design §3).
const GRAVER_WITHIN_MILLIS: i64 = 1_500;
/// Clocks that differ by less are taken as equal (design §2 "Time").
pub(super) const SKEW_MILLIS: i64 = 5 * 60_000;

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
            } => self.enrol(Enrolled::read(*device, *gate, root_key_base64)),
            Input::Snapshot { bytes_base64 } => self.snapshot(bytes_base64),
            Input::ShiftStart {
                guards,
                mask,
                armband,
                thermometer,
            } => self.shift_start(Shift::start(guards, *mask, *armband, self.now), thermometer),
            Input::ShiftEnd { note } => self.shift_end(note),
            Input::Thermometer { way } => self.thermometer(way),
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
            Input::Register { noted } => self.register(noted),
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

    fn enrol(&mut self, enrolled: Option<Enrolled>) -> View {
        let Some(enrolled) = enrolled else {
            return View::Notice(Notice::new(code::ENROL, words::ERROR_INPUT));
        };
        let same = self.device.enrolled.as_ref() == Some(&enrolled);
        if self.device.enrolled.is_some() && !same && self.device.chain.unsent() > 0 {
            // Another chain would leave these behind.
            return View::Notice(Notice::new(code::ENROL, words::ERROR_INPUT));
        }
        if !same {
            self.device.chain = Chain::default();
            self.device.list = None;
            self.device.recent.clear();
            self.device.case = None;
            self.device.finished = None;
            self.device.enrolled = Some(enrolled);
        }
        for early in std::mem::take(&mut self.device.early) {
            if is_planted(Planted::EarlyEmergenciesLost) {
                continue;
            }
            self.record_emergency(early, None);
        }
        View::Case
    }

    fn snapshot(&mut self, bytes_base64: &str) -> View {
        let Some(enrolled) = &self.device.enrolled else {
            return View::Notice(Notice::new(code::NOT_ENROLLED, words::ERROR_LIST));
        };
        let read = BASE64
            .decode(bytes_base64.as_bytes())
            .and_then(|bytes| List::open(&bytes, enrolled, &self.device.floor));
        let Some((mut list, floor)) = read else {
            if is_planted(Planted::RefusedListEndsList) {
                self.device.list = None;
            }
            return View::Notice(Notice::new(code::SNAPSHOT, words::ERROR_LIST));
        };
        let made_at = list.made_at();
        list.clock = self.clock_for_list();
        let acknowledged = self.device.chain.acknowledged();
        self.device
            .outings
            .counted_by(list.snapshot(), acknowledged);
        self.device.floor = floor;
        self.device.list = Some(list);
        self.see_server_clock(made_at, true);
        self.decide_again();
        View::Case
    }

    fn shift_start(&mut self, shift: Option<Shift>, thermometer: &Option<String>) -> View {
        let Some(shift) = shift else {
            return View::Notice(Notice::plain(code::SHIFT, words::SHIFT_NOBODY));
        };
        // One that is not known here holds no shift up; it is asked for again when it is used.
        self.device.thermometer =
            (thermometer.as_deref().and_then(way_named)).or(self.device.thermometer);
        self.device.tally = self.device.tally.next();
        let body = EventBody::ShiftStart {
            guards: shift.guards.iter().map(|guard| guard.staff).collect(),
            mask: shift.mask,
            armband: shift.armband,
        };
        self.device.shift = Some(shift);
        self.append(body, None);
        View::Case
    }

    fn shift_end(&mut self, note: &str) -> View {
        if self.device.case.is_some() {
            return View::Notice(Notice::plain(code::SHIFT, words::SHIFT_CASE));
        }
        if self.device.shift.is_some() {
            let note = Some(note.trim()).filter(|note| !note.is_empty());
            let note = note.map(|note| Detail::new(DetailField::Remark, note));
            self.append_private(EventBody::ShiftEnd, None, None, note.into_iter().collect());
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

    fn sent(&mut self, through: u64, answers: &[Answer], server_millis: Option<i64>) -> View {
        if let Some(millis) = server_millis {
            self.see_server_clock(millis, false);
        }
        self.device
            .chain
            .acknowledge(through, self.now, server_millis);
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
            case.reopened = Some(Reopened::new(answer.seq, &answer.sentences));
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
        if (only_ahead && skew >= -SKEW_MILLIS) || is_planted(Planted::ClockTrusted) {
            return;
        }
        self.device.skew = (skew.abs() > SKEW_MILLIS).then_some(skew);
        if let Some(list) = &mut self.device.list {
            list.clock = ListClock::compared(self.device.skew.unwrap_or(0), self.now);
        }
    }

    /// By which clock a new list grows old before the server is heard: as the one before it.
    fn clock_for_list(&self) -> ListClock {
        match &self.device.list {
            Some(held) => held.clock,
            None => ListClock::started(self.device.skew.unwrap_or(0), self.now),
        }
    }

    /// Decides the case and shows it.
    pub(super) fn open(&mut self, case: Case) -> View {
        let before = self.device.case.replace(case);
        debug_assert!(before.is_none(), "the case before was taken or left");
        self.decide_again();
        View::Decided
    }

    /// Decides the open case by what is known now.
    pub(super) fn decide_again(&mut self) {
        let Some(mut case) = self.device.case.take() else {
            return;
        };
        if case.reopened.is_none() && case.candidates.is_empty() {
            self.fill(&mut case);
            let decision = self.device.decide(&case);
            case.verdict = decision.verdict;
            if self.is_reported(&case, &decision) {
                self.report_fever(&mut case);
            }
        }
        self.device.case = Some(case);
    }

    /// Whether a row that refers says that an office is told: such a case stays open until
    /// somebody records the outcome (GATE-7). An order alone reports nothing.
    fn is_reported(&self, case: &Case, decision: &Decision) -> bool {
        let Some(policy) = self.device.policy_at(case.situation.moment.millis) else {
            return false;
        };
        decision.verdict == Verdict::Refer
            && decision
                .reason_rows(policy)
                .filter(|row| row.effect == Effect::Refer)
                .any(|row| {
                    row.duties
                        .iter()
                        .any(|duty| matches!(duty, Duty::Report { .. }))
                })
    }

    /// The report goes out at once and only once, with what was written down of a visitor so far;
    /// the crossing follows when the guard says how it ended.
    pub(super) fn report_fever(&mut self, case: &mut Case) {
        if case.fever_event.is_none() {
            let body = EventBody::Fever(fever(case));
            let details = case.details.clone();
            self.append_private(body, case.concerned(), case.household, details);
            case.fever_event = Some(self.device.chain.last_seq());
        }
    }

    /// What the list and this device's own records say about the one who stands there.
    pub(super) fn fill(&self, case: &mut Case) {
        let policy = self.device.policy_at(self.now.millis);
        let offset = match policy {
            Some(policy) => policy.offset_minutes(self.now.millis),
            None => self.now.offset_minutes,
        };
        let moment = Moment::new(self.now.millis, offset);
        case.situation.moment = moment;
        case.situation.skew_minutes = self.device.skew_minutes(self.now);
        if let Some(list) = &self.device.list {
            list.fill(case, &self.device.outings, moment);
        }
    }

    pub(super) fn append(
        &mut self,
        body: EventBody,
        whom: Option<(Option<Subject>, Option<HouseholdId>)>,
    ) {
        let (subject, household) = whom.unwrap_or_default();
        self.append_private(body, subject, household, vec![]);
    }

    /// An event with what only some may read: whom it concerns and what was written down.
    pub(super) fn append_private(
        &mut self,
        body: EventBody,
        subject: Option<Subject>,
        household: Option<HouseholdId>,
        details: Vec<Detail>,
    ) {
        let personal = subject.is_some() || household.is_some() || !details.is_empty();
        let private = personal.then(|| Private {
            salt: self.salts.next(),
            subject,
            household,
            details,
        });
        let appended = self.device.append(body, private, self.now);
        self.append.extend(appended);
    }
}

fn too_long(input: &Input) -> bool {
    let long = |text: &str| text.chars().count() > TEXT_CHARACTERS_MOST;
    match input {
        Input::Scan { text, .. } | Input::ShiftEnd { note: text } => long(text),
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
        Input::Register { noted } => [&noted.name, &noted.phone, &noted.room, &noted.approved_by]
            .into_iter()
            .any(|text| long(text)),
        Input::ShiftStart {
            thermometer: Some(way),
            ..
        }
        | Input::Thermometer { way } => long(way),
        Input::Fact { value, .. } => value.as_text().is_some_and(long),
        _ => false,
    }
}
