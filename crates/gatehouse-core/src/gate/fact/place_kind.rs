//! 地方类别 · kind of place (AREA-1, ZJ-3, ZJ-4).
//!
//! One notice may set different rules for compounds and for villages (ZJ does). Which of them a
//! gate follows is a fact about the place, so that the notice stays one document in force for a
//! whole city instead of a pair that somebody has to hand out gate by gate.

use super::{
    Absent, BOTH_WAYS, Choice, EVERYONE, FactSpec, Kind, Source, authored, choice, meaning, words,
};

/// What `place_kind` can be; the order is that of the wire and never changes.
pub const CHOICES: &[Choice] = &[
    choice("compound", "小区", "compound"),
    choice("village", "村", "village"),
];

/// What kind of place the gate closes. Where nobody says, a compound.
pub static SPEC: FactSpec = FactSpec {
    number: 60,
    name: "place_kind",
    label: words("地方类别", "kind of place"),
    meaning: meaning("门岗守的是小区还是村", "What kind of place the gate closes"),
    kind: Kind::Choice(CHOICES),
    source: Source::GateState,
    when_absent: Absent::Nothing,
    step: None,
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#""village""#),
    clause: authored("AREA-1, ZJ-3, ZJ-4"),
};
