//! 接种针数 · doses (VAX-1).

use super::{Absent, BOTH_WAYS, EVERYONE, FactSpec, Kind, Source, authored, meaning, words};
use crate::gate::step::Step;

/// Doses received.
pub static SPEC: FactSpec = FactSpec {
    number: 32,
    name: "vaccination_doses",
    label: words("接种针数", "doses"),
    meaning: meaning("打过几针", "Doses received"),
    kind: Kind::Number {
        unit: words("针", "doses"),
        decimals: 0,
        least: 0,
        most: 9,
    },
    source: Source::Guard,
    when_absent: Absent::Unknown,
    step: Some(Step::SeeVaccination),
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#"2"#),
    clause: authored("VAX-1"),
};
