//! What is wrong with the parts of one document beyond what their types can say.

use super::{Parts, measure, observation, report, returnee, risk, spot, wording};
use crate::policy::diagnostic::Diagnostic;
use std::ops::Range;

/// Collects complaints about the parts of one document.
pub(super) struct Complain<'a> {
    parts: &'a Parts,
    prefix: &'a str,
    found: Vec<Diagnostic>,
}

/// Every complaint.
pub(super) fn complaints(parts: &Parts, prefix: &str) -> Vec<Diagnostic> {
    let mut complain = Complain {
        parts,
        prefix,
        found: Vec::new(),
    };
    if parts.counting.is_none() && complain.counts_days() {
        let message = "`[counting]` must be set: how days are counted (POL-6)";
        complain.say("P004", &(0..0), message);
    }
    returnee::complain(parts, &mut complain);
    observation::complain(parts, &mut complain);
    risk::complain(parts, &mut complain);
    measure::complain(parts, &mut complain);
    report::complain(parts, &mut complain);
    spot::complain(parts, &mut complain);
    wording::complain(parts, &mut complain);
    complain.found
}

impl Complain<'_> {
    /// One complaint.
    pub(super) fn say(
        &mut self,
        code: &'static str,
        span: &Range<usize>,
        message: impl Into<String>,
    ) {
        self.found
            .push(Diagnostic::new(code, span.clone(), message));
    }

    /// Complains where a plan of this document is named that it does not have. Plans of documents
    /// above are looked for when documents are put together.
    pub(super) fn unless_plan(&mut self, plan: &str, span: &Range<usize>) {
        let is_own = plan
            .split_once('/')
            .is_some_and(|(prefix, _)| prefix == self.prefix);
        if is_own && !self.parts.observation.iter().any(|one| one.id == plan) {
            self.say(
                "P030",
                span,
                format!("there is no `[[observation]]` called `{plan}`"),
            );
        }
    }

    fn counts_days(&self) -> bool {
        let measures = self.parts.measure.iter().map(|one| &one.due);
        let reports = self.parts.report.iter().map(|one| &one.due);
        !self.parts.returnee.is_empty()
            || !self.parts.observation.is_empty()
            || !self.parts.risk.is_empty()
            || !self.parts.lift.is_empty()
            || measures.chain(reports).any(|due| due.days.is_some())
    }
}
