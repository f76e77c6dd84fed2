//! 出门次数 · outings (HL 二).

use super::{Absent, BOTH_WAYS, FactSpec, Kind, RESIDENTS, Source, authored, meaning, words};

/// Recent outings of the household.
pub static SPEC: FactSpec = FactSpec {
    number: 41,
    name: "outings",
    label: words("出门次数", "outings"),
    meaning: meaning("这户最近的外出", "Recent outings of the household"),
    kind: Kind::Outings,
    source: Source::History,
    when_absent: Absent::Nothing,
    step: None,
    subjects: RESIDENTS,
    ways: BOTH_WAYS,
    never: &[],
    example: concat!(
        r#"{"taken": [{"at": "2020-02-19T08:00:00+08:00", "purpose": "shopping", "own": true}], "#,
        r#""unsent": 0}"#
    ),
    clause: authored("HL 二"),
};
