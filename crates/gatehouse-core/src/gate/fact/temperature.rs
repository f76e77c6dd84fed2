//! 体温 · temperature (GATE-6).

use super::{Absent, BOTH_WAYS, EVERYONE, FactSpec, Kind, Source, authored, meaning, words};
use crate::gate::step::Step;

/// First reading.
pub static SPEC: FactSpec = FactSpec {
    number: 24,
    name: "temperature",
    label: words("体温", "temperature"),
    meaning: meaning("第一次量到的体温", "First reading"),
    kind: Kind::Number {
        unit: words("℃", "°C"),
        decimals: 1,
        least: 300,
        most: 450,
    },
    source: Source::Guard,
    when_absent: Absent::Unknown,
    step: Some(Step::MeasureTemperature),
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#"36.5"#),
    clause: authored("GATE-6"),
};
