//! Outputs to JSON, written by hand for the same reason as `read_json.rs`, and held to what
//! `serde` writes by every test of the device.

use super::screen::*;
use crate::gate::{Outcome, Verdict};
use crate::json::Writer;
use crate::wire::OverrulingReason;

/// The output in JSON.
pub(super) fn write_output(output: &Output) -> Vec<u8> {
    let mut to = Writer::default();
    to.open('{');
    to.key("screen");
    screen(&mut to, &output.screen);
    to.list("append", &output.append, |to, event| {
        to.open('{');
        to.count("seq", event.seq);
        to.text("event_base64", &event.event_base64);
        to.text("head_base64", &event.head_base64);
        to.close('}');
    });
    to.maybe("head_to_sign_base64", output.head_to_sign_base64.as_deref());
    to.maybe("sound", output.sound.map(sound));
    if !output.vibrate.is_empty() {
        to.list("vibrate", &output.vibrate, |to, millis| {
            to.number((*millis).into())
        });
    }
    to.key("counts");
    to.open('{');
    to.count("admitted", output.counts.admitted.into());
    to.count("turned_back", output.counts.turned_back.into());
    to.count("emergencies", output.counts.emergencies.into());
    to.count("entered", output.counts.entered.into());
    to.count("visitors", output.counts.visitors.into());
    to.count("unsent", output.counts.unsent);
    to.close('}');
    to.key("thermometer");
    to.open('{');
    choices(&mut to, &output.thermometer.choices);
    to.maybe("chosen", output.thermometer.chosen.as_deref());
    to.close('}');
    to.key("header");
    to.open('{');
    to.text("place", &output.header.place);
    to.list("guards", &output.header.guards, |to, name| to.string(name));
    to.list("notices", &output.header.notices, |to, text| {
        to.string(text)
    });
    if let Some(number) = output.header.snapshot {
        to.count("snapshot", number);
    }
    to.close('}');
    to.list("recent", &output.recent, |to, row| {
        to.open('{');
        to.count("seq", row.seq);
        to.text("time", &row.time);
        to.text("text", &row.text);
        to.flag("can_undo", row.can_undo);
        to.close('}');
    });
    to.count("forget_through", output.forget_through);
    to.close('}');
    to.finish()
}

fn screen(to: &mut Writer, screen: &Screen) {
    to.open('{');
    to.text("kind", kind(screen.kind));
    to.maybe("verdict", screen.verdict.map(Verdict::name));
    to.text("headline", &screen.headline);
    to.list("sentences", &screen.sentences, |to, sentence| {
        to.open('{');
        to.text("text", &sentence.text);
        to.flag("read_aloud", sentence.read_aloud);
        to.close('}');
    });
    to.maybe("clause", screen.clause.as_deref());
    if let Some(who) = &screen.who {
        to.key("who");
        to.open('{');
        to.text("name", &who.name);
        to.text("room", &who.room);
        to.text("sex", &who.sex);
        to.text("age_band", &who.age_band);
        to.maybe("picture_base64", who.picture_base64.as_deref());
        to.close('}');
    }
    to.list("steps", &screen.steps, step);
    to.list("duties", &screen.duties, |to, duty| {
        to.open('{');
        to.text("text", &duty.text);
        to.close('}');
    });
    if screen.register {
        to.flag("register", true);
    }
    if let Some(age) = &screen.age {
        to.key("age");
        to.open('{');
        to.count("minutes", age.minutes.into());
        to.text("text", &age.text);
        to.text("stage", stage(age.stage));
        to.close('}');
    }
    to.maybe("phone", screen.phone.as_deref());
    to.list("finish", &screen.finish, |to, finish| {
        to.open('{');
        to.text("outcome", outcome(finish.outcome));
        to.text("label", &finish.label);
        to.flag("needs_reason", finish.needs_reason);
        to.close('}');
    });
    to.list("reasons", &screen.reasons, |to, reason| {
        to.open('{');
        to.text("value", reason_name(reason.value));
        to.text("label", &reason.label);
        to.close('}');
    });
    to.list("flags", &screen.flags, |to, mark| to.string(flag(*mark)));
    to.maybe("code", screen.code.as_deref());
    to.close('}');
}

fn step(to: &mut Writer, step: &StepShown) {
    to.open('{');
    to.text("step", &step.step);
    to.text("text", &step.text);
    to.flag("read_aloud", step.read_aloud);
    to.key("control");
    to.open('{');
    to.text("kind", control(step.control.kind));
    to.text("fact", &step.control.fact);
    if !step.control.choices.is_empty() {
        choices(to, &step.control.choices);
    }
    if step.control.several {
        to.flag("several", true);
    }
    to.maybe("phone", step.control.phone.as_deref());
    to.close('}');
    to.close('}');
}

fn choices(to: &mut Writer, choices: &[ChoiceShown]) {
    to.list("choices", choices, |to, choice| {
        to.open('{');
        to.key("value");
        to.value(&choice.value);
        to.text("label", &choice.label);
        to.close('}');
    });
}

fn kind(kind: ScreenKind) -> &'static str {
    match kind {
        ScreenKind::Scan => "scan",
        ScreenKind::Verdict => "verdict",
        ScreenKind::Choose => "choose",
        ScreenKind::Shift => "shift",
        ScreenKind::Message => "message",
    }
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Crossed => "crossed",
        Outcome::TurnedBack => "turned_back",
        Outcome::TakenInCharge => "taken_in_charge",
        Outcome::Unknown => "unknown",
    }
}

fn reason_name(reason: OverrulingReason) -> &'static str {
    match reason {
        OverrulingReason::ShiftLeadDecided => "shift_lead_decided",
        OverrulingReason::OfficeApproved => "office_approved",
        OverrulingReason::SuppliedLater => "supplied_later",
        OverrulingReason::LeftByChoice => "left_by_choice",
        OverrulingReason::WentThrough => "went_through",
        OverrulingReason::EmergencyFound => "emergency_found",
    }
}

fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Fresh => "fresh",
        Stage::Stale => "stale",
        Stage::Past => "past",
    }
}

fn sound(sound: Sound) -> &'static str {
    match sound {
        Sound::Admit => "admit",
        Sound::Ask => "ask",
        Sound::Refuse => "refuse",
        Sound::Refer => "refer",
        Sound::Emergency => "emergency",
        Sound::Message => "message",
    }
}

fn control(kind: ControlKind) -> &'static str {
    match kind {
        ControlKind::Temperature => "temperature",
        ControlKind::Confirm => "confirm",
        ControlKind::Choice => "choice",
        ControlKind::Text => "text",
        ControlKind::Plate => "plate",
        ControlKind::Room => "room",
        ControlKind::Call => "call",
        ControlKind::Scan => "scan",
        ControlKind::Register => "register",
    }
}

fn flag(flag: Flag) -> &'static str {
    match flag {
        Flag::Copied => "copied",
        Flag::Grace => "grace",
        Flag::ClockSkew => "clock_skew",
        Flag::QuotaUnsure => "quota_unsure",
        Flag::Emergency => "emergency",
        Flag::Fever => "fever",
        Flag::ServerAnswer => "server_answer",
        Flag::NoPolicy => "no_policy",
    }
}
