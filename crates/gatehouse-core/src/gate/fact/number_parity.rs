//! 尾号单双 · parity of the number (POL-6).

use super::{
    Absent, BOTH_WAYS, Choice, EVERYONE, FactSpec, Kind, Source, authored, choice, meaning, words,
};

/// What `number_parity` can be; the order is that of the wire and never changes.
pub const CHOICES: &[Choice] = &[choice("odd", "单", "odd"), choice("even", "双", "even")];

/// Parity of the last digit of pass number or plate.
pub static SPEC: FactSpec = FactSpec {
    number: 46,
    name: "number_parity",
    label: words("尾号单双", "parity of the number"),
    meaning: meaning(
        "证号或车牌末位数字的单双",
        "Parity of the last digit of pass number or plate",
    ),
    kind: Kind::Choice(CHOICES),
    source: Source::Pass,
    when_absent: Absent::NotApplicable,
    step: None,
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#""even""#),
    clause: authored("POL-6"),
};
