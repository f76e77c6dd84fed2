//! 同行人数 · companions (GATE-5).

use super::{Absent, BOTH_WAYS, EVERYONE, FactSpec, Kind, Source, authored, meaning, words};

/// How many others come along.
pub static SPEC: FactSpec = FactSpec {
    number: 8,
    name: "companions",
    label: words("同行人数", "companions"),
    meaning: meaning("同行的另外几个人", "How many others come along"),
    kind: Kind::Number {
        unit: words("人", "people"),
        decimals: 0,
        least: 0,
        most: 99,
    },
    source: Source::Guard,
    when_absent: Absent::Nothing,
    step: None,
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#"0"#),
    clause: authored("GATE-5"),
};
