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
    MEMBERSHIPS_BELOW = "WITH RECURSIVE subtree (area, depth) AS (
            SELECT area, 0 FROM area WHERE area = ?1
            UNION ALL
            SELECT down.area, subtree.depth + 1
            FROM subtree JOIN area down ON down.parent = subtree.area
            WHERE subtree.depth < 16)
        SELECT m.membership, m.staff, m.organisation, m.role, m.area, m.state, m.from_at, m.to_at,
            m.version, s.login, s.name, s.disabled_at, o.name, a.name
        FROM subtree
        JOIN membership m ON m.area = subtree.area
        JOIN staff s ON s.staff = m.staff
        JOIN organisation o ON o.organisation = m.organisation
        JOIN area a ON a.area = m.area
        WHERE m.state <> 'ended' AND s.login > ?2
        ORDER BY s.login, m.membership LIMIT ?3";
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

/// A membership with the names that a list of staff shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedMembership {
    /// The membership.
    pub row: MembershipRow,
    /// What the person signs in with.
    pub login: String,
    /// As colleagues know them.
    pub name: String,
    /// When the account was closed, milliseconds UTC.
    pub disabled_at: Option<i64>,
    /// Name of the office.
    pub office: String,
    /// Name of the area.
    pub area_name: String,
}

impl ReadTx<'_> {
    /// Memberships in an area and all that lies in it, ended ones left out, by login after
    /// `after` (empty at first); at most `limit`.
    pub fn memberships_below(
        &self,
        area: AreaId,
        after: &str,
        limit: u32,
    ) -> Result<Vec<NamedMembership>, StoreError> {
        self.query(&MEMBERSHIPS_BELOW, params![&area, after, limit], |row| {
            Ok(NamedMembership {
                row: MembershipRow::read(row)?,
                login: row.get(9)?,
                name: row.get(10)?,
                disabled_at: row.get(11)?,
                office: row.get(12)?,
                area_name: row.get(13)?,
            })
        })
    }

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
