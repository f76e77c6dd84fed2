//! 复测体温 · second measurement (GATE-6).

use super::{Absent, BOTH_WAYS, EVERYONE, FactSpec, Kind, Source, authored, meaning, words};
use crate::gate::step::Step;

/// Reading after a rest.
pub static SPEC: FactSpec = FactSpec {
    number: 25,
    name: "second_temperature",
    label: words("复测体温", "second measurement"),
    meaning: meaning("休息以后再量的体温", "Reading after a rest"),
    kind: Kind::Number {
        unit: words("℃", "°C"),
        decimals: 1,
        least: 300,
        most: 450,
    },
    source: Source::Guard,
    when_absent: Absent::Unknown,
    step: Some(Step::MeasureAgain),
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#"36.9"#),
    clause: authored("GATE-6"),
};
