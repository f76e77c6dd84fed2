//! 紧急情况 · emergency (SCOPE-3).

use super::{Absent, BOTH_WAYS, EVERYONE, FactSpec, Kind, Source, authored, meaning, words};

/// Illness, birth, fire, danger.
pub static SPEC: FactSpec = FactSpec {
    number: 58,
    name: "emergency",
    label: words("紧急情况", "emergency"),
    meaning: meaning("急病、生孩子、着火、有危险", "Illness, birth, fire, danger"),
    kind: Kind::Flag {
        yes: words("紧急", "an emergency"),
        no: words("不紧急", "no emergency"),
    },
    source: Source::Guard,
    when_absent: Absent::Nothing,
    step: None,
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#"false"#),
    clause: authored("SCOPE-3"),
};
