//! 日期 · date (POL-6).

use super::{Absent, BOTH_WAYS, EVERYONE, FactSpec, Kind, Source, authored, meaning, words};

/// Civil day at the place, days since 1970-01-01.
pub static SPEC: FactSpec = FactSpec {
    number: 43,
    name: "date",
    label: words("日期", "date"),
    meaning: meaning(
        "当地日期，从 1970-01-01 起的天数",
        "Civil day at the place, days since 1970-01-01",
    ),
    kind: Kind::Number {
        unit: words("", ""),
        decimals: 0,
        least: -200_000,
        most: 2_000_000,
    },
    source: Source::Clock,
    when_absent: Absent::Unknown,
    step: None,
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#"18311"#),
    clause: authored("POL-6"),
};
