//! A new password; every other session of the account ends.

use super::find_caller::forget_all;
use crate::app::App;
use crate::auth::caller::Caller;
use crate::auth::password::{BYTES_MOST, LENGTH_LEAST};
use crate::error::OpError;
use crate::sealed_key;
use gatehouse_core::id::StaffId;
use gatehouse_core::key::KeyId;
use gatehouse_store::Lane;
use gatehouse_store::key::StaffKeyRow;
use std::sync::Arc;

/// What somebody typed.
pub struct Change {
    /// The present password.
    pub old: String,
    /// The new one.
    pub new: String,
    /// The new one once more.
    pub again: String,
}

/// Why a new password was not taken: a key of the words.
#[derive(Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Too short or far too long.
    Short,
    /// The two differ.
    Differs,
    /// It is the present one.
    Same,
    /// The present password is not right.
    Wrong,
}

/// Changes the caller's password.
pub async fn change_password(
    app: &App,
    caller: &Caller,
    change: Change,
) -> Result<Result<(), Refusal>, OpError> {
    if let Some(refusal) = refusal(&change) {
        return Ok(Err(refusal));
    }
    let (staff, token_hash) = (caller.staff, caller.token_hash);
    let kept = app
        .store
        .read(move |tx| tx.staff(staff))
        .await?
        .map(|row| row.password_hash);
    if !app.passwords.verify(change.old.clone(), kept).await {
        return Ok(Err(Refusal::Wrong));
    }
    let keys = reseal_keys(app, caller.staff, &change).await?;
    let hash = app.passwords.hash(change.new).await;
    let hash = hash.ok_or_else(|| OpError::Bug("a password could not be hashed".to_owned()))?;
    let write = move |tx: &gatehouse_store::Tx<'_>| {
        tx.set_password(staff, &hash, false)?;
        for (key_id, sealed) in &keys {
            tx.reseal_staff_key(key_id, sealed)?;
        }
        tx.delete_sessions_of_staff(staff, Some(&token_hash))
    };
    app.store.write(Lane::People, write).await?;
    forget_all(app);
    Ok(Ok(()))
}

/// The caller's signing keys under the new password. A key that the old one does not open stays
/// as it is: it was sealed under another.
async fn reseal_keys(
    app: &App,
    staff: StaffId,
    change: &Change,
) -> Result<Vec<([u8; 4], Vec<u8>)>, OpError> {
    let keys = app.store.read(move |tx| tx.staff_keys(staff)).await?;
    let (old, new) = (change.old.clone(), change.new.clone());
    let world = Arc::clone(&app.world);
    let reseal = move |row: StaffKeyRow| {
        let key = sealed_key::open(KeyId(row.key_id), &row.sealed, &old)?;
        Some((row.key_id, sealed_key::seal(&key, &new, &*world)))
    };
    let resealed = app
        .passwords
        .run(move || keys.into_iter().filter_map(reseal).collect())
        .await;
    resealed.ok_or_else(|| OpError::Bug("the keys could not be sealed anew".to_owned()))
}

fn refusal(change: &Change) -> Option<Refusal> {
    if change.new.chars().count() < LENGTH_LEAST || change.new.len() > BYTES_MOST {
        Some(Refusal::Short)
    } else if change.new != change.again {
        Some(Refusal::Differs)
    } else if change.new == change.old {
        Some(Refusal::Same)
    } else {
        None
    }
}
