//! 货放到点 · goods left at the point (HN 三(三)三).

use super::{Absent, FactSpec, INWARD, Kind, Source, authored, meaning, only, words};
use crate::gate::step::Step;
use crate::gate::subject::SubjectKind;

/// The goods are left at gate or storage point.
pub static SPEC: FactSpec = FactSpec {
    number: 53,
    name: "goods_left",
    label: words("货放到点", "goods left at the point"),
    meaning: meaning(
        "货已放在门岗或存放点",
        "The goods are left at gate or storage point",
    ),
    kind: Kind::Flag {
        yes: words("货已放好", "the goods are left at the point"),
        no: words("货没放下", "the goods are not left"),
    },
    source: Source::Guard,
    when_absent: Absent::Unknown,
    step: Some(Step::LeaveGoods),
    subjects: only(SubjectKind::Courier),
    ways: INWARD,
    never: &[],
    example: authored(r#"true"#),
    clause: authored("HN 三(三)三"),
};
