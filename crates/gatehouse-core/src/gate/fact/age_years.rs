//! 年龄 · age (OBS-2).

use super::{Absent, BOTH_WAYS, EVERYONE, FactSpec, Kind, Source, authored, meaning, words};
use crate::gate::step::Step;

/// Completed years.
pub static SPEC: FactSpec = FactSpec {
    number: 5,
    name: "age_years",
    label: words("年龄", "age"),
    meaning: meaning("周岁", "Completed years"),
    kind: Kind::Number {
        unit: words("岁", "years"),
        decimals: 0,
        least: 0,
        most: 130,
    },
    source: Source::Pass,
    when_absent: Absent::Unknown,
    step: Some(Step::SeeId),
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#"62"#),
    clause: authored("OBS-2"),
};
