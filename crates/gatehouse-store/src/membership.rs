//! Staff in an organisation with a role in an area subtree, from–to. *Reference*. What a role
//! may do is the server's business; whether a membership counts now is said here.

use crate::error::StoreError;
use crate::tx::{ReadTx, Tx};
use crate::value::Row;
use crate::{params, sql};
use gatehouse_core::id::{AreaId, MembershipId, OrganisationId, StaffId};

/// A role of somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MembershipRow {
    /// Never changes.
    pub membership: MembershipId,
    /// Who.
    pub staff: StaffId,
    /// For whom.
    pub organisation: OrganisationId,
    /// The role's word.
    pub role: String,
    /// Top of the subtree.
    pub area: AreaId,
    /// `active`, `suspended`, `ended`.
    pub state: String,
    /// First instant, milliseconds UTC.
    pub from_at: i64,
    /// End, not included.
    pub to_at: Option<i64>,
    /// Counts edits.
    pub version: i64,
}

impl MembershipRow {
    /// Whether it gives its role at that instant.
    pub fn holds_at(&self, millis: i64) -> bool {
        self.state == "active"
            && self.from_at <= millis
            && self.to_at.is_none_or(|end| millis < end)
    }

    fn read(row: &Row<'_>) -> Result<MembershipRow, StoreError> {
        Ok(MembershipRow {
            membership: row.get(0)?,
            staff: row.get(1)?,
            organisation: row.get(2)?,
            role: row.get(3)?,
            area: row.get(4)?,
            state: row.get(5)?,
            from_at: row.get(6)?,
            to_at: row.get(7)?,
            version: row.get(8)?,
        })
    }
}

sql! {
    INSERT_MEMBERSHIP = "INSERT INTO membership (membership, staff, organisation, role, area,
            state, from_at, to_at, version)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1)";
    UPDATE_MEMBERSHIP = "UPDATE membership SET state = ?3, from_at = ?4, to_at = ?5,
            version = version + 1
        WHERE membership = ?1 AND version = ?2";
    MEMBERSHIP = "SELECT membership, staff, organisation, role, area, state, from_at, to_at,
            version
        FROM membership WHERE membership = ?1";
    MEMBERSHIPS_OF = "SELECT membership, staff, organisation, role, area, state, from_at, to_at,
            version
        FROM membership WHERE staff = ?1 ORDER BY from_at, membership";
    MEMBERSHIPS_IN = "SELECT membership, staff, organisation, role, area, state, from_at, to_at,
            version
        FROM membership WHERE area = ?1 ORDER BY role, from_at, membership";
}

impl ReadTx<'_> {
    /// A membership by id.
    pub fn membership(
        &self,
        membership: MembershipId,
    ) -> Result<Option<MembershipRow>, StoreError> {
        self.optional(&MEMBERSHIP, params![&membership], MembershipRow::read)
    }

    /// Everything somebody is or was; ask [`MembershipRow::holds_at`] which count now.
    pub fn memberships_of_staff(&self, staff: StaffId) -> Result<Vec<MembershipRow>, StoreError> {
        self.query(&MEMBERSHIPS_OF, params![&staff], MembershipRow::read)
    }

    /// Memberships whose subtree begins exactly at an area.
    pub fn memberships_of_area(&self, area: AreaId) -> Result<Vec<MembershipRow>, StoreError> {
        self.query(&MEMBERSHIPS_IN, params![&area], MembershipRow::read)
    }
}

impl Tx<'_> {
    /// Adds a membership; `version` is 1 whatever the row says.
    pub fn insert_membership(&self, row: &MembershipRow) -> Result<(), StoreError> {
        self.execute_one(
            &INSERT_MEMBERSHIP,
            params![
                &row.membership,
                &row.staff,
                &row.organisation,
                &row.role,
                &row.area,
                &row.state,
                row.from_at,
                row.to_at
            ],
        )
    }

    /// Changes state and times of a membership that is still at `row.version`.
    pub fn update_membership(&self, row: &MembershipRow) -> Result<(), StoreError> {
        self.execute_versioned(
            &UPDATE_MEMBERSHIP,
            params![&row.membership, row.version, &row.state, row.from_at, row.to_at],
        )
    }
}
