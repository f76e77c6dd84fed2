//! Who may change whose account.

use crate::auth::caller::Caller;
use crate::auth::role::{Permission, Role};
use gatehouse_core::id::{AreaId, StaffId};
use gatehouse_store::membership::MembershipRow;
use gatehouse_store::{ReadTx, StoreError};

/// Why a change of accounts was not taken, each with a field of the form and its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A field is empty, too long or holds what no line holds.
    Field(&'static str),
    /// Somebody else signs in with this name.
    LoginTaken,
    /// Nobody signs in with this name.
    LoginUnknown,
    /// The role cannot be given by this caller here.
    Role,
    /// The area or office is not one of those offered.
    Place,
    /// The end lies before the beginning.
    Dates,
    /// One's own roles are for somebody else to change.
    Own,
    /// They also hold a role that the caller may not take.
    Above,
    /// They hold this role there already.
    Twice,
}

impl Refusal {
    /// Key of its words.
    pub const fn text_key(self) -> &'static str {
        match self {
            Refusal::Field(_) => "staff-refused-field",
            Refusal::LoginTaken => "staff-refused-login_taken",
            Refusal::LoginUnknown => "staff-refused-login_unknown",
            Refusal::Role => "staff-refused-role",
            Refusal::Place => "staff-refused-place",
            Refusal::Dates => "staff-refused-dates",
            Refusal::Own => "staff-refused-own",
            Refusal::Above => "staff-refused-above",
            Refusal::Twice => "staff-refused-twice",
        }
    }

    /// The field it stands beside.
    pub const fn field(self) -> &'static str {
        match self {
            Refusal::Field(field) => field,
            Refusal::LoginTaken | Refusal::LoginUnknown => "login",
            Refusal::Role | Refusal::Twice => "role",
            Refusal::Place => "area",
            Refusal::Dates => "until",
            Refusal::Own | Refusal::Above => "",
        }
    }
}

/// From the root down to an area; empty for one that is not there.
pub fn path_of(tx: &ReadTx<'_>, area: AreaId) -> Result<Vec<AreaId>, StoreError> {
    Ok(tx.area_path(area)?.iter().map(|row| row.area).collect())
}

/// Whether the caller may give and take this role in this area.
pub fn may_change(
    tx: &ReadTx<'_>,
    caller: &Caller,
    role: &str,
    area: AreaId,
) -> Result<bool, StoreError> {
    let path = path_of(tx, area)?;
    let role = Role::named(role);
    Ok(caller.may_in(Permission::KeepStaff, &path)
        && role.is_some_and(|role| caller.may_appoint_in(&path).contains(&role)))
}

/// Whether the caller may change the account as such (its password, its end): every role that it
/// still holds must be one that they may take, or a community could take over its county.
pub fn may_change_account(
    tx: &ReadTx<'_>,
    caller: &Caller,
    staff: StaffId,
) -> Result<Result<(), Refusal>, StoreError> {
    if staff == caller.staff {
        return Ok(Err(Refusal::Own));
    }
    for held in held(tx, staff)? {
        if !may_change(tx, caller, &held.role, held.area)? {
            return Ok(Err(Refusal::Above));
        }
    }
    Ok(Ok(()))
}

/// Memberships that are not ended.
pub fn held(tx: &ReadTx<'_>, staff: StaffId) -> Result<Vec<MembershipRow>, StoreError> {
    let mut rows = tx.memberships_of_staff(staff)?;
    rows.retain(|row| row.state != "ended");
    Ok(rows)
}

/// Whether somebody has to do with an area: holds, or held, something in its subtree.
pub fn is_of_area(tx: &ReadTx<'_>, staff: StaffId, area: AreaId) -> Result<bool, StoreError> {
    for row in tx.memberships_of_staff(staff)? {
        if path_of(tx, row.area)?.contains(&area) {
            return Ok(true);
        }
    }
    Ok(false)
}
