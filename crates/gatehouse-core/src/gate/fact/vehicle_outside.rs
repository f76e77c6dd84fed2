//! 外来车 · outside vehicle (ZX 4).

use super::{Absent, BOTH_WAYS, FactSpec, Kind, Source, authored, meaning, only, words};
use crate::gate::step::Step;
use crate::gate::subject::SubjectKind;

/// The vehicle is not registered here.
pub static SPEC: FactSpec = FactSpec {
    number: 59,
    name: "vehicle_outside",
    label: words("外来车", "outside vehicle"),
    meaning: meaning("车不是本小区登记的", "The vehicle is not registered here"),
    kind: Kind::Flag {
        yes: words("外来车", "a vehicle from outside"),
        no: words("本小区的车", "a vehicle registered here"),
    },
    source: Source::Register,
    when_absent: Absent::Unknown,
    step: Some(Step::RecordPlate),
    subjects: only(SubjectKind::Vehicle),
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#"true"#),
    clause: authored("ZX 4"),
};
