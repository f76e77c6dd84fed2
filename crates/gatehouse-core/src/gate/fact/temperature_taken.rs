//! 量过体温 · temperature taken (GATE-6, ZJ-3.六, ZJ-4.五).
//!
//! Where a notice measures only some people, a row about the fever of the others must not ask
//! for their temperature: it reads this fact beside the readings. It follows from the first
//! reading ([`crate::gate::Situation::known`]); nobody says it.

use super::{Absent, BOTH_WAYS, EVERYONE, FactSpec, Kind, Source, authored, meaning, words};
use crate::gate::step::Step;

/// A first reading is there.
pub static SPEC: FactSpec = FactSpec {
    number: 61,
    name: "temperature_taken",
    label: words("量过体温", "temperature taken"),
    meaning: meaning("已经量过体温", "A first reading is there"),
    kind: Kind::Flag {
        yes: words("量过体温", "temperature taken"),
        no: words("没量体温", "temperature not taken"),
    },
    source: Source::Guard,
    when_absent: Absent::Nothing,
    step: Some(Step::MeasureTemperature),
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#"false"#),
    clause: authored("GATE-6"),
};
