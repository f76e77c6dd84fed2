//! What a record that was not taken in says, in words.

use super::crossing::verdict_key;
use super::crossing_line::{emergency_key, reason_key, way_key};
use super::fever_view::degrees;
use super::known_fact::facts_in_words;
use crate::ops::find_crossings::outcome_key;
use crate::ops::keep_tray::TrayEvent;
use crate::page::Frame;
use crate::person_line::PersonLine;
use crate::times::Times;
use gatehouse_core::gate::fact::subject_kind;
use gatehouse_core::gate::record::read_facts;
use gatehouse_core::wire::{Change, Crossing, DetailField, Event, EventBody, Fever, Reading};

/// A record in words.
#[derive(Default)]
pub struct EventWords {
    /// What it says: name and value.
    pub said: Vec<(String, String)>,
    /// What was known at the gate.
    pub facts: Vec<(String, String)>,
    /// Names and numbers that are there and not shown.
    pub hidden: usize,
}

/// What a record says; nothing where it cannot be read.
pub fn words_of(shown: &TrayEvent, times: Times, frame: &Frame) -> EventWords {
    let Some(event) = &shown.event else {
        return EventWords::default();
    };
    let mut words = Words {
        frame,
        times,
        said: Vec::new(),
    };
    words.add("tray-kind", frame.t(kind_key(&event.body)));
    words.add("crossings-at", times.moment(event.at.millis));
    words.body(event);
    if let Some((person, masked)) = &shown.person {
        let line = PersonLine::new(frame.lang, person, masked.as_deref(), times.today());
        let who = format!("{} {}", line.name, line.sex_and_age());
        words.add("today-subject", who);
    }
    words.add_some("today-subject", shown.plate.clone());
    let guards = shown.guards.join("、");
    words.add_some("crossings-staff", (!guards.is_empty()).then_some(guards));
    let details = event.private.iter().flat_map(|private| &private.details);
    let mut hidden = 0;
    for detail in details {
        match shown.is_plain || !is_personal(detail.field) {
            true => words.add(detail_key(detail.field), detail.reveal_text().to_owned()),
            false => hidden += 1,
        }
    }
    EventWords {
        said: words.said,
        facts: facts(event, frame),
        hidden,
    }
}

/// Whether a line can name somebody: shown only to whoever may open names.
const fn is_personal(field: DetailField) -> bool {
    !matches!(field, DetailField::TakenBy | DetailField::TakenTo)
}

fn facts(event: &Event, frame: &Frame) -> Vec<(String, String)> {
    let EventBody::Crossing(crossing) = &event.body else {
        return Vec::new();
    };
    let Ok(situation) = read_facts(&crossing.facts, event.at) else {
        return Vec::new();
    };
    // What nobody knew helps nobody to find out what happened.
    let unknown = frame.t("fact-unknown");
    let mut facts = facts_in_words(frame, &situation);
    facts.retain(|(_, value)| !value.is_empty() && *value != unknown);
    facts
}

struct Words<'a> {
    frame: &'a Frame,
    times: Times,
    said: Vec<(String, String)>,
}

impl Words<'_> {
    fn add(&mut self, key: &str, value: String) {
        self.said.push((self.frame.t(key), value));
    }

    fn add_some(&mut self, key: &str, value: Option<String>) {
        if let Some(value) = value {
            self.add(key, value);
        }
    }

    fn body(&mut self, event: &Event) {
        let frame = self.frame;
        match &event.body {
            EventBody::Crossing(crossing) => self.crossing(crossing),
            EventBody::Amendment { of, change } => {
                self.about(*of);
                self.add("today-outcome", change_words(change, frame));
            }
            EventBody::Fever(fever) => self.fever(fever),
            EventBody::Measurement { of, reading } => {
                self.about(*of);
                self.reading(Some(reading));
            }
            EventBody::HandedOn { of } => self.about(*of),
            EventBody::Emergency { of, what } => {
                self.about(*of);
                self.add("verdict-emergency", frame.t(emergency_key(*what)));
            }
            EventBody::Note { of: Some(of) } => self.about(*of),
            EventBody::ShiftStart { .. }
            | EventBody::ShiftEnd
            | EventBody::Lookup { .. }
            | EventBody::Note { of: None } => {}
        }
    }

    /// Which record of the same phone it is about.
    fn about(&mut self, of: u64) {
        let number = self.frame.with("tray-number", "number", &of.to_string());
        self.add("tray-about", number);
    }

    fn crossing(&mut self, crossing: &Crossing) {
        let frame = self.frame;
        self.add("today-way", frame.t(way_key(crossing.way)));
        let kind = crossing.subject_kind;
        let kind = kind.and_then(|kind| subject_kind::CHOICES.get(kind as usize));
        self.add_some(
            "tray-subject-kind",
            kind.map(|kind| frame.lang.pick(kind.label).to_owned()),
        );
        self.add_some("tray-pass", crossing.pass.map(|pass| pass.to_string()));
        match crossing.emergency {
            Some(what) => self.add("verdict-emergency", frame.t(emergency_key(what))),
            None => self.add("today-verdict", frame.t(verdict_key(crossing.verdict))),
        }
        let outcome = outcome_key(Some(crossing.outcome));
        self.add("today-outcome", frame.t(outcome));
        let reason = crossing.overruling_reason;
        self.add_some(
            "today-overruled",
            reason.map(|reason| frame.t(reason_key(reason))),
        );
    }

    fn fever(&mut self, fever: &Fever) {
        if let Some(of) = fever.crossing {
            self.about(of);
        }
        self.reading(fever.first.as_ref());
        self.reading(fever.second.as_ref());
        self.add_some("tray-pass", fever.pass.map(|pass| pass.to_string()));
    }

    fn reading(&mut self, reading: Option<&Reading>) {
        let words = reading.map(|reading| {
            let value = degrees(reading.tenths, self.frame.lang);
            format!("{value} · {}", self.times.moment(reading.at))
        });
        self.add_some("tray-reading", words);
    }
}

fn change_words(change: &Change, frame: &Frame) -> String {
    match change {
        Change::Undo {} => frame.t("outcome-undone"),
        Change::Outcome { outcome, .. } => frame.t(outcome_key(Some(*outcome))),
        Change::Emergency { what } => frame.t(emergency_key(*what)),
    }
}

const fn kind_key(body: &EventBody) -> &'static str {
    match body {
        EventBody::Crossing(_) => "tray-kind-crossing",
        EventBody::Amendment { .. } => "tray-kind-amendment",
        EventBody::ShiftStart { .. } => "tray-kind-shift_start",
        EventBody::ShiftEnd => "tray-kind-shift_end",
        EventBody::Fever(_) => "tray-kind-fever",
        EventBody::Measurement { .. } => "tray-kind-measurement",
        EventBody::HandedOn { .. } => "tray-kind-handed_on",
        EventBody::Emergency { .. } => "tray-kind-emergency",
        EventBody::Lookup { .. } => "tray-kind-lookup",
        EventBody::Note { .. } => "tray-kind-note",
    }
}

const fn detail_key(field: DetailField) -> &'static str {
    match field {
        DetailField::Name => "tray-detail-name",
        DetailField::Phone => "tray-detail-phone",
        DetailField::Document => "tray-detail-document",
        DetailField::Plate => "tray-detail-plate",
        DetailField::Room => "tray-detail-room",
        DetailField::Employer => "tray-detail-employer",
        DetailField::Purpose => "tray-detail-purpose",
        DetailField::ApprovedBy => "tray-detail-approved_by",
        DetailField::TakenBy => "tray-detail-taken_by",
        DetailField::TakenTo => "tray-detail-taken_to",
        DetailField::Remark => "tray-detail-remark",
    }
}
