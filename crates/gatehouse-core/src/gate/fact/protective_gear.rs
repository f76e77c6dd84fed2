//! 防护 · protective gear (HN 三(三)三).

use super::{Absent, BOTH_WAYS, EVERYONE, FactSpec, Kind, Source, authored, meaning, words};
use crate::gate::step::Step;

/// Protected as the work asks.
pub static SPEC: FactSpec = FactSpec {
    number: 23,
    name: "protective_gear",
    label: words("防护", "protective gear"),
    meaning: meaning("口罩手套等防护做好了", "Protected as the work asks"),
    kind: Kind::Flag {
        yes: words("防护做好", "protected"),
        no: words("没做防护", "not protected"),
    },
    source: Source::Guard,
    when_absent: Absent::Unknown,
    step: Some(Step::CheckGear),
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#"true"#),
    clause: authored("HN 三(三)三"),
};
