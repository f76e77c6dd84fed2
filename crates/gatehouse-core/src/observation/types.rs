//! What a policy document says of an observation.

use crate::gate::compiled::Text;
use crate::sourced::{MayBelow, Sourced};
use serde::{Deserialize, Serialize};

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

/// A stretch of an observation.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Where, and whether it keeps in.
    pub kind: StageKind,
    /// How many days.
    pub days: Sourced<u16>,
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
