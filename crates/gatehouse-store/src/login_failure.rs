//! Failed sign-ins and what follows from them. *Reference*.
//!
//! Counted by account *and* address: whoever guesses at an account is stopped at their own
//! address, while its owner goes on from theirs. Guessing from many addresses stops sign-ins
//! from addresses that the account was never signed in from; known ones stay open.

use crate::error::StoreError;
use crate::tx::{ReadTx, Tx};
use crate::{params, sql};
use sha2::{Digest, Sha256};

/// Failures in one window after which an account is closed to an address (local choice).
const FAILURES_PER_ADDRESS: i64 = 5;
/// Failures in one window from unknown addresses together, after which all unknown ones wait.
const FAILURES_FROM_UNKNOWN: i64 = 30;
/// Length of a window, and how long one stays closed.
const WINDOW_MILLIS: i64 = 15 * 60_000;
/// An address from which the last success is older than this is unknown again.
const KNOWN_MILLIS: i64 = 90 * 86_400_000;

/// Whether a sign-in may be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginGate {
    /// It may.
    Open,
    /// Not before that instant, milliseconds UTC.
    ClosedUntil(i64),
}

/// The hash under which an account is counted: people sometimes type a password there.
pub fn account_hash(login: &str) -> [u8; 32] {
    Sha256::digest(login.trim().to_lowercase().as_bytes()).into()
}

sql! {
    FAILURES = "SELECT failures, window_started_at, succeeded_at FROM login_failure
        WHERE account_hash = ?1 AND address = ?2";
    FAILURES_UNKNOWN = "SELECT CAST(coalesce(sum(failures), 0) AS BIGINT),
            coalesce(max(window_started_at), 0)
        FROM login_failure
        WHERE account_hash = ?1 AND window_started_at > ?2
            AND (succeeded_at IS NULL OR succeeded_at < ?3)";
    FAILED = "INSERT INTO login_failure (account_hash, address, failures, window_started_at,
            succeeded_at)
        VALUES (?1, ?2, 1, ?3, NULL)
        ON CONFLICT (account_hash, address) DO UPDATE SET
            failures = CASE WHEN login_failure.window_started_at > ?4
                THEN login_failure.failures + 1 ELSE 1 END,
            window_started_at = CASE WHEN login_failure.window_started_at > ?4
                THEN login_failure.window_started_at ELSE ?3 END";
    SUCCEEDED = "INSERT INTO login_failure (account_hash, address, failures, window_started_at,
            succeeded_at)
        VALUES (?1, ?2, 0, ?3, ?3)
        ON CONFLICT (account_hash, address) DO UPDATE SET failures = 0, window_started_at = ?3,
            succeeded_at = ?3";
    DELETE_OLD = "DELETE FROM login_failure
        WHERE window_started_at <= ?1 AND (succeeded_at IS NULL OR succeeded_at < ?2)";
}

impl ReadTx<'_> {
    /// Whether a sign-in to that account from that address may be tried now.
    pub fn login_gate(
        &self,
        account_hash: &[u8; 32],
        address: &str,
        now_millis: i64,
    ) -> Result<LoginGate, StoreError> {
        let window_start = now_millis.saturating_sub(WINDOW_MILLIS);
        let known_since = now_millis.saturating_sub(KNOWN_MILLIS);
        let here = self.optional(&FAILURES, params![account_hash, address], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
        let (failures, started_at, succeeded_at): (i64, i64, Option<i64>) =
            here.unwrap_or((0, 0, None));
        if failures >= FAILURES_PER_ADDRESS && started_at > window_start {
            return Ok(LoginGate::ClosedUntil(started_at + WINDOW_MILLIS));
        }
        if succeeded_at.is_some_and(|at| at >= known_since) {
            return Ok(LoginGate::Open);
        }
        let (unknown, latest): (i64, i64) = self.query_one(
            &FAILURES_UNKNOWN,
            params![account_hash, window_start, known_since],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        Ok(if unknown >= FAILURES_FROM_UNKNOWN {
            LoginGate::ClosedUntil(latest + WINDOW_MILLIS)
        } else {
            LoginGate::Open
        })
    }
}

impl Tx<'_> {
    /// Counts a failed sign-in.
    pub fn record_login_failure(
        &self,
        account_hash: &[u8; 32],
        address: &str,
        now_millis: i64,
    ) -> Result<(), StoreError> {
        let window_start = now_millis.saturating_sub(WINDOW_MILLIS);
        self.execute_one(
            &FAILED,
            params![account_hash, address, now_millis, window_start],
        )
    }

    /// Notes a sign-in that succeeded: the address is known from now on, its count is zero.
    pub fn record_login_success(
        &self,
        account_hash: &[u8; 32],
        address: &str,
        now_millis: i64,
    ) -> Result<(), StoreError> {
        self.execute_one(&SUCCEEDED, params![account_hash, address, now_millis])
    }

    /// Forgets counts and addresses that no longer matter; says how many.
    pub fn delete_old_login_failures(&self, now_millis: i64) -> Result<u64, StoreError> {
        let window_start = now_millis.saturating_sub(WINDOW_MILLIS);
        let known_since = now_millis.saturating_sub(KNOWN_MILLIS);
        self.execute(&DELETE_OLD, params![window_start, known_since])
    }
}
