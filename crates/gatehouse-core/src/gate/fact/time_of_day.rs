//! 时刻 · time of day (POL-6).

use super::{Absent, BOTH_WAYS, EVERYONE, FactSpec, Kind, Source, authored, meaning, words};

/// Minutes since local midnight.
pub static SPEC: FactSpec = FactSpec {
    number: 47,
    name: "time_of_day",
    label: words("时刻", "time of day"),
    meaning: meaning("当地时间，从零点起的分钟数", "Minutes since local midnight"),
    kind: Kind::Number {
        unit: words("", ""),
        decimals: 0,
        least: 0,
        most: 1_439,
    },
    source: Source::Clock,
    when_absent: Absent::Unknown,
    step: None,
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#"420"#),
    clause: authored("POL-6"),
};
