//! What the device tells the page: what to paint, what to store, what to sign. The page adds no
//! words of its own to a decision.

use super::input::OverrulingReason;
pub use crate::gate::wording::Sentence;
use crate::gate::{Outcome, Verdict};
use crate::json::Json;
use serde::{Deserialize, Serialize};

/// Everything that follows from one input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Output {
    /// What the guard sees now.
    pub screen: Screen,
    /// Events to store together with the state, before anything is sent.
    pub append: Vec<Appended>,
    /// Head of the whole chain (SHA-256); present while anything is unsent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head_to_sign_base64: Option<String>,
    /// Which sound to play.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sound: Option<Sound>,
    /// Milliseconds on, off, on …; empty for none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vibrate: Vec<u16>,
    /// Figures of this shift.
    pub counts: Counts,
    /// Which thermometers there are and which is in use.
    pub thermometer: ThermometerShown,
    /// The line on top of every screen.
    pub header: Header,
    /// Latest crossings of this device, newest first.
    pub recent: Vec<Recent>,
    /// Events up to here are acknowledged and older than seven days; the page may delete them.
    pub forget_through: u64,
}

/// One screen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Screen {
    /// Which shape.
    pub kind: ScreenKind,
    /// The verdict, on verdict screens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// The large word.
    pub headline: String,
    /// At most three: why, what to do.
    pub sentences: Vec<Sentence>,
    /// "依据：…", small.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clause: Option<String>,
    /// Who it is, masked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<Who>,
    /// What the guard still does, in order.
    pub steps: Vec<StepShown>,
    /// What is to be done besides.
    pub duties: Vec<DutyShown>,
    /// A duty asks to register and no step does: the page offers the form beside the duties.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub register: bool,
    /// On how old a list the verdict rests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age: Option<Age>,
    /// Whom to call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// How the case can end.
    pub finish: Vec<Finish>,
    /// The reasons to choose from where a finish needs one.
    pub reasons: Vec<Reason>,
    /// Marks that go into the record too.
    pub flags: Vec<Flag>,
    /// Code of a message; short, holds no personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// The shapes of screens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScreenKind {
    /// Ready for the next one.
    Scan,
    /// An open case.
    Verdict,
    /// Several residents fit; one is to be chosen.
    Choose,
    /// Nobody is on duty yet.
    Shift,
    /// Something to read; the open case, if any, is kept.
    Message,
}

/// Who stands there, as far as a guard may see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    /// Masked name.
    pub name: String,
    /// 6 栋 2 单元 302.
    pub room: String,
    /// 男, 女 or empty.
    pub sex: String,
    /// 30 多岁, or empty.
    pub age_band: String,
    /// A small picture, only where the person agreed to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture_base64: Option<String>,
}

/// One step with the control that supplies it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepShown {
    /// Name of the step.
    pub step: String,
    /// What to do.
    pub text: String,
    /// 念.
    pub read_aloud: bool,
    /// How the page asks for it.
    pub control: Control,
}

/// A control of the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Control {
    /// Which.
    pub kind: ControlKind,
    /// Goes back as `fact` of the next input.
    pub fact: String,
    /// What can be tapped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<ChoiceShown>,
    /// Several may be tapped; the value is the list of them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub several: bool,
    /// For calls: the number, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// Kinds of control.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ControlKind {
    /// Keys 36.0 to 37.2 and a way to higher ones; never prefilled.
    Temperature,
    /// Yes or no.
    Confirm,
    /// One or several of a list.
    Choice,
    /// Typed text or a number.
    Text,
    /// Keys of a plate.
    Plate,
    /// Building, unit, room, surname.
    Room,
    /// A call.
    Call,
    /// The camera.
    Scan,
    /// Surname, telephone, home and who agreed, written down; answered by `register`.
    Register,
}

/// One thing that can be tapped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChoiceShown {
    /// Goes back as `value`.
    pub value: Json,
    /// Its words.
    pub label: String,
}

/// Something to do besides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DutyShown {
    /// Ready to show.
    pub text: String,
}

/// Age of the snapshot under a verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Age {
    /// Minutes since it was made.
    pub minutes: u32,
    /// 按 26 分钟前的名单.
    pub text: String,
    /// By its soft and hard life.
    pub stage: Stage,
}

/// 名单新 · 名单旧 · 名单过旧.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Within the soft life.
    Fresh,
    /// Within the hard life.
    Stale,
    /// Beyond it.
    Past,
}

/// A way to end the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finish {
    /// Recorded.
    pub outcome: Outcome,
    /// The button.
    pub label: String,
    /// The outcome differs from the verdict.
    pub needs_reason: bool,
}

/// A reason of the short list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Goes back as `overruling_reason`.
    pub value: OverrulingReason,
    /// Its words.
    pub label: String,
}

/// Marks on a screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// The same pass came in minutes ago (PASS-4).
    Copied,
    /// Past its end, accepted while the server is out of reach.
    Grace,
    /// This device's clock is known to be wrong.
    ClockSkew,
    /// Another device may have counted outings that are not here yet.
    QuotaUnsure,
    /// Let through as an emergency.
    Emergency,
    /// A feverish person waits for the outcome.
    Fever,
    /// The server's graver answer.
    ServerAnswer,
    /// No document is in force.
    NoPolicy,
}

/// Sounds, one for each verdict and two more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sound {
    /// 放行.
    Admit,
    /// 请补充.
    Ask,
    /// 不放行.
    Refuse,
    /// 转办.
    Refer,
    /// 紧急放行.
    Emergency,
    /// Something to read.
    Message,
}

/// An event to store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appended {
    /// Its number in the chain of this device.
    pub seq: u64,
    /// Its bytes (wire v1).
    pub event_base64: String,
    /// Head of the chain after it: what to sign when a batch ends here.
    pub head_base64: String,
}

/// Figures of this shift, and what waits to be sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Crossings that crossed.
    pub admitted: u32,
    /// Those that turned back.
    pub turned_back: u32,
    /// Emergencies, also counted in `admitted`.
    pub emergencies: u32,
    /// Of those that crossed, who came in.
    pub entered: u32,
    /// Visitors who came in today and have not gone out, as this device saw it.
    pub visitors: u32,
    /// Events not yet acknowledged.
    pub unsent: u64,
}

/// The thermometers to choose from (GATE-6).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ThermometerShown {
    /// All of them.
    pub choices: Vec<ChoiceShown>,
    /// The value of the one in use; missing until somebody has said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen: Option<String>,
}

/// The line on top of every screen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// 锦绣苑 · 东门; empty without a snapshot.
    pub place: String,
    /// Names of the guards on duty.
    pub guards: Vec<String>,
    /// Sentences on network, list and clock; empty when all is well. Over a verdict only those that
    /// change how it is to be taken: the list is past its hard life, the clock is wrong.
    pub notices: Vec<String>,
    /// Number of the snapshot in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<u64>,
}

/// A latest crossing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recent {
    /// Its event.
    pub seq: u64,
    /// 14:05.
    pub time: String,
    /// 住户 · 进 · 已通过.
    pub text: String,
    /// Whether an undo would still change something.
    pub can_undo: bool,
}
