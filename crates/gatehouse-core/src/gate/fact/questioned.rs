//! 问清楚 · questioned (ZJ-3.五).

use super::{Absent, BOTH_WAYS, EVERYONE, FactSpec, Kind, Source, authored, meaning, words};
use crate::gate::step::Step;

/// The reason for coming was asked and told.
pub static SPEC: FactSpec = FactSpec {
    number: 55,
    name: "questioned",
    label: words("问清楚", "questioned"),
    meaning: meaning("问清了来意", "The reason for coming was asked and told"),
    kind: Kind::Flag {
        yes: words("问清楚了", "the reason was asked"),
        no: words("没问清楚", "the reason was not asked"),
    },
    source: Source::Guard,
    when_absent: Absent::Unknown,
    step: Some(Step::Question),
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#"true"#),
    clause: authored("ZJ-3.五"),
};
