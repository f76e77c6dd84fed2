//! 证的状态 · pass state (PASS-4).

use super::{
    Absent, BOTH_WAYS, Choice, EVERYONE, FactSpec, Kind, Source, authored, choice, meaning, words,
};
use crate::gate::step::Step;

/// What `pass_state` can be; the order is that of the wire and never changes.
pub const CHOICES: &[Choice] = &[
    choice("none", "没有证", "no pass"),
    choice("valid", "有效", "valid"),
    choice("expired", "到期", "expired"),
    choice("grace", "过期宽限", "within grace"),
    choice("not_yet", "还没到日期", "not valid yet"),
    choice("revoked", "已作废", "revoked"),
    choice("altered", "验不过", "does not verify"),
    choice("other_compound", "别处的证", "of another compound"),
    choice("unverifiable", "暂时查不到", "cannot be checked yet"),
];

/// What verifying the pass found.
pub static SPEC: FactSpec = FactSpec {
    number: 15,
    name: "pass_state",
    label: words("证的状态", "pass state"),
    meaning: meaning("出入证验出来的结果", "What verifying the pass found"),
    kind: Kind::Choice(CHOICES),
    source: Source::Pass,
    when_absent: Absent::Unknown,
    step: Some(Step::ScanPass),
    subjects: EVERYONE,
    ways: BOTH_WAYS,
    never: &[&[("pass_state", r#""none""#), ("pass_kind", r#""resident""#)]],
    example: authored(r#""valid""#),
    clause: authored("PASS-4"),
};
