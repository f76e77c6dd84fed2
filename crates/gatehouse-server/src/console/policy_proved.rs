//! What was proved of a draft, each thing in words, so that nothing of it is taken on trust.

use crate::ops::check_policy_draft::Draft;
use crate::page::Frame;
use gatehouse_core::policy::cases::read_case_file;

/// A thing that was looked at, and whether it holds.
pub struct Proved {
    /// Whether it holds.
    pub holds: bool,
    /// It, in words.
    pub words: String,
}

/// What the proof of the gate's rows asks, by the codes of what speaks against it.
const PROOFS: [(&str, &str); 4] = [
    ("P028", "draft-proved-always"),
    ("P023", "draft-proved-no-gap"),
    ("P024", "draft-proved-no-contradiction"),
    ("P025", "draft-proved-all-matter"),
];
/// Found in a row that loosens what stands above it.
const LOOSENED: (&str, &str) = ("P026", "draft-proved-tightened");
/// Not everything was proved.
const NOT_ALL: &str = "P027";
/// Does not go together with the documents above it: then nothing of the gate is proved.
const APART: &str = "P020";

/// What was proved of a draft; nothing of one that cannot be read.
pub fn proved(draft: &Draft, frame: &Frame) -> Vec<Proved> {
    let Some(document) = &draft.document else {
        return Vec::new();
    };
    // A document without these is none that can be read.
    let form = ["draft-proved-ends", "draft-proved-health"];
    let mut all: Vec<Proved> = form.map(|key| holds(true, frame.t(key))).into();
    let problems = &draft.looked.problems;
    let is_found = |code: &str| problems.iter().any(|one| one.code == code);
    let Ok(cases) = read_case_file(&draft.row.cases) else {
        return all;
    };
    if document.is_for_gate() && !is_found(APART) && !is_found(NOT_ALL) {
        let above = (!draft.above.is_empty()).then_some(LOOSENED);
        let asked = PROOFS.into_iter().chain(above);
        all.extend(asked.map(|(code, key)| holds(!is_found(code), frame.t(key))));
    }
    let count = cases.gate.len() + cases.parts.len();
    let other = problems.iter().filter(|one| one.code == "P021").count();
    let other = draft.looked.cases.len() + other;
    let slots = [count, count.saturating_sub(other)].map(|number| number.to_string());
    let slots = [("count", slots[0].as_str()), ("right", slots[1].as_str())];
    all.push(holds(other == 0, frame.fill("draft-proved-cases", &slots)));
    all
}

const fn holds(holds: bool, words: String) -> Proved {
    Proved { holds, words }
}
