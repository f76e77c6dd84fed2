//! A further role for somebody: another office, another area, from a day to a day.

use super::rule::{Refusal, may_change, path_of};
use crate::app::App;
use crate::auth::caller::Caller;
use crate::auth::role::Role;
use crate::error::OpError;
use crate::ops::find_caller::forget_all;
use crate::ops::note::note;
use gatehouse_core::id::{AreaId, MembershipId, OrganisationId, StaffId};
use gatehouse_core::moment::CivilDay;
use gatehouse_store::membership::MembershipRow;
use gatehouse_store::{Lane, StoreError, Tx};
use std::sync::Arc;

const DAY_MILLIS: i64 = 86_400_000;

/// What the form asks for.
#[derive(Clone, Debug)]
pub struct NewMembership {
    /// Made with the form, so that sending it twice adds it once.
    pub membership: MembershipId,
    /// For which office.
    pub organisation: OrganisationId,
    /// In which area and all that lies in it.
    pub area: AreaId,
    /// The role's word.
    pub role: String,
    /// First day; today if not said.
    pub from_on: Option<CivilDay>,
    /// Last day; open if not said.
    pub until_on: Option<CivilDay>,
}

/// Adds it to the account with this sign-in name.
pub async fn add_membership(
    app: &App,
    caller: &Arc<Caller>,
    scope: (AreaId, i16),
    login: &str,
    asked: NewMembership,
) -> Result<Result<StaffId, Refusal>, OpError> {
    let (caller, login) = (Arc::clone(caller), login.trim().to_owned());
    let now = app.world.now_millis();
    let add = move |tx: &Tx<'_>| {
        let Some(account) = tx.staff_by_login(&login)? else {
            return Ok(Err(Refusal::LoginUnknown));
        };
        if account.staff == caller.staff {
            return Ok(Err(Refusal::Own));
        }
        Ok::<_, StoreError>(
            insert(tx, &caller, scope, account.staff, &asked, now)?.map(|()| account.staff),
        )
    };
    let added = app.store.write(Lane::People, add).await?;
    forget_all(app);
    Ok(added)
}

/// Checks and adds; shared with a new account.
pub fn insert(
    tx: &Tx<'_>,
    caller: &Caller,
    (scope, offset): (AreaId, i16),
    staff: StaffId,
    asked: &NewMembership,
    now: i64,
) -> Result<Result<(), Refusal>, StoreError> {
    let path = tx.area_path(asked.area)?;
    let within = path.iter().any(|row| row.area == scope);
    let office = tx.organisation(asked.organisation)?;
    let office = office.filter(|office| office.ended_at.is_none());
    let near = match &office {
        Some(office) => path_of(tx, office.area)?.contains(&scope),
        None => false,
    };
    if !within || !near {
        return Ok(Err(Refusal::Place));
    }
    if Role::named(&asked.role).is_none() || !may_change(tx, caller, &asked.role, asked.area)? {
        return Ok(Err(Refusal::Role));
    }
    if asked
        .until_on
        .is_some_and(|until| asked.from_on.is_some_and(|from| until < from))
    {
        return Ok(Err(Refusal::Dates));
    }
    let midnight = |day: CivilDay| i64::from(day.0) * DAY_MILLIS - i64::from(offset) * 60_000;
    let row = MembershipRow {
        membership: asked.membership,
        staff,
        organisation: asked.organisation,
        role: asked.role.clone(),
        area: asked.area,
        state: "active".to_owned(),
        from_at: asked.from_on.map_or(now, midnight),
        to_at: asked.until_on.map(|until| midnight(until) + DAY_MILLIS),
        version: 1,
    };
    let known = tx.memberships_of_staff(staff)?;
    if known.iter().any(|known| known.membership == row.membership) {
        return Ok(Ok(()));
    }
    let same = |known: &MembershipRow| {
        (known.state != "ended" && known.role == row.role && known.area == row.area)
            && known.organisation == row.organisation
            && known.to_at.is_none_or(|end| end > now)
    };
    if known.iter().any(same) {
        return Ok(Err(Refusal::Twice));
    }
    tx.insert_membership(&row)?;
    let shard = path.iter().find_map(|row| row.shard);
    note(
        tx,
        shard,
        caller.staff,
        now,
        "membership.add",
        &row.membership.0,
    )?;
    Ok(Ok(()))
}
