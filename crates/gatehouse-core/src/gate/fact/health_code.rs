//! 健康码 · health code (GATE-8).

use super::{
    Absent, BOTH_WAYS, Choice, EVERYONE, FactSpec, Kind, Source, authored, choice, meaning, words,
};
use crate::gate::step::Step;

/// What `health_code` can be; the order is that of the wire and never changes.
pub const CHOICES: &[Choice] = &[
    choice("none", "没有", "none"),
    choice("green", "绿码", "green"),
    choice("yellow", "黄码", "yellow"),
    choice("red", "红码", "red"),
];

/// Health code that is shown.
pub static SPEC: FactSpec = FactSpec {
    number: 33,
    name: "health_code",
    label: words("健康码", "health code"),
    meaning: meaning("出示的健康码", "Health code that is shown"),
    kind: Kind::Choice(CHOICES),
    source: Source::Guard,
    when_absent: Absent::Unknown,
    step: Some(Step::SeeHealthCode),
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#""green""#),
    clause: authored("GATE-8"),
};
