//! Who is behind a request of another system: the token of its header, read anew after a few
//! seconds. What it may do is what its maker may do now, less whatever the token leaves out: who
//! loses a role takes it from their tokens too.

use super::find_caller::roles_of;
use crate::app::App;
use crate::auth::caller::{Caller, TokenLimit};
use crate::auth::role::Permission;
use crate::error::OpError;
use axum::http::{HeaderMap, header};
use gatehouse_core::gate::wording::Lang;
use gatehouse_store::{Lane, ReadTx, StoreError};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// For how long a token is believed without asking the table again.
const BELIEVED_MILLIS: i64 = 5_000;
/// Longest token that is read.
const TOKEN_BYTES_MOST: usize = 128;

/// The token of a request, where it carries one.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && token.len() <= TOKEN_BYTES_MOST).then_some(token)
}

/// The account of a token that holds.
///
/// # Errors
/// [`OpError::TooMany`]; the database's.
pub async fn find_token(app: &App, token: &str) -> Result<Option<Arc<Caller>>, OpError> {
    let token_hash: [u8; 32] = Sha256::digest(token.as_bytes()).into();
    let now = app.world.now_millis();
    let caller = match believed(app, &token_hash, now) {
        Some(caller) => caller,
        None => {
            let read = move |tx: &ReadTx<'_>| read_token(tx, token_hash, now);
            let Some(caller) = app.store.read(read).await?.map(Arc::new) else {
                return Ok(None);
            };
            if let Some(limit) = &caller.limit {
                let token = limit.token;
                let touch = move |tx: &gatehouse_store::Tx<'_>| tx.touch_api_token(&token, now);
                app.store.write(Lane::People, touch).await?;
            }
            if let Ok(mut sessions) = app.sessions.lock() {
                sessions.insert(token_hash, (now, Arc::clone(&caller)));
            }
            caller
        }
    };
    if let Some(limit) = &caller.limit {
        app.rates.token(&limit.token)?;
    }
    Ok(Some(caller))
}

// Kept with the sessions: a token's hash is no session's.
fn believed(app: &App, token_hash: &[u8; 32], now: i64) -> Option<Arc<Caller>> {
    let sessions = app.sessions.lock().ok()?;
    let (read_at, caller) = sessions.get(token_hash)?;
    let is_fresh = (0..BELIEVED_MILLIS).contains(&(now - read_at));
    (is_fresh && caller.limit.is_some()).then(|| Arc::clone(caller))
}

fn read_token(
    tx: &ReadTx<'_>,
    token_hash: [u8; 32],
    now: i64,
) -> Result<Option<Caller>, StoreError> {
    let Some(token) = tx.live_api_token(&token_hash, now)? else {
        return Ok(None);
    };
    let maker = tx.staff(token.made_by)?;
    if maker.is_none_or(|maker| maker.disabled_at.is_some()) {
        return Ok(None);
    }
    let permissions = token.permissions.split(' ');
    let limit = TokenLimit {
        token: token.token,
        organisation: token.organisation,
        permissions: permissions.filter_map(Permission::for_system).collect(),
        area: token.area,
    };
    Ok(Some(Caller {
        staff: token.staff,
        name: token.label,
        lang: Lang::En,
        must_change_password: false,
        token_hash,
        roles: roles_of(tx, token.made_by, now)?,
        limit: Some(Arc::new(limit)),
    }))
}
