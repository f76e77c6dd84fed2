//! 防控阶段 · phase (AREA-6).

use super::{
    Absent, BOTH_WAYS, Choice, EVERYONE, FactSpec, Kind, Source, authored, choice, meaning, words,
};

/// What `phase` can be; the order is that of the wire and never changes.
pub const CHOICES: &[Choice] = &[
    choice("no_case", "没有病例", "no case"),
    choice("case", "有病例", "cases"),
    choice("outbreak", "暴发", "outbreak"),
    choice("community_spread", "社区传播", "community spread"),
];

/// Phase of the response.
pub static SPEC: FactSpec = FactSpec {
    number: 40,
    name: "phase",
    label: words("防控阶段", "phase"),
    meaning: meaning("这里的防控阶段", "Phase of the response"),
    kind: Kind::Choice(CHOICES),
    source: Source::GateState,
    when_absent: Absent::Nothing,
    step: None,
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#""no_case""#),
    clause: authored("AREA-6"),
};
