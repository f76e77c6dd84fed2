//! 证明开具天数 · age of the paper (GATE-8).

use super::{Absent, BOTH_WAYS, EVERYONE, FactSpec, Kind, Source, authored, meaning, words};
use crate::gate::step::Step;

/// Days since the paper was issued.
pub static SPEC: FactSpec = FactSpec {
    number: 18,
    name: "paper_age_days",
    label: words("证明开具天数", "age of the paper"),
    meaning: meaning("证明开出来几天了", "Days since the paper was issued"),
    kind: Kind::Number {
        unit: words("天", "days"),
        decimals: 0,
        least: 0,
        most: 3_650,
    },
    source: Source::Guard,
    when_absent: Absent::Unknown,
    step: Some(Step::SeePapers),
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#"3"#),
    clause: authored("GATE-8"),
};
