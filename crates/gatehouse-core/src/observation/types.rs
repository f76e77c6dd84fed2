//! What a policy document says of an observation.

use crate::gate::compiled::Text;
use crate::sourced::{MayBelow, Sourced};
use serde::de::{Error, Unexpected};
use serde::{Deserialize, Deserializer, Serialize};

/// A plan of observation: its stages one after the other.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// `P9/abroad`.
    pub id: String,
    /// The clause, or "deployment".
    pub source: String,
    /// How an entry below may stand to it.
    pub below: Option<MayBelow>,
    /// Entries of documents above that it takes out of force.
    #[serde(default)]
    pub replaces: Vec<String>,
    /// What it is called.
    pub name: Text,
    /// Who is observed by it.
    pub whom: Vec<Subject>,
    /// Who looks after them.
    pub team: Option<Team>,
    /// What ends it before its days are full.
    #[serde(default)]
    pub early_end: Vec<Sourced<EarlyEnd>>,
    /// What is to be done besides visits and tests.
    #[serde(default, rename = "do")]
    pub todo: Vec<PlanTodo>,
    /// One after the other, without a gap.
    pub stage: Vec<Stage>,
}

crate::entry!(Plan);

/// Who is observed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// 返回人员: came or came back from elsewhere.
    Returnee,
    /// 密接.
    CloseContact,
    /// 密接的密接.
    ContactOfContact,
    /// 一般接触者.
    GeneralContact,
    /// 出院人员.
    Discharged,
}

/// The people who look after one person (OBS-2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Team {
    /// Who they are.
    pub members: Vec<TeamMember>,
    /// Who leads.
    pub leads: Option<TeamMember>,
    /// The clause, or "deployment".
    pub source: String,
}

/// One of those who look after somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TeamMember {
    /// 镇街干部.
    TownshipCadre,
    /// 村、社区工作人员.
    CommunityWorker,
    /// 社区民警: a named member of a team, no guard.
    PoliceOfficer,
    /// 基层卫生人员、村医.
    HealthWorker,
    /// 网格员.
    GridWorker,
    /// 所在单位.
    Workplace,
    /// The person.
    Themselves,
}

/// What ends an observation before its days are full (OBS-6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum EarlyEnd {
    /// The contact with whom they had contact is released.
    ContactReleased,
    /// The suspected case is excluded.
    CaseExcluded,
}

/// What is to be done on an occasion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PlanTodo {
    /// When.
    pub when: Occasion,
    /// What.
    pub what: Vec<Todo>,
    /// Only for whoever is observed there.
    pub at: Option<StageKind>,
    /// Who is told.
    #[serde(default)]
    pub to: Vec<Recipient>,
    /// Within how many hours; at once where nothing is said.
    pub within_hours: Option<u16>,
    /// The clause, or "deployment".
    pub source: String,
}

/// When something is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Occasion {
    /// When it begins.
    Start,
    /// Each day.
    Daily,
    /// When symptoms are seen (OBS-5).
    Symptoms,
    /// 失管: on a list, no file or no visit (OBS-7; the meanings are ours).
    Unmanaged,
    /// 脱管: was looked after, now not found.
    Lost,
    /// 漏管: should have been on the list.
    LeftOut,
    /// When a breach is recorded: a dated fact with the person's answer (OBS-11).
    Breach,
    /// When it ends.
    End,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Todo {
    /// 一人一档: open a file.
    OpenFile,
    /// Tell reason, period, legal basis, precautions, facts on the disease, whom to call.
    TellOfOrder,
    /// Sign the commitment.
    SignCommitment,
    /// Ask for contacts, places, health, workplace, telephone.
    AskForContacts,
    /// 一人一间: a room of their own.
    OwnRoom,
    /// Meals apart.
    MealsApart,
    /// Open the windows.
    Air,
    /// Disinfect.
    Disinfect,
    /// Bring disinfectant and hand rub, and say how to use them.
    BringKit,
    /// Ask after the health of the rest of the household.
    AskHousehold,
    /// Help with daily needs.
    HelpWithNeeds,
    /// Psychological support.
    Counselling,
    /// Report.
    Report,
    /// Record the fact and the person's answer.
    Record,
    /// Call the team.
    CallTeam,
    /// Call 120.
    #[serde(rename = "call_120")]
    Call120,
    /// Put on a mask.
    WearMask,
    /// See a doctor at a fever clinic.
    FeverClinic,
    /// See a doctor nearby.
    NearbyDoctor,
    /// To the designated hospital.
    DesignatedHospital,
    /// Sample and test.
    Test,
    /// Closed transfer, handed over face to face (RET-4).
    ClosedTransfer,
    /// Before work is taken up again the workplace agrees; this never prolongs the observation.
    AskWorkplace,
    /// Avoid going out.
    AvoidGoingOut,
}

/// Who is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    /// The community or village.
    Community,
    /// The street or township.
    Township,
    /// The command.
    Command,
    /// The centre for disease control.
    Cdc,
    /// The workplace.
    Workplace,
}

/// A stretch of an observation.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Where, and whether it keeps in.
    pub kind: StageKind,
    /// How many days.
    pub days: Sourced<u16>,
    /// Which day is its day 0 (POL-6).
    pub zero: Sourced<DayZero>,
    /// Days served elsewhere count where this is yes.
    pub served_counts: Option<Sourced<bool>>,
    /// Visits, calls, measurements.
    #[serde(default)]
    pub visit: Vec<Visit>,
    /// Tests, in order.
    #[serde(default)]
    pub test: Vec<Test>,
}

/// Which day is day 0 of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DayZero {
    /// The day of arrival.
    Arrival,
    /// The day on which it begins.
    Entry,
    /// The day of the last exposure.
    LastExposure,
    /// The day of discharge.
    Discharge,
    /// A further stage: the last day of the stage before, so that 14 + 14 days are 28.
    LastDayBefore,
    /// A further stage: the day after the stage before.
    DayAfter,
}

impl DayZero {
    /// Whether it is counted from the stage before.
    pub const fn is_of_stage_before(self) -> bool {
        matches!(self, DayZero::LastDayBefore | DayZero::DayAfter)
    }
}

/// Visits of one kind, day after day.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Visit {
    /// What is done.
    pub kind: VisitKind,
    /// How often a day.
    pub a_day: Sourced<u8>,
    /// How many of them in person, the first ones of the day.
    pub in_person: Option<Sourced<u8>>,
    /// Only on these days of the stage.
    #[serde(default)]
    pub on_days: Vec<u16>,
    /// From this day of the stage on; from its first where nothing is said.
    pub from_day: Option<u16>,
    /// To this day of the stage; to its last where nothing is said.
    pub to_day: Option<u16>,
    /// When in the day, one window for each.
    pub windows: Windows,
    /// Who does it.
    #[serde(default)]
    pub by: Vec<TeamMember>,
}

/// When in a day.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Windows {
    /// From when to when, each.
    pub value: Vec<[Clock; 2]>,
    /// Least time between two, in minutes: what comes sooner does not count.
    pub gap_minutes: u16,
    /// The clause, or "deployment".
    pub source: String,
}

/// A time of day, `08:30`, in minutes since midnight; `24:00` is the end of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Clock(pub u16);

impl<'de> Deserialize<'de> for Clock {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Clock, D::Error> {
        let text = String::deserialize(deserializer)?;
        let read = || {
            let (hours, minutes) = text.split_once(':')?;
            let is_short = hours.len() == 2 && minutes.len() == 2;
            let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
            let minute = hours.checked_mul(60)?.checked_add(minutes)?;
            (is_short && minutes < 60 && minute <= 1440).then_some(Clock(minute))
        };
        let expected = &"a time of day such as 08:30";
        read().ok_or_else(|| D::Error::invalid_value(Unexpected::Str(&text), expected))
    }
}

#[cfg(feature = "author")]
impl schemars::JsonSchema for Clock {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Clock".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$" })
    }
}

/// What is done at a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum VisitKind {
    /// 随访: asked after.
    FollowUp,
    /// 测温.
    Temperature,
    /// 体检: looked at.
    Check,
    /// The person tells.
    SelfReport,
    /// 到院复诊.
    HospitalVisit,
}

/// A test, by the day of its stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// First day on which it may be taken.
    pub from_day: u16,
    /// Last day.
    pub to_day: u16,
    /// So many days after the first one, once that is taken.
    pub after_first_days: Option<u16>,
    /// By how many methods; one where nothing is said.
    pub methods: Option<u8>,
    /// The clause, or "deployment".
    pub source: String,
}

/// Somewhere else than the plan says, for people for whom it is not suited (OBS-2).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Elsewhere {
    /// `P1/at-home`.
    pub id: String,
    /// The clause, or "deployment".
    pub source: String,
    /// How an entry below may stand to it.
    pub below: Option<MayBelow>,
    /// Entries of documents above that it takes out of force.
    #[serde(default)]
    pub replaces: Vec<String>,
    /// Where they may be observed.
    pub kind: StageKind,
    /// Instead of where.
    pub instead_of: StageKind,
    /// For whom; for anybody where none are named.
    #[serde(default)]
    pub circumstances: Vec<Circumstance>,
    /// Only in these plans; in every one where none are named.
    #[serde(default)]
    pub plans: Vec<String>,
}

crate::entry!(Elsewhere);

/// What makes another place suit better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Circumstance {
    /// 14 years or younger.
    #[serde(rename = "aged_14_or_less")]
    Aged14OrLess,
    /// Pregnant or newly delivered.
    PregnantOrNewlyDelivered,
    /// Semi- or not self-caring.
    NotSelfCaring,
    /// The home does not allow it.
    HomeUnsuitable,
}

/// Whom a visit found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// At the place: yes. No coordinates (SCOPE-4).
    AtPlace,
    /// At the place: no.
    NotAtPlace,
    /// Nobody answered.
    NoAnswer,
}

/// Where somebody is observed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StageKind {
    /// 健康监测、随访: goes about; looks after the own health and is followed up.
    FollowUp,
    /// 居家隔离观察: stays at home.
    Home,
    /// 集中隔离观察: stays at a site.
    Centralised,
    /// 康复: cared for at a hospital or centre after discharge.
    Rehabilitation,
}

impl StageKind {
    /// Whether somebody stays in: a restriction, under an order alone.
    pub const fn keeps_in(self) -> bool {
        !matches!(self, StageKind::FollowUp)
    }
}

impl Plan {
    /// How much it asks, to find the stricter of two: days kept in, then the strictest place, then
    /// all days.
    pub fn strictness(&self) -> (u32, Option<StageKind>, u32) {
        let days = |stages: &mut dyn Iterator<Item = &Stage>| {
            stages.map(|stage| u32::from(stage.days.value)).sum::<u32>()
        };
        let kept_in = days(&mut self.stage.iter().filter(|stage| stage.kind.keeps_in()));
        let strictest = self.stage.iter().map(|stage| stage.kind).max();
        (kept_in, strictest, days(&mut self.stage.iter()))
    }
}
