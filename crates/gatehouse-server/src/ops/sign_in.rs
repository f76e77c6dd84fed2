//! Signing in: the password, the limits that lock nobody else out, a new session.

use crate::app::App;
use crate::auth::password::BYTES_MOST;
use crate::error::OpError;
use data_encoding::BASE64URL_NOPAD;
use gatehouse_store::login_failure::{LoginGate, account_hash};
use gatehouse_store::session::SessionRow;
use gatehouse_store::staff::StaffRow;
use gatehouse_store::{Lane, StoreError};
use sha2::{Digest, Sha256};

/// Longest account name that is read.
const ACCOUNT_BYTES_MOST: usize = 256;

/// What somebody typed, and from where.
pub struct Attempt {
    /// Account.
    pub account: String,
    /// Password.
    pub password: String,
    /// Network address.
    pub address: String,
}

/// The token for the cookie; it is kept nowhere but there.
///
/// # Errors
/// [`OpError::NotSignedIn`] where account and password do not fit, [`OpError::TooMany`] after too
/// many failures of this account from this address.
pub async fn sign_in(app: &App, attempt: Attempt) -> Result<String, OpError> {
    if attempt.account.len() > ACCOUNT_BYTES_MOST || attempt.password.len() > BYTES_MOST {
        return Err(OpError::NotSignedIn);
    }
    let now = app.world.now_millis();
    let hash = account_hash(&attempt.account);
    app.rates.sign_in(&hash, &attempt.address)?;
    let (account, address) = (attempt.account.clone(), attempt.address.clone());
    let (gate, staff) = app
        .store
        .read(move |tx| {
            Ok((
                tx.login_gate(&hash, &address, now)?,
                tx.staff_by_login(account.trim())?,
            ))
        })
        .await?;
    if let LoginGate::ClosedUntil(until) = gate {
        let wait_seconds = u64::try_from((until - now).max(1_000) / 1_000).unwrap_or(1);
        return Err(OpError::TooMany { wait_seconds });
    }
    let staff = staff.filter(|staff| staff.disabled_at.is_none());
    let kept = staff.as_ref().map(|staff| staff.password_hash.clone());
    let fits = app.passwords.verify(attempt.password, kept).await;
    let address = attempt.address;
    match staff.filter(|_| fits) {
        Some(staff) => open_session(app, &staff, hash, address, now).await,
        None => {
            let failed =
                move |tx: &gatehouse_store::Tx<'_>| tx.record_login_failure(&hash, &address, now);
            app.store.write(Lane::People, failed).await?;
            Err(OpError::NotSignedIn)
        }
    }
}

async fn open_session(
    app: &App,
    staff: &StaffRow,
    account_hash: [u8; 32],
    address: String,
    now: i64,
) -> Result<String, OpError> {
    let token = BASE64URL_NOPAD.encode(&app.world.bytes::<32>());
    let session = SessionRow {
        token_hash: Sha256::digest(token.as_bytes()).into(),
        staff: staff.staff,
        device: None,
        label: String::new(),
        created_at: now,
        seen_at: now,
        confirmed_at: now,
        expires_at: now + i64::from(app.config.session_hours) * 3_600_000,
    };
    let write = move |tx: &gatehouse_store::Tx<'_>| -> Result<(), StoreError> {
        tx.record_login_success(&account_hash, &address, now)?;
        tx.insert_session(&session)
    };
    app.store.write(Lane::People, write).await?;
    Ok(token)
}
