//! 房东到场 · landlord present (HN 三(三)二).

use super::{Absent, BOTH_WAYS, FactSpec, Kind, Source, authored, meaning, only, words};
use crate::gate::step::Step;
use crate::gate::subject::SubjectKind;

/// The landlord has come to the gate.
pub static SPEC: FactSpec = FactSpec {
    number: 11,
    name: "landlord_present",
    label: words("房东到场", "landlord present"),
    meaning: meaning("房东陪同到门口", "The landlord has come to the gate"),
    kind: Kind::Flag {
        yes: words("房东到场", "the landlord is present"),
        no: words("房东没到", "the landlord has not come"),
    },
    source: Source::Guard,
    when_absent: Absent::Unknown,
    step: Some(Step::LandlordComes),
    subjects: only(SubjectKind::TemporaryResident),
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#"true"#),
    clause: authored("HN 三(三)二"),
};
