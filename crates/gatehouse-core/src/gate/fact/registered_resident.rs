//! 在册住户 · registered resident (GATE-15).

use super::{Absent, BOTH_WAYS, FactSpec, Kind, RESIDENTS, Source, authored, meaning, words};
use crate::gate::step::Step;

/// The person is on the register of this compound.
pub static SPEC: FactSpec = FactSpec {
    number: 3,
    name: "registered_resident",
    label: words("在册住户", "registered resident"),
    meaning: meaning(
        "住户台账上有这个人",
        "The person is on the register of this compound",
    ),
    kind: Kind::Flag {
        yes: words("是在册住户", "is a registered resident"),
        no: words("不在住户名册上", "is not on the register"),
    },
    source: Source::Register,
    when_absent: Absent::Unknown,
    step: Some(Step::FindByRoom),
    subjects: RESIDENTS,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#"true"#),
    clause: authored("GATE-15"),
};
