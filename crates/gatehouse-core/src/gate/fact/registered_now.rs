//! 这次已登记 · registered this time (HN 三(五), ZX 6).

use super::{Absent, BOTH_WAYS, EVERYONE, FactSpec, Kind, Source, authored, meaning, words};
use crate::gate::step::Step;

/// This crossing has been written down.
pub static SPEC: FactSpec = FactSpec {
    number: 21,
    name: "registered_now",
    label: words("这次已登记", "registered this time"),
    meaning: meaning("这次进出已经登记", "This crossing has been written down"),
    kind: Kind::Flag {
        yes: words("已登记", "registered"),
        no: words("没登记", "not registered"),
    },
    source: Source::Guard,
    when_absent: Absent::Unknown,
    step: Some(Step::Register),
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#"true"#),
    clause: authored("HN 三(五), ZX 6"),
};
