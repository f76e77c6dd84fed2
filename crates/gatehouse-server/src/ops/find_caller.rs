//! Who is behind a request: the session of its cookie, read anew after a few seconds.

use crate::app::App;
use crate::auth::caller::{Caller, HeldRole};
use crate::auth::role::Role;
use crate::error::OpError;
use axum::http::{HeaderMap, header};
use gatehouse_core::gate::wording::Lang;
use gatehouse_core::id::StaffId;
use gatehouse_core::moment::Moment;
use gatehouse_store::membership::MembershipRow;
use gatehouse_store::{ReadTx, StoreError};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// For how long a session is believed without asking the table again: a sign-out, suspension or
/// change of role holds everywhere after this.
const BELIEVED_MILLIS: i64 = 5_000;
/// Most sessions that are kept in memory.
const SESSIONS_MOST: usize = 20_000;
/// Longest Cookie header that is read.
const COOKIE_BYTES_MOST: usize = 4_096;

/// Name of the session cookie; on TLS the prefix binds it to this host.
pub fn cookie_name(tls: bool) -> &'static str {
    if tls { "__Host-session" } else { "session" }
}

/// The caller, if the request carries a session that holds.
pub async fn find_caller(app: &App, headers: &HeaderMap) -> Result<Option<Arc<Caller>>, OpError> {
    let Some(token_hash) = token_hash(headers, cookie_name(app.config.is_behind_tls())) else {
        return Ok(None);
    };
    let now = app.world.now_millis();
    if let Some(caller) = believed(app, &token_hash, now) {
        return Ok(Some(caller));
    }
    let found = app
        .store
        .read(move |tx| read_caller(tx, token_hash, now))
        .await?;
    let Some(caller) = found.map(Arc::new) else {
        return Ok(None);
    };
    if let Ok(mut sessions) = app.sessions.lock() {
        if sessions.len() >= SESSIONS_MOST {
            sessions.clear();
        }
        sessions.insert(token_hash, (now, Arc::clone(&caller)));
    }
    Ok(Some(caller))
}

fn believed(app: &App, token_hash: &[u8; 32], now: i64) -> Option<Arc<Caller>> {
    let sessions = app.sessions.lock().ok()?;
    let (read_at, caller) = sessions.get(token_hash)?;
    (0..BELIEVED_MILLIS)
        .contains(&(now - read_at))
        .then(|| Arc::clone(caller))
}

/// Forgets what is believed of a session.
pub fn forget(app: &App, token_hash: &[u8; 32]) {
    if let Ok(mut sessions) = app.sessions.lock() {
        sessions.remove(token_hash);
    }
}

/// Forgets what is believed of anybody.
pub fn forget_all(app: &App) {
    if let Ok(mut sessions) = app.sessions.lock() {
        sessions.clear();
    }
}

/// Hash of the token in the cookie of a name.
pub(super) fn token_hash(headers: &HeaderMap, name: &str) -> Option<[u8; 32]> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    if cookies.len() > COOKIE_BYTES_MOST {
        return None;
    }
    let token = cookies
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)?
        .1;
    Some(Sha256::digest(token.as_bytes()).into())
}

fn read_caller(
    tx: &ReadTx<'_>,
    token_hash: [u8; 32],
    now: i64,
) -> Result<Option<Caller>, StoreError> {
    let Some(session) = tx.session(&token_hash, now)? else {
        return Ok(None);
    };
    let Some(staff) = tx.staff(session.staff)? else {
        return Ok(None);
    };
    if staff.disabled_at.is_some() {
        return Ok(None);
    }
    let mut roles = Vec::new();
    for m in tx.memberships_of_staff(staff.staff)? {
        if !is_on_leave(tx, &m, now)? {
            roles.extend(held(m, now));
        }
    }
    Ok(Some(Caller {
        staff: staff.staff,
        name: staff.name,
        lang: if staff.language == "en" {
            Lang::En
        } else {
            Lang::Zh
        },
        must_change_password: staff.must_change_password,
        token_hash,
        roles,
        limit: None,
    }))
}

/// What a membership gives, if it holds now.
fn held(m: MembershipRow, now: i64) -> Option<HeldRole> {
    let role = Role::named(&m.role).filter(|_| m.holds_at(now))?;
    Some(HeldRole {
        role,
        area: m.area,
        organisation: m.organisation,
    })
}

/// The roles of somebody that hold now, on a day of leave too: what stands behind a token or a
/// webhook does not rest with them.
pub(super) fn roles_of(
    tx: &ReadTx<'_>,
    staff: StaffId,
    now: i64,
) -> Result<Vec<HeldRole>, StoreError> {
    let rows = tx.memberships_of_staff(staff)?.into_iter();
    Ok(rows.filter_map(|m| held(m, now)).collect())
}

/// Whether today, by the clock of the membership's area, is a day of leave.
fn is_on_leave(tx: &ReadTx<'_>, m: &MembershipRow, now: i64) -> Result<bool, StoreError> {
    let offset = tx
        .area(m.area)?
        .map_or(480, |area| area.zone_offset_minutes);
    let today = Moment::new(now, i16::try_from(offset).unwrap_or(480)).day();
    tx.is_on_leave(m.membership, today)
}
