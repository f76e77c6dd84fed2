//! Codes that open a resident's own page. *Sharded*; only their hashes are kept.

use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::{params, sql};
use gatehouse_core::id::{PersonId, StaffId};

/// A code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResidentCodeRow {
    /// County.
    pub shard: Shard,
    /// SHA-256 of the code.
    pub code_hash: [u8; 32],
    /// Whose page it opens.
    pub person: PersonId,
    /// When it was made, milliseconds UTC.
    pub made_at: i64,
    /// Who handed it over.
    pub made_by: Option<StaffId>,
    /// End, not included.
    pub expires_at: i64,
}

sql! {
    INSERT_CODE = "INSERT INTO resident_code (shard, code_hash, person, made_at, made_by,
            expires_at, ended_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULL)";
    END_CODES = "UPDATE resident_code SET ended_at = ?3
        WHERE shard = ?1 AND person = ?2 AND ended_at IS NULL";
    LIVE_CODE = "SELECT shard, code_hash, person, made_at, made_by, expires_at FROM resident_code
        WHERE code_hash = ?1 AND ended_at IS NULL AND expires_at > ?2";
    DROP_CODES = "DELETE FROM resident_code WHERE shard = ?1 AND code_hash IN
        (SELECT code_hash FROM resident_code WHERE shard = ?1 AND expires_at <= ?2 LIMIT 500)";
}

impl ReadTx<'_> {
    /// The code with this hash, while it opens anything.
    pub fn live_resident_code(
        &self,
        code_hash: &[u8; 32],
        now_millis: i64,
    ) -> Result<Option<ResidentCodeRow>, StoreError> {
        self.optional(&LIVE_CODE, params![code_hash, now_millis], |row| {
            Ok(ResidentCodeRow {
                shard: row.get(0)?,
                code_hash: row.get(1)?,
                person: row.get(2)?,
                made_at: row.get(3)?,
                made_by: row.get(4)?,
                expires_at: row.get(5)?,
            })
        })
    }
}

impl Tx<'_> {
    /// Gives somebody a code; the ones before end.
    pub fn replace_resident_code(&self, row: &ResidentCodeRow) -> Result<(), StoreError> {
        self.end_resident_codes(row.shard, row.person, row.made_at)?;
        self.execute_one(
            &INSERT_CODE,
            params![
                row.shard,
                &row.code_hash,
                &row.person,
                row.made_at,
                row.made_by.as_ref(),
                row.expires_at
            ],
        )
    }

    /// Takes somebody's codes back.
    pub fn end_resident_codes(
        &self,
        shard: Shard,
        person: PersonId,
        at: i64,
    ) -> Result<u64, StoreError> {
        self.execute(&END_CODES, params![shard, &person, at])
    }

    /// Drops up to 500 codes that ended before an instant (retention).
    pub fn drop_resident_codes(&self, shard: Shard, before: i64) -> Result<u64, StoreError> {
        self.execute(&DROP_CODES, params![shard, before])
    }
}
