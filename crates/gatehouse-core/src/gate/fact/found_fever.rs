//! 发现发热 · found feverish (ZJ-4.五).

use super::{Absent, BOTH_WAYS, EVERYONE, FactSpec, Kind, Source, authored, meaning, words};

/// The guard reports that somebody is feverish.
pub static SPEC: FactSpec = FactSpec {
    number: 28,
    name: "found_fever",
    label: words("发现发热", "found feverish"),
    meaning: meaning(
        "值守员发现有人发热并上报",
        "The guard reports that somebody is feverish",
    ),
    kind: Kind::Flag {
        yes: words("发现发热", "found feverish"),
        no: words("没发现发热", "not found feverish"),
    },
    source: Source::Guard,
    when_absent: Absent::Nothing,
    step: None,
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#"false"#),
    clause: authored("ZJ-4.五"),
};
