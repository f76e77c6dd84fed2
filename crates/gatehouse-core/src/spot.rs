//! 疫点和封控区: which places of a case become a spot, what is drawn around them at a level, and
//! when it may be lifted (CASE-4, AREA-7).
//!
//! A proposal for the experts who draw and for those who sign: only an order closes a place, and
//! what crosses there is settled by the rows of zones (GATE-10).

use crate::counting::{At, Counting, On, days_between};
use crate::measure::{Stage, in_stage};
use crate::moment::Moment;
use crate::sourced::{MayBelow, Sourced};
use serde::{Deserialize, Serialize};

/// Which places of a case are spots.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Visited {
    /// `P7/visited`.
    pub id: String,
    /// The clause, or "deployment".
    pub source: String,
    /// How an entry below may stand to it.
    pub below: Option<MayBelow>,
    /// Entries of documents above that it takes out of force.
    #[serde(default)]
    pub replaces: Vec<String>,
    /// Days before the onset, without one before the sampling, from which visits count; they
    /// count until the case is kept apart.
    pub days_before: Sourced<u16>,
    /// A stay of more minutes than these.
    pub longer_than_minutes: Sourced<u16>,
    /// Features of the place, all of them.
    pub features: Sourced<Vec<Feature>>,
}

crate::entry!(Visited);

/// A feature of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    /// 室内.
    Indoor,
    /// 空间较小.
    Small,
    /// 通风不良.
    BadlyAired,
}

/// What is drawn around a case.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Drawn {
    /// `P9/spot-cluster`.
    pub id: String,
    /// The clause, or "deployment".
    pub source: String,
    /// How an entry below may stand to it.
    pub below: Option<MayBelow>,
    /// Entries of documents above that it takes out of force.
    #[serde(default)]
    pub replaces: Vec<String>,
    /// What it is.
    pub kind: Closed,
    /// Only in these stages; always where none are named.
    #[serde(default)]
    pub stages: Vec<Stage>,
    /// Only for cases of this pattern.
    pub pattern: Option<Pattern>,
    /// One of these.
    pub units: Vec<Unit>,
    /// Only by decision: 经评估, 经专家研判, 必要时.
    #[serde(default)]
    pub on_decision: bool,
}

crate::entry!(Drawn);

/// What is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Closed {
    /// 疫点.
    Spot,
    /// 封控区, 疫区.
    Zone,
}

/// How cases hang together; people say which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Pattern {
    /// 散发.
    Sporadic,
    /// 聚集性; how many make one is not said (POL-5).
    Cluster,
}

/// What a spot or zone is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// 住户.
    Household,
    /// 办公室, 教室.
    Room,
    /// 楼层, 楼道, 电梯.
    Stairs,
    /// 单元.
    BuildingUnit,
    /// 楼栋.
    Building,
    /// 自然村, 村民组.
    VillageGroup,
    /// 病区, 诊室.
    Ward,
    /// 航班, 车厢, 船舶.
    Carriage,
    /// 小区.
    Compound,
    /// 社区, 行政村.
    Community,
    /// 周边的社区、村.
    NextCommunities,
    /// 街道, 乡镇.
    Township,
    /// 县（市、区）.
    County,
}

/// When something is lifted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Lift {
    /// `P7/lift-spot`.
    pub id: String,
    /// The clause, or "deployment".
    pub source: String,
    /// How an entry below may stand to it.
    pub below: Option<MayBelow>,
    /// Entries of documents above that it takes out of force.
    #[serde(default)]
    pub replaces: Vec<String>,
    /// What is lifted.
    pub of: Closed,
    /// Days without a new local confirmed case there, after the diagnosis of the last.
    pub quiet_days: Sourced<u16>,
}

crate::entry!(Lift);

/// A case, as far as drawing asks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Day of the first symptoms; left out for a case without any.
    #[serde(default)]
    pub onset: Option<On>,
    /// Day of the sample that was positive.
    #[serde(default)]
    pub sampled: Option<On>,
    /// Since when they are kept apart.
    #[serde(default)]
    pub kept_apart: Option<On>,
}

/// A stay of a case at a place.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Stay {
    /// A name for the place, given back as it is.
    #[serde(rename = "ref")]
    pub reference: String,
    /// The day.
    pub on: On,
    /// How long; left out where nobody knows.
    #[serde(default)]
    pub minutes: Option<u32>,
    /// Features that it has.
    #[serde(default)]
    pub has: Vec<Feature>,
    /// Features that it has not; what stands in neither list is not known.
    #[serde(default)]
    pub lacks: Vec<Feature>,
}

impl Visited {
    /// Whether a stay makes a spot; `None` where what is not known decides.
    pub fn makes_spot(&self, case: &Case, stay: &Stay) -> Option<bool> {
        let zero = case.onset.or(case.sampled);
        let back = i32::from(self.days_before.value);
        let conditions = [
            zero.map(|zero| days_between(stay.on.0, zero.0) <= back),
            // Who is not kept apart yet still goes about.
            Some(case.kept_apart.is_none_or(|apart| stay.on <= apart)),
            stay.minutes
                .map(|minutes| minutes > self.longer_than_minutes.value.into()),
        ];
        let features = self.features.value.iter().map(|feature| {
            let lacks = stay.lacks.contains(feature).then_some(false);
            stay.has.contains(feature).then_some(true).or(lacks)
        });
        let all: Vec<Option<bool>> = conditions.into_iter().chain(features).collect();
        match all.contains(&Some(false)) {
            true => Some(false),
            false => (!all.contains(&None)).then_some(true),
        }
    }
}

impl Drawn {
    /// Whether it fits the stages and the pattern; a pattern that nobody has said fits none that
    /// asks for one.
    pub fn fits(&self, stages: &[Stage], pattern: Option<Pattern>) -> bool {
        in_stage(&self.stages, stages) && self.pattern.is_none_or(|wanted| pattern == Some(wanted))
    }
}

impl Lift {
    /// From when on it may be lifted, by the day of the last diagnosis there.
    pub fn from(&self, last: On, counting: &Counting, offset_minutes: i16) -> Moment {
        counting.end(last.0, self.quiet_days.value, offset_minutes)
    }
}

/// Something that is closed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ClosedPlace {
    /// A name for it, given back as it is.
    #[serde(rename = "ref")]
    pub reference: String,
    /// What it is.
    pub kind: Closed,
    /// Day of the diagnosis of the last local confirmed case there.
    pub last_diagnosed: On,
}

/// When something closed may be lifted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
pub struct Liftable<'a> {
    /// Its name.
    #[serde(rename = "ref")]
    pub reference: &'a str,
    /// The rule.
    pub entry: &'a str,
    /// Its clause.
    pub source: &'a str,
    /// From when on.
    pub from: At,
    /// Whether that has come.
    pub may_be_lifted: bool,
}
