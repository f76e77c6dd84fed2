//! 测量方式 · way of measuring (GATE-6).

use super::{
    Absent, BOTH_WAYS, Choice, EVERYONE, FactSpec, Kind, Source, authored, choice, meaning, words,
};
use crate::gate::step::Step;

/// What `temperature_way` can be; the order is that of the wire and never changes.
pub const CHOICES: &[Choice] = &[
    choice("forehead", "额温", "forehead"),
    choice("ear", "耳温", "ear"),
    choice("armpit", "腋温", "armpit"),
    choice("wrist", "腕温", "wrist"),
];

/// How the temperature was taken.
pub static SPEC: FactSpec = FactSpec {
    number: 26,
    name: "temperature_way",
    label: words("测量方式", "way of measuring"),
    meaning: meaning("体温是怎么量的", "How the temperature was taken"),
    kind: Kind::Choice(CHOICES),
    source: Source::Guard,
    when_absent: Absent::Unknown,
    step: Some(Step::MeasureTemperature),
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#""forehead""#),
    clause: authored("GATE-6"),
};
