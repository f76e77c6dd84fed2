//! 日期单双 · parity of the date (POL-6).

use super::{
    Absent, BOTH_WAYS, Choice, EVERYONE, FactSpec, Kind, Source, authored, choice, meaning, words,
};

/// What `day_parity` can be; the order is that of the wire and never changes.
pub const CHOICES: &[Choice] = &[choice("odd", "单", "odd"), choice("even", "双", "even")];

/// Whether the day of the month is odd or even.
pub static SPEC: FactSpec = FactSpec {
    number: 45,
    name: "day_parity",
    label: words("日期单双", "parity of the date"),
    meaning: meaning(
        "日期的单双号",
        "Whether the day of the month is odd or even",
    ),
    kind: Kind::Choice(CHOICES),
    source: Source::Clock,
    when_absent: Absent::Unknown,
    step: None,
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#""odd""#),
    clause: authored("POL-6"),
};
