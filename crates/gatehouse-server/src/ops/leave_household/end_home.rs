//! What a household leaves behind: its errand pass and slips, its vehicles with their passes, the
//! passes of its helpers and guests, whom it expected, what was asked for in its name. A dwelling
//! in which nobody lives, or which ceased, holds none of them.

use crate::error::OpError;
use crate::ops::end_application::end_waiting;
use crate::ops::keep_helpers::end_helpers;
use crate::ops::keep_vehicles::end_vehicles;
use crate::ops::make_pass::Desk;
use crate::ops::pass_rules::{Source, of_word};
use crate::ops::resident::answer_visit::end_visits;
use crate::ops::revoke_pass::{Revoking, revoke};
use gatehouse_core::id::HouseholdId;
use gatehouse_core::pass::{PassKind, RevocationReason};
use gatehouse_store::application::ApplicationRow;
use gatehouse_store::household::HouseholdRow;
use gatehouse_store::pass::PassRow;
use gatehouse_store::{ReadTx, Shard, StoreError};

/// Most of a home that waits and is ended with it; what waits beyond is not approved.
const WAITING_MOST: u32 = 500;

/// Whether somebody lives there.
///
/// # Errors
/// The database's.
pub(in crate::ops) fn is_lived_in(
    tx: &ReadTx<'_>,
    shard: Shard,
    household: HouseholdId,
) -> Result<bool, StoreError> {
    Ok(!tx.persons_of_household(shard, household)?.is_empty())
}

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
    let is_empty = !is_lived_in(desk.tx, desk.shard, household)?;
    if is_empty {
        end_home(desk, &home)?;
    }
    Ok(is_empty)
}

/// Ends it all.
///
/// # Errors
/// The database's.
pub(in crate::ops) fn end_home(desk: &Desk<'_>, home: &HouseholdRow) -> Result<(), OpError> {
    let (tx, shard) = (desk.tx, desk.shard);
    end_vehicles(desk, home)?;
    end_helpers(desk, home)?;
    end_visits(desk, home.household)?;
    for pass in tx.passes_of_household(shard, home.household)? {
        let is_in_use = pass.revocation.is_none() && pass.expires_at > desk.now.millis;
        if is_in_use && !is_of_whoever_lived_there(&pass) {
            let reason = match pass.holder {
                None => RevocationReason::MovedOut,
                Some(_) => RevocationReason::ClassEnded,
            };
            let asked = Revoking {
                pass: pass.pass,
                reason,
                replacement: None,
            };
            revoke(desk, pass.area, &asked)?;
        }
    }
    for row in tx.waiting_of_household(shard, home.household, WAITING_MOST)? {
        if !(home.holds_on(desk.now.day()) && moves_in(&row)) {
            end_waiting(desk, row, "home_empty")?;
        }
    }
    Ok(())
}

/// Such a pass ends with the record of whoever holds it.
fn is_of_whoever_lived_there(pass: &PassRow) -> bool {
    let of_home = of_word(&pass.kind).is_some_and(|kind: PassKind| kind.is_of_household());
    of_home && pass.holder.is_some()
}

/// Whether it is for somebody who is to live there next, and not by the word of those who left.
fn moves_in(row: &ApplicationRow) -> bool {
    let beside = [Source::Landlord, Source::GridWorker].map(Source::word);
    row.basis.is_some() && beside.contains(&row.source.as_str())
}
