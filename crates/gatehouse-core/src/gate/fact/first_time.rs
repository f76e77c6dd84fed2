//! 第一次登记 · first time (HN 三(三)二).

use super::{Absent, BOTH_WAYS, FactSpec, Kind, Source, authored, meaning, only, words};
use crate::gate::step::Step;
use crate::gate::subject::SubjectKind;

/// A temporary resident not yet on record.
pub static SPEC: FactSpec = FactSpec {
    number: 12,
    name: "first_time",
    label: words("第一次登记", "first time"),
    meaning: meaning(
        "暂住人员还没有备案发证",
        "A temporary resident not yet on record",
    ),
    kind: Kind::Flag {
        yes: words("第一次来", "here for the first time"),
        no: words("已备案", "already on record"),
    },
    source: Source::Register,
    when_absent: Absent::Unknown,
    step: Some(Step::FindByRoom),
    subjects: only(SubjectKind::TemporaryResident),
    ways: BOTH_WAYS,
    never: &[
        &[
            ("first_time", r#"true"#),
            ("registered_resident", r#"true"#),
        ],
        &[
            ("first_time", r#"false"#),
            ("registered_resident", r#"false"#),
        ],
    ],
    example: authored(r#"false"#),
    clause: authored("HN 三(三)二"),
};
