//! Keys under which other systems send a write, so that it is not done twice. *Reference*, a
//! day's worth.

use crate::error::StoreError;
use crate::tx::{ReadTx, Tx};
use crate::{params, sql};

/// A write that came under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestKeyRow {
    /// SHA-256 of route and body.
    pub request_hash: [u8; 32],
    /// Status and body of the answer; `None` while it is worked on.
    pub answer: Option<(i64, String)>,
    /// When it first came, milliseconds UTC.
    pub made_at: i64,
}

sql! {
    INSERT_KEY = "INSERT INTO request_key (token, key_hash, request_hash, status, answer, made_at)
        VALUES (?1, ?2, ?3, NULL, NULL, ?4) ON CONFLICT (token, key_hash) DO NOTHING";
    KEY = "SELECT request_hash, status, answer, made_at FROM request_key
        WHERE token = ?1 AND key_hash = ?2";
    ANSWER_KEY = "UPDATE request_key SET status = ?3, answer = ?4
        WHERE token = ?1 AND key_hash = ?2";
    FORGET_KEY = "DELETE FROM request_key WHERE token = ?1 AND key_hash = ?2";
    DROP_KEYS = "DELETE FROM request_key WHERE (token, key_hash) IN (
            SELECT token, key_hash FROM request_key WHERE made_at < ?1 LIMIT 500)";
}

impl ReadTx<'_> {
    /// What came under a key.
    pub fn request_key(
        &self,
        token: &[u8; 16],
        key_hash: &[u8; 32],
    ) -> Result<Option<RequestKeyRow>, StoreError> {
        self.optional(&KEY, params![token, key_hash], |row| {
            let answer = match (row.get(1)?, row.get(2)?) {
                (Some(status), Some(answer)) => Some((status, answer)),
                (None, None) => None,
                _ => return Err(row.corrupt(2)),
            };
            Ok(RequestKeyRow {
                request_hash: row.get(0)?,
                answer,
                made_at: row.get(3)?,
            })
        })
    }
}

impl Tx<'_> {
    /// Takes a key for a write; false where it was taken before.
    pub fn take_request_key(
        &self,
        token: &[u8; 16],
        key_hash: &[u8; 32],
        request_hash: &[u8; 32],
        now_millis: i64,
    ) -> Result<bool, StoreError> {
        let parameters = params![token, key_hash, request_hash, now_millis];
        Ok(self.execute(&INSERT_KEY, parameters)? == 1)
    }

    /// Keeps the answer to a write for whoever sends it again.
    pub fn answer_request_key(
        &self,
        token: &[u8; 16],
        key_hash: &[u8; 32],
        status: i64,
        answer: &str,
    ) -> Result<(), StoreError> {
        let parameters = params![token, key_hash, status, answer];
        self.execute_one(&ANSWER_KEY, parameters)
    }

    /// Gives a key back: the write did not happen.
    pub fn give_back_request_key(
        &self,
        token: &[u8; 16],
        key_hash: &[u8; 32],
    ) -> Result<(), StoreError> {
        self.execute(&FORGET_KEY, params![token, key_hash])?;
        Ok(())
    }

    /// Drops up to 500 keys from before an instant; says how many.
    pub fn drop_request_keys(&self, before: i64) -> Result<u64, StoreError> {
        self.execute(&DROP_KEYS, params![before])
    }
}
