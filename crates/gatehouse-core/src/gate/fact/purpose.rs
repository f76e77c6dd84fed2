//! 事由 · purpose (GATE-5).

use super::{
    Absent, BOTH_WAYS, Choice, EVERYONE, FactSpec, Kind, Source, authored, choice, meaning, words,
};
use crate::gate::step::Step;

/// What `purpose` can be; the order is that of the wire and never changes.
pub const CHOICES: &[Choice] = &[
    choice("shopping", "采购", "shopping"),
    choice("work", "上班", "work"),
    choice("medical", "看病", "medical care"),
    choice("care", "照顾人", "caring for someone"),
    choice("school", "上学", "school"),
    choice("ceremony", "红白事", "wedding or funeral"),
    choice("delivery", "送货", "delivery"),
    choice("visit", "探访", "visit"),
    choice("duty", "公务", "official duty"),
    choice("repair", "维修", "repair"),
    choice("walk", "散步", "a walk"),
    choice("moving", "搬家", "moving house"),
    choice("other", "别的事", "something else"),
];

/// What the person says they are crossing for.
pub static SPEC: FactSpec = FactSpec {
    number: 6,
    name: "purpose",
    label: words("事由", "purpose"),
    meaning: meaning(
        "来人说的进出事由",
        "What the person says they are crossing for",
    ),
    kind: Kind::Choice(CHOICES),
    source: Source::Guard,
    when_absent: Absent::Unknown,
    step: Some(Step::AskPurpose),
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#""shopping""#),
    clause: authored("GATE-5"),
};
