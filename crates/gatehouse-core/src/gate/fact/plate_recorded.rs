//! 记了车牌 · plate noted (HL 二).

use super::{Absent, BOTH_WAYS, FactSpec, Kind, Source, authored, meaning, only, words};
use crate::gate::step::Step;
use crate::gate::subject::SubjectKind;

/// The plate was noted.
pub static SPEC: FactSpec = FactSpec {
    number: 51,
    name: "plate_recorded",
    label: words("记了车牌", "plate noted"),
    meaning: meaning("车牌已经记下", "The plate was noted"),
    kind: Kind::Flag {
        yes: words("记了车牌", "the plate is noted"),
        no: words("没记车牌", "the plate is not noted"),
    },
    source: Source::Guard,
    when_absent: Absent::Unknown,
    step: Some(Step::RecordPlate),
    subjects: only(SubjectKind::Vehicle),
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#"true"#),
    clause: authored("HL 二"),
};
