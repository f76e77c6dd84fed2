//! 证种 · pass kind (PASS-2).

use super::{
    Absent, BOTH_WAYS, Choice, EVERYONE, FactSpec, Kind, Source, authored, choice, meaning, words,
};
use crate::gate::step::Step;

/// What `pass_kind` can be; the order is that of the wire and never changes.
pub const CHOICES: &[Choice] = &[
    choice("none", "没有证", "no pass"),
    choice("resident", "住户出入证", "resident pass"),
    choice(
        "temporary_resident",
        "暂住出入证",
        "temporary resident pass",
    ),
    choice("worker", "保障出入证", "worker pass"),
    choice("errand", "采购出入证", "errand pass"),
    choice("visitor", "访客出入证", "visitor pass"),
    choice("vehicle", "车辆出入证", "vehicle pass"),
    choice("slip", "单次出入条", "slip"),
    choice("helper", "帮手出入证", "helper pass"),
];

/// Which kind of pass is shown.
pub static SPEC: FactSpec = FactSpec {
    number: 14,
    name: "pass_kind",
    label: words("证种", "pass kind"),
    meaning: meaning("出示的出入证是哪一种", "Which kind of pass is shown"),
    kind: Kind::Choice(CHOICES),
    source: Source::Pass,
    when_absent: Absent::Unknown,
    step: Some(Step::ScanPass),
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[&[("pass_kind", r#""none""#), ("pass_state", r#""valid""#)]],
    example: authored(r#""resident""#),
    clause: authored("PASS-2"),
};
