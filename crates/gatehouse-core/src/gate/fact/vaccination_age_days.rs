//! 接种天数 · age of the vaccination (VAX-1).

use super::{Absent, BOTH_WAYS, EVERYONE, FactSpec, Kind, Source, authored, meaning, words};
use crate::gate::step::Step;

/// Days since the newest dose.
pub static SPEC: FactSpec = FactSpec {
    number: 31,
    name: "vaccination_age_days",
    label: words("接种天数", "age of the vaccination"),
    meaning: meaning("最近一针到现在", "Days since the newest dose"),
    kind: Kind::Number {
        unit: words("天", "days"),
        decimals: 0,
        least: 0,
        most: 36_500,
    },
    source: Source::Guard,
    when_absent: Absent::Unknown,
    step: Some(Step::SeeVaccination),
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#"90"#),
    clause: authored("VAX-1"),
};
