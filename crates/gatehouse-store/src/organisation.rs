//! Bodies that staff belong to. *Reference*.

use crate::error::StoreError;
use crate::tx::{ReadTx, Tx};
use crate::value::Row;
use crate::{params, sql};
use gatehouse_core::id::{AreaId, OrganisationId};

/// A body that staff belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganisationRow {
    /// Never changes.
    pub organisation: OrganisationId,
    /// Its name.
    pub name: String,
    /// `command`, `street`, `committee`, `property`, `health`, `police`, `other`.
    pub kind: String,
    /// For which area it works.
    pub area: AreaId,
    /// When it ended, milliseconds UTC.
    pub ended_at: Option<i64>,
    /// Counts edits.
    pub version: i64,
}

sql! {
    INSERT_ORGANISATION = "INSERT INTO organisation (organisation, name, kind, area, ended_at,
            version)
        VALUES (?1, ?2, ?3, ?4, ?5, 1)";
    UPDATE_ORGANISATION = "UPDATE organisation SET name = ?3, ended_at = ?4,
            version = version + 1
        WHERE organisation = ?1 AND version = ?2";
    ORGANISATION = "SELECT organisation, name, kind, area, ended_at, version FROM organisation
        WHERE organisation = ?1";
    ORGANISATIONS_BELOW = "WITH RECURSIVE subtree (area, depth) AS (
            SELECT area, 0 FROM area WHERE area = ?1
            UNION ALL
            SELECT down.area, subtree.depth + 1
            FROM subtree JOIN area down ON down.parent = subtree.area
            WHERE subtree.depth < 16)
        SELECT o.organisation, o.name, o.kind, o.area, o.ended_at, o.version
        FROM subtree JOIN organisation o ON o.area = subtree.area
        WHERE o.ended_at IS NULL ORDER BY o.name, o.organisation LIMIT ?2";
    ORGANISATIONS = "SELECT organisation, name, kind, area, ended_at, version FROM organisation
        ORDER BY name, organisation LIMIT ?1";
}

impl OrganisationRow {
    fn read(row: &Row<'_>) -> Result<OrganisationRow, StoreError> {
        Ok(OrganisationRow {
            organisation: row.get(0)?,
            name: row.get(1)?,
            kind: row.get(2)?,
            area: row.get(3)?,
            ended_at: row.get(4)?,
            version: row.get(5)?,
        })
    }
}

impl ReadTx<'_> {
    /// An organisation by id.
    pub fn organisation(
        &self,
        organisation: OrganisationId,
    ) -> Result<Option<OrganisationRow>, StoreError> {
        self.optional(&ORGANISATION, params![&organisation], OrganisationRow::read)
    }

    /// Organisations that work for an area or what lies in it, by name, at most `limit`.
    pub fn organisations_below(
        &self,
        area: AreaId,
        limit: u32,
    ) -> Result<Vec<OrganisationRow>, StoreError> {
        self.query(&ORGANISATIONS_BELOW, params![&area, limit], OrganisationRow::read)
    }

    /// At most `limit` organisations, by name.
    pub fn organisations(&self, limit: u32) -> Result<Vec<OrganisationRow>, StoreError> {
        self.query(&ORGANISATIONS, params![limit], OrganisationRow::read)
    }
}

impl Tx<'_> {
    /// Adds an organisation; `version` is 1 whatever the row says.
    pub fn insert_organisation(&self, row: &OrganisationRow) -> Result<(), StoreError> {
        self.execute_one(
            &INSERT_ORGANISATION,
            params![&row.organisation, &row.name, &row.kind, &row.area, row.ended_at],
        )
    }

    /// Changes name and end of an organisation that is still at `row.version`.
    pub fn update_organisation(&self, row: &OrganisationRow) -> Result<(), StoreError> {
        self.execute_versioned(
            &UPDATE_ORGANISATION,
            params![&row.organisation, row.version, &row.name, row.ended_at],
        )
    }
}
