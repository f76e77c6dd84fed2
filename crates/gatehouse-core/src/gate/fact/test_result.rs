//! 检测结果 · test result (GATE-8).

use super::{
    Absent, BOTH_WAYS, Choice, EVERYONE, FactSpec, Kind, Source, authored, choice, meaning, words,
};
use crate::gate::step::Step;

/// What `test_result` can be; the order is that of the wire and never changes.
pub const CHOICES: &[Choice] = &[
    choice("none", "没做过", "none"),
    choice("negative", "阴性", "negative"),
    choice("pending", "没出结果", "pending"),
    choice("positive", "阳性", "positive"),
];

/// Result of the newest test.
pub static SPEC: FactSpec = FactSpec {
    number: 30,
    name: "test_result",
    label: words("检测结果", "test result"),
    meaning: meaning("最近一次检测的结果", "Result of the newest test"),
    kind: Kind::Choice(CHOICES),
    source: Source::Guard,
    when_absent: Absent::Unknown,
    step: Some(Step::SeeTest),
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#""negative""#),
    clause: authored("GATE-8"),
};
