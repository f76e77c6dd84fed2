//! People with an account. *Reference*. The password hash never leaves through `Debug`.

use crate::error::StoreError;
use crate::tx::{ReadTx, Tx};
use crate::value::Row;
use crate::{params, sql};
use gatehouse_core::id::StaffId;
use std::fmt;

/// A person with an account.
#[derive(Clone, PartialEq, Eq)]
pub struct StaffRow {
    /// Never changes.
    pub staff: StaffId,
    /// The name they sign in with, lower case.
    pub login: String,
    /// As colleagues know them.
    pub name: String,
    /// Argon2id in PHC form.
    pub password_hash: String,
    /// Until the first change.
    pub must_change_password: bool,
    /// `zh` or `en`.
    pub language: String,
    /// When the account was made, milliseconds UTC.
    pub created_at: i64,
    /// When it was closed, milliseconds UTC.
    pub disabled_at: Option<i64>,
    /// Counts edits.
    pub version: i64,
}

impl fmt::Debug for StaffRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StaffRow")
            .field("staff", &self.staff)
            .field("disabled_at", &self.disabled_at)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

sql! {
    INSERT_STAFF = "INSERT INTO staff (staff, login, name, password_hash, must_change_password,
            language, created_at, disabled_at, version)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1)";
    UPDATE_STAFF = "UPDATE staff SET login = ?3, name = ?4, language = ?5, disabled_at = ?6,
            version = version + 1
        WHERE staff = ?1 AND version = ?2";
    SET_PASSWORD = "UPDATE staff SET password_hash = ?2, must_change_password = ?3,
            version = version + 1
        WHERE staff = ?1";
    STAFF = "SELECT staff, login, name, password_hash, must_change_password, language,
            created_at, disabled_at, version
        FROM staff WHERE staff = ?1";
    STAFF_BY_LOGIN = "SELECT staff, login, name, password_hash, must_change_password, language,
            created_at, disabled_at, version
        FROM staff WHERE login = ?1";
    STAFF_ALL = "SELECT staff, login, name, password_hash, must_change_password, language,
            created_at, disabled_at, version
        FROM staff ORDER BY login LIMIT ?1";
    COUNT_STAFF = "SELECT count(*) FROM staff";
}

impl StaffRow {
    fn read(row: &Row<'_>) -> Result<StaffRow, StoreError> {
        Ok(StaffRow {
            staff: row.get(0)?,
            login: row.get(1)?,
            name: row.get(2)?,
            password_hash: row.get(3)?,
            must_change_password: row.get(4)?,
            language: row.get(5)?,
            created_at: row.get(6)?,
            disabled_at: row.get(7)?,
            version: row.get(8)?,
        })
    }
}

impl ReadTx<'_> {
    /// An account by id.
    pub fn staff(&self, staff: StaffId) -> Result<Option<StaffRow>, StoreError> {
        self.optional(&STAFF, params![&staff], StaffRow::read)
    }

    /// An account by the name it signs in with, in any case.
    pub fn staff_by_login(&self, login: &str) -> Result<Option<StaffRow>, StoreError> {
        let login = login.to_lowercase();
        self.optional(&STAFF_BY_LOGIN, params![&login], StaffRow::read)
    }

    /// At most `limit` accounts, by login.
    pub fn all_staff(&self, limit: u32) -> Result<Vec<StaffRow>, StoreError> {
        self.query(&STAFF_ALL, params![limit], StaffRow::read)
    }

    /// How many accounts there are: none means a fresh database.
    pub fn count_staff(&self) -> Result<i64, StoreError> {
        self.query_one(&COUNT_STAFF, params![], |row| row.get(0))
    }
}

impl Tx<'_> {
    /// Adds an account, its login in lower case; `version` is 1 whatever the row says.
    pub fn insert_staff(&self, row: &StaffRow) -> Result<(), StoreError> {
        self.execute_one(
            &INSERT_STAFF,
            params![
                &row.staff,
                &row.login.to_lowercase(),
                &row.name,
                &row.password_hash,
                row.must_change_password,
                &row.language,
                row.created_at,
                row.disabled_at
            ],
        )
    }

    /// Changes an account that is still at `row.version`, all but the password.
    pub fn update_staff(&self, row: &StaffRow) -> Result<(), StoreError> {
        self.execute_versioned(
            &UPDATE_STAFF,
            params![
                &row.staff,
                row.version,
                &row.login.to_lowercase(),
                &row.name,
                &row.language,
                row.disabled_at
            ],
        )
    }

    /// Sets the password, as a hash that was made outside the transaction.
    pub fn set_password(
        &self,
        staff: StaffId,
        password_hash: &str,
        must_change_password: bool,
    ) -> Result<(), StoreError> {
        self.execute_one(
            &SET_PASSWORD,
            params![&staff, password_hash, must_change_password],
        )
    }
}
