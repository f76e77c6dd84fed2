//! Who is calling: staff with the memberships that hold now.

use super::role::{Permission, Role};
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::id::{AreaId, OrganisationId, StaffId};
use std::sync::Arc;

/// A membership that holds at this moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldRole {
    /// What it may do.
    pub role: Role,
    /// Top of the subtree in which it holds.
    pub area: AreaId,
    /// For which office.
    pub organisation: OrganisationId,
}

/// What a token of another system leaves of its maker's roles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenLimit {
    /// Which token.
    pub token: [u8; 16],
    /// Whose system it is.
    pub organisation: OrganisationId,
    /// What it may do at most.
    pub permissions: Vec<Permission>,
    /// Top of the subtree that it may know of.
    pub area: AreaId,
}

/// The signed-in person behind a request, or the account of another system's token.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who.
    pub staff: StaffId,
    /// As colleagues know them.
    pub name: String,
    /// Language of their pages.
    pub lang: Lang,
    /// Until it is done, every page leads there.
    pub must_change_password: bool,
    /// Which session.
    pub token_hash: [u8; 32],
    /// Memberships that hold now; of a token, its maker's.
    pub roles: Vec<HeldRole>,
    /// For a token: what it leaves of them.
    pub limit: Option<Arc<TokenLimit>>,
}

impl Caller {
    /// Whether a permission is held anywhere.
    pub fn may_somewhere(&self, permission: Permission) -> bool {
        self.is_let(permission) && self.roles.iter().any(|held| held.role.may(permission))
    }

    /// Whether a permission is held in an area, given the area and all above it.
    pub fn may_in(&self, permission: Permission, path: &[AreaId]) -> bool {
        self.is_let(permission)
            && self.reaches(path)
            && self
                .roles
                .iter()
                .any(|held| held.role.may(permission) && path.contains(&held.area))
    }

    /// The office for which a permission is held in an area: whom a view is shown to come from.
    pub fn office_in(&self, permission: Permission, path: &[AreaId]) -> Option<OrganisationId> {
        if !self.may_in(permission, path) {
            return None;
        }
        if let Some(limit) = &self.limit {
            return Some(limit.organisation);
        }
        let mut held = self.roles.iter();
        held.find(|held| held.role.may(permission) && path.contains(&held.area))
            .map(|held| held.organisation)
    }

    /// The roles that may be given and taken in an area, given the area and all above it.
    pub fn may_appoint_in(&self, path: &[AreaId]) -> Vec<Role> {
        let here = self.roles.iter().filter(|held| path.contains(&held.area));
        let given: Vec<&[Role]> = here.map(|held| held.role.may_appoint()).collect();
        let all = Role::ALL.into_iter();
        all.filter(|role| given.iter().any(|some| some.contains(role)))
            .collect()
    }

    /// Whether anything at all is held in an area: only then they may know that it exists.
    pub fn belongs_to(&self, path: &[AreaId]) -> bool {
        self.reaches(path) && self.roles.iter().any(|held| path.contains(&held.area))
    }

    fn is_let(&self, permission: Permission) -> bool {
        let limit = self.limit.as_ref();
        limit.is_none_or(|limit| limit.permissions.contains(&permission))
    }

    fn reaches(&self, path: &[AreaId]) -> bool {
        let limit = self.limit.as_ref();
        limit.is_none_or(|limit| path.contains(&limit.area))
    }
}
