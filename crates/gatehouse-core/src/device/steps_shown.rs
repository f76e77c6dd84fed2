//! Steps and duties of a decision as the page shows them: a sentence and a control.

use super::screen::{ChoiceShown, Control, ControlKind, DutyShown, StepShown};
use super::words::{self, Language, Slots};
use crate::gate::duty::{Duty, Receiver};
use crate::gate::fact::{Choice, Kind};
use crate::gate::reading::Lens;
use crate::gate::steps::Missing;
use crate::gate::value::StayKind;
use crate::gate::{Decision, Fact, Policy, Step};
use serde_json::json;

/// The steps of a decision, one control each; a step that supplies several facts comes as
/// several controls, and the first one says the sentence.
pub(crate) fn steps(
    lang: Language,
    decision: &Decision,
    policy: &Policy,
    slots: &Slots,
    phone: Option<&str>,
) -> Vec<StepShown> {
    let mut shown = Vec::new();
    for missing in &decision.missing {
        let slots = with_limits(lang, missing, policy, slots.clone());
        let (text, read_aloud) = aloud(&slots.fill(lang.of(missing.step.sentence())));
        let mut controls = controls(lang, missing, phone).into_iter();
        let step = missing.step.name();
        if let Some(control) = controls.next() {
            shown.push(StepShown {
                step: step.clone(),
                text,
                read_aloud,
                control,
            });
        }
        shown.extend(controls.map(|control| {
            let label = Fact::named(&control.fact).map_or("", |fact| lang.of(fact.spec().label));
            StepShown {
                step: step.clone(),
                text: label.to_owned(),
                read_aloud: false,
                control,
            }
        }));
    }
    shown
}

/// Takes the mark 念 off a sentence that is said to the person.
pub(crate) fn aloud(text: &str) -> (String, bool) {
    for mark in ["念：", "Say: "] {
        if let Some(said) = text.strip_prefix(mark) {
            return (said.to_owned(), true);
        }
    }
    (text.to_owned(), false)
}

/// What is to be done besides, each thing once.
pub(crate) fn duties(
    lang: Language,
    decision: &Decision,
    policy: &Policy,
    slots: &Slots,
) -> Vec<DutyShown> {
    let mut shown: Vec<DutyShown> = Vec::new();
    for duty in decision.duty_rows(policy).flat_map(|row| &row.duties) {
        let text = duty_text(lang, duty, slots);
        if shown.iter().all(|earlier| earlier.text != text) {
            shown.push(DutyShown { text });
        }
    }
    shown
}

/// Offices in a row, in the language's manner.
pub(crate) fn receivers(lang: Language, receivers: &[Receiver]) -> String {
    let names: Vec<&str> = receivers.iter().map(|to| lang.of(to.words())).collect();
    names.join(match lang {
        Language::Zh => "、",
        Language::En => ", ",
    })
}

fn duty_text(lang: Language, duty: &Duty, slots: &Slots) -> String {
    let (template, slots) = match duty {
        Duty::MeasureTemperature => (words::DUTY_TEMPERATURE, slots.clone()),
        Duty::Register => (words::DUTY_REGISTER, slots.clone()),
        Duty::WearMask => (words::DUTY_MASK, slots.clone()),
        Duty::KeepApart => (words::DUTY_APART, slots.clone()),
        Duty::Report { to, within_minutes } => {
            let slots = slots.clone().with("receivers", receivers(lang, to));
            match within_minutes {
                Some(minutes) => (
                    words::DUTY_REPORT_WITHIN,
                    slots.with("minutes", minutes.to_string()),
                ),
                None => (words::DUTY_REPORT, slots),
            }
        }
        Duty::HandTo { to } => (
            words::DUTY_HAND,
            slots.clone().with("receivers", receivers(lang, &[*to])),
        ),
        Duty::Transport { by } => (
            words::DUTY_TRANSPORT,
            slots.clone().with("receivers", receivers(lang, &[*by])),
        ),
        Duty::AdviseDoctor => (words::DUTY_DOCTOR, slots.clone()),
        Duty::IssuePass => (words::DUTY_PASS, slots.clone()),
        Duty::EndOtherPasses => (words::DUTY_END_PASSES, slots.clone()),
        Duty::StartClock { minutes } => (
            words::DUTY_CLOCK,
            slots.clone().with("minutes", minutes.to_string()),
        ),
        Duty::FollowUp => (words::DUTY_FOLLOW, slots.clone()),
    };
    slots.fill(lang.of(template))
}

/// Limits that stand in the policy's readings and belong into a step's sentence.
fn with_limits(lang: Language, missing: &Missing, policy: &Policy, slots: Slots) -> Slots {
    let mut days = None;
    let mut kinds = 0;
    for (reading, (fact, _)) in policy.compiled().readings.iter().zip(policy.lookups()) {
        if !missing.facts.contains(fact) {
            continue;
        }
        match (&reading.lens, fact) {
            (Lens::StayWithin { kinds: held, days: window }, _) => {
                kinds |= held;
                days = days.max(Some(i64::from(*window)));
            }
            (Lens::Whole { cuts }, Fact::NegativeTestAgeHours) => {
                // The class up to and including N hours ends at the cut N × scale + 1.
                days = cuts.first().map(|cut| cut / 24);
            }
            _ => {}
        }
    }
    let mut slots = slots.with("minutes", policy.compiled().rest_minutes.to_string());
    if let Some(days) = days {
        slots = slots.with("days", days.to_string());
    }
    if kinds != 0 {
        let places: Vec<&str> = StayKind::ALL
            .iter()
            .filter(|kind| kinds & (1 << kind.0 as u8) != 0)
            .map(|(_, _, zh, en)| match lang {
                Language::Zh => *zh,
                Language::En => *en,
            })
            .collect();
        slots = slots.with("place", places.join(" / "));
    }
    slots
}

fn controls(lang: Language, missing: &Missing, phone: Option<&str>) -> Vec<Control> {
    let plain = |kind, fact: &str| Control {
        kind,
        fact: fact.to_owned(),
        choices: vec![],
        several: false,
        phone: None,
    };
    match missing.step {
        // One look at the pass answers all that is read off it, one room all of the register.
        Step::ScanPass => return vec![plain(ControlKind::Scan, "")],
        Step::RecordPlate => return vec![plain(ControlKind::Plate, PLATE)],
        Step::CallShiftLead => {
            let mut control = plain(ControlKind::Call, "");
            control.phone = phone.map(str::to_owned);
            return vec![control];
        }
        _ => {}
    }
    let one = |fact: &Fact| match fact {
        Fact::RegisteredResident => plain(ControlKind::Room, fact.spec().name),
        Fact::Temperature | Fact::SecondTemperature => {
            plain(ControlKind::Temperature, fact.spec().name)
        }
        _ => generic(lang, *fact),
    };
    missing.facts.iter().map(one).collect()
}

/// Pseudo-fact of the plate as typed; the device derives what rows read from it.
pub(crate) const PLATE: &str = "plate";
/// Pseudo-fact of the choice among several residents of a room.
pub(crate) const PERSON: &str = "person";

fn generic(lang: Language, fact: Fact) -> Control {
    let spec = fact.spec();
    let named = |choices: &[Choice]| -> Vec<ChoiceShown> {
        let shown = |choice: &Choice| ChoiceShown {
            value: json!(choice.name),
            label: lang.of(choice.label).to_owned(),
        };
        choices.iter().map(shown).collect()
    };
    let (kind, choices, several) = match spec.kind {
        Kind::Flag { yes, no } => {
            let choices = [(true, yes), (false, no)].map(|(value, label)| ChoiceShown {
                value: json!(value),
                label: lang.of(label).to_owned(),
            });
            (ControlKind::Confirm, choices.to_vec(), false)
        }
        Kind::Choice(choices) => (ControlKind::Choice, named(choices), false),
        Kind::Set(choices) => (ControlKind::Choice, named(choices), true),
        Kind::Stays => {
            let choices = StayKind::ALL
                .iter()
                .map(|(kind, _, zh, en)| ChoiceShown {
                    value: json!({"kind": kind.name(), "days_ago": 0}),
                    label: (if lang == Language::Zh { *zh } else { *en }).to_owned(),
                })
                .collect();
            (ControlKind::Choice, choices, true)
        }
        Kind::Number { .. } | Kind::Outings => (ControlKind::Text, vec![], false),
    };
    Control {
        kind,
        fact: spec.name.to_owned(),
        choices,
        several,
        phone: None,
    }
}
