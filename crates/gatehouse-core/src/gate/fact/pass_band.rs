//! 证卡颜色 · pass band (PASS-2).

use super::{
    Absent, BOTH_WAYS, Choice, EVERYONE, FactSpec, Kind, Source, authored, choice, meaning, words,
};
use crate::gate::step::Step;

/// What `pass_band` can be; the order is that of the wire and never changes.
pub const CHOICES: &[Choice] = &[
    choice("white", "白", "white"),
    choice("blue", "蓝", "blue"),
    choice("yellow", "黄", "yellow"),
    choice("orange", "橙", "orange"),
    choice("purple", "紫", "purple"),
    choice("brown", "棕", "brown"),
];

/// Coloured edge of the card.
pub static SPEC: FactSpec = FactSpec {
    number: 16,
    name: "pass_band",
    label: words("证卡颜色", "pass band"),
    meaning: meaning("出入证边条的颜色", "Coloured edge of the card"),
    kind: Kind::Choice(CHOICES),
    source: Source::Pass,
    when_absent: Absent::NotApplicable,
    step: Some(Step::ScanPass),
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#""blue""#),
    clause: authored("PASS-2"),
};
