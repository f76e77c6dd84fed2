//! The rules of a document, and the person they are asked about.

use crate::counting::On;
use crate::sourced::{MayBelow, Sourced};
use serde::{Deserialize, Serialize};

/// A line of the contact table: an exposure and the class that it makes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// `P7/close`.
    pub id: String,
    /// The clause, or "deployment".
    pub source: String,
    /// How an entry below may stand to it.
    pub below: Option<MayBelow>,
    /// Entries of documents above that it takes out of force.
    #[serde(default)]
    pub replaces: Vec<String>,
    /// The class.
    pub class: Class,
    /// To whom they were exposed, any of them.
    pub to: Vec<ExposedTo>,
    /// How many days before onset (asymptomatic: sampling) an exposure counts; any time where
    /// nothing is said.
    pub look_back_days: Option<Sourced<u16>>,
    /// How long ago at most the exposure was, in days.
    pub within_days: Option<Sourced<u16>>,
    /// Where, any of them; everywhere where none are named.
    #[serde(default)]
    pub settings: Vec<Setting>,
    /// How long at least, in minutes.
    pub minutes_at_least: Option<Sourced<u32>>,
    /// How near at most, in centimetres.
    pub centimetres_at_most: Option<Sourced<u32>>,
    /// Only without effective protection, where this is yes.
    #[serde(default)]
    pub unprotected: bool,
    /// By what work, any of them; everybody where none are named.
    #[serde(default)]
    pub roles: Vec<Role>,
    /// Only for contacts outside the city, or inside.
    pub outside_city: Option<bool>,
    /// The plan of observation that follows.
    pub plan: Option<String>,
    /// What is to be done.
    #[serde(default, rename = "do")]
    pub todo: Vec<Todo>,
}

crate::entry!(Rule);

/// What somebody is to a case, the slightest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// 一般接触者.
    General,
    /// 密接的密接.
    Second,
    /// 密接.
    Close,
}

/// To whom somebody was exposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ExposedTo {
    /// A confirmed case.
    Confirmed,
    /// A suspected case.
    Suspected,
    /// Somebody infected without symptoms.
    Asymptomatic,
    /// A close contact.
    CloseContact,
}

/// Where an exposure was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Setting {
    /// Lives in one household.
    Household,
    /// Care of the sick, laboratory.
    Care,
    /// One closed room: office, classroom, meeting, meal.
    Room,
    /// One vehicle, seats near.
    Vehicle,
    /// One ward.
    Ward,
    /// In the open, or in passing.
    Passing,
}

/// By what work somebody was exposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Medical staff.
    Medical,
    /// Public health staff.
    PublicHealth,
    /// Laboratory staff.
    Laboratory,
    /// Others who work against the epidemic.
    OtherStaff,
}

/// What is to be done with a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Todo {
    /// Register.
    Register,
    /// Tell of the risk.
    TellOfRisk,
    /// Outside the city: ask the other area for assistance, and get its answer.
    AskOtherArea,
    /// Preventive medicine, where a clinician finds it right.
    Prophylaxis,
    /// Emergency vaccination, by will.
    EmergencyVaccination,
}

/// Somebody and their exposures; what is not known is left out.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Exposed {
    /// By what work.
    pub role: Option<Role>,
    /// Whether they are outside the city.
    pub outside_city: Option<bool>,
    /// Each of them.
    pub exposures: Vec<Exposure>,
}

/// An exposure.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Exposure {
    /// To whom.
    pub to: ExposedTo,
    /// Last day of it.
    pub on: On,
    /// The case's onset; without symptoms: sampling.
    pub onset: Option<On>,
    /// Where.
    pub setting: Option<Setting>,
    /// How long, in minutes.
    pub minutes: Option<u32>,
    /// How near, in centimetres.
    pub centimetres: Option<u32>,
    /// Whether both were effectively protected.
    pub protected: Option<bool>,
}

/// What is not known of an exposure and would decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Unknown {
    /// The case's onset or sampling.
    Onset,
    /// Where.
    Setting,
    /// How long.
    Minutes,
    /// How near.
    Centimetres,
    /// Whether protected.
    Protected,
    /// By what work.
    Role,
    /// Whether outside the city.
    OutsideCity,
}
