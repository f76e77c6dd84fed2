//! Suspends, takes up again or ends a role.

use super::rule::{Refusal, is_of_area, may_change};
use crate::app::App;
use crate::auth::caller::Caller;
use crate::error::OpError;
use crate::ops::find_caller::forget_all;
use crate::ops::note::note;
use gatehouse_core::id::{AreaId, MembershipId};
use gatehouse_store::{Lane, StoreError, Tx};
use std::sync::Arc;

/// What becomes of a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MembershipAct {
    /// Gives nothing until it is taken up again.
    Suspend,
    /// Gives its role again.
    Resume,
    /// Ended for good; a new one can be given.
    End,
}

impl MembershipAct {
    /// By the word of the form.
    pub fn named(word: &str) -> Option<MembershipAct> {
        Some(match word {
            "suspend" => MembershipAct::Suspend,
            "resume" => MembershipAct::Resume,
            "end" => MembershipAct::End,
            _ => return None,
        })
    }

    const fn state(self) -> &'static str {
        match self {
            MembershipAct::Suspend => "suspended",
            MembershipAct::Resume => "active",
            MembershipAct::End => "ended",
        }
    }
}

/// Changes a role that is still at `version`.
///
/// # Errors
/// Not found for a role of another area; stale where somebody was faster.
pub async fn change_membership(
    app: &App,
    caller: &Arc<Caller>,
    scope: AreaId,
    membership: MembershipId,
    version: i64,
    act: MembershipAct,
) -> Result<Result<(), Refusal>, OpError> {
    let caller = Arc::clone(caller);
    let now = app.world.now_millis();
    let change = move |tx: &Tx<'_>| {
        let Some(mut row) = tx.membership(membership)? else {
            return Ok(None);
        };
        if !is_of_area(tx, row.staff, scope)? {
            return Ok(None);
        }
        if row.staff == caller.staff {
            return Ok(Some(Err(Refusal::Own)));
        }
        if row.state == "ended" || !may_change(tx, &caller, &row.role, row.area)? {
            return Ok(Some(Err(Refusal::Role)));
        }
        act.state().clone_into(&mut row.state);
        row.version = version;
        if act == MembershipAct::End {
            row.to_at = Some(row.to_at.map_or(now, |end| end.min(now)).max(row.from_at));
        }
        tx.update_membership(&row)?;
        let shard = tx.area_path(row.area)?.iter().find_map(|row| row.shard);
        let kind = format!("membership.{}", row.state);
        note(tx, shard, caller.staff, now, &kind, &membership.0)?;
        Ok::<_, StoreError>(Some(Ok(())))
    };
    let changed = app.store.write(Lane::People, change).await?;
    forget_all(app);
    changed.ok_or(OpError::NotFound)
}
