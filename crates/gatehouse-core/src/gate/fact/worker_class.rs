//! 岗位类别 · worker class (GATE-4, ZX 4).

use super::{
    Absent, BOTH_WAYS, Choice, FactSpec, Kind, Source, authored, choice, meaning, only, words,
};
use crate::gate::step::Step;
use crate::gate::subject::SubjectKind;

/// What `worker_class` can be; the order is that of the wire and never changes.
pub const CHOICES: &[Choice] = &[
    choice("medical", "医护", "medical"),
    choice("epidemic_control", "疫情防控", "epidemic control"),
    choice("supply", "生活保供", "supply"),
    choice("property", "物业", "property"),
    choice("sanitation", "环卫保洁", "sanitation"),
];

/// Why a worker is exempt.
pub static SPEC: FactSpec = FactSpec {
    number: 4,
    name: "worker_class",
    label: words("岗位类别", "worker class"),
    meaning: meaning("保障人员属于哪一类岗位", "Why a worker is exempt"),
    kind: Kind::Choice(CHOICES),
    source: Source::Pass,
    when_absent: Absent::Unknown,
    step: Some(Step::SeeWorkProof),
    subjects: only(SubjectKind::ExemptWorker),
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#""medical""#),
    clause: authored("GATE-4, ZX 4"),
};
