//! 阴性采样时长 · age of the negative test (GATE-8).

use super::{Absent, BOTH_WAYS, EVERYONE, FactSpec, Kind, Source, authored, meaning, words};
use crate::gate::step::Step;

/// Hours from sampling of the newest negative test.
pub static SPEC: FactSpec = FactSpec {
    number: 29,
    name: "negative_test_age_hours",
    label: words("阴性采样时长", "age of the negative test"),
    meaning: meaning(
        "最近一次阴性从采样到现在",
        "Hours from sampling of the newest negative test",
    ),
    kind: Kind::Number {
        unit: words("小时", "hours"),
        decimals: 0,
        least: 0,
        most: 87_600,
    },
    source: Source::Guard,
    when_absent: Absent::Unknown,
    step: Some(Step::SeeTest),
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#"30"#),
    clause: authored("GATE-8"),
};
