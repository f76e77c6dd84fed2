//! 证明 · papers (GATE-8).

use super::{
    Absent, BOTH_WAYS, Choice, EVERYONE, FactSpec, Kind, Source, authored, choice, meaning, words,
};
use crate::gate::step::Step;

/// What `papers` can be; the order is that of the wire and never changes.
pub const CHOICES: &[Choice] = &[
    choice("id_card", "身份证", "identity card"),
    choice("lease", "租房合同", "lease"),
    choice("landlord_letter", "房东说明", "landlord letter"),
    choice("work_proof", "工作证明", "work proof"),
    choice("employer_letter", "单位证明", "employer letter"),
    choice("health_certificate", "健康证明", "health certificate"),
    choice("travel_permit", "通行证明", "travel permit"),
    choice("discharge_letter", "出院证明", "discharge letter"),
    choice("release_notice", "解除观察通知", "release notice"),
];

/// Proofs that the guard has seen.
pub static SPEC: FactSpec = FactSpec {
    number: 17,
    name: "papers",
    label: words("证明", "papers"),
    meaning: meaning("看过的证明", "Proofs that the guard has seen"),
    kind: Kind::Set(CHOICES),
    source: Source::Guard,
    when_absent: Absent::Unknown,
    step: Some(Step::SeePapers),
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#"["lease"]"#),
    clause: authored("GATE-8"),
};
