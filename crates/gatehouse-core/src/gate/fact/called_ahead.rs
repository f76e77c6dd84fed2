//! 先打了电话 · called ahead (HL 八).

use super::{Absent, BOTH_WAYS, FactSpec, Kind, Source, authored, meaning, only, words};
use crate::gate::step::Step;
use crate::gate::subject::SubjectKind;

/// The courier has called the customer.
pub static SPEC: FactSpec = FactSpec {
    number: 56,
    name: "called_ahead",
    label: words("先打了电话", "called ahead"),
    meaning: meaning(
        "配送前和住户约好时间地点",
        "The courier has called the customer",
    ),
    kind: Kind::Flag {
        yes: words("先打了电话", "called ahead"),
        no: words("没先打电话", "did not call ahead"),
    },
    source: Source::Guard,
    when_absent: Absent::NotApplicable,
    step: Some(Step::CallAhead),
    subjects: only(SubjectKind::Courier),
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#"true"#),
    clause: authored("HL 八"),
};
