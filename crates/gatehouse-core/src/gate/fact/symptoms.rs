//! 症状 · symptoms (GATE-7, SYM-1).

use super::{
    Absent, BOTH_WAYS, Choice, EVERYONE, FactSpec, Kind, Source, authored, choice, meaning, words,
};

/// What `symptoms` can be; the order is that of the wire and never changes.
pub const CHOICES: &[Choice] = &[
    choice("fever", "发热", "fever"),
    choice("cough", "咳嗽", "cough"),
    choice("fatigue", "乏力", "tiredness"),
    choice("short_breath", "呼吸困难", "short breath"),
    choice("diarrhoea", "腹泻", "diarrhoea"),
];

/// Symptoms seen or told.
pub static SPEC: FactSpec = FactSpec {
    number: 27,
    name: "symptoms",
    label: words("症状", "symptoms"),
    meaning: meaning("看到或来人说到的症状", "Symptoms seen or told"),
    kind: Kind::Set(CHOICES),
    source: Source::Guard,
    when_absent: Absent::Nothing,
    step: None,
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#"["cough"]"#),
    clause: authored("GATE-7, SYM-1"),
};
