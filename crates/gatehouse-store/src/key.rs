//! Key lists, and private keys as sealed bytes. *Reference*. What opens them lives outside the
//! database (server keys) or in somebody's head (staff keys).

use crate::error::StoreError;
use crate::tx::{ReadTx, Tx};
use crate::value::Row;
use crate::{params, sql};
use gatehouse_core::id::{AreaId, StaffId};

/// A key list signed by the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyListRow {
    /// Counts from 1.
    pub number: i64,
    /// List and signature.
    pub signed: Vec<u8>,
    /// When, milliseconds UTC.
    pub made_at: i64,
}

/// A key that this server signs with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerKeyRow {
    /// First bytes of its hash.
    pub key_id: [u8; 4],
    /// `issuer`, `snapshot`, `seal`, `gate_state`.
    pub purpose: String,
    /// The community of an issuer key.
    pub area: Option<AreaId>,
    /// Ed25519.
    pub public_key: [u8; 32],
    /// Private half, sealed.
    pub sealed: Vec<u8>,
    /// First use, milliseconds UTC.
    pub from_at: i64,
    /// End, not included.
    pub to_at: Option<i64>,
    /// Refused outside a demonstration.
    pub is_demo: bool,
}

/// A person's key for orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffKeyRow {
    /// First bytes of its hash.
    pub key_id: [u8; 4],
    /// Whose.
    pub staff: StaffId,
    /// Ed25519.
    pub public_key: [u8; 32],
    /// Private half, with salt and parameters of its sealing.
    pub sealed: Vec<u8>,
    /// First use, milliseconds UTC.
    pub from_at: i64,
    /// End, not included.
    pub to_at: Option<i64>,
}

sql! {
    INSERT_KEY_LIST = "INSERT INTO key_list (number, signed, made_at) VALUES (?1, ?2, ?3)";
    LAST_KEY_LIST = "SELECT number, signed, made_at FROM key_list ORDER BY number DESC LIMIT 1";
    INSERT_SERVER_KEY = "INSERT INTO server_key (key_id, purpose, area, public_key, sealed,
            from_at, to_at, is_demo)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    SERVER_KEYS = "SELECT key_id, purpose, area, public_key, sealed, from_at, to_at, is_demo
        FROM server_key ORDER BY purpose, from_at, key_id";
    END_SERVER_KEY = "UPDATE server_key SET to_at = ?2 WHERE key_id = ?1";
    INSERT_STAFF_KEY = "INSERT INTO staff_key (key_id, staff, public_key, sealed, from_at, to_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    STAFF_KEYS = "SELECT key_id, staff, public_key, sealed, from_at, to_at FROM staff_key
        WHERE staff = ?1 ORDER BY from_at, key_id";
    STAFF_KEY = "SELECT key_id, staff, public_key, sealed, from_at, to_at FROM staff_key
        WHERE key_id = ?1";
    RESEAL_STAFF_KEY = "UPDATE staff_key SET sealed = ?2 WHERE key_id = ?1";
    END_STAFF_KEY = "UPDATE staff_key SET to_at = ?2 WHERE key_id = ?1";
}

impl ServerKeyRow {
    fn read(row: &Row<'_>) -> Result<ServerKeyRow, StoreError> {
        Ok(ServerKeyRow {
            key_id: row.get(0)?,
            purpose: row.get(1)?,
            area: row.get(2)?,
            public_key: row.get(3)?,
            sealed: row.get(4)?,
            from_at: row.get(5)?,
            to_at: row.get(6)?,
            is_demo: row.get(7)?,
        })
    }
}

impl StaffKeyRow {
    fn read(row: &Row<'_>) -> Result<StaffKeyRow, StoreError> {
        Ok(StaffKeyRow {
            key_id: row.get(0)?,
            staff: row.get(1)?,
            public_key: row.get(2)?,
            sealed: row.get(3)?,
            from_at: row.get(4)?,
            to_at: row.get(5)?,
        })
    }
}

impl ReadTx<'_> {
    /// The newest key list.
    pub fn last_key_list(&self) -> Result<Option<KeyListRow>, StoreError> {
        self.optional(&LAST_KEY_LIST, params![], |row| {
            Ok(KeyListRow {
                number: row.get(0)?,
                signed: row.get(1)?,
                made_at: row.get(2)?,
            })
        })
    }

    /// All keys of this server, ended ones included.
    pub fn server_keys(&self) -> Result<Vec<ServerKeyRow>, StoreError> {
        self.query(&SERVER_KEYS, params![], ServerKeyRow::read)
    }

    /// The keys of somebody, ended ones included.
    pub fn staff_keys(&self, staff: StaffId) -> Result<Vec<StaffKeyRow>, StoreError> {
        self.query(&STAFF_KEYS, params![&staff], StaffKeyRow::read)
    }

    /// A person's key by its id.
    pub fn staff_key(&self, key_id: &[u8; 4]) -> Result<Option<StaffKeyRow>, StoreError> {
        self.optional(&STAFF_KEY, params![key_id], StaffKeyRow::read)
    }
}

impl Tx<'_> {
    /// Keeps a newer key list; one with a number that is there already is refused.
    pub fn insert_key_list(&self, row: &KeyListRow) -> Result<(), StoreError> {
        self.execute_one(&INSERT_KEY_LIST, params![row.number, &row.signed, row.made_at])
    }

    /// Adds a key of this server.
    pub fn insert_server_key(&self, row: &ServerKeyRow) -> Result<(), StoreError> {
        self.execute_one(
            &INSERT_SERVER_KEY,
            params![
                &row.key_id,
                &row.purpose,
                row.area.as_ref(),
                &row.public_key,
                &row.sealed,
                row.from_at,
                row.to_at,
                row.is_demo
            ],
        )
    }

    /// Ends a key of this server.
    pub fn end_server_key(&self, key_id: &[u8; 4], to_at: i64) -> Result<(), StoreError> {
        self.execute_one(&END_SERVER_KEY, params![key_id, to_at])
    }

    /// Adds a person's key.
    pub fn insert_staff_key(&self, row: &StaffKeyRow) -> Result<(), StoreError> {
        self.execute_one(
            &INSERT_STAFF_KEY,
            params![
                &row.key_id,
                &row.staff,
                &row.public_key,
                &row.sealed,
                row.from_at,
                row.to_at
            ],
        )
    }

    /// Seals a person's key anew, after a change of password.
    pub fn reseal_staff_key(&self, key_id: &[u8; 4], sealed: &[u8]) -> Result<(), StoreError> {
        self.execute_one(&RESEAL_STAFF_KEY, params![key_id, sealed])
    }

    /// Ends a person's key.
    pub fn end_staff_key(&self, key_id: &[u8; 4], to_at: i64) -> Result<(), StoreError> {
        self.execute_one(&END_STAFF_KEY, params![key_id, to_at])
    }
}
