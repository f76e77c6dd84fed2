//! 看过身份证 · identity seen (ZJ-3.五).

use super::{Absent, BOTH_WAYS, EVERYONE, FactSpec, Kind, Source, authored, meaning, words};
use crate::gate::step::Step;

/// The identity card was seen and is theirs.
pub static SPEC: FactSpec = FactSpec {
    number: 20,
    name: "id_checked",
    label: words("看过身份证", "identity seen"),
    meaning: meaning(
        "看过身份证，是本人",
        "The identity card was seen and is theirs",
    ),
    kind: Kind::Flag {
        yes: words("看过身份证", "the ID was seen"),
        no: words("没看身份证", "the ID was not seen"),
    },
    source: Source::Guard,
    when_absent: Absent::Unknown,
    step: Some(Step::SeeId),
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#"true"#),
    clause: authored("ZJ-3.五"),
};
