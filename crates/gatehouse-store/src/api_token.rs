//! Tokens of other systems. *Reference*. Only the hash is kept: a copied database lets nobody in.

use crate::error::StoreError;
use crate::tx::{ReadTx, Tx};
use crate::value::Row;
use crate::{params, sql};
use gatehouse_core::id::{AreaId, OrganisationId, StaffId};

/// A token of another system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiTokenRow {
    /// Random id.
    pub token: [u8; 16],
    /// SHA-256 of the token.
    pub token_hash: [u8; 32],
    /// The account that it acts as.
    pub staff: StaffId,
    /// Whose system it is.
    pub organisation: OrganisationId,
    /// Which system, in words.
    pub label: String,
    /// What it may do: words with blanks between.
    pub permissions: String,
    /// Top of the subtree that it may see.
    pub area: AreaId,
    /// Who made it: never does it more than they may.
    pub made_by: StaffId,
    /// When, milliseconds UTC.
    pub made_at: i64,
    /// End, not included.
    pub expires_at: i64,
    /// Last request, kept to the minute.
    pub used_at: Option<i64>,
    /// When and by whom it was ended early.
    pub revoked: Option<(i64, StaffId)>,
}

/// `used_at` is written when it is older than this, not at each request.
const USED_MILLIS: i64 = 60_000;

macro_rules! columns {
    () => {
        "t.token, t.token_hash, t.staff, t.organisation, t.label, t.permissions, t.area, \
         t.made_by, t.made_at, t.expires_at, t.used_at, t.revoked_at, t.revoked_by"
    };
}

sql! {
    INSERT_TOKEN = "INSERT INTO api_token (token, token_hash, staff, organisation, label,
            permissions, area, made_by, made_at, expires_at, used_at, revoked_at, revoked_by)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, NULL, NULL, NULL)";
    LIVE_TOKEN = concat!("SELECT ", columns!(), " FROM api_token t
        WHERE t.token_hash = ?1 AND t.expires_at > ?2 AND t.revoked_at IS NULL");
    TOKEN = concat!("SELECT ", columns!(), " FROM api_token t WHERE t.token = ?1");
    TOKENS_IN = concat!("SELECT ", columns!(), " FROM api_token t WHERE t.area = ?1
        ORDER BY t.made_at DESC, t.token LIMIT ?2");
    USED = "UPDATE api_token SET used_at = ?2
        WHERE token = ?1 AND (used_at IS NULL OR used_at < ?3)";
    REVOKE_TOKEN = "UPDATE api_token SET revoked_at = ?2, revoked_by = ?3
        WHERE token = ?1 AND revoked_at IS NULL";
}

impl ApiTokenRow {
    fn read(row: &Row<'_>) -> Result<ApiTokenRow, StoreError> {
        let revoked = match (row.get(11)?, row.get(12)?) {
            (Some(at), Some(staff)) => Some((at, staff)),
            (None, None) => None,
            _ => return Err(row.corrupt(12)),
        };
        Ok(ApiTokenRow {
            token: row.get(0)?,
            token_hash: row.get(1)?,
            staff: row.get(2)?,
            organisation: row.get(3)?,
            label: row.get(4)?,
            permissions: row.get(5)?,
            area: row.get(6)?,
            made_by: row.get(7)?,
            made_at: row.get(8)?,
            expires_at: row.get(9)?,
            used_at: row.get(10)?,
            revoked,
        })
    }
}

impl ReadTx<'_> {
    /// The token of this hash, if it has neither expired nor been revoked.
    pub fn live_api_token(
        &self,
        token_hash: &[u8; 32],
        now_millis: i64,
    ) -> Result<Option<ApiTokenRow>, StoreError> {
        let parameters = params![token_hash, now_millis];
        self.optional(&LIVE_TOKEN, parameters, ApiTokenRow::read)
    }

    /// A token by id.
    pub fn api_token(&self, token: &[u8; 16]) -> Result<Option<ApiTokenRow>, StoreError> {
        self.optional(&TOKEN, params![token], ApiTokenRow::read)
    }

    /// The tokens whose subtree begins exactly at an area, newest first.
    pub fn api_tokens_of_area(
        &self,
        area: AreaId,
        limit: u32,
    ) -> Result<Vec<ApiTokenRow>, StoreError> {
        self.query(&TOKENS_IN, params![&area, limit], ApiTokenRow::read)
    }
}

impl Tx<'_> {
    /// Adds a token.
    pub fn insert_api_token(&self, row: &ApiTokenRow) -> Result<(), StoreError> {
        self.execute_one(
            &INSERT_TOKEN,
            params![
                &row.token,
                &row.token_hash,
                &row.staff,
                &row.organisation,
                &row.label,
                &row.permissions,
                &row.area,
                &row.made_by,
                row.made_at,
                row.expires_at
            ],
        )
    }

    /// Notes that a token is in use; writes at most once a minute.
    pub fn touch_api_token(&self, token: &[u8; 16], now_millis: i64) -> Result<(), StoreError> {
        let older = now_millis.saturating_sub(USED_MILLIS);
        self.execute(&USED, params![token, now_millis, older])?;
        Ok(())
    }

    /// Ends a token early; says whether it had not been before.
    pub fn revoke_api_token(
        &self,
        token: &[u8; 16],
        now_millis: i64,
        staff: StaffId,
    ) -> Result<bool, StoreError> {
        let parameters = params![token, now_millis, &staff];
        Ok(self.execute(&REVOKE_TOKEN, parameters)? == 1)
    }
}
