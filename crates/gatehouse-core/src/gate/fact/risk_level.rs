//! 风险等级 · risk level (RISK-1).

use super::{
    Absent, BOTH_WAYS, Choice, EVERYONE, FactSpec, Kind, Source, authored, choice, meaning, words,
};

/// What `risk_level` can be; the order is that of the wire and never changes.
pub const CHOICES: &[Choice] = &[
    choice("routine", "常态", "routine"),
    choice("low", "低风险", "low"),
    choice("medium", "中风险", "medium"),
    choice("high", "高风险", "high"),
];

/// Risk level of the place.
pub static SPEC: FactSpec = FactSpec {
    number: 39,
    name: "risk_level",
    label: words("风险等级", "risk level"),
    meaning: meaning("这里的风险等级", "Risk level of the place"),
    kind: Kind::Choice(CHOICES),
    source: Source::GateState,
    when_absent: Absent::Nothing,
    step: None,
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#""low""#),
    clause: authored("RISK-1"),
};
