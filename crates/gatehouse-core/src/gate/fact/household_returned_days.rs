//! 同住人返回天数 · days since a household member returned (RET-1).

use super::{Absent, BOTH_WAYS, FactSpec, Kind, RESIDENTS, Source, authored, meaning, words};

/// Days since a member of the household came back.
pub static SPEC: FactSpec = FactSpec {
    number: 36,
    name: "household_returned_days",
    label: words("同住人返回天数", "days since a household member returned"),
    meaning: meaning(
        "同住的人从外地回来几天了",
        "Days since a member of the household came back",
    ),
    kind: Kind::Number {
        unit: words("天", "days"),
        decimals: 0,
        least: 0,
        most: 365,
    },
    source: Source::GateState,
    when_absent: Absent::NotApplicable,
    step: None,
    subjects: RESIDENTS,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#"2"#),
    clause: authored("RET-1"),
};
