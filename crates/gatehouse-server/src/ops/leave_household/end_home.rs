//! What a household leaves behind: its errand pass and slips, its vehicles with their passes, the
//! passes of its helpers. A dwelling in which nobody lives, or which ceased, holds none of them.

use crate::error::OpError;
use crate::ops::keep_helpers::end_helpers;
use crate::ops::keep_vehicles::end_vehicles;
use crate::ops::make_pass::Desk;
use crate::ops::revoke_pass::{Revoking, revoke};
use gatehouse_core::id::HouseholdId;
use gatehouse_core::pass::RevocationReason;
use gatehouse_store::household::HouseholdRow;

/// Ends it all where nobody lives there any more; says whether that was so.
///
/// # Errors
/// The database's.
pub(in crate::ops) fn end_if_empty(
    desk: &Desk<'_>,
    household: HouseholdId,
) -> Result<bool, OpError> {
    let Some(home) = desk.tx.household(desk.shard, household)? else {
        return Ok(false);
    };
    let lives = desk.tx.persons_of_household(desk.shard, household)?;
    if lives.is_empty() {
        end_home(desk, &home)?;
    }
    Ok(lives.is_empty())
}

/// Ends it all.
///
/// # Errors
/// The database's.
pub(in crate::ops) fn end_home(desk: &Desk<'_>, home: &HouseholdRow) -> Result<(), OpError> {
    end_vehicles(desk, home)?;
    end_helpers(desk, home)?;
    for pass in desk.tx.passes_of_household(desk.shard, home.household)? {
        let is_in_use = pass.revocation.is_none() && pass.expires_at > desk.now.millis;
        // A pass that names a person ends with their own record.
        if pass.holder.is_none() && is_in_use {
            let asked = Revoking {
                pass: pass.pass,
                reason: RevocationReason::MovedOut,
                replacement: None,
            };
            revoke(desk, pass.area, &asked)?;
        }
    }
    Ok(())
}
