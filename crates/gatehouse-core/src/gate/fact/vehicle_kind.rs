//! 车型 · vehicle kind (GATE-4).

use super::{
    Absent, BOTH_WAYS, Choice, FactSpec, Kind, Source, authored, choice, meaning, only, words,
};
use crate::gate::step::Step;
use crate::gate::subject::SubjectKind;

/// What `vehicle_kind` can be; the order is that of the wire and never changes.
pub const CHOICES: &[Choice] = &[
    choice("car", "小客车", "car"),
    choice("taxi", "出租车", "taxi"),
    choice("van", "厢式货车", "van"),
    choice("truck", "货车", "lorry"),
    choice("bus", "客车", "bus"),
    choice("motorcycle", "摩托车", "motorcycle"),
    choice("bicycle", "自行车", "bicycle"),
    choice("ambulance", "救护车", "ambulance"),
    choice("fire_engine", "消防车", "fire engine"),
    choice("police_car", "警车", "police car"),
    choice("hearse", "殡葬车", "hearse"),
];

/// What kind of vehicle.
pub static SPEC: FactSpec = FactSpec {
    number: 49,
    name: "vehicle_kind",
    label: words("车型", "vehicle kind"),
    meaning: meaning("什么车", "What kind of vehicle"),
    kind: Kind::Choice(CHOICES),
    source: Source::Guard,
    when_absent: Absent::Unknown,
    step: Some(Step::LookAtVehicle),
    subjects: only(SubjectKind::Vehicle),
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#""car""#),
    clause: authored("GATE-4"),
};
