//! 同住人有决定书 · household member under an order (OBS-8).

use super::{Absent, BOTH_WAYS, FactSpec, Kind, RESIDENTS, Source, authored, meaning, words};

/// Somebody of the household is under an order.
pub static SPEC: FactSpec = FactSpec {
    number: 35,
    name: "household_under_order",
    label: words("同住人有决定书", "household member under an order"),
    meaning: meaning(
        "同住的人里有人在观察或隔离",
        "Somebody of the household is under an order",
    ),
    kind: Kind::Flag {
        yes: words("同住人有决定书", "a household member is under an order"),
        no: words("同住人没有决定书", "no household member is under an order"),
    },
    source: Source::GateState,
    when_absent: Absent::Nothing,
    step: None,
    subjects: RESIDENTS,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#"false"#),
    clause: authored("OBS-8"),
};
