//! One-time codes by which a phone becomes a device of a gate. *Sharded*; only hashes are kept.

use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::value::Row;
use crate::{params, sql};
use gatehouse_core::id::{DeviceId, GateId, StaffId};

/// A code that still opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrolmentCodeRow {
    /// County of the gate.
    pub shard: Shard,
    /// SHA-256 of the secret in the QR code.
    pub secret_hash: [u8; 32],
    /// SHA-256 of the six digits.
    pub digits_hash: [u8; 32],
    /// For which gate.
    pub gate: GateId,
    /// Who made it.
    pub made_by: StaffId,
    /// When, milliseconds UTC.
    pub made_at: i64,
    /// End, not included.
    pub expires_at: i64,
}

/// Wrong digits after which a code is no longer opened by digits: of a million, so that nobody
/// guesses one within its minutes. The QR code opens on.
pub const WRONG_DIGITS_MOST: i64 = 10;

sql! {
    INSERT_CODE = "INSERT INTO enrolment_code (shard, secret_hash, digits_hash, gate, made_by,
            made_at, expires_at, wrong, used_at, device)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, NULL, NULL)";
    END_CODES = "UPDATE enrolment_code SET expires_at = ?3
        WHERE shard = ?1 AND gate = ?2 AND used_at IS NULL AND expires_at > ?3";
    BY_SECRET = "SELECT shard, secret_hash, digits_hash, gate, made_by, made_at, expires_at
        FROM enrolment_code WHERE secret_hash = ?1 AND used_at IS NULL AND expires_at > ?2";
    BY_DIGITS = "SELECT shard, secret_hash, digits_hash, gate, made_by, made_at, expires_at
        FROM enrolment_code
        WHERE digits_hash = ?1 AND used_at IS NULL AND expires_at > ?2 AND wrong < ?3";
    USED = "SELECT shard, secret_hash, digits_hash, gate, made_by, made_at, expires_at
        FROM enrolment_code
        WHERE (secret_hash = ?1 OR digits_hash = ?1) AND used_at IS NOT NULL AND expires_at > ?2";
    DIGITS_TAKEN = "SELECT count(*) FROM enrolment_code
        WHERE digits_hash = ?1 AND used_at IS NULL AND expires_at > ?2";
    COUNT_WRONG = "UPDATE enrolment_code SET wrong = wrong + 1
        WHERE expires_at > ?1 AND used_at IS NULL AND wrong < ?2";
    USE_CODE = "UPDATE enrolment_code SET used_at = ?3, device = ?4
        WHERE shard = ?1 AND secret_hash = ?2 AND used_at IS NULL AND expires_at > ?3";
    DROP_CODES = "DELETE FROM enrolment_code WHERE secret_hash IN (
            SELECT secret_hash FROM enrolment_code WHERE expires_at <= ?1 LIMIT 500)";
}

fn read(row: &Row<'_>) -> Result<EnrolmentCodeRow, StoreError> {
    Ok(EnrolmentCodeRow {
        shard: row.get(0)?,
        secret_hash: row.get(1)?,
        digits_hash: row.get(2)?,
        gate: row.get(3)?,
        made_by: row.get(4)?,
        made_at: row.get(5)?,
        expires_at: row.get(6)?,
    })
}

impl ReadTx<'_> {
    /// The open code with this secret. Not for hot paths: it asks every shard.
    pub fn enrolment_code_by_secret(
        &self,
        secret_hash: &[u8; 32],
        now_millis: i64,
    ) -> Result<Option<EnrolmentCodeRow>, StoreError> {
        self.optional(&BY_SECRET, params![secret_hash, now_millis], read)
    }

    /// The open code with these digits, unless too many wrong ones were typed meanwhile. Not for
    /// hot paths: it asks every shard.
    pub fn enrolment_code_by_digits(
        &self,
        digits_hash: &[u8; 32],
        now_millis: i64,
    ) -> Result<Option<EnrolmentCodeRow>, StoreError> {
        let parameters = params![digits_hash, now_millis, WRONG_DIGITS_MOST];
        let found = self.query(&BY_DIGITS, parameters, read)?;
        Ok(found.into_iter().next())
    }

    /// The code with this secret or these digits that was used within its minutes. Not for hot
    /// paths: it asks every shard.
    pub fn used_enrolment_code(
        &self,
        hash: &[u8; 32],
        now_millis: i64,
    ) -> Result<Option<EnrolmentCodeRow>, StoreError> {
        let found = self.query(&USED, params![hash, now_millis], read)?;
        Ok(found.into_iter().next())
    }

    /// Whether an open code has these digits already.
    pub fn enrolment_digits_taken(
        &self,
        digits_hash: &[u8; 32],
        now_millis: i64,
    ) -> Result<bool, StoreError> {
        self.query_one(&DIGITS_TAKEN, params![digits_hash, now_millis], |row| {
            Ok(row.get::<i64>(0)? > 0)
        })
    }
}

impl Tx<'_> {
    /// Makes a code for a gate; the ones before it open nothing any more.
    pub fn replace_enrolment_code(&self, row: &EnrolmentCodeRow) -> Result<(), StoreError> {
        self.execute(&END_CODES, params![row.shard, &row.gate, row.made_at])?;
        self.execute_one(
            &INSERT_CODE,
            params![
                row.shard,
                &row.secret_hash,
                &row.digits_hash,
                &row.gate,
                &row.made_by,
                row.made_at,
                row.expires_at
            ],
        )
    }

    /// Somebody typed digits that open nothing: counted at every open code, since any may have
    /// been meant.
    pub fn count_wrong_digits(&self, now_millis: i64) -> Result<(), StoreError> {
        self.execute(&COUNT_WRONG, params![now_millis, WRONG_DIGITS_MOST])?;
        Ok(())
    }

    /// Uses a code up; false where it was used or has ended.
    pub fn use_enrolment_code(
        &self,
        row: &EnrolmentCodeRow,
        device: DeviceId,
        now_millis: i64,
    ) -> Result<bool, StoreError> {
        let parameters = params![row.shard, &row.secret_hash, now_millis, &device];
        Ok(self.execute(&USE_CODE, parameters)? == 1)
    }

    /// Drops up to 500 codes that have ended; says how many.
    pub fn delete_ended_enrolment_codes(&self, now_millis: i64) -> Result<u64, StoreError> {
        self.execute(&DROP_CODES, params![now_millis])
    }
}
