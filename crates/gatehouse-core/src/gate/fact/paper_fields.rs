//! 证明上写明的 · fields of the paper (GATE-8).

use super::{
    Absent, BOTH_WAYS, Choice, EVERYONE, FactSpec, Kind, Source, authored, choice, meaning, words,
};
use crate::gate::step::Step;

/// What `paper_fields` can be; the order is that of the wire and never changes.
pub const CHOICES: &[Choice] = &[
    choice("name", "姓名相符", "name matches"),
    choice("dates", "日期有效", "dates hold"),
    choice("seal", "有公章", "sealed"),
    choice("employer", "写明单位", "names the employer"),
    choice("destination", "写明去处", "names the destination"),
];

/// What was checked on the paper.
pub static SPEC: FactSpec = FactSpec {
    number: 19,
    name: "paper_fields",
    label: words("证明上写明的", "fields of the paper"),
    meaning: meaning("证明上核对过的内容", "What was checked on the paper"),
    kind: Kind::Set(CHOICES),
    source: Source::Guard,
    when_absent: Absent::Unknown,
    step: Some(Step::SeePapers),
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#"["name", "dates"]"#),
    clause: authored("GATE-8"),
};
