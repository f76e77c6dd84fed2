//! 决定书 · order (GATE-9).

use super::{
    Absent, BOTH_WAYS, Choice, EVERYONE, FactSpec, Kind, Source, authored, choice, meaning, words,
};

/// What `order` can be; the order is that of the wire and never changes.
pub const CHOICES: &[Choice] = &[
    choice("none", "没有", "none"),
    choice("not_to_cross", "不出入", "not to cross"),
    choice("exception", "限时例外", "timed exception"),
];

/// Effect of an order on this crossing.
pub static SPEC: FactSpec = FactSpec {
    number: 37,
    name: "order",
    label: words("决定书", "order"),
    meaning: meaning(
        "决定书对这次进出的效力",
        "Effect of an order on this crossing",
    ),
    kind: Kind::Choice(CHOICES),
    source: Source::GateState,
    when_absent: Absent::Nothing,
    step: None,
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#""none""#),
    clause: authored("GATE-9"),
};
