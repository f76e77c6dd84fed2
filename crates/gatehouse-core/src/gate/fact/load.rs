//! 装载 · load (GATE-4).

use super::{
    Absent, BOTH_WAYS, Choice, FactSpec, Kind, Source, authored, choice, meaning, only, words,
};
use crate::gate::step::Step;
use crate::gate::subject::SubjectKind;

/// What `load` can be; the order is that of the wire and never changes.
pub const CHOICES: &[Choice] = &[
    choice("empty", "空车", "nothing"),
    choice("people", "载人", "people"),
    choice("goods", "货物", "goods"),
    choice("necessities", "生活物资", "necessities"),
    choice("medical_supplies", "医疗物资", "medical supplies"),
];

/// What the vehicle carries.
pub static SPEC: FactSpec = FactSpec {
    number: 50,
    name: "load",
    label: words("装载", "load"),
    meaning: meaning("车上装的是什么", "What the vehicle carries"),
    kind: Kind::Choice(CHOICES),
    source: Source::Guard,
    when_absent: Absent::Unknown,
    step: Some(Step::LookAtVehicle),
    subjects: only(SubjectKind::Vehicle),
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#""goods""#),
    clause: authored("GATE-4"),
};
