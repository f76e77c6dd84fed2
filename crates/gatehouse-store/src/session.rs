//! Signed-in browsers. *Reference*. Only the hash of a token is kept: a copied database opens
//! no session.

use crate::error::StoreError;
use crate::shard::Shard;
use crate::tx::{ReadTx, Tx};
use crate::value::Row;
use crate::{params, sql};
use gatehouse_core::id::{DeviceId, StaffId};

/// A signed-in browser.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SessionRow {
    /// SHA-256 of the token in the cookie.
    pub token_hash: [u8; 32],
    /// Who.
    pub staff: StaffId,
    /// The gate device it runs on, with its county; `None` at a desk.
    pub device: Option<(Shard, DeviceId)>,
    /// Kind of browser.
    pub label: String,
    /// Sign-in, milliseconds UTC.
    pub created_at: i64,
    /// Last request, kept to the minute.
    pub seen_at: i64,
    /// Last time the password was given.
    pub confirmed_at: i64,
    /// End, not included.
    pub expires_at: i64,
}

/// `seen_at` is written when it is older than this, not at each request.
const SEEN_MILLIS: i64 = 60_000;

sql! {
    INSERT_SESSION = "INSERT INTO session (token_hash, staff, shard, device, label, created_at,
            seen_at, confirmed_at, expires_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    SESSION = "SELECT token_hash, staff, shard, device, label, created_at, seen_at, confirmed_at,
            expires_at
        FROM session WHERE token_hash = ?1 AND expires_at > ?2";
    SESSIONS_OF = "SELECT token_hash, staff, shard, device, label, created_at, seen_at,
            confirmed_at, expires_at
        FROM session WHERE staff = ?1 AND expires_at > ?2 ORDER BY created_at, token_hash";
    SEEN = "UPDATE session SET seen_at = ?2 WHERE token_hash = ?1 AND seen_at < ?3";
    CONFIRMED = "UPDATE session SET confirmed_at = ?2 WHERE token_hash = ?1";
    SET_DEVICE = "UPDATE session SET shard = ?2, device = ?3 WHERE token_hash = ?1";
    DELETE_SESSION = "DELETE FROM session WHERE token_hash = ?1";
    DELETE_SESSIONS_OF = "DELETE FROM session WHERE staff = ?1 AND token_hash <> ?2";
    DELETE_EXPIRED = "DELETE FROM session WHERE token_hash IN (
            SELECT token_hash FROM session WHERE expires_at <= ?1 LIMIT 500)";
}

impl SessionRow {
    fn read(row: &Row<'_>) -> Result<SessionRow, StoreError> {
        let device = match (row.get::<Option<Shard>>(2)?, row.get::<Option<DeviceId>>(3)?) {
            (Some(shard), Some(device)) => Some((shard, device)),
            (None, None) => None,
            _ => return Err(row.corrupt(3)),
        };
        Ok(SessionRow {
            token_hash: row.get(0)?,
            staff: row.get(1)?,
            device,
            label: row.get(4)?,
            created_at: row.get(5)?,
            seen_at: row.get(6)?,
            confirmed_at: row.get(7)?,
            expires_at: row.get(8)?,
        })
    }
}

impl ReadTx<'_> {
    /// The session of a token, if it has not expired.
    pub fn session(
        &self,
        token_hash: &[u8; 32],
        now_millis: i64,
    ) -> Result<Option<SessionRow>, StoreError> {
        self.optional(&SESSION, params![token_hash, now_millis], SessionRow::read)
    }

    /// Where somebody is signed in.
    pub fn sessions_of_staff(
        &self,
        staff: StaffId,
        now_millis: i64,
    ) -> Result<Vec<SessionRow>, StoreError> {
        self.query(&SESSIONS_OF, params![&staff, now_millis], SessionRow::read)
    }
}

impl Tx<'_> {
    /// Opens a session.
    pub fn insert_session(&self, row: &SessionRow) -> Result<(), StoreError> {
        let (shard, device) = row.device.unzip();
        self.execute_one(
            &INSERT_SESSION,
            params![
                &row.token_hash,
                &row.staff,
                shard,
                device.as_ref(),
                &row.label,
                row.created_at,
                row.seen_at,
                row.confirmed_at,
                row.expires_at
            ],
        )
    }

    /// Notes that a session is in use; writes at most once a minute.
    pub fn touch_session(
        &self,
        token_hash: &[u8; 32],
        now_millis: i64,
    ) -> Result<(), StoreError> {
        let older = now_millis.saturating_sub(SEEN_MILLIS);
        self.execute(&SEEN, params![token_hash, now_millis, older])?;
        Ok(())
    }

    /// Notes that the password was given again.
    pub fn confirm_session(
        &self,
        token_hash: &[u8; 32],
        now_millis: i64,
    ) -> Result<(), StoreError> {
        self.execute_one(&CONFIRMED, params![token_hash, now_millis])
    }

    /// Ties a session to the gate device it runs on.
    pub fn set_session_device(
        &self,
        token_hash: &[u8; 32],
        shard: Shard,
        device: DeviceId,
    ) -> Result<(), StoreError> {
        self.execute_one(&SET_DEVICE, params![token_hash, shard, &device])
    }

    /// Signs out. Says nothing if the session was gone already.
    pub fn delete_session(&self, token_hash: &[u8; 32]) -> Result<(), StoreError> {
        self.execute(&DELETE_SESSION, params![token_hash])?;
        Ok(())
    }

    /// Signs somebody out everywhere, but for one session to keep; says how many.
    pub fn delete_sessions_of_staff(
        &self,
        staff: StaffId,
        keep: Option<&[u8; 32]>,
    ) -> Result<u64, StoreError> {
        // No token hashes to nothing but zeros.
        let keep = keep.unwrap_or(&[0; 32]);
        self.execute(&DELETE_SESSIONS_OF, params![&staff, keep])
    }

    /// Drops up to 500 expired sessions; says how many, so that the job goes on until none.
    pub fn delete_expired_sessions(&self, now_millis: i64) -> Result<u64, StoreError> {
        self.execute(&DELETE_EXPIRED, params![now_millis])
    }
}
