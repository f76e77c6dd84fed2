//! Levels of risk and phases of an outbreak: which measures are in force (AREA-6).

use serde::{Deserialize, Serialize};

/// A level or a phase. Each document climbs its own ladder of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// 常态化
    Routine,
    /// 低风险
    Low,
    /// 中风险
    Medium,
    /// 高风险
    High,
    /// 未发现病例
    NoCase,
    /// 出现病例或暴发疫情
    Case,
    /// 社区暴发
    Outbreak,
    /// 社区传播, 社区流行
    CommunitySpread,
}

/// The stages of a document, from the lowest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "author", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Ladder {
    /// The stages, from the lowest.
    pub ladder: Vec<Stage>,
    /// The clause, or "deployment".
    pub source: String,
}

impl Ladder {
    /// How high a stage stands; `None` where this document does not have it.
    pub fn height(&self, stage: Stage) -> Option<usize> {
        self.ladder.iter().position(|one| *one == stage)
    }

    /// Whether a stage lies between two, both included; without an upper one up to the top.
    pub fn holds(&self, stage: Stage, from: Stage, to: Option<Stage>) -> bool {
        let (Some(stage), Some(from)) = (self.height(stage), self.height(from)) else {
            return false;
        };
        let top = to.and_then(|to| self.height(to)).unwrap_or(usize::MAX);
        (from..=top).contains(&stage)
    }
}
