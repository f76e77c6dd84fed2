//! 住户带领 · escorted by the host (HN 三(三)四).

use super::{Absent, FactSpec, INWARD, Kind, OUTSIDERS, Source, authored, meaning, words};
use crate::gate::step::Step;

/// The host walks along.
pub static SPEC: FactSpec = FactSpec {
    number: 9,
    name: "host_escort",
    label: words("住户带领", "escorted by the host"),
    meaning: meaning("住户到门口带着走", "The host walks along"),
    kind: Kind::Flag {
        yes: words("住户带着进", "the host walks along"),
        no: words("没有住户带", "no host walks along"),
    },
    source: Source::Guard,
    when_absent: Absent::Unknown,
    step: Some(Step::HostEscorts),
    subjects: OUTSIDERS,
    ways: INWARD,
    never: &[&[("host_escort", r#"true"#), ("host_consent", r#"false"#)]],
    example: authored(r#"true"#),
    clause: authored("HN 三(三)四"),
};
