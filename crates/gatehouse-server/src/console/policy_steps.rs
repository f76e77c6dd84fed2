//! How far a document is on its way from a draft to its gates (POL-4).

use crate::console::step_view::StepView;
use crate::ops::check_policy_draft::Draft;
use crate::ops::foresee_rules::Foreseen;
use crate::page::Frame;
use crate::times::Times;

/// How a step stands: whether it is done, or next; what is left comes later.
enum Mark {
    Done,
    Next,
    Later,
}

fn step(key: &str, mark: &Mark, line: String, frame: &Frame) -> StepView {
    let (class, icon, standing) = match mark {
        Mark::Done => ("s-ok", "tick", "fevers-mark-done"),
        Mark::Next => ("s-due", "right", "fevers-mark-due"),
        Mark::Later => ("s-no", "clock", "fevers-mark-not_yet"),
    };
    StepView {
        class,
        icon,
        standing,
        name: frame.t(&format!("draft-step-{key}")),
        line,
    }
}

/// The steps of a draft.
pub fn draft_steps(draft: &Draft, frame: &Frame, times: &Times) -> Vec<StepView> {
    let document = draft.document.as_ref();
    let faults = draft.looked.problems.len() + draft.looked.cases.len();
    let is_checked = document.is_some() && faults == 0;
    let next = |is_next| if is_next { Mark::Next } else { Mark::Later };
    let (written, rows) = match document {
        Some(one) => (Mark::Done, one.rows.len()),
        None => (Mark::Next, 0),
    };
    let (checked, found) = match is_checked {
        true => (Mark::Done, frame.t("draft-no-problems")),
        false => (
            next(document.is_some()),
            frame.with("draft-step-faults", "count", &faults.to_string()),
        ),
    };
    let (tried, replay) = match draft.is_replayed {
        true => (Mark::Done, "draft-step-tried-done"),
        false => (Mark::Later, "draft-step-tried-not"),
    };
    let begins = document.map(|one| one.force.from.value.millis);
    // One that lies behind is a notice's own; whoever sends the draft says when.
    let begins = match begins.filter(|at| *at > times.now().millis) {
        Some(at) => times.moment(at),
        None => frame.t("draft-step-begins-when"),
    };
    vec![
        step(
            "written",
            &written,
            frame.with("draft-step-rows", "count", &rows.to_string()),
            frame,
        ),
        step("checked", &checked, found, frame),
        step("tried", &tried, frame.t(replay), frame),
        step(
            "signed",
            &next(is_checked),
            frame.t("draft-step-two"),
            frame,
        ),
        step("begins", &Mark::Later, begins, frame),
    ]
}

/// The steps of a version that is proposed, or approved and to come: it was found without fault
/// when it was sent.
pub fn version_steps(found: &Foreseen, frame: &Frame, times: &Times) -> Vec<StepView> {
    let (signed, words, begins) = match found.is_approved {
        true => (Mark::Done, "draft-step-both", Mark::Next),
        false => (Mark::Next, "draft-step-one", Mark::Later),
    };
    let nothing = String::new;
    vec![
        step("written", &Mark::Done, nothing(), frame),
        step("checked", &Mark::Done, nothing(), frame),
        step("signed", &signed, frame.t(words), frame),
        step(
            "begins",
            &begins,
            times.moment(found.then.place.moment.millis),
            frame,
        ),
    ]
}
