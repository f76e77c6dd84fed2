//! 方向 · way (GATE-3).

use super::{
    Absent, BOTH_WAYS, Choice, EVERYONE, FactSpec, Kind, Source, authored, choice, meaning, words,
};
use crate::gate::step::Step;

/// What `way` can be; the order is that of the wire and never changes.
pub const CHOICES: &[Choice] = &[choice("in", "进", "in"), choice("out", "出", "out")];

/// Direction of the crossing.
pub static SPEC: FactSpec = FactSpec {
    number: 2,
    name: "way",
    label: words("方向", "way"),
    meaning: meaning("进还是出", "Direction of the crossing"),
    kind: Kind::Choice(CHOICES),
    source: Source::Guard,
    when_absent: Absent::Unknown,
    step: Some(Step::AskWay),
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#""in""#),
    clause: authored("GATE-3"),
};
