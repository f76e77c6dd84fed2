//! The controls of the steps: how the page asks for what is still missing.

use super::screen::{ChoiceShown, Control, ControlKind, StepShown};
use super::words::Slots;
use crate::gate::fact::{Choice, Kind};
use crate::gate::reading::Lens;
use crate::gate::steps::Missing;
use crate::gate::value::StayKind;
use crate::gate::wording::{Lang, Wording};
use crate::gate::{Decision, Fact, Policy, Step};
use crate::json::Json;

/// Pseudo-fact of the plate as typed; the device derives what rows read from it.
pub(crate) const PLATE: &str = "plate";
/// Pseudo-fact of the choice among several residents of a room.
pub(crate) const PERSON: &str = "person";
/// Pseudo-fact of the door that somebody goes to.
pub(crate) const ROOM: &str = "room";

/// The steps of a decision, one control each. A step that supplies several facts comes as
/// several; the first says the sentence, the others name their fact.
pub(crate) fn steps(
    lang: Lang,
    decision: &Decision,
    wording: &Wording,
    phone: Option<&str>,
) -> Vec<StepShown> {
    let mut shown = Vec::new();
    for (missing, (step, sentence)) in decision.missing.iter().zip(&wording.steps) {
        let name = step.name();
        for (at, control) in controls(lang, missing, phone).into_iter().enumerate() {
            let (text, read_aloud) = match (at, Fact::named(&control.fact)) {
                (0, _) | (_, None) => (sentence.text.clone(), sentence.read_aloud),
                (_, Some(fact)) => (lang.pick(fact.spec().label).to_owned(), false),
            };
            shown.push(StepShown {
                step: name.clone(),
                text,
                read_aloud,
                control,
            });
        }
    }
    shown
}

/// Limits that stand in the policy's readings and belong into a step's sentence.
pub(crate) fn limits(lang: Lang, decision: &Decision, policy: &Policy, slots: Slots) -> Slots {
    let wanted = |fact: &Fact| decision.missing.iter().any(|m| m.facts.contains(fact));
    let mut days = None;
    let mut kinds = 0;
    for (reading, (fact, _)) in policy.compiled().readings.iter().zip(policy.lookups()) {
        match &reading.lens {
            Lens::StayWithin {
                kinds: held,
                days: window,
            } if wanted(fact) => {
                kinds |= held;
                days = days.max(Some(i64::from(*window)));
            }
            // "Within 168 hours" ends before the cut at 169.
            Lens::Whole { cuts } if *fact == Fact::NegativeTestAgeHours && wanted(fact) => {
                days = days.or(cuts.first().map(|cut| cut / 24));
            }
            _ => {}
        }
    }
    let mut slots = slots;
    if let Some(days) = days {
        slots = slots.with("days", days.to_string());
    }
    if kinds != 0 {
        let places = StayKind::ALL
            .iter()
            .filter(|kind| kinds & (1 << kind.0 as u8) != 0);
        let names: Vec<&str> = places.map(|kind| stay_label(lang, kind)).collect();
        slots = slots.with(
            "place",
            names.join(match lang {
                Lang::Zh => "、",
                Lang::En => " or ",
            }),
        );
    }
    slots
}

fn stay_label(
    lang: Lang,
    kind: &(StayKind, &'static str, &'static str, &'static str),
) -> &'static str {
    match lang {
        Lang::Zh => kind.2,
        Lang::En => kind.3,
    }
}

fn plain(kind: ControlKind, fact: &str) -> Control {
    Control {
        kind,
        fact: fact.to_owned(),
        choices: vec![],
        several: false,
        phone: None,
    }
}

fn controls(lang: Lang, missing: &Missing, phone: Option<&str>) -> Vec<Control> {
    match missing.step {
        // One look at the pass answers all that is read off it, one room all of the register.
        Step::ScanPass => vec![plain(ControlKind::Scan, "")],
        Step::Register => vec![plain(
            ControlKind::Register,
            Fact::RegisteredNow.spec().name,
        )],
        Step::RecordPlate => vec![plain(ControlKind::Plate, PLATE)],
        Step::FindByRoom => {
            vec![plain(
                ControlKind::Room,
                Fact::RegisteredResident.spec().name,
            )]
        }
        Step::CallShiftLead => {
            let mut control = plain(ControlKind::Call, "");
            control.phone = phone.map(str::to_owned);
            vec![control]
        }
        _ => missing
            .facts
            .iter()
            .map(|fact| of_fact(lang, *fact))
            .collect(),
    }
}

/// What can be tapped for a list of the vocabulary.
pub(super) fn named(lang: Lang, choices: &[Choice]) -> Vec<ChoiceShown> {
    let shown = |choice: &Choice| ChoiceShown {
        value: choice.name.into(),
        label: lang.pick(choice.label).to_owned(),
    };
    choices.iter().map(shown).collect()
}

fn of_fact(lang: Lang, fact: Fact) -> Control {
    let spec = fact.spec();
    match fact {
        Fact::Temperature | Fact::SecondTemperature => {
            return plain(ControlKind::Temperature, spec.name);
        }
        _ => {}
    }
    let (kind, choices, several) = match spec.kind {
        Kind::Flag { yes, no } => {
            let shown = [(true, yes), (false, no)].map(|(value, label)| ChoiceShown {
                value: value.into(),
                label: lang.pick(label).to_owned(),
            });
            (ControlKind::Confirm, shown.to_vec(), false)
        }
        Kind::Choice(choices) => (ControlKind::Choice, named(lang, choices), false),
        Kind::Set(choices) => (ControlKind::Choice, named(lang, choices), true),
        Kind::Stays => {
            // Asked with the days in the question, so a yes lies within them.
            let shown = StayKind::ALL.iter().map(|kind| ChoiceShown {
                value: Json::object([("kind", kind.1.into()), ("days_ago", 0.into())]),
                label: stay_label(lang, kind).to_owned(),
            });
            (ControlKind::Choice, shown.collect(), true)
        }
        Kind::Number { .. } | Kind::Outings => (ControlKind::Text, vec![], false),
    };
    Control {
        choices,
        several,
        ..plain(kind, spec.name)
    }
}
