//! 来人类别 · subject kind (GATE-4).

use super::{
    Absent, BOTH_WAYS, Choice, EVERYONE, FactSpec, Kind, Source, authored, choice, meaning, words,
};
use crate::gate::step::Step;

/// What `subject_kind` can be; the order is that of the wire and never changes.
pub const CHOICES: &[Choice] = &[
    choice("resident", "住户", "resident"),
    choice("temporary_resident", "暂住人员", "temporary resident"),
    choice("exempt_worker", "保障人员", "exempt worker"),
    choice("courier", "配送人员", "courier"),
    choice("visitor", "访客", "visitor"),
    choice("vehicle", "车辆", "vehicle"),
    choice("regular_helper", "固定帮手", "regular helper"),
];

/// Who or what stands at the gate now.
pub static SPEC: FactSpec = FactSpec {
    number: 1,
    name: "subject_kind",
    label: words("来人类别", "subject kind"),
    meaning: meaning("来的是什么人或车", "Who or what stands at the gate now"),
    kind: Kind::Choice(CHOICES),
    source: Source::Guard,
    when_absent: Absent::Unknown,
    step: Some(Step::IdentifySubject),
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#""visitor""#),
    clause: authored("GATE-4"),
};
