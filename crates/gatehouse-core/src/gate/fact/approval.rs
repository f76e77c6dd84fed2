//! 批准 · approval (HL 二).

use super::{
    Absent, BOTH_WAYS, Choice, EVERYONE, FactSpec, Kind, Source, authored, choice, meaning, words,
};
use crate::gate::step::Step;

/// What `approval` can be; the order is that of the wire and never changes.
pub const CHOICES: &[Choice] = &[
    choice("responsible_staff", "专职管理人员", "responsible staff"),
    choice("property", "物业", "property"),
    choice("community", "社区", "community"),
    choice("street", "街道", "street"),
    choice("county", "县指挥部", "county command"),
    choice("employer", "单位", "employer"),
];

/// Who has approved this crossing.
pub static SPEC: FactSpec = FactSpec {
    number: 13,
    name: "approval",
    label: words("批准", "approval"),
    meaning: meaning("已经批准的单位", "Who has approved this crossing"),
    kind: Kind::Set(CHOICES),
    source: Source::Guard,
    when_absent: Absent::Unknown,
    step: Some(Step::GetApproval),
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#"["community"]"#),
    clause: authored("HL 二"),
};
