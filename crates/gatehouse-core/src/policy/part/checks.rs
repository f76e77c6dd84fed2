//! What is wrong with the parts of one document beyond what their types can say.

use super::{Parts, contact, measure, observation, report, returnee, risk, spot, tables, wording};
use crate::gate::compiled::Text;
use crate::gate::fact::words;
use crate::policy::diagnostic::{Diagnostic, both};
use std::ops::Range;

/// Collects complaints about the parts of one document.
pub(super) struct Complain<'a> {
    parts: &'a Parts,
    found: Vec<Diagnostic>,
}

/// Every complaint.
pub(super) fn complaints(parts: &Parts) -> Vec<Diagnostic> {
    let mut complain = Complain {
        parts,
        found: Vec::new(),
    };
    if parts.counting.is_none() && complain.counts_days() {
        let message = words(
            "缺少 `[counting]`：要写清怎么数天（POL-6）。",
            "`[counting]` must be set: how days are counted (POL-6)",
        );
        complain.say("P004", &(0..0), message);
    }
    returnee::complain(parts, &mut complain);
    observation::complain(parts, &mut complain);
    risk::complain(parts, &mut complain);
    measure::complain(parts, &mut complain);
    report::complain(parts, &mut complain);
    spot::complain(parts, &mut complain);
    wording::complain(parts, &mut complain);
    contact::complain(parts, &mut complain);
    tables::complain(parts, &mut complain);
    complain.found
}

impl Complain<'_> {
    /// One complaint.
    pub(super) fn say(
        &mut self,
        code: &'static str,
        span: &Range<usize>,
        message: impl Into<Text>,
    ) {
        self.found
            .push(Diagnostic::new(code, span.clone(), message));
    }

    /// Complains where a plan is named that the document does not have.
    pub(super) fn unless_plan(&mut self, plan: &str, span: &Range<usize>) {
        if !self.parts.observation.iter().any(|one| one.id == plan) {
            let message = both(
                format!("没有叫 `{plan}` 的 `[[observation]]`。"),
                format!("there is no `[[observation]]` called `{plan}`"),
            );
            self.say("P030", span, message);
        }
    }

    fn counts_days(&self) -> bool {
        let measures = self.parts.measure.iter().map(|one| &one.due);
        let reports = self.parts.report.iter().map(|one| &one.due);
        !self.parts.returnee.is_empty()
            || !self.parts.observation.is_empty()
            || !self.parts.contact.is_empty()
            || !self.parts.risk.is_empty()
            || !self.parts.lift.is_empty()
            || measures.chain(reports).any(|due| due.days.is_some())
    }
}
