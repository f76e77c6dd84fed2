//! 星期 · weekday (POL-6).

use super::{
    Absent, BOTH_WAYS, Choice, EVERYONE, FactSpec, Kind, Source, authored, choice, meaning, words,
};

/// What `weekday` can be; the order is that of the wire and never changes.
pub const CHOICES: &[Choice] = &[
    choice("monday", "周一", "Monday"),
    choice("tuesday", "周二", "Tuesday"),
    choice("wednesday", "周三", "Wednesday"),
    choice("thursday", "周四", "Thursday"),
    choice("friday", "周五", "Friday"),
    choice("saturday", "周六", "Saturday"),
    choice("sunday", "周日", "Sunday"),
];

/// Day of the week at the place.
pub static SPEC: FactSpec = FactSpec {
    number: 44,
    name: "weekday",
    label: words("星期", "weekday"),
    meaning: meaning("当地星期几", "Day of the week at the place"),
    kind: Kind::Choice(CHOICES),
    source: Source::Clock,
    when_absent: Absent::Unknown,
    step: None,
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[],
    example: authored(r#""monday""#),
    clause: authored("POL-6"),
};
