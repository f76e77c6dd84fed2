//! 在外时长 · minutes outside (GATE-5).

use super::{Absent, FactSpec, INWARD, Kind, RESIDENTS, Source, authored, meaning, words};

/// Minutes since the person went out.
pub static SPEC: FactSpec = FactSpec {
    number: 42,
    name: "minutes_outside",
    label: words("在外时长", "minutes outside"),
    meaning: meaning("从出门到现在", "Minutes since the person went out"),
    kind: Kind::Number {
        unit: words("分钟", "minutes"),
        decimals: 0,
        least: 0,
        most: 525_600,
    },
    source: Source::History,
    when_absent: Absent::NotApplicable,
    step: None,
    subjects: RESIDENTS,
    ways: INWARD,
    never: &[],
    example: authored(r#"45"#),
    clause: authored("GATE-5"),
};
