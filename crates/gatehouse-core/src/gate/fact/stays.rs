//! 旅居史 · stays (SCOPE-2).

use super::{Absent, BOTH_WAYS, EVERYONE, FactSpec, Kind, Source, authored, meaning, words};
use crate::gate::step::Step;

/// Where the person has been, by class of place.
pub static SPEC: FactSpec = FactSpec {
    number: 34,
    name: "stays",
    label: words("旅居史", "stays"),
    meaning: meaning(
        "最近在哪些地方住过或去过",
        "Where the person has been, by class of place",
    ),
    kind: Kind::Stays,
    source: Source::Guard,
    when_absent: Absent::Unknown,
    step: Some(Step::AskStays),
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#"[{"kind": "key_area", "days_ago": 3}]"#),
    clause: authored("SCOPE-2"),
};
