//! 住户同意 · consent of the host (HN 三(三)四).

use super::{Absent, FactSpec, INWARD, Kind, OUTSIDERS, Source, authored, meaning, words};
use crate::gate::step::Step;

/// The host explains and agrees.
pub static SPEC: FactSpec = FactSpec {
    number: 10,
    name: "host_consent",
    label: words("住户同意", "consent of the host"),
    meaning: meaning("住户到场说明或打电话同意", "The host explains and agrees"),
    kind: Kind::Flag {
        yes: words("住户说明并同意", "the host explains and agrees"),
        no: words("住户不同意", "the host does not agree"),
    },
    source: Source::Guard,
    when_absent: Absent::Unknown,
    step: Some(Step::HostConfirms),
    subjects: OUTSIDERS,
    ways: INWARD,
    never: &[],
    example: authored(r#"true"#),
    clause: authored("HN 三(三)四"),
};
