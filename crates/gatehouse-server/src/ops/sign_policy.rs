//! What officials do to documents in the console with their key: submit, approve, end, suspend a
//! row, bring it back. The key is chosen by the place; the password opens it for this once.

use super::key_home::KeyHome;
use super::put_in_force::{Ending, PolicyAnswer, approve_policy, end_policy};
use super::sign_order::{OrderDesk, Signer};
use super::suspend_row::{SuspensionAnswer, Which, resume_row, suspend_row};
use crate::app::App;
use crate::auth::caller::Caller;
use crate::auth::password::BYTES_MOST;
use crate::error::OpError;
use crate::world::World;
use anyhow::{Context, Result};
use gatehouse_core::id::{AreaId, StaffId};
use gatehouse_core::key::KeyId;
use gatehouse_store::StoreError;
use std::sync::Arc;

/// What came of an act that needs a key.
#[derive(Debug)]
pub enum Signed<T> {
    /// It was done.
    Done(T),
    /// It was not; the code of why, as `P-TWO`, and the text behind it.
    Refused(String, String),
}

/// Somebody of a page, at a place, with what they typed.
#[derive(Clone, Copy)]
pub struct By<'a> {
    /// Who.
    pub caller: &'a Caller,
    /// Where the document is to hold, or holds.
    pub area: AreaId,
    /// Opens their key.
    pub password: &'a str,
}

/// Does something with the key that the caller has for a place.
///
/// # Errors
/// A fault of the program. What the act itself refuses is an answer.
pub async fn sign<T: Send + 'static>(
    app: &App,
    by: By<'_>,
    act: impl FnOnce(&OrderDesk, &Signer<'_>, &dyn World) -> Result<T> + Send + 'static,
) -> Result<Signed<T>, OpError> {
    app.rates.signature(&by.caller.staff.0)?;
    if by.password.len() > BYTES_MOST {
        return Ok(Signed::Refused("K-PASSWORD".to_owned(), String::new()));
    }
    let (store, world) = (app.store.clone(), Arc::clone(&app.world));
    let (staff, area, password) = (by.caller.staff, by.area, by.password.to_owned());
    let act = move || -> Result<T> {
        let desk = OrderDesk::open(KeyHome::Database(store))?;
        let key = key_for(&desk, staff, area, world.now_millis())?;
        let signer = Signer {
            key: key.context("K-NONE: you have no key for this place")?,
            password: &password,
        };
        act(&desk, &signer, &*world)
    };
    match tokio::task::spawn_blocking(act).await {
        Ok(Ok(answer)) => Ok(Signed::Done(answer)),
        Ok(Err(error)) => refusal(error),
        Err(_) => Err(OpError::Bug("an act with a key panicked".to_owned())),
    }
}

/// Everything that an act refuses names its code, `P-TWO` or `P024`; what the database says is
/// told as such, and anything else is a fault.
fn refusal<T>(error: anyhow::Error) -> Result<Signed<T>, OpError> {
    let error = match error.downcast::<StoreError>() {
        Ok(error) => return Err(error.into()),
        Err(error) => error,
    };
    let text = error.to_string();
    let is_code = |word: &&str| {
        let (letter, rest) = word.split_at_checked(1).unwrap_or_default();
        let word = rest.strip_prefix('-');
        let is_word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_uppercase());
        let is_number = rest.len() == 3 && rest.chars().all(|c| c.is_ascii_digit());
        matches!(letter, "P" | "K" | "O") && (is_number || word.is_some_and(is_word))
    };
    match text.split([':', ' ', '\n']).find(is_code) {
        Some(code) => Ok(Signed::Refused(code.to_owned(), text)),
        None => Err(OpError::Bug(format!("an act with a key: {text}"))),
    }
}

/// The key with which somebody signs for a place now.
fn key_for(desk: &OrderDesk, staff: StaffId, area: AreaId, now: i64) -> Result<Option<KeyId>> {
    let path = desk.path(area)?;
    let mut keys = desk.keys_of(staff);
    keys.retain(|key| path.contains(&key.area) && key.term.covers(now));
    Ok(keys.first().map(|key| key.key.id()))
}

/// Approves the version of a document that another organisation proposed.
///
/// # Errors
/// A fault of the program.
pub async fn approve(
    app: &App,
    by: By<'_>,
    (document, version): (String, i64),
    from_at: i64,
) -> Result<Signed<PolicyAnswer>, OpError> {
    let area = by.area;
    sign(app, by, move |desk, signer, world| {
        let what = (&*document, area, from_at);
        approve_policy(desk, what, Some(version), signer, world)
    })
    .await
}

/// Ends the stretch of a document's force that begins then, now.
///
/// # Errors
/// A fault of the program.
pub async fn end(
    app: &App,
    by: By<'_>,
    document: String,
    from_at: i64,
) -> Result<Signed<PolicyAnswer>, OpError> {
    let area = by.area;
    sign(app, by, move |desk, signer, world| {
        let ending = Ending {
            document: &document,
            area,
            from_at: Some(from_at),
            at: None,
        };
        end_policy(desk, ending, signer, world)
    })
    .await
}

/// Suspends a row of a document now, or brings it back where there is no reason.
///
/// # Errors
/// A fault of the program.
pub async fn suspend(
    app: &App,
    by: By<'_>,
    (document, row): (String, String),
    reason: Option<String>,
) -> Result<Signed<SuspensionAnswer>, OpError> {
    let area = by.area;
    sign(app, by, move |desk, signer, world| {
        let which = Which {
            document: &document,
            row: &row,
            area,
        };
        match reason {
            Some(reason) => suspend_row(desk, which, &reason, signer, world),
            None => resume_row(desk, which, signer, world),
        }
    })
    .await
}
