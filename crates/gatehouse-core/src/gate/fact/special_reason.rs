//! 特殊情况 · special reason (HN 三(三)四, ZJ-3.五).

use super::{Absent, FactSpec, INWARD, Kind, OUTSIDERS, Source, authored, meaning, words};
use crate::gate::step::Step;

/// The person states a special reason.
pub static SPEC: FactSpec = FactSpec {
    number: 57,
    name: "special_reason",
    label: words("特殊情况", "special reason"),
    meaning: meaning("来人说有特殊情况", "The person states a special reason"),
    kind: Kind::Flag {
        yes: words("有特殊情况", "has a special reason"),
        no: words("没有特殊情况", "has no special reason"),
    },
    source: Source::Guard,
    when_absent: Absent::Unknown,
    step: Some(Step::AskSpecialReason),
    subjects: OUTSIDERS,
    ways: INWARD,
    never: &[],
    example: authored(r#"true"#),
    clause: authored("HN 三(三)四, ZJ-3.五"),
};
