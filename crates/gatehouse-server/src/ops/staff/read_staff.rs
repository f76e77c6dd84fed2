//! One person with an account: memberships, leave, and what a form may offer.

use super::rule::{is_of_area, may_change, path_of};
use crate::app::App;
use crate::auth::caller::Caller;
use crate::auth::role::{Permission, Role};
use crate::error::OpError;
use gatehouse_core::id::{AreaId, StaffId};
use gatehouse_core::moment::Moment;
use gatehouse_store::leave::LeaveRow;
use gatehouse_store::membership::MembershipRow;
use gatehouse_store::{ReadTx, StoreError};
use std::sync::Arc;

/// Most areas and offices that a form offers.
const CHOICES_MOST: u32 = 400;

/// A membership as the page shows it.
pub struct Duty {
    /// The row.
    pub row: MembershipRow,
    /// Key of the role's words.
    pub role_key: &'static str,
    /// Name of the office.
    pub office: String,
    /// Name of the area.
    pub area: String,
    /// Leave that has not passed.
    pub leaves: Vec<LeaveRow>,
    /// Whether the caller may change it.
    pub can_change: bool,
}

/// Everything about somebody's account.
pub struct StaffPage {
    /// Who.
    pub staff: StaffId,
    /// What they sign in with.
    pub login: String,
    /// As colleagues know them.
    pub name: String,
    /// Whether the account is closed.
    pub is_closed: bool,
    /// Memberships, the newest last.
    pub duties: Vec<Duty>,
}

/// What a form may offer: roles that the caller may give, offices and areas.
#[derive(Default)]
pub struct Choices {
    /// Roles.
    pub roles: Vec<Role>,
    /// Offices by id.
    pub offices: Vec<(String, String)>,
    /// Areas by id.
    pub areas: Vec<(String, String)>,
}

/// Reads somebody who has to do with the area.
///
/// # Errors
/// Not found for anybody else.
pub async fn read_staff(
    app: &App,
    caller: &Arc<Caller>,
    area: AreaId,
    staff: StaffId,
    offset_minutes: i16,
) -> Result<StaffPage, OpError> {
    let caller = Arc::clone(caller);
    let today = Moment::new(app.world.now_millis(), offset_minutes).day();
    let read = move |tx: &ReadTx<'_>| {
        let Some(account) = tx.staff(staff)? else {
            return Ok(None);
        };
        if !is_of_area(tx, staff, area)? {
            return Ok(None);
        }
        let mut duties = Vec::new();
        for row in tx.memberships_of_staff(staff)? {
            let office = tx.organisation(row.organisation)?;
            let name = tx.area(row.area)?.map(|area| area.name);
            duties.push(Duty {
                role_key: Role::named(&row.role).map_or("role-unknown", Role::text_key),
                office: office.map(|office| office.name).unwrap_or_default(),
                area: name.unwrap_or_default(),
                leaves: tx.leaves_of_membership(row.membership, today)?,
                can_change: staff != caller.staff && may_change(tx, &caller, &row.role, row.area)?,
                row,
            });
        }
        Ok::<_, StoreError>(Some(StaffPage {
            staff,
            login: account.login,
            name: account.name,
            is_closed: account.disabled_at.is_some(),
            duties,
        }))
    };
    app.store.read(read).await?.ok_or(OpError::NotFound)
}

/// What the caller may choose from in an area.
pub async fn read_choices(
    app: &App,
    caller: &Arc<Caller>,
    area: AreaId,
) -> Result<Choices, OpError> {
    let caller = Arc::clone(caller);
    let read = move |tx: &ReadTx<'_>| {
        let path = path_of(tx, area)?;
        if !caller.may_in(Permission::KeepStaff, &path) {
            return Ok(Choices::default());
        }
        let offices = tx.organisations_below(area, CHOICES_MOST)?;
        let areas = tx.area_subtree(area, CHOICES_MOST)?.into_iter();
        let areas = areas.filter(|row| !matches!(&*row.level, "building" | "unit" | "household"));
        Ok::<_, StoreError>(Choices {
            roles: caller.may_appoint_in(&path),
            offices: offices
                .into_iter()
                .map(|row| (row.organisation.to_string(), row.name))
                .collect(),
            areas: areas.map(|row| (row.area.to_string(), row.name)).collect(),
        })
    };
    Ok(app.store.read(read).await?)
}
