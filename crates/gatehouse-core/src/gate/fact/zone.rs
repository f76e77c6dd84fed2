//! 管控范围 · zone (GATE-10, AREA-7).

use super::{
    Absent, BOTH_WAYS, Choice, EVERYONE, FactSpec, Kind, Source, authored, choice, meaning, words,
};

/// What `zone` can be; the order is that of the wire and never changes.
pub const CHOICES: &[Choice] = &[
    choice("none", "没有", "none"),
    choice("spot", "疫点", "spot"),
    choice("sealed", "封控区", "sealed zone"),
    choice("around_spot", "疫点所在小区", "around a spot"),
    choice("high", "高风险封控区", "high-risk sealed zone"),
];

/// Who crosses the less, the graver; where several zones hold a place, the gravest counts
/// (AREA-7: spot ⊂ sealed zone).
pub const fn gravity(position: u8) -> u8 {
    match position {
        0 => 0,
        3 => 1,
        2 => 2,
        4 => 3,
        _ => 4,
    }
}

/// Zone that this place lies in.
pub static SPEC: FactSpec = FactSpec {
    number: 38,
    name: "zone",
    label: words("管控范围", "zone"),
    meaning: meaning("这里属于哪种管控范围", "Zone that this place lies in"),
    kind: Kind::Choice(CHOICES),
    source: Source::GateState,
    when_absent: Absent::Nothing,
    step: None,
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#""none""#),
    clause: authored("GATE-10, AREA-7"),
};
