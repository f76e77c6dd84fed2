//! 节假日 · holiday (POL-6).

use super::{Absent, BOTH_WAYS, EVERYONE, FactSpec, Kind, Source, authored, meaning, words};

/// Today is a holiday listed by the policy.
pub static SPEC: FactSpec = FactSpec {
    number: 48,
    name: "holiday",
    label: words("节假日", "holiday"),
    meaning: meaning(
        "今天是规则里列的节假日",
        "Today is a holiday listed by the policy",
    ),
    kind: Kind::Flag {
        yes: words("节假日", "on a holiday"),
        no: words("不是节假日", "not on a holiday"),
    },
    source: Source::GateState,
    when_absent: Absent::Nothing,
    step: None,
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#"false"#),
    clause: authored("POL-6"),
};
