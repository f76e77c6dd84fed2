//! 口罩 · mask (ZX 6).

use super::{Absent, BOTH_WAYS, EVERYONE, FactSpec, Kind, Source, authored, meaning, words};
use crate::gate::step::Step;

/// Wears a mask.
pub static SPEC: FactSpec = FactSpec {
    number: 22,
    name: "mask",
    label: words("口罩", "mask"),
    meaning: meaning("戴着口罩", "Wears a mask"),
    kind: Kind::Flag {
        yes: words("戴口罩", "wears a mask"),
        no: words("没戴口罩", "wears no mask"),
    },
    source: Source::Guard,
    when_absent: Absent::Unknown,
    step: Some(Step::PutOnMask),
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#"true"#),
    clause: authored("ZX 6"),
};
