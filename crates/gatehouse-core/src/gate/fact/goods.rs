//! 物品 · goods (LIFE-1).

use super::{
    Absent, BOTH_WAYS, Choice, EVERYONE, FactSpec, Kind, Source, authored, choice, meaning, words,
};

/// What `goods` can be; the order is that of the wire and never changes.
pub const CHOICES: &[Choice] = &[
    choice("food", "食品", "food"),
    choice("medicine", "药品", "medicine"),
    choice("parcel", "包裹", "parcel"),
    choice("furniture", "家具", "furniture"),
    choice("building_material", "建材", "building material"),
    choice("cold_chain", "冷链食品", "cold-chain food"),
];

/// What is being carried.
pub static SPEC: FactSpec = FactSpec {
    number: 52,
    name: "goods",
    label: words("物品", "goods"),
    meaning: meaning("带的是什么东西", "What is being carried"),
    kind: Kind::Set(CHOICES),
    source: Source::Guard,
    when_absent: Absent::Nothing,
    step: None,
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#"["food"]"#),
    clause: authored("LIFE-1"),
};
