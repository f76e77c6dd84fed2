//! 去向 · destination (GATE-4).

use super::{
    Absent, BOTH_WAYS, Choice, EVERYONE, FactSpec, Kind, Source, authored, choice, meaning, words,
};
use crate::gate::step::Step;

/// What `destination` can be; the order is that of the wire and never changes.
pub const CHOICES: &[Choice] = &[
    choice("household", "到户", "a household"),
    choice("storage_point", "物品存放点", "the storage point"),
    choice("office", "居委会或物业", "an office inside"),
    choice("nearby", "附近", "nearby"),
    choice("city", "市内", "within the city"),
    choice("outside_city", "市外", "outside the city"),
    choice("public_place", "公共场所", "a public place"),
];

/// Where the person is going.
pub static SPEC: FactSpec = FactSpec {
    number: 7,
    name: "destination",
    label: words("去向", "destination"),
    meaning: meaning("要去哪里", "Where the person is going"),
    kind: Kind::Choice(CHOICES),
    source: Source::Guard,
    when_absent: Absent::Unknown,
    step: Some(Step::AskDestination),
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#""household""#),
    clause: authored("GATE-4"),
};
