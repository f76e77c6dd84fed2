//! Deciding at the gate: facts, rows, the decision (design §2).
//!
//! A compiled policy and a situation go in, a decision comes out; nothing here knows where facts
//! come from or what becomes of the answer.

pub mod compiled;
mod compiled_cbor;
pub mod decide;
pub mod duty;
pub mod fact;
pub mod json;
pub mod reading;
pub mod record;
pub mod situation;
pub mod step;
pub mod steps;
pub mod subject;
pub mod value;
pub mod vocabulary;
pub mod wording;

pub use compiled::{CompiledPolicy, Effect, Policy, PolicyId};
pub use decide::{Decision, Ground, decide};
pub use fact::Fact;
pub use situation::Situation;
pub use step::Step;
pub use subject::SubjectKind;
pub use value::{Known, Value};

use serde::{Deserialize, Serialize};

/// Direction of a crossing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Into the compound.
    In,
    /// Out of the compound.
    Out,
}

/// The four verdicts. The order is that of the laws: admit < ask < refuse, refer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// 放行: may cross.
    Admit,
    /// 请补充: something is still missing.
    Ask,
    /// 不放行: may not cross.
    Refuse,
    /// 转办: may not cross on their own; somebody takes charge.
    Refer,
}

impl Verdict {
    /// Its word in files and records.
    pub const fn name(self) -> &'static str {
        match self {
            Verdict::Admit => "admit",
            Verdict::Ask => "ask",
            Verdict::Refuse => "refuse",
            Verdict::Refer => "refer",
        }
    }

    /// 0 for admit, 1 for ask, 2 for refuse and refer, which are equally grave.
    pub fn gravity(self) -> u8 {
        match self {
            Verdict::Admit => 0,
            Verdict::Ask => 1,
            Verdict::Refuse | Verdict::Refer => 2,
        }
    }
}

/// What really happened after the verdict; only `Crossed` counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// 已通过
    Crossed,
    /// 已返回
    TurnedBack,
    /// 已接手
    TakenInCharge,
    /// 不清楚
    Unknown,
}
