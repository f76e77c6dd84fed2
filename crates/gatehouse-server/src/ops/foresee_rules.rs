//! What people will be told once a document holds that is a draft, proposed or still to come, and
//! what changes for them then: read before anybody signs (POL-4, PUB-1).

use super::read_policies::Proposal;
use super::read_rules_here::{RulesHere, rules_with};
use crate::app::App;
use crate::auth::access::AreaInScope;
use crate::error::OpError;
use gatehouse_core::id::AreaId;
use gatehouse_core::moment::Moment;
use gatehouse_store::policy::PolicyForceRow;
use gatehouse_store::{ReadTx, StoreError};

/// What holds at a place before a document begins, and from then on.
#[derive(Debug)]
pub struct Foreseen {
    /// Until then; now, where it begins at once.
    pub before: RulesHere,
    /// From then on.
    pub then: RulesHere,
    /// Whether it is approved and will come as it stands here.
    pub is_approved: bool,
}

/// What a proposal makes of a place at or below its own; `None` where it does not go together with
/// what else holds there then, so that nobody could be told anything.
pub(super) fn foresee(
    tx: &ReadTx<'_>,
    (area, offset): (AreaId, i16),
    proposal: &Proposal,
    now: i64,
) -> Result<Option<Foreseen>, StoreError> {
    let begin = proposal.row.from_at.max(now);
    let is_approved = proposal.document.is_none() && proposal.row.is_approved();
    let at = |at: i64, with| rules_with(tx, area, Moment::new(at, offset), with);
    // What is approved stands among what is in force already.
    let then = at(begin, (!is_approved).then_some(proposal))?;
    let is_asked = then.in_force.iter().any(|(_, one)| one.is_for_gate());
    if is_asked && then.now.is_none() {
        return Ok(None);
    }
    Ok(Some(Foreseen {
        before: at((begin - 1).max(now), None)?,
        then,
        is_approved,
    }))
}

/// The same of a version of a document that was proposed for an area or one above it, or is
/// approved and to come; `None` where it is neither.
///
/// # Errors
/// The database's.
pub async fn foresee_version(
    app: &App,
    area: &AreaInScope,
    (name, version): (&str, i64),
) -> Result<Option<Foreseen>, OpError> {
    let (name, path, now) = (name.to_owned(), area.path.clone(), app.world.now_millis());
    let place = (area.area, area.offset_minutes);
    let read = move |tx: &ReadTx<'_>| {
        let Some(row) = to_come(tx, &path, (&name, version), now)? else {
            return Ok::<_, StoreError>(None);
        };
        let proposal = Proposal {
            row,
            document: None,
        };
        foresee(tx, place, &proposal, now)
    };
    Ok(app.store.read(read).await?)
}

/// The nearest stretch of a version that is proposed or approved, and has not begun.
fn to_come(
    tx: &ReadTx<'_>,
    path: &[AreaId],
    (name, version): (&str, i64),
    now: i64,
) -> Result<Option<PolicyForceRow>, StoreError> {
    for area in path {
        let rows = tx.policy_forces(*area, name)?.into_iter();
        let to_come = |row: &PolicyForceRow| {
            let is_taken_back = row.to_at.is_some_and(|to| to <= row.from_at);
            row.version == version && row.from_at > now && !is_taken_back
        };
        if let Some(row) = rows.filter(to_come).min_by_key(|row| row.from_at) {
            return Ok(Some(row));
        }
    }
    Ok(None)
}
