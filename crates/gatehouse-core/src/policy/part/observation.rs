//! Plans of observation: `[[observation]]`.

use super::Parts;
use super::checks::Complain;

/// Complains about what no type can hold.
pub(super) fn complain(parts: &Parts, complain: &mut Complain<'_>) {
    for plan in &parts.observation {
        if plan.stage.is_empty() {
            complain.say(
                "P031",
                &plan.span,
                "a plan has at least one `[[observation.stage]]`",
            );
        }
        for stage in &plan.stage {
            if stage.days.value == 0 {
                complain.say("P031", &plan.span, "a stage has at least one day");
            }
        }
    }
}
