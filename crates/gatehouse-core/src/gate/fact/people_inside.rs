//! 里面人数 · people inside (VEN-4).

use super::{Absent, BOTH_WAYS, EVERYONE, FactSpec, Kind, Source, authored, meaning, words};

/// People inside now.
pub static SPEC: FactSpec = FactSpec {
    number: 54,
    name: "people_inside",
    label: words("里面人数", "people inside"),
    meaning: meaning("现在里面有多少人", "People inside now"),
    kind: Kind::Number {
        unit: words("人", "people"),
        decimals: 0,
        least: 0,
        most: 1_000_000,
    },
    source: Source::History,
    when_absent: Absent::Unknown,
    step: None,
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#"40"#),
    clause: authored("VEN-4"),
};
