//! The table of a document, and the person that it is asked about.

use crate::counting::{At, On};
use crate::gate::value::StayKind;
use crate::sourced::{MayBelow, Sourced};
use serde::{Deserialize, Serialize};

/// A line of the returnee table: a class of stays and what follows from it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// `P9/risk`.
    pub id: String,
    /// The clause, or "deployment".
    pub source: String,
    /// How an entry below may stand to it.
    pub below: Option<MayBelow>,
    /// Entries of documents above that it takes out of force.
    #[serde(default)]
    pub replaces: Vec<String>,
    /// The stays that it speaks of.
    pub stay: StayWanted,
    /// The people that it speaks of; everybody where none are named.
    #[serde(default)]
    pub groups: Vec<Group>,
    /// How old a negative test may be.
    pub test_within: Option<TestWithin>,
    /// What clears: all of one list.
    #[serde(default)]
    pub cleared_by: Vec<Vec<Evidence>>,
    /// What follows for whoever is cleared; nothing where it is not said.
    pub cleared: Option<Outcome>,
    /// What follows: one of these, at the choice of whoever decides.
    pub outcome: Vec<Outcome>,
    /// When they tell of themselves.
    pub report: Option<Report>,
    /// What is to be done besides.
    #[serde(default, rename = "do")]
    pub todo: Vec<Todo>,
    /// Where they go with symptoms.
    pub symptoms: Option<Care>,
    /// Where they are brought after a positive test.
    pub positive: Option<Care>,
}

crate::entry!(Rule);

/// Stays as a line speaks of them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StayWanted {
    /// Classes of places, any of them.
    pub kinds: Vec<StayKind>,
    /// Only these countries, two capital letters as in ISO 3166: `RU`.
    #[serde(default)]
    pub countries: Vec<String>,
    /// All but these countries.
    #[serde(default)]
    pub countries_except: Vec<String>,
    /// How far back, in days.
    pub within_days: Sourced<u16>,
}

/// Groups of people that a notice names by their work or way, none by where they are from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Works with imported cold-chain food.
    ColdChain,
    /// Comes from a border area.
    BorderArea,
}

/// How old a negative test may be, in days, and until when that is counted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TestWithin {
    /// Days from sampling.
    pub days: u16,
    /// Until when.
    pub until: TestUntil,
    /// The clause, or "deployment".
    pub source: String,
}

/// Until when the age of a test is counted (POL-6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TestUntil {
    /// Until the arrival.
    Arrival,
    /// Until the moment of deciding.
    Decision,
}

/// What can clear somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// A negative test that is not too old.
    NegativeTest,
    /// A green health code.
    GreenCode,
    /// A green health code that shows a negative test.
    GreenCodeWithTest,
    /// No fever.
    TemperatureNormal,
    /// Mask and the like.
    Protected,
}

/// What follows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// Observation by this plan.
    pub plan: Option<String>,
    /// A test within so many hours.
    pub test_within_hours: Option<u16>,
    /// After a negative one: this plan.
    pub then: Option<String>,
    /// The clause, or "deployment"; that of the line where nothing is said.
    pub source: Option<String>,
}

/// When somebody tells of themselves (RET-1), and whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// When.
    pub when: ReportWhen,
    /// The clause, or "deployment".
    pub source: String,
}

/// When somebody tells the community of themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReportWhen {
    /// Before setting out.
    BeforeDeparture,
    /// At once on arrival.
    AtOnce,
    /// On the day of arrival.
    SameDay,
}

/// What is to be done besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Todo {
    /// Register.
    Register,
    /// Sign the commitment and the notice.
    Sign,
    /// Report the own health each day.
    DailyHealthReport,
    /// Measure the temperature.
    MeasureTemperature,
    /// Medical observation.
    MedicalObservation,
    /// A test of one person's sample alone.
    SingleTest,
    /// Advice: a test before the arrival.
    AdviseTestBefore,
    /// Advice: a test after the arrival.
    AdviseTestAfter,
    /// Closed transfer from station to home or site (RET-4).
    ClosedTransfer,
    /// As the rule in force above says.
    RuleInForce,
}

/// Where somebody goes or is brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Care {
    /// A doctor nearby.
    Nearby,
    /// A fever clinic.
    FeverClinic,
    /// Point to point to the designated hospital.
    DesignatedHospital,
}

/// Somebody who comes or comes back; what is not known is left out.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// When they arrived, or will.
    pub arrived: Option<At>,
    /// Where they have been.
    pub stays: Vec<Stay>,
    /// Groups that they belong to.
    #[serde(default)]
    pub groups: Vec<Group>,
    /// Tests with their results.
    #[serde(default)]
    pub tests: Vec<TestDone>,
    /// Whether they show a green health code.
    pub green_code: Option<bool>,
    /// Whether the green code shows a negative test.
    pub green_code_with_test: Option<bool>,
    /// Whether the temperature is normal.
    pub temperature_normal: Option<bool>,
    /// Whether they wear a mask and the like.
    pub protected: Option<bool>,
    /// Whether they have symptoms.
    pub symptoms: Option<bool>,
    /// A place whose risk level has changed: they are ruled again, as if they came now (RET-3).
    pub changed: Option<Changed>,
}

/// A place whose risk level has changed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Changed {
    /// The place, by its code.
    pub place: String,
    /// What it is now: low_risk, medium_risk or high_risk.
    pub level: StayKind,
}

/// 旅居史: a stay.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Stay {
    /// The place, by a code of its own.
    pub place: Option<String>,
    /// Its classes.
    pub kinds: Vec<StayKind>,
    /// The country, two capital letters as in ISO 3166, where it is abroad: `RU`.
    pub country: Option<String>,
    /// Last day there; none after the moment of the question.
    pub until: On,
}

/// Whether a text has the form of a country of ISO 3166. Another spelling would silently be a
/// country of which no line speaks.
pub fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// A test and its result.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TestDone {
    /// When the sample was taken.
    pub sampled: At,
    /// Whether it was negative; left out until it is known.
    pub negative: Option<bool>,
}
