//! Policy documents, where they hold, and effective policies by their id. *Reference*.

use crate::error::StoreError;
use crate::list_change::REFERENCE;
use crate::tx::{ReadTx, Tx};
use crate::value::Row;
use crate::{params, sql};
use gatehouse_core::id::{AreaId, StaffId};

/// A document as it was loaded, word for word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyDocumentRow {
    /// Its folder.
    pub document: String,
    /// Counts from 1.
    pub version: i64,
    /// `policy.toml`.
    pub text: String,
    /// `cases.toml`; `None` where it was loaded without.
    pub cases: Option<String>,
    /// Of the text.
    pub sha256: [u8; 32],
    /// When, milliseconds UTC.
    pub loaded_at: i64,
    /// Who.
    pub loaded_by: Option<StaffId>,
}

/// Where and when a document holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyForceRow {
    /// Top of the subtree.
    pub area: AreaId,
    /// Which document.
    pub document: String,
    /// Which version of it.
    pub version: i64,
    /// First instant, milliseconds UTC.
    pub from_at: i64,
    /// End, not included.
    pub to_at: Option<i64>,
    /// Who put it in force.
    pub decided_by: Option<StaffId>,
    /// Who of another office approved.
    pub approved_by: Option<StaffId>,
}

impl PolicyForceRow {
    /// Whether it holds from its begin on: what came out of a folder needs no second office.
    pub const fn is_approved(&self) -> bool {
        self.decided_by.is_none() || self.approved_by.is_some()
    }
}

// Every stretch as it holds: one that is approved for later takes the place of the one before it
// from its begin on, unless it was ended before it began. Nothing is written for that, so that
// whoever takes a successor back has the version before it again.
macro_rules! forces {
    () => {
        "SELECT area, document, version, from_at,
            CASE WHEN next_at IS NULL OR to_at <= next_at THEN to_at ELSE next_at END AS to_at,
            decided_by, approved_by
        FROM (SELECT f.area, f.document, f.version, f.from_at, f.to_at, f.decided_by,
                f.approved_by, (SELECT min(n.from_at) FROM policy_force n
                    WHERE n.area = f.area AND n.document = f.document AND n.from_at > f.from_at
                        AND (n.decided_by IS NULL OR n.approved_by IS NOT NULL)
                        AND (n.to_at IS NULL OR n.to_at > n.from_at)) AS next_at
            FROM policy_force f) held "
    };
}

sql! {
    DOCUMENT = "SELECT document, version, text, sha256, loaded_at, loaded_by, cases
        FROM policy_document
        WHERE document = ?1 AND version = ?2";
    LAST_DOCUMENT = "SELECT document, version, text, sha256, loaded_at, loaded_by, cases
        FROM policy_document WHERE document = ?1 ORDER BY version DESC LIMIT 1";
    INSERT_DOCUMENT = "INSERT INTO policy_document (document, version, text, sha256, loaded_at,
            loaded_by, cases)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    INSERT_FORCE = "INSERT INTO policy_force (area, document, version, from_at, to_at, decided_by,
            approved_by)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    END_FORCE = "UPDATE policy_force SET to_at = ?4
        WHERE area = ?1 AND document = ?2 AND from_at = ?3 AND (to_at IS NULL OR to_at > ?4)";
    FORCE_UNTIL = concat!(forces!(), "
        WHERE from_at < ?2 AND (to_at IS NULL OR to_at > ?1) AND (next_at IS NULL OR next_at > ?1)
            AND (decided_by IS NULL OR approved_by IS NOT NULL)
        ORDER BY area, document, from_at");
    FORCES_OF = concat!(forces!(), "WHERE area = ?1 ORDER BY from_at DESC, document LIMIT ?2");
    FORCE = concat!(forces!(), "WHERE area = ?1 AND document = ?2 ORDER BY from_at");
    APPROVE_FORCE = "UPDATE policy_force SET approved_by = ?4
        WHERE area = ?1 AND document = ?2 AND from_at = ?3 AND decided_by IS NOT NULL
            AND approved_by IS NULL";
    WITHDRAW_FORCE = "DELETE FROM policy_force
        WHERE area = ?1 AND document = ?2 AND from_at = ?3 AND decided_by IS NOT NULL
            AND approved_by IS NULL";
    EFFECTIVE = "SELECT compiled FROM effective_policy WHERE policy = ?1";
    INSERT_EFFECTIVE = "INSERT INTO effective_policy (policy, compiled, made_at)
        VALUES (?1, ?2, ?3) ON CONFLICT (policy) DO NOTHING";
}

fn read_document(row: &Row<'_>) -> Result<PolicyDocumentRow, StoreError> {
    Ok(PolicyDocumentRow {
        document: row.get(0)?,
        version: row.get(1)?,
        text: row.get(2)?,
        sha256: row.get(3)?,
        loaded_at: row.get(4)?,
        loaded_by: row.get(5)?,
        cases: row.get(6)?,
    })
}

fn read_force(row: &Row<'_>) -> Result<PolicyForceRow, StoreError> {
    Ok(PolicyForceRow {
        area: row.get(0)?,
        document: row.get(1)?,
        version: row.get(2)?,
        from_at: row.get(3)?,
        to_at: row.get(4)?,
        decided_by: row.get(5)?,
        approved_by: row.get(6)?,
    })
}

impl ReadTx<'_> {
    /// A version of a document.
    pub fn policy_document(
        &self,
        document: &str,
        version: i64,
    ) -> Result<Option<PolicyDocumentRow>, StoreError> {
        self.optional(&DOCUMENT, params![document, version], read_document)
    }

    /// The newest version of a document.
    pub fn newest_policy_document(
        &self,
        document: &str,
    ) -> Result<Option<PolicyDocumentRow>, StoreError> {
        self.optional(&LAST_DOCUMENT, params![document], read_document)
    }

    /// What holds anywhere at any instant in [from, until): small, read whole. What somebody
    /// proposed holds once another has approved it.
    pub fn policies_in_force(
        &self,
        from: i64,
        until: i64,
    ) -> Result<Vec<PolicyForceRow>, StoreError> {
        self.query(&FORCE_UNTIL, params![from, until], read_force)
    }

    /// Every stretch for which a document was put in force or proposed in an area, oldest first.
    pub fn policy_forces(
        &self,
        area: AreaId,
        document: &str,
    ) -> Result<Vec<PolicyForceRow>, StoreError> {
        self.query(&FORCE, params![&area, document], read_force)
    }

    /// What was put in force or proposed in an area, the latest first.
    pub fn policy_forces_of(
        &self,
        area: AreaId,
        limit: u32,
    ) -> Result<Vec<PolicyForceRow>, StoreError> {
        self.query(&FORCES_OF, params![&area, limit], read_force)
    }

    /// The compiled form of an effective policy.
    pub fn effective_policy(&self, policy: &[u8; 32]) -> Result<Option<Vec<u8>>, StoreError> {
        self.optional(&EFFECTIVE, params![policy], |row| row.get(0))
    }
}

impl Tx<'_> {
    /// Keeps a document under the next version, unless its newest version says the same; returns
    /// the version.
    pub fn load_policy_document(
        &self,
        document: &str,
        (text, cases): (&str, Option<&str>),
        sha256: &[u8; 32],
        now_millis: i64,
        staff: Option<StaffId>,
    ) -> Result<i64, StoreError> {
        let newest = self.newest_policy_document(document)?;
        // Whoever brings no cases brings nothing new by that.
        let is_the_same = |row: &PolicyDocumentRow| {
            row.sha256 == *sha256 && (cases.is_none() || row.cases.as_deref() == cases)
        };
        let version = match newest {
            Some(row) if is_the_same(&row) => return Ok(row.version),
            Some(row) => row.version + 1,
            None => 1,
        };
        let by = staff.as_ref();
        let parameters = params![document, version, text, sha256, now_millis, by, cases];
        self.execute_one(&INSERT_DOCUMENT, parameters)?;
        Ok(version)
    }

    /// Puts a version of a document in force for a subtree.
    pub fn insert_policy_force(&self, row: &PolicyForceRow) -> Result<(), StoreError> {
        self.mark_list(REFERENCE, Some(row.area));
        self.execute_one(
            &INSERT_FORCE,
            params![
                &row.area,
                &row.document,
                row.version,
                row.from_at,
                row.to_at,
                row.decided_by.as_ref(),
                row.approved_by.as_ref()
            ],
        )
    }

    /// Approves what somebody else proposed; says whether there was such a proposal.
    pub fn approve_policy_force(
        &self,
        area: AreaId,
        document: &str,
        from_at: i64,
        staff: StaffId,
    ) -> Result<bool, StoreError> {
        self.mark_list(REFERENCE, Some(area));
        let parameters = params![&area, document, from_at, &staff];
        Ok(self.execute(&APPROVE_FORCE, parameters)? == 1)
    }

    /// Takes back what somebody proposed and nobody has approved; says whether there was such a
    /// proposal.
    pub fn withdraw_policy_force(
        &self,
        area: AreaId,
        document: &str,
        from_at: i64,
    ) -> Result<bool, StoreError> {
        self.mark_list(REFERENCE, Some(area));
        Ok(self.execute(&WITHDRAW_FORCE, params![&area, document, from_at])? == 1)
    }

    /// Ends a document's force earlier than planned; says whether that changed anything.
    pub fn end_policy_force(
        &self,
        area: AreaId,
        document: &str,
        from_at: i64,
        to_at: i64,
    ) -> Result<bool, StoreError> {
        self.mark_list(REFERENCE, Some(area));
        let parameters = params![&area, document, from_at, to_at];
        Ok(self.execute(&END_FORCE, parameters)? == 1)
    }

    /// Keeps the compiled form of an effective policy; the same id again changes nothing.
    pub fn keep_effective_policy(
        &self,
        policy: &[u8; 32],
        compiled: &[u8],
        now_millis: i64,
    ) -> Result<(), StoreError> {
        self.execute(&INSERT_EFFECTIVE, params![policy, compiled, now_millis])?;
        Ok(())
    }
}
